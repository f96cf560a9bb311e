"""Pictures built of HTML as drawings: laid out as a page of a desk lays them out, without a browser.

Looks are the style sheet's (`looks`); what is laid out here is what such pictures are made of: paragraphs, keys,
drawings of a line each, names beside bars, a grid of tiles, a table of marks.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from itertools import accumulate, pairwise
from typing import Any

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, Tag

from analysis.site import strokes, wrapped
from analysis.site.looks import Looks, px, side, worked_out
from analysis.site.wrapped import Piece

WIDTH, MAP = 660, 960  # px: of a picture, of one whose places are drawn for a width of its own
NAMES = 272  # px, of names beside bars
GAP = 5  # px, between columns
HIGH = 1.35  # of a line, in sizes of its letters
BLOCKS = ("p", "ul", "li", "div", "section", "table", "svg")
Nodes = Iterable[PageElement]
TICKS = re.compile(r"linear-gradient\(90deg, (\S+) 1px, transparent 1px\) 0 0 / ([\d.]+)% 100%")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is drawn so far, and how every element looks."""

    looks: dict[int, Looks]
    out: list[str]

    def of(self, element: Tag) -> Looks:
        """Return the looks of an element."""
        return self.looks[id(element)]


def picture(figure: str) -> tuple[dict[str, str], str] | None:
    """Return a picture built of HTML as the looks and the inside of an SVG; None where there is none.

    figure: its element, as `analysis.present.drawn` writes it.
    """
    root = BeautifulSoup(figure, "html.parser")
    drawn = root.select_one("figure > .drawn")
    if drawn is None:
        return None
    width = MAP if drawn.select_one("svg.whole") else WIDTH
    sheet = Sheet(worked_out(root, width), [])
    width = max([width, *(math.ceil(sum(columns(sheet, one)[1])) for one in drawn.select("table"))])
    high = block(sheet, drawn, 0, 0, width)
    says = root.select_one("figure > .visually-hidden")
    across, high_px = str(width), str(round(high))
    looks = {"width": across, "height": high_px, "viewBox": f"0 0 {across} {high_px}"}
    return looks | {"aria-label": escape(says.get_text()) if says else ""}, "".join(sheet.out)


def block(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw an element and return how high it is, its margins within."""
    looks = sheet.of(element)
    if wrapped.unseen(element, looks):
        return 0
    above, below = side(looks, "margin", "top"), side(looks, "margin", "bottom")
    here = len(sheet.out)
    x, room, y = x + side(looks, "margin", "left"), room - side(looks, "margin", "left"), y + above
    names = set(element.get("class") or ())
    if element.name == "svg":
        high = drawing(sheet, element, x, y, room)
    elif element.name == "table":
        high = table(sheet, element, x, y, room)
    elif "key" in names:
        high = key(sheet, element, x, y, room)
    elif "map" in names:
        high = tiles(sheet, element, x, y, room)
    elif looks.get("justify-content") == "space-between":
        high = ends(sheet, element, x, y, room)
    elif looks.get("grid-template-columns") == "17rem 1fr":
        high = beside(sheet, element, x, y, room)
    else:
        high = stacked(sheet, element, x, y, room)
    if looks.get("overflow") == "hidden" and element.name == "ul":
        size = f'width="{x + room:g}" height="{high:g}" viewBox="0 {y:g} {x + room:g} {high:g}"'
        sheet.out.insert(here, f'<svg x="0" y="{y:g}" {size}>')
        sheet.out.append("</svg>")
    sheet.out[here:here] = strokes.box(looks, x, y, room, high)
    return above + high + below


def stacked(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw what is in an element one below the other; text and what stands in it as a paragraph."""
    high, last, run = 0.0, 0.0, list[Any]()
    for child in [*element.children, None]:
        if (isinstance(child, Tag) and child.name not in BLOCKS) or isinstance(child, NavigableString):
            run.append(child)
            continue
        if run and (told := paragraph(sheet, run, sheet.of(element), x, y + high, room)):
            high, last = high + told, 0.0
        run = []
        if isinstance(child, Tag):
            high -= min(last, side(sheet.of(child), "margin", "top"))  # of two that meet the larger counts
            high += block(sheet, child, x, y + high, room)
            last = side(sheet.of(child), "margin", "bottom")
    return high


def paragraph(sheet: Sheet, nodes: Nodes, looks: Looks, x: float, y: float, room: float) -> float:
    """Draw text in lines and return how high they are."""
    return text(sheet, list(wrapped.pieces(nodes, sheet.looks, looks)), looks, x, y, room)


def text(sheet: Sheet, parts: list[Piece | str], looks: Looks, x: float, y: float, room: float) -> float:
    """Draw pieces of text in lines, aligned as `looks` says, and return how high they are."""
    made = wrapped.lines(parts, room)
    high = HIGH * px(looks["font-size"])
    tall = 0.0
    for line in made:
        used = sum(one.wide for one in line)
        at = {"center": (room - used) / 2, "right": room - used}.get(looks.get("text-align", ""), 0)
        own = max([high, *(px(str(one.element.get("height") or "0")) for one in line if one.element)])
        if any(one.element for one in line):
            for one in line:
                strokes.piece(sheet.out, sheet.looks, one, x + at, y + tall, own)
                at += one.wide
        else:
            sheet.out.append(strokes.words(line, x + at, y + tall, own))
        tall += own
    return tall


def drawing(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw an SVG that is as wide as its room and return how high it is."""
    looks = sheet.of(element)
    field = [float(one) for one in str(strokes.attribute(element, "viewBox") or "").split()]
    own = looks.get("height", "auto")
    high = px(own if own != "auto" else str(element.get("height") or "0"))
    if field:
        high = high or field[3] * room / field[2]
    if ticks := TICKS.search(looks.get("background", "")):
        edges = [x + room * float(ticks.group(2)) / 100 * place + 0.5 for place in range(9)]
        stroke = f'v{high:g}" stroke="{ticks.group(1)}"/>'
        sheet.out.extend(f'<path d="M{at:.1f} {y:g}{stroke}' for at in edges)
    inside = strokes.children(element, sheet.looks, room, high)
    grown = f" scale({room / field[2]:g})" if field else ""
    sheet.out.append(f'<g transform="translate({x:g} {y:g}){grown}">{inside}</g>')
    return high


def key(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw the entries of a key side by side while they fit: each a mark and its words."""
    entries = [one for one in element.children if isinstance(one, Tag)] or [element]
    at, high, row = 0.0, 0.0, 24.0
    if entries == [element]:
        return stacked(sheet, element, x, y, room)
    for one in entries:
        parts = [part for part in wrapped.pieces(one.children, sheet.looks, sheet.of(one)) if part != "\n"]
        while parts and parts[0] == " ":
            parts = parts[1:]
        long = wrapped.most(parts)
        if at and at + long > room:
            at, high = 0, high + row
        tall = text(sheet, parts, sheet.of(one), x + at, y + high + 2, room)
        if tall > row:
            high += tall - row + 4
        at += long + 18
    return high + row


def ends(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw the first part of an element at the left end of a line and the others at its right end."""
    first, *rest = [one for one in element.children if str(one).strip()]
    looks = sheet.of(element)
    high = paragraph(sheet, [first], looks, x, y, room)
    paragraph(sheet, rest, looks | {"text-align": "right"}, x, y, room)
    return high + 3


def beside(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw a name and, beside it, its bars; both stand about the middle of the row."""
    name, bars = [one for one in element.children if isinstance(one, Tag)][:2]
    parts = list(wrapped.pieces(name.children, sheet.looks, sheet.of(name)))
    looks = sheet.of(name)
    tall = HIGH * px(looks["font-size"]) * len(wrapped.lines(parts, NAMES - 8))
    high = max(26.0, tall + 4)
    text(sheet, parts, looks, x, y + (high - tall) / 2, NAMES - 8)
    drawing(sheet, bars, x + NAMES, y + (high - 26) / 2, room - NAMES)
    return high


def tiles(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw a map of tiles: each stands where its classes say, `r3 c2` in the third row and second column."""
    column, blank = room / 7, Sheet(sheet.looks, [])
    placed = []
    for part in element.select("p, li"):
        at = {
            name[0]: int(name[1:]) - 1 for name in part.get("class") or () if re.fullmatch(r"[rc]\d+", name)
        }
        placed += [(at["r"], at["c"], part)] if len(at) == 2 else []
    highs = [0.0] * (max(row for row, _, _ in placed) + 1)
    for row, _, part in placed:
        highs[row] = max(highs[row], 28 if part.name == "p" else tile(blank, part, 0, 0, column, 0))
    tops = [0.0, *accumulate(highs)]
    for row, across, part in sorted(placed, key=lambda place: place[2].name):  # names of regions stand above
        left, top = x + across * column, y + tops[row]
        if part.name == "p":
            paragraph(sheet, part.children, sheet.of(part), left + 3, top + 9, room)
        else:
            tile(sheet, part, left, top, column, highs[row])
    return tops[-1]


def tile(sheet: Sheet, element: Tag, x: float, y: float, room: float, high: float) -> float:
    """Draw one tile of a map, at least as high as told, and return how high it must be."""
    card = element.select_one(".tile")
    name, years, mark = (card.select_one(f"[aria-hidden] > {one}") for one in ("b", "small", "i"))  # type: ignore[union-attr]
    looks = sheet.of(card)  # type: ignore[arg-type]
    inner = Sheet(sheet.looks, [])
    tall = paragraph(inner, name.children, sheet.of(name), x + 6, y + 6, room - 10)  # type: ignore[union-attr,arg-type]
    count = len(years.select("br")) + 1  # type: ignore[union-attr]
    whole = max(high, 80, tall + 14 * count + 18)
    sheet.out.extend(strokes.box(sheet.of(element), x, y, room, whole))
    sheet.out.extend(strokes.box(looks, x + 2, y + 2, room - 4, whole - 4))
    sheet.out.extend(inner.out)
    foot = y + whole - 7
    paragraph(sheet, years.children, sheet.of(years), x + 6, foot - 16.2 * count, room)  # type: ignore[union-attr,arg-type]
    at = sheet.of(mark) | {"text-align": "right"}  # type: ignore[arg-type]
    paragraph(sheet, mark.children, at, x, foot - 16.2, room - 8)  # type: ignore[union-attr]
    return whole


def columns(sheet: Sheet, element: Tag) -> tuple[list[list[Tag]], list[float], list[float]]:
    """Return the rows of a table, and how wide each column must be and would be, in px."""
    rows = [[cell for cell in row.children if isinstance(cell, Tag)] for row in element.select("tr")]
    alone = [row for row in rows if all(span(cell) == 1 for cell in row)]
    texts = [[content(sheet, cell) for cell in column] for column in zip(*alone, strict=True)]
    near, far = ([max(map(how, column)) + GAP for column in texts] for how in (wrapped.least, wrapped.most))
    return rows, near, far


def content(sheet: Sheet, cell: Tag) -> list[Piece | str]:
    """Return what is read in a cell."""
    return list(wrapped.pieces(cell.children, sheet.looks, sheet.of(cell)))


def table(sheet: Sheet, element: Tag, x: float, y: float, room: float) -> float:
    """Draw a table: columns as wide as what is in them asks for, rows as high."""
    rows, near, far = columns(sheet, element)
    spare = max(room - sum(near), 0) / max(sum(far) - sum(near), 1)
    edges = [0.0, *accumulate(low + (up - low) * spare for low, up in zip(near, far, strict=True))]
    down = 0.0
    for row in rows:
        ends = [0, *accumulate(span(cell) for cell in row)]
        fields = [edges[end] - edges[start] for start, end in pairwise(ends)]
        blank, cells = Sheet(sheet.looks, []), zip(row, fields, strict=True)
        talls = [text(blank, content(sheet, cell), sheet.of(cell), 0, 0, wide - GAP) for cell, wide in cells]
        extra = side(sheet.of(row[0]), "padding", "top")
        high = max(talls) + 8 + extra
        for cell, start, wide, tall in zip(row, ends, fields, talls, strict=False):
            left, low = x + edges[start], sheet.of(cell).get("vertical-align") == "bottom"
            sheet.out.extend(strokes.box(sheet.of(cell), left, y + down, wide, high))
            top = y + down + (high - tall - 4 if low else (high - tall + extra) / 2)
            text(sheet, content(sheet, cell), sheet.of(cell), left + GAP / 2, top, wide - GAP)
        down += high
    return down


def span(cell: Tag) -> int:
    """Return how many columns a cell takes."""
    return int(str(cell.get("colspan") or 1))
