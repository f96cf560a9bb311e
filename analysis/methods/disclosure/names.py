"""Confidential names in a text: whole and by part, joined, turned round, shortened, as initials, with a letter wrong."""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from analysis.methods.disclosure import lists

LETTER = r"[^\W\d_]"
APART = r"[\W\d_]{0,3}"  # between the pieces of a name: O'Brien, o brien, obrien, o_brien
LIKE = str.maketrans("01345789l", "oieastbgi")  # digits as letters, and l as i
TOKEN = re.compile(r"[^\W_]+")
SURE = 5  # letters from which one that is wrong is looked for in small letters too
Span = tuple[int, int]


def find(clean: str, names: Iterable[str], ordinary: Collection[str]) -> Iterator[Span]:
    """Yield where a name stands in a text that `words.plain` made; `names` are made so too.

    ordinary: lower-case words that are no slip of a name, nor a short form.
    """
    tokens = [(match.span(), match.group()) for match in TOKEN.finditer(clean)]
    for name in names:
        phrases = [phrase.strip() for phrase in name.strip().split(",") if phrase.strip()]
        words = [word.strip(".'-") for phrase in phrases for word in phrase.split()]
        halves = [half for word in words for half in re.split(r"['-]", word)]
        telling = list(dict.fromkeys(one for one in (*words, *halves) if _telling(one)))
        turned = " ".join(reversed(words))
        beside = [" ".join(pair) for pair in pairwise(words)]
        for part in dict.fromkeys([name.strip(), turned, *phrases, *beside, *telling]):
            yield from _part(clean, part)
        yield from _initials(
            clean, [one for one in words if one.lower().rstrip(".") not in lists.TITLES.split("|")]
        )
        for part in telling:
            yield from _torn(clean, part, ordinary)
            for span, token in tokens:
                if token.lower().translate(LIKE) == part.lower().translate(LIKE):
                    yield span  # Wisn1ewsk1
                if _short(part.lower(), token, ordinary) or _slip(part.lower(), token, ordinary):
                    yield span


def _telling(part: str) -> bool:
    lower = part.lower()
    title = lower in lists.TITLES.split("|") and lower not in lists.GIVEN
    return not title and (len(part) > 2 or (len(part) == 2 and lower not in lists.STARTERS))


def _part(clean: str, part: str) -> Iterator[Span]:
    pieces = [re.escape(piece) for piece in re.split(r"[\W_]+", part) if piece]
    if pieces:
        pattern = rf"(?<!{LETTER}){APART.join(pieces)}(?:'?s)?(?!{LETTER})"
        yield from (match.span() for match in re.finditer(pattern, clean, re.IGNORECASE))


def _torn(clean: str, part: str, ordinary: Collection[str]) -> Iterator[Span]:
    """Yield where a name of some length stands in pieces, unless each piece is an ordinary word."""
    torn = r"[^\S\n]?".join(map(re.escape, part))
    pattern = rf"(?<!{LETTER}){torn}(?!{LETTER})"
    for match in re.finditer(pattern, clean, re.IGNORECASE) if len(part) > SURE else ():
        if not all(piece.lower() in ordinary for piece in match.group().split()):
            yield match.span()


def _initials(clean: str, words: list[str]) -> Iterator[Span]:
    if len(words) < 2:
        return
    halves = [half for word in words for half in re.split(r"['-]", word)]
    first = ["".join(part[:1] for part in parts) for parts in (words, [words[0], words[-1]], halves)]
    for letters in dict.fromkeys(each.upper() for each in first):
        if len(letters) < 2 or not letters.isalpha():
            continue
        dotted = r"\.\s?".join(letters) + r"\."
        yield from (m.span() for m in re.finditer(rf"(?<!\w){dotted}(?!\w)", clean, re.IGNORECASE))
        if letters not in lists.ABBREVIATIONS:
            close = r"[\s.'-]?".join(letters)
            yield from (m.span() for m in re.finditer(rf"(?<!{LETTER}){close}(?!{LETTER})", clean))
        if len(letters) > 2:
            apart = r"[\s.'-]".join(letters)
            yield from (m.span() for m in re.finditer(rf"(?<!\w){apart}(?!\w)", clean, re.IGNORECASE))


def _short(part: str, token: str, ordinary: Collection[str]) -> bool:
    """Tell whether a word is a short form of a name: its beginning, that with -y or -ie, or a usual one."""
    word = token.lower()
    capital = token[0].isupper()
    if word in lists.SHORT_FORMS.get(part, "").split():
        return capital or word not in ordinary
    if word in ordinary or not word.isalpha():
        return False
    stems = {word, word.removesuffix("ie"), word.removesuffix("y"), re.sub(r"(.)\1(?:y|ie)$", r"\1", word)}
    return any(3 <= len(stem) < len(part) and part.startswith(stem) for stem in stems) and (
        capital or len(word) > 3
    )


def _slip(part: str, token: str, ordinary: Collection[str]) -> bool:
    """Tell whether a word is a name with one letter wrong, missing, too many or two exchanged."""
    word = token.lower().removesuffix("'s")
    if word in ordinary or len(part) < SURE - 1 or abs(len(word) - len(part)) > 1:
        return False
    if not (token[0].isupper() or len(part) >= SURE):
        return False
    return _near(part, word)


def _near(first: str, second: str) -> bool:
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    one, two = first[start:], second[start:]
    exchanged = len(one) > 1 and one[:2] == two[:2][::-1] and one[2:] == two[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or exchanged
