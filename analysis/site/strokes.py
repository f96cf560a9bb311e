"""What stands at a place of a drawing: shapes of an SVG without style sheet, lines of text, boxes."""

import re
from html import escape

from bs4.element import Tag

from analysis.present import palette
from analysis.site.looks import Looks, px
from analysis.site.wrapped import BOX, Piece, bold, unseen

ACROSS, DOWN = ("x", "x1", "x2", "cx", "width", "dx"), ("y", "y1", "y2", "cy", "height", "dy")
PLACES = (*ACROSS, *DOWN, "r", "rx", "d", "points", "transform")
SHAPE = ("fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "opacity")
LETTERS = (*SHAPE, "font-size", "font-weight", "text-anchor", "paint-order")
CLEAR = ("transparent", "none")
HATCHED = "repeating-linear-gradient"
MOVED = re.compile(r"translateY\(([\d.]+)px\)")
WAYS = re.compile(r"([MLHVz])([^MLHVz]*)")


def attribute(element: Tag, name: str) -> str | None:
    """Return an attribute whose name an HTML parser writes in small letters."""
    found = element.get(name) or element.get(name.lower())
    return None if found is None else str(found)


def children(element: Tag, looks: dict[int, Looks], wide: float, high: float) -> str:
    """Return what is drawn within an SVG of this size."""
    return "".join(shape(one, looks, wide, high) for one in element.children if isinstance(one, Tag))


def shape(node: Tag, looks: dict[int, Looks], wide: float, high: float) -> str:
    """Return one part of an SVG with its looks as attributes and its shares of the size as px."""
    own = looks[id(node)]
    if unseen(node, own) or node.name in ("title", "defs"):
        return ""
    if node.name in ("g", "a"):
        made = f"<g>{children(node, looks, wide, high)}</g>"
    elif node.name == "svg":
        made = nested(node, looks, wide, high)
    else:
        made = plain(node, looks, wide, high)
    moved = MOVED.search(own.get("transform", ""))
    return f'<g transform="translate(0 {moved.group(1)})">{made}</g>' if moved and made else made


def plain(node: Tag, looks: dict[int, Looks], wide: float, high: float) -> str:
    """Return a line, a shape or a text; "" for one that is not seen."""
    own, words = looks[id(node)], node.name in ("text", "tspan")
    held = [name for name in PLACES if node.has_attr(name)]
    at = {name: _px(str(node[name]), high if name in DOWN else wide) for name in held}
    clear = own.get("fill") in CLEAR and own.get("stroke", "none") in CLEAR
    if (clear and not words) or (node.name == "rect" and px(at.get("width", "0")) == 0):
        return ""
    inside = "" if words else children(node, looks, wide, high)
    if words:
        inside = "".join(
            shape(one, looks, wide, high) if isinstance(one, Tag) else escape(re.sub(r"\s+", " ", str(one)))
            for one in node.children
        )
    given = at | {name: _plain(own[name]) for name in (LETTERS if words else SHAPE) if name in own}
    told = "".join(f' {name}="{escape(value)}"' for name, value in given.items())
    if "> " in inside:  # a space between two words of one line, each of a look of its own
        told += ' xml:space="preserve"'
    return f"<{node.name}{told}>{inside}</{node.name}>"


def nested(node: Tag, looks: dict[int, Looks], wide: float, high: float) -> str:
    """Return an SVG within another as a group at its place, grown to its size."""
    room = {"x": (wide, "0"), "y": (high, "0"), "width": (wide, wide), "height": (high, high)}
    given = {name: str(node.get(name) or otherwise) for name, (_, otherwise) in room.items()}
    x, y, across, tall = (float(_px(text, room[name][0])) for name, text in given.items())
    field = [float(part) for part in (attribute(node, "viewBox") or "").split()]
    by = (across / field[2], tall / field[3]) if field else (1.0, 1.0)
    flat = attribute(node, "preserveAspectRatio") == "none"  # lines keep their width where it is stretched
    for path in node.select("path") if field and flat else ():
        path["d"] = stretched(str(path["d"]), *by)
    if flat or not field:
        return f'<g transform="translate({x:g} {y:g})">{children(node, looks, across, tall)}</g>'
    grown = min(by)
    left, top = x + (across - grown * field[2]) / 2, y + (tall - grown * field[3]) / 2
    inside = children(node, looks, field[2], field[3])
    return f'<g transform="translate({left:g} {top:g}) scale({grown:g})">{inside}</g>'


def stretched(path: str, across: float, down: float) -> str:
    """Return a path of straight lines whose places are multiplied."""

    def moved(match: re.Match[str]) -> str:
        way, numbers = match.group(1), [float(one) for one in re.findall(r"-?[\d.]+", match.group(2))]
        by = {"H": (across, across), "V": (down, down)}.get(way, (across, down))
        return way + " ".join(f"{number * by[place % 2]:.1f}" for place, number in enumerate(numbers))

    return WAYS.sub(moved, path)


def _px(length: str, whole: float) -> str:
    return f"{px(length, whole):.2f}".rstrip("0").rstrip(".") if length.endswith("%") else length


def _plain(value: str) -> str:
    return f"{px(value):g}" if value.endswith(("rem", "px")) else value


def words(line: list[Piece], x: float, y: float, high: float) -> str:
    """Return a line of text; its pieces follow one another in any font."""
    size = max(px(one.looks["font-size"]) for one in line)
    inside = "".join(
        f'<tspan font-size="{px(one.looks["font-size"]):g}" font-weight="{700 if bold(one.looks) else 400}" '
        f'fill="{one.looks["color"]}">{escape(one.text)}</tspan>'
        for one in line
    )
    return f'<text x="{x:.1f}" y="{y + high / 2 + 0.36 * size:.1f}" xml:space="preserve">{inside}</text>'


def piece(out: list[str], looks: dict[int, Looks], one: Piece, x: float, y: float, high: float) -> None:
    """Draw a piece of a line that stands at a place of its own: a mark, a text in a box, words."""
    element = one.element
    if element is None:
        out.append(words([one], x, y, high))
    elif element.name == "svg":
        wide, tall = one.wide, px(str(element.get("height") or "0"))
        made = nested(element, looks, wide, tall)
        out.append(f'<g transform="translate({x:.1f} {y + (high - tall) / 2:.1f})">{made}</g>')
    else:
        size = px(one.looks["font-size"])
        tall = px(one.looks["height"]) if element.name == "i" else size * 1.45
        out += box(one.looks, x, y + (high - tall) / 2, one.wide, tall)
        letters = Piece(element.get_text(), one.looks, 0)
        start = x + BOX / 2 if element.name != "i" else x + one.wide / 2 - size * 0.4
        if letters.text:
            out.append(words([letters], start, y, high))


def box(looks: Looks, x: float, y: float, wide: float, high: float) -> list[str]:
    """Return the ground and the edges of an element."""
    made, ground = [], looks.get("background", "transparent")
    place = f'x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{px(looks.get("border-radius", "0")):g}"'
    if HATCHED in ground:
        made.append(f'<rect {place} fill="{palette.PAGE}"/>')
        starts = [x + at for at in range(8, int(wide + high), 11)]
        lines = "".join(f"M{start:.1f} {y:.1f}l{-high:.1f} {high:.1f}" for start in starts)
        size = f'width="{wide:.1f}" height="{high:.1f}" viewBox="{x:.1f} {y:.1f} {wide:.1f} {high:.1f}"'
        hatch = f'<path d="{lines}" stroke="{palette.GREY}"/>'
        made.append(f'<svg x="{x:.1f}" y="{y:.1f}" {size}>{hatch}</svg>')
    elif ground.startswith("#"):
        made.append(f'<rect {place} fill="{ground}"/>')
    if "solid" in (edge := looks.get("border", "")) and "transparent" not in edge:
        made.append(f'<rect {place} fill="none" stroke="{edge.split()[-1]}"/>')
    if "solid" in (edge := looks.get("border-bottom", "")):
        thick, _, colour = edge.split()
        way = f"M{x:.1f} {y + high - px(thick) / 2:.1f}h{wide:.1f}"
        made.append(f'<path d="{way}" stroke="{colour}" stroke-width="{px(thick):g}"/>')
    return made
