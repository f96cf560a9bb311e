"""Text of HTML in lines: pieces of one look each, broken where they no longer fit, marks among the words."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache

from bs4.element import NavigableString, PageElement, Tag
from matplotlib.ft2font import FT2Font, LoadFlags

from analysis.site.looks import Looks, px
from analysis.site.png import FONTS

SOFT = "\u00ad"
BOX = 7.0  # px: the room to both sides of a text in a box


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of one look, or a mark that stands among the words. wide: in px."""

    text: str
    looks: Looks
    wide: float
    element: Tag | None = None


@cache
def _letter(letter: str, bold: bool) -> float:
    font = _font(bold)
    return font.load_char(ord(letter), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / 100


@cache
def _font(bold: bool) -> FT2Font:
    font = FT2Font(str(FONTS[bold]))
    font.set_size(100, 72)
    return font


def bold(looks: Looks) -> bool:
    """Say whether a text is drawn in bold letters."""
    return looks["font-weight"] in ("bold", "600", "700")


def wide(text: str, looks: Looks) -> float:
    """Return how wide a text is in the font of the PNG, in px."""
    return sum(_letter(letter, bold(looks)) for letter in text if letter != SOFT) * px(looks["font-size"])


def pieces(nodes: Iterable[PageElement], looks_of: dict[int, Looks], above: Looks) -> Iterator[Piece | str]:
    """Yield the content of a paragraph: pieces, " " where a line may break, and a new line where it must."""
    for node in nodes:
        if isinstance(node, NavigableString):
            for part in re.split(r"([ \n\t]+)", str(node)):
                if part and not part.strip(" \n\t"):
                    yield " " if above.get("white-space") != "nowrap" else Piece(" ", above, wide(" ", above))
                elif part:
                    yield Piece(part, above, wide(part, above))
            continue
        if not isinstance(node, Tag):
            continue
        looks = looks_of[id(node)]
        if unseen(node, looks):
            continue
        if node.name == "br":
            yield "\n"
        elif node.name == "svg" or (node.name == "i" and "tile" in (node.get("class") or ())):
            yield Piece("", looks, px(str(node.get("width") or looks.get("width", "0"))), node)
        elif "border" in looks:
            text = node.get_text()
            yield Piece(text, looks, wide(text, looks) + BOX, node)
        else:
            yield from pieces(node.children, looks_of, looks)


def unseen(node: Tag, looks: Looks) -> bool:
    """Say whether a reader of the page does not see an element."""
    hidden = "visually-hidden" in (node.get("class") or ()) or node.name == "caption"
    return hidden or looks.get("display") == "none"


def lines(parts: list[Piece | str], room: float) -> list[list[Piece]]:
    """Return lines that fit into `room` px; a word is broken at its soft hyphens alone."""
    made: list[list[Piece]] = [[]]
    word: list[Piece] = []

    def place() -> None:
        if not word:
            return
        line = made[-1]
        space = [_space(word[0])] if line else []
        left = room - sum(one.wide for one in [*line, *space])
        broken = None
        if sum(one.wide for one in word) <= left:
            line += [*space, *word]
        elif (broken := _broken(word[0], left)) is not None:
            line += [*space, broken[0]]
        elif not line:
            line += word
        else:
            broken = word[0], word[0]
        if broken is None:
            word.clear()
            return
        made.append([])
        word[:] = [broken[1], *word[1:]]
        place()

    for part in [*parts, " "]:
        if isinstance(part, Piece):
            word.append(part)
            continue
        place()
        if part == "\n":
            made.append([])
    shown = [[replace(piece, text=piece.text.replace(SOFT, "")) for piece in _trimmed(line)] for line in made]
    return [line for line, whole in zip(shown, made, strict=True) if whole]


def _trimmed(line: list[Piece]) -> list[Piece]:
    return _trimmed(line[:-1]) if line and line[-1].text == " " else line


def _space(piece: Piece) -> Piece:
    bare = {name: set_to for name, set_to in piece.looks.items() if name != "border"}
    return Piece(" ", bare, wide(" ", piece.looks))


def _broken(piece: Piece, room: float) -> tuple[Piece, Piece] | None:
    parts = piece.text.split(SOFT)
    for at in range(len(parts) - 1, 0, -1):
        start, rest = "".join(parts[:at]) + "-", SOFT.join(parts[at:])
        if wide(start, piece.looks) <= room:
            return tuple(Piece(text, piece.looks, wide(text, piece.looks)) for text in (start, rest))  # type: ignore[return-value]
    return None


def least(parts: list[Piece | str]) -> float:
    """Return how wide the longest word is."""
    return max((sum(part.wide for part in line) for line in lines(parts, 1)), default=0.0)


def most(parts: list[Piece | str]) -> float:
    """Return how wide the text is on one line."""
    return sum(part.wide for line in lines(parts, 1e6) for part in line)
