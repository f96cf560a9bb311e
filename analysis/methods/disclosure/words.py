"""Search a text for what could tell who or where: names, places, dates, trust codes and names, contact details."""

import html
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from analysis.methods import arguments
from analysis.methods.disclosure import lists, names as confidential, patterns
from analysis.methods.disclosure.attack import DisclosureError

KINDS = (
    "confidential name",
    "contact",
    "trust code",
    "trust name",
    "date",
    "person",
    "place",
    "unknown letters",
    "abbreviation",
    "unknown capital",
)
WORD = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*&?[^\W\d_]*")
MARKED = re.compile(  # what a page does not show as it stands: entities, tags, escapes, stars within a word
    r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});|</?[A-Za-z][^<>]{0,200}>|\\(?=[!-/:-@\[-`{-~])"
    r"|(?<=\w)[*~]{1,3}(?=\w)|(?<![\d%])%[2-7][0-9A-Fa-f](?=[\w%])|\\(?:u00|x)[2-7][0-9A-Fa-f]"
)
FIRST_PERSON = ("i'd", "i'll", "i'm", "i've")
STARTS = '.!?:;\n"([|*-'


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a text that could tell who or where. kind: one of KINDS; start, end: characters, end exclusive.

    The words themselves are not kept, so that a message or log cannot spread them.
    """

    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Trusts:
    """What gives a trust away: codes in capitals, full names in lower case, and the telling words of names."""

    codes: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]


def trusts_of(organisations: pd.DataFrame) -> Trusts:
    """Return codes, names and telling words of the trusts in columns `org_code` and `name`."""
    arguments.columns(
        organisations, ("org_code", "name"), error=DisclosureError, what="the list of organisations"
    )
    names = [plain(name)[0].lower() for name in _texts(organisations["name"].dropna(), "name")]
    words = {word for name in names for word in re.findall(r"[a-z']+(?:-[a-z]+)*", name)}
    telling = {word for word in words if len(word) > 3 and word not in lists.GENERIC}
    return Trusts(frozenset(organisations["org_code"].dropna()), frozenset(names), frozenset(telling))


def _texts(values: object, name: str) -> list[str]:
    found = arguments.several(values, name, error=DisclosureError)
    for value in found:
        arguments.kind(value, f"one of {name}", str, error=DisclosureError)
    return found


def search(
    text: str,
    *,
    trusts: Trusts,
    vocabulary: Collection[str] = (),
    names: Iterable[str] = (),
    allowed: Collection[str] = (),
) -> tuple[Found, ...]:
    """Return what could identify, in the order of the text, each stretch once.

    vocabulary: lower-case words that may start a sentence with a capital. names: confidential names to look
    for, whole and by part. allowed: words that a person has looked at in this material and cleared; they do not
    clear a confidential name, contact, code or date.
    """
    arguments.kind(text, "text", str, error=DisclosureError)
    arguments.kind(trusts, "trusts", Trusts, error=DisclosureError)
    clean, places = plain(text)
    cleared = {plain(word)[0].lower() for word in _texts(allowed, "allowed")}
    plainly = [plain(name)[0] for name in _texts(names, "names")]
    ordinary = {word.lower() for word in _texts(vocabulary, "vocabulary")} | lists.STARTERS
    found: list[Found] = []
    taken = [False] * (len(clean) + 1)
    spans = [
        *((span, "confidential name") for span in confidential.find(clean, plainly, ordinary)),
        *((m.span(), "contact") for m in re.finditer(patterns.CONTACT, clean, re.IGNORECASE)),
        *((m.span(), "contact") for m in re.finditer(patterns.POST_TOWN, clean)),
        *((m.span(), "date") for m in re.finditer(patterns.SAID_DATE, clean, re.IGNORECASE)),
        *((m.span(), "contact") for m in re.finditer(patterns.SAID_NUMBER, clean, re.IGNORECASE)),
        *_trusts(clean, trusts, cleared),
        *((m.span(), "unknown letters") for m in re.finditer(patterns.CODE_NAME, clean)),
        *_dates(clean),
        *_people(clean, cleared, {word.lower() for word in vocabulary}),
        *_letters(clean),
        *_words(clean, trusts, {word.lower() for word in vocabulary}, cleared),
    ]
    for (start, end), kind in spans:
        if not any(taken[start:end]):
            taken[start:end] = [True] * (end - start)
            found.append(Found(kind, places[start], places[end - 1] + 1))
    return tuple(sorted(found, key=lambda one: one.start))


def plain(text: str) -> tuple[str, list[int]]:
    """Return a text as a page shows it, without accents, invisible signs and printers' quotes, and where each sign was."""
    arguments.kind(text, "text", str, error=DisclosureError)
    letters: list[str] = []
    places: list[int] = []
    for place, shown in _shown(text):
        for sign in shown:
            if unicodedata.category(sign) == "Cf":
                continue
            for part in unicodedata.normalize("NFKD", sign):
                if unicodedata.category(part) != "Mn":
                    plainly = " " if part == "_" else lists.LETTERS.get(part, part)
                    letters.extend(plainly)
                    places.extend([place] * len(plainly))
    return "".join(letters), places


def _shown(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sign of a text with its place; entities as what they stand for, tags and escapes as a page has them."""
    place = 0
    for match in MARKED.finditer(text):
        yield from ((number, text[number]) for number in range(place, match.start()))
        found, place = match.group(), match.end()
        inside = text[match.start() - 1 : match.start()].isalpha() and text[place : place + 1].isalpha()
        if found[0] == "&":
            yield match.start(), html.unescape(found)
        elif found[0] == "%" or found.startswith(("\\u", "\\x")):
            yield match.start(), chr(int(found[-2:], 16))
        elif found[0] == "<" and not inside:
            yield match.start(), " "
    yield from ((number, text[number]) for number in range(place, len(text)))


def _trusts(clean: str, trusts: Trusts, cleared: set[str]) -> Iterator[tuple[tuple[int, int], str]]:
    for match in re.finditer(r"(?<!\w)[A-Za-z0-9]{3,6}(?!\w)", clean):
        word = match.group()
        a_word = word in lists.CODES_ALSO_WORDS or (word.istitle() and word.isalpha())
        known = word if a_word else word.upper()
        if known in trusts.codes or (
            len(known) > 3 and known[:3] in trusts.codes and any(map(str.isdigit, known[3:]))
        ):
            yield match.span(), "trust code"
    for match in re.finditer(patterns.CODE_APART, clean):
        if re.sub(r"\W|_", "", match.group()).upper() in trusts.codes:
            yield match.span(), "trust code"
    lower = clean.lower()
    for name in sorted(trusts.names, key=len, reverse=True):
        start = lower.find(name)
        while start >= 0:
            yield (start, start + len(name)), "trust name"
            start = lower.find(name, start + len(name))
    for match in WORD.finditer(clean):
        word = match.group().lower().removesuffix("'s")
        capital = match.group()[0].isupper()
        if (word in lists.SHORT_TRUSTS and word not in cleared) or (
            word in trusts.words
            and word not in cleared
            and (capital or word not in lists.STARTERS)
            and (capital or word in lists.PLACES - lists.PLACES_ALSO_WORDS)
        ):
            yield match.span(), "trust name"


def _dates(clean: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in re.finditer(patterns.DATE, clean, re.IGNORECASE):
        word = match.group().strip(". ")
        if word in ("may", "march", "mar", "sun", "sat", "dec", "jan", "May", "March") and _ordinary(
            clean, match, word
        ):
            continue
        yield match.span(), "date"


def _ordinary(clean: str, match: re.Match, word: str) -> bool:
    """Tell whether 'may' or 'march' is a verb here: small letter, or the start of a sentence."""
    before = clean[: match.start()].rstrip()
    if word[0].isupper():
        return not before or before[-1] in STARTS
    return not re.search(r"\b(?:in|of|since|until|by|last|next|this)$", before)


def _people(clean: str, cleared: set[str], vocabulary: set[str]) -> Iterator[tuple[tuple[int, int], str]]:
    titled = rf"(?<!\w)(?i:{lists.TITLES})\b\.?\s+(?:[A-Z]\.?\s*)*[A-Z][\w'-]+(?:\s+[A-Z][\w'-]+)?"
    for match in re.finditer(titled, clean):
        first = re.split(r"\.?\s+", match.group())[1].lower()
        if first not in lists.CAPITALS | lists.STARTERS:
            yield match.span(), "person"
    for match in re.finditer(
        r"(?<!\w)(?:dr|mr|mrs|ms|prof)(?:\.\s*|\s+)(?!(?:and|or|who)\b)[a-z][a-z'-]+", clean
    ):
        yield match.span(), "person"
    for match in re.finditer(patterns.TITLED, clean, re.IGNORECASE):
        if match[1].lower() not in vocabulary | lists.STARTERS | lists.CAPITALS | cleared:
            yield match.span(), "person"
    for match in re.finditer(r"(?<!\w)(?:[A-Z]\.\s?){1,3}[A-Z][a-z'-]+", clean):
        yield match.span(), "person"
    for match in WORD.finditer(clean):
        word = match.group().lower().removesuffix("'s")
        capital = match.group()[0].isupper()
        parts = [word, *word.split("-")]
        if word in cleared:
            continue
        given = any(part in lists.GIVEN for part in parts) and (capital or word not in lists.ALSO_WORDS)
        start = _starts(clean, match.start())
        verb = word in lists.ALSO_WORDS and start and word in lists.STARTERS
        surnames = {part.replace("'", "") for part in parts} & lists.SURNAMES
        if (given and not verb) or (surnames if capital else surnames - lists.SURNAMES_ALSO_WORDS):
            yield match.span(), "person"


def _letters(clean: str) -> Iterator[tuple[tuple[int, int], str]]:
    for match in re.finditer(patterns.SPELT_OUT, clean):
        yield match.span(), "unknown letters"
    for match in WORD.finditer(clean):
        if any(sign.isalpha() and "LATIN" not in unicodedata.name(sign, "") for sign in match.group()):
            yield match.span(), "unknown letters"


def _words(
    clean: str, trusts: Trusts, vocabulary: set[str], cleared: set[str]
) -> Iterator[tuple[tuple[int, int], str]]:
    for pattern in (patterns.WARD, patterns.NAMED_PLACE):
        yield from ((match.span(), "place") for match in re.finditer(pattern, clean))
    plain_before = vocabulary | lists.STARTERS | lists.BEFORE_PLACES | lists.CAPITALS | cleared
    for match in re.finditer(patterns.PLACED, clean):
        before = match[1].lower().removesuffix("'s")
        if before not in cleared and (before in lists.NICKNAMES or before not in plain_before):
            yield match.span(), "place"
    for match in WORD.finditer(clean):
        whole = match.group()
        word = whole.lower().removesuffix("'s")
        if word in cleared:
            continue
        capital = whole[0].isupper()
        if word in lists.PLACES and (capital or word not in lists.PLACES_ALSO_WORDS):
            yield match.span(), "place"
        elif len(whole) > 1 and whole.upper() == whole:
            known = whole in lists.ABBREVIATIONS or word in vocabulary or word in lists.STARTERS
            if not known:
                yield match.span(), "abbreviation"
        elif whole.rstrip("s").isupper() and len(whole) > 2:
            if whole.rstrip("s") not in lists.ABBREVIATIONS:
                yield match.span(), "abbreviation"
        elif capital and len(whole) > 1 and not _harmless(clean, match, word, vocabulary):
            yield match.span(), "unknown capital"


def _harmless(clean: str, match: re.Match, word: str, vocabulary: set[str]) -> bool:
    parts = [part for part in word.split("-") if part]
    if all(part in lists.CAPITALS or part in FIRST_PERSON for part in parts):
        return True
    if not _starts(clean, match.start()):
        return False
    known = lists.STARTERS | vocabulary
    return all(part in known or part.removesuffix("s") in known for part in parts)


def _starts(clean: str, place: int) -> bool:
    """Tell whether a word begins a sentence."""
    before = clean[:place].rstrip(" \t'\"")
    return not before or before[-1] in STARTS
