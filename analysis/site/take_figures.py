"""A figure or table of a built page as a reader takes it along: picture as SVG and PNG, numbers as CSV, citation."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape, unescape
from textwrap import wrap
from urllib.parse import unquote

from analysis.present import palette, spreadsheet
from analysis.site import laid_out, png

FIGURE = re.compile(r'<figure class="result" id="([^"]+)">.*?</figure>', re.DOTALL)
TITLE = re.compile(r'<figcaption class="finding[^"]*">(.*?)</figcaption>', re.DOTALL)
SOURCE = re.compile(r'class="source">(?:<details.*?<p>)?(.*?)(?:</p></details>)?\s*<a ', re.DOTALL)
NUMBERS = re.compile(r'(<a download="[^"]+\.csv" href=")data:text/csv;charset=utf-8,([^"]*)("[^>]*>)')
WIDE = re.compile(r'<svg class="wide"([^>]*)>(.*?)</svg>', re.DOTALL)
LOOK = re.compile(r'\b(width|height|viewBox|aria-label)="([^"]*)"')
MARK = re.compile(r'<span class="status.*?</span>', re.DOTALL)
TAG = re.compile(r"<[^>]+>")
LINK = re.compile(r'<a href="(?!https?:)[^"]*">(.*?)</a>', re.DOTALL)
COLOURS = {f"var(--fig-{name})": light for name, light in palette.LIGHT.items()}
LICENCE = "Figure and text CC BY 4.0; data Open Government Licence v3.0"
LINE, LETTERS, EDGE = 15, 88, 12  # height of a line, letters in one of that width, margin, in px
FACE = 'font-family="system-ui,DejaVu Sans,sans-serif"'


@dataclass(frozen=True, slots=True)
class Taken:
    """A figure as read from a page. name: its anchor; title, source: texts; rows: its numbers, the first as headings.

    picture: attributes and inside of its SVG, made where it is built of HTML; None for a figure without picture.
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
    picture = (dict(LOOK.findall(wide.group(1))), wide.group(2)) if wide else laid_out.picture(html)
    return Taken(name.group(1), _text(title.group(1)), _text(source.group(1)), rows, picture)


def _text(html: str) -> str:
    return " ".join(unescape(TAG.sub(" ", MARK.sub("", html))).split())


def headed(rows: Sequence[Sequence[str]], about: Sequence[tuple[str, str]]) -> bytes:
    """Return rows as CSV below lines of heading and text, and an empty line; no cell can run in a spreadsheet."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in (*about, (), *rows):
        writer.writerow([spreadsheet.inert(cell) for cell in row])
    return out.getvalue().encode("utf-8-sig")  # the mark by which Excel knows UTF-8


def about(title: str, source: str, *, edition: str, cite: str, address: str) -> list[tuple[str, str]]:
    """Return what stands above the numbers: title, source, edition, licence, citation, and the address when there is one."""
    told = {"Title": title, "Source": source, "Edition": edition, "Licence": LICENCE, "Cite as": cite}
    return [(name, text) for name, text in (told | {"Address": address}).items() if text]


def drawn(taken: Taken, *, edition: str) -> tuple[bytes, bytes] | None:
    """Return a figure as SVG and PNG with its finding above and its source below, on white; None without a drawing."""
    if taken.picture is None:
        return None
    looks, inside = taken.picture
    for name, colour in COLOURS.items():
        inside = inside.replace(name, colour)
    inside = LINK.sub(r"\1", inside)  # a link of the page leads nowhere from a file
    width, height = int(looks["width"]), int(looks["height"])
    letters = LETTERS * width // laid_out.WIDTH
    top, below = wrap(taken.title, letters - 8), wrap(f"{taken.source} {edition}. {LICENCE}.", letters)
    head = EDGE + LINE * len(top) + 6
    whole, across = head + height + LINE * len(below) + EDGE + 6, width + 2 * EDGE
    told = [
        _line(text, EDGE + LINE * (at + 0.8), palette.INK, ' font-weight="bold"')
        for at, text in enumerate(top)
    ]
    foot = head + height + 6
    told += [_line(text, foot + LINE * (at + 0.8), palette.QUIET) for at, text in enumerate(below)]
    made = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{whole}" viewBox="0 0 {across} {whole}" '
        f'{FACE} role="img" aria-label="{looks["aria-label"]}"><title>{escape(taken.title)}</title>'
        f'<rect width="100%" height="100%" fill="{palette.PAGE}"/>{"".join(told)}'
        f'<svg overflow="visible" x="{EDGE}" y="{head}" width="{width}" height="{height}" viewBox="{looks["viewBox"]}">{inside}</svg></svg>\n'
    )
    return made.encode(), png.drawn(made)


def _line(text: str, y: float, colour: str, more: str = "") -> str:
    return f'<text x="{EDGE:g}" y="{y:g}" font-size="12" fill="{colour}"{more}>{escape(text)}</text>'
