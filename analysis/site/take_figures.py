"""A figure or table of a built page as a reader takes it along: picture as SVG and PNG, numbers as CSV, citation."""

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from pathlib import Path
from textwrap import wrap
from typing import Any
from urllib.parse import unquote

import matplotlib
import resvg_py

from analysis.present import palette, spreadsheet

FIGURE = re.compile(r'<figure class="result" id="([^"]+)">.*?</figure>', re.DOTALL)
TITLE = re.compile(r'<figcaption class="finding[^"]*">(.*?)</figcaption>', re.DOTALL)
SOURCE = re.compile(r'class="source">(?:<details.*?<p>)?(.*?)(?:</p></details>)?\s*<a ', re.DOTALL)
NUMBERS = re.compile(r'(<a download="[^"]+\.csv" href=")data:text/csv;charset=utf-8,([^"]*)("[^>]*>)')
WIDE = re.compile(r'<svg class="wide"([^>]*)>(.*?)</svg>', re.DOTALL)
LOOK = re.compile(r'\b(width|height|viewBox|aria-label)="([^"]*)"')
SAYS = re.compile(r'<p class="visually-hidden">(.*?)</p>', re.DOTALL)
BODY = re.compile(r'<div class="drawn.*?(?=<(?:p|div) class="source")', re.DOTALL)
MARK = re.compile(r'<span class="status.*?</span>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
LINK = re.compile(r'<a href="(?!https?:)[^"]*">(.*?)</a>', re.DOTALL)
COLOURS = {f"var(--fig-{name})": light for name, light in palette.LIGHT.items()}
KEPT = "pictures.json"  # drawings of pictures built of HTML, by page and anchor
LICENCE = "Figure and text CC BY 4.0; data Open Government Licence v3.0"
FONTS = tuple(
    str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name)
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
)
SHARP = 2  # pixels of a PNG in one of the page
LINE, LETTERS, EDGE = 15, 88, 12  # height of a line, letters in one, margin, in px
FACE = 'font-family="system-ui,DejaVu Sans,sans-serif"'


@dataclass(frozen=True, slots=True)
class Taken:
    """A figure as read from a page. name: its anchor; title, source: texts; rows: its numbers, the first as headings.

    picture: attributes and inside of its SVG; None for a picture built of HTML.
    """

    name: str
    title: str
    source: str
    rows: list[list[str]]
    picture: tuple[dict[str, str], str] | None


def read(html: str) -> Taken:
    """Return what can be taken along of a figure. html: its element, as `analysis.present.figures` writes it."""
    title, source, numbers, wide = (part.search(html) for part in (TITLE, SOURCE, NUMBERS, WIDE))
    name = FIGURE.match(html)
    if not (title and source and numbers and name):
        raise ValueError(f"found {html[:60]!r}. Allowed: a figure with title, source and numbers.")
    rows = list(csv.reader(io.StringIO(unquote(unescape(numbers.group(2))), newline="")))
    picture = (dict(LOOK.findall(wide.group(1))), wide.group(2)) if wide else None
    return Taken(name.group(1), _text(title.group(1)), _text(source.group(1)), rows, picture)


def pictured(html: str, kept: dict[str, Any]) -> Taken | None:
    """Return a picture built of HTML with its drawing, made when the same picture was printed; None for another.

    html: its element on a finished page. kept: `of`, `width`, `height`, `inside` as `analysis.site.pictured` keeps them.
    """
    name, title, source, says = (part.search(html) for part in (FIGURE, TITLE, SOURCE, SAYS))
    if not (name and title and source and says and kept and kept["of"] == body(html)):
        return None
    across, high = str(kept["width"]), str(kept["height"])
    looks = {"width": across, "height": high, "viewBox": f"0 0 {across} {high}", "aria-label": says.group(1)}
    return Taken(name.group(1), _text(title.group(1)), _text(source.group(1)), [], (looks, kept["inside"]))


def body(figure: str) -> str:
    """Return what tells one picture built of HTML from another, a digest; "" for a figure that is none."""
    found = BODY.search(figure)
    return hashlib.sha256(found.group().encode()).hexdigest() if found else ""


def _text(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", MARK.sub("", html))).split())


def headed(rows: Sequence[Sequence[str]], about: Sequence[tuple[str, str]]) -> bytes:
    """Return rows as CSV below lines of heading and text, and an empty line; no cell can run in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in (*about, (), *rows):
        writer.writerow([spreadsheet.inert(cell) for cell in row])
    return out.getvalue().encode()


def about(title: str, source: str, *, edition: str, cite: str, address: str) -> list[tuple[str, str]]:
    """Return what stands above the numbers: title, source, edition, licence, citation, and the address when there is one."""
    found = [
        ("Title", title),
        ("Source", source),
        ("Edition", edition),
        ("Licence", LICENCE),
        ("Cite as", cite),
    ]
    return [(name, text) for name, text in [*found, ("Address", address)] if text]


def drawn(found: Taken, *, edition: str) -> tuple[bytes, bytes] | None:
    """Return a figure as SVG and PNG with its finding above and its source below, on white; None without a drawing."""
    if found.picture is None:
        return None
    looks, inside = found.picture
    for name, colour in COLOURS.items():
        inside = inside.replace(name, colour)
    inside = LINK.sub(r"\1", inside)  # a link of the page leads nowhere from a file
    width, height = int(looks["width"]), int(looks["height"])
    top, below = wrap(found.title, LETTERS - 8), wrap(f"{found.source} {edition}. {LICENCE}.", LETTERS)
    head = EDGE + LINE * len(top) + 6
    whole, across = head + height + LINE * len(below) + EDGE + 6, width + 2 * EDGE
    told = [
        _line(text, EDGE, EDGE + LINE * (at + 0.8), palette.INK, ' font-weight="bold"')
        for at, text in enumerate(top)
    ]
    told += [
        _line(text, EDGE, head + height + 6 + LINE * (at + 0.8), palette.QUIET)
        for at, text in enumerate(below)
    ]
    made = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{whole}" viewBox="0 0 {across} {whole}" '
        f'{FACE} role="img" aria-label="{looks["aria-label"]}"><title>{escape(found.title)}</title>'
        f'<rect width="100%" height="100%" fill="{palette.PAGE}"/>{"".join(told)}'
        f'<svg x="{EDGE}" y="{head}" width="{width}" height="{height}" viewBox="{looks["viewBox"]}">{inside}</svg></svg>\n'
    )
    png = resvg_py.svg_to_bytes(
        svg_string=made, zoom=SHARP, skip_system_fonts=True, font_files=list(FONTS),
        font_family="DejaVu Sans", sans_serif_family="DejaVu Sans",
    )  # fmt: skip
    return made.encode(), bytes(png)


def _line(text: str, x: float, y: float, colour: str, more: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" font-size="12" fill="{colour}"{more}>{escape(text)}</text>'
