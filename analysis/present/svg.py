"""A drawing as SVG for a page: live text, colours that follow the theme, looks as attributes, names of its own.

Looks are attributes because a strict host refuses styles within a page. Names of clip paths and marks are counted, so
that they are the same in every run and differ between the figures of a page.
"""

import io
import math
import re
import zlib
from functools import lru_cache
from typing import Any

from matplotlib.backends.backend_svg import RendererSVG, _short_float_fmt
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from analysis.present import palette

HALO = "halo"  # gid of a text that stands over lines: it gets an edge in the colour of the page
STYLED = re.compile(r'(<[a-z][^<>]*?)\sstyle="([^"]*)"([^<>]*>)', re.IGNORECASE)
HEAD = re.compile(r"^.*?<svg\b[^>]*>", re.DOTALL)
LEFT_OUT = re.compile(r"<metadata>.*?</metadata>|<style.*?</style>|<!--.*?-->|<defs>\s*</defs>", re.DOTALL)
COLOUR = re.compile(r'(?<==")#[0-9a-f]{6}(?=")')
LONG = re.compile(r"-?\d+\.\d{3,}(?:e-?\d+)?")
USE = re.compile(r"<use [^<>]*>")
PLACE = re.compile(r'(?<= [xy]=")-?\d+\.\d+(?=")')
TAGS = re.compile(r"<[^>]*>")
NAME = re.compile(r'\sid="([^"]*)"')
USED = re.compile(r'(?<=url\(#)[^)]+(?=\))|(?<=href="#)[^"]+(?=")')
MARKS = re.compile(r"(<g\b[^<>]*)>((?:<use [^<>]*/>)+)</g>")
PARTS = {"left": 0.0, "center": 0.5, "right": 1.0}
UPRIGHT = {"bottom": 0.0, "baseline": 0.0, "center": 0.5, "center_baseline": 0.5, "top": 1.0}
ANCHORS = {0.0: "start", 0.5: "middle", 1.0: "end"}
NAMES = {light: f"var(--fig-{name})" for name, light in palette.LIGHT.items()}
OUTLINE = re.compile(r'(?<= d=")[^"]*(?=")')
UNSEEN = re.compile(r'<path d="[^"]*"(?: clip-path="[^"]*")? fill="none"/>')
DEFINED = re.compile(r'<defs><path id="([^"]*)" d="([^"]*)"[^<>]*/></defs>')
ROUND = re.compile(r"M0 ([\d.]+)(?:C[-\d. ]+){8}z$")
DOTS = re.compile(
    r'<g( clip-path="[^"]*")? fill="([^"]*)"(?: stroke="([^"]*)")?(?: stroke-width="([^"]*)")?>'
    r'((?:<use href="#([^"]*)" x="[^"]*" y="[^"]*"/>)+)</g>'
)


class _Live(RendererSVG):
    """Writes a text as one element a line, held where it was aligned: a reader's font is narrower or wider."""

    held, edged = 0.0, False

    def open_group(self, s: str, gid: str | None = None) -> None:
        if s == "text" and gid:
            part, _, more = gid.partition(" ")
            self.held, self.edged = float(part), more == HALO

    def close_group(self, s: str) -> None:
        pass

    def get_text_width_height_descent(  # type: ignore[no-untyped-def]
        self, s: str, prop: FontProperties, ismath
    ) -> tuple[float, float, float]:
        return _measured(s, prop.copy(), ismath)

    def draw_text(self, gc, x, y, s, prop, angle, ismath=False, mtext=None) -> None:  # type: ignore[no-untyped-def]
        if ismath:
            super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
            return
        if not s.strip():
            return
        width = self.get_text_width_height_descent(s, prop, ismath)[0] * self.held
        turn = math.radians(angle)
        x, y = x + width * math.cos(turn), y - width * math.sin(turn)
        looks: dict[str, Any] = {"x": _short_float_fmt(x), "y": _short_float_fmt(y)}
        looks |= {"font-size": _short_float_fmt(prop.get_size_in_points()), "text-anchor": ANCHORS[self.held]}
        looks["fill"] = _hex(gc.get_rgb())
        if prop.get_weight() not in ("normal", 400):
            looks["font-weight"] = str(prop.get_weight())
        if gc.get_alpha() != 1:
            looks["fill-opacity"] = _short_float_fmt(gc.get_alpha())
        if self.edged:
            looks |= {"paint-order": "stroke", "stroke": palette.PAGE, "stroke-width": "3"}
        if angle:
            looks["transform"] = f"rotate({-angle:g} {_short_float_fmt(x)} {_short_float_fmt(y)})"
        if gc.get_url() is not None:
            self.writer.start("a", attrib={"href": gc.get_url()})
        self.writer.element("text", s, attrib=looks)
        if gc.get_url() is not None:
            self.writer.end("a")

    def _write_hatches(self) -> None:
        """Write a hatch as one small tile of lines or dots; as drawn it takes 30 to 180 KB."""
        self.writer.start("defs")
        for (path, face, edge, _), name in self._hatchd.values():
            size = {"patternUnits": "userSpaceOnUse", "width": "6", "height": "6"}
            self.writer.start("pattern", attrib={"id": name, **size})
            ground = _hex(face) if face is not None else "none"
            self.writer.element("rect", attrib={"width": "6", "height": "6", "fill": ground})
            if path.codes is not None and path.CURVE4 in path.codes:
                self.writer.element("circle", attrib={"cx": "3", "cy": "3", "r": "1", "fill": _hex(edge)})
            else:
                ends = zip(path.vertices[::2], path.vertices[1::2], strict=True)
                ways = {(end[1] - start[1]) * (end[0] - start[0]) for start, end in ends}
                lines = "M0 3H6" if ways == {0} else ""
                lines = f"{'M0 6L6 0' if max(ways) > 0 else ''}{'M0 0L6 6' if min(ways) < 0 else ''}{lines}"
                self.writer.element("path", attrib={"d": lines, "stroke": _hex(edge), "stroke-width": "1"})
            self.writer.end("pattern")
        self.writer.end("defs")


@lru_cache(maxsize=4096)
def _measured(text: str, looks: FontProperties, ismath: bool) -> tuple[float, float, float]:
    """Return width, height and descent of a text in points, measured once for all drawings."""
    return text_to_path.get_text_width_height_descent(text, looks, ismath)


def _hex(rgb: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(255 * part):02x}" for part in rgb[:3])


def drawn(figure: Figure, name: str) -> tuple[int, int, str]:
    """Return width and height in px of the screen and what stands within the `svg` element.

    figure: laid out; name: begins every name within the drawing. Raises ValueError at a colour that is not in
    `palette`, for which no value on a dark ground is known.
    """
    for text in figure.findobj(Text):
        text.set_gid(f"{_held(text)} {HALO if str(text.get_gid()).endswith(HALO) else ''}".strip())
    out, dpi = io.StringIO(), figure.dpi
    figure.set_dpi(72)
    try:
        width, height = figure.get_size_inches() * 72
        renderer = _Live(width, height, out)
        figure.draw(renderer)
        renderer.finalize()
    finally:
        figure.set_dpi(dpi)
    inside = LEFT_OUT.sub("", HEAD.sub("", out.getvalue())).removesuffix("</svg>\n")
    inside = STYLED.sub(attributes, inside.replace(' xlink:href="', ' href="'))
    inside = OUTLINE.sub(_short, inside)
    # Never what is written between tags.
    inside = TAGS.sub(lambda tag: LONG.sub(_rounded, tag.group()), inside)
    inside = _named(re.sub(r"\s*\n\s*", " ", inside).replace("> <", "><"), name)
    inside = MARKS.sub(_gathered, inside)
    inside = USE.sub(lambda tag: PLACE.sub(_tenth, tag.group()), inside)
    inside = _dotted(UNSEEN.sub("", inside))
    unknown = sorted(set(COLOUR.findall(inside)) - NAMES.keys())
    if unknown:
        allowed = f"the light ones of {sorted(NAMES)}"
        raise ValueError(f"figure '{name}': found the colours {unknown}. Allowed: {allowed}.")
    return round(width / 0.75), round(height / 0.75), inside


def themed(inside: str) -> str:
    """Return a drawing in the colours of the page it stands in."""
    return COLOUR.sub(lambda found: NAMES[found.group()], inside)


def attributes(match: re.Match[str]) -> str:
    """Return a tag whose looks are attributes."""
    before, style, after = match.groups()
    looks = dict(part.split(":", 1) for part in style.split(";") if part.strip())
    return before + "".join(f' {name.strip()}="{value.strip()}"' for name, value in looks.items()) + after


def _rounded(match: re.Match[str]) -> str:
    return f"{float(match.group()):.2f}".rstrip("0").rstrip(".")


def _tenth(match: re.Match[str]) -> str:
    return f"{float(match.group()):.1f}".removesuffix(".0")


def _short(match: re.Match[str]) -> str:
    """Return an outline to a tenth of a point, without the words that an SVG does not need."""
    outline = re.sub(r"-?\d+\.\d+", _tenth, match.group())
    outline = re.sub(r"\s*([A-Za-z])\s*", r"\1", outline)
    return re.sub(r"(?<=[\d.])L(?=[-\d])", " ", outline)


def _gathered(match: re.Match[str]) -> str:
    """Return a group of marks whose looks stand once, on the group."""
    looks = set(re.findall(r'y="[^"]*"([^<>]*)/>', match.group(2)))
    if len(looks) > 1:
        return match.group()
    places = re.sub(r'(y="[^"]*")[^<>]*/>', r"\1/>", match.group(2))
    return f"{match.group(1)}{looks.pop()}>{places}</g>"


def _dotted(inside: str) -> str:
    """Return a drawing whose groups of filled round marks are one line of dots each: a quarter of the bytes."""
    marks = {name: ROUND.match(outline) for name, outline in DEFINED.findall(inside)}

    def dots(match: re.Match[str]) -> str:
        clip, fill, stroke, edge, uses, name = match.groups()
        mark = marks.get(name)
        if mark is None or uses.count(f'"#{name}"') != uses.count("<use") or stroke not in (None, fill):
            return match.group()
        wide = 2 * float(mark.group(1)) + (float(edge or 1) if stroke else 0)
        places = re.sub(r'<use href="[^"]*" x="([^"]*)" y="([^"]*)"/>', r"M\1 \2h.01", uses)
        return f'<path d="{places}"{clip or ""} fill="none" stroke="{fill}" stroke-linecap="round" stroke-width="{wide:.2g}"/>'

    inside = DOTS.sub(dots, inside)
    return DEFINED.sub(lambda mark: mark.group() if f'"#{mark.group(1)}"' in inside else "", inside)


def _held(text: Text) -> float:
    """Return which part of a line stays where it is when the line grows: 0 its start, 1 its end."""
    along = text.get_rotation_mode() == "anchor" or text.get_rotation() == 0
    if along or len(text.get_text().split("\n")) > 1:
        return PARTS[text._multialignment or text.get_horizontalalignment()]  # type: ignore[attr-defined]
    return UPRIGHT[text.get_verticalalignment()]


def _named(inside: str, name: str) -> str:
    """Return a drawing that names only what it uses, by a short form of `name` and a number."""
    name = f"f{zlib.crc32(name.encode()) % 16**5:x}"
    used = dict.fromkeys(USED.findall(inside))
    names = {old: f"{name}-{place}" for place, old in enumerate(used)}
    inside = NAME.sub(lambda m: f' id="{names[m.group(1)]}"' if m.group(1) in names else "", inside)
    return USED.sub(lambda m: names.get(m.group(), m.group()), inside)
