"""The whole programme theory on one map: places of the boxes and ways of the arrows are fixed by hand, here.

Five stages from left to right, unwanted effects above, context below. `ways` turns places into paths; no arrow may
pass behind a box that is not its own, which a test holds.
"""

import textwrap
from dataclasses import dataclass
from html import escape
from itertools import pairwise

import pandas as pd

from analysis.chapters import theory as theory_page
from analysis.present.blocks import Block
from analysis.present.drawn import drawn, key
from analysis.study.evidence.theory import CONTESTED, NOTHING, STATUSES, SUPPORTED, Theory, TheoryError

WIDTH, HEIGHT = 960, 690
BOX, LINE, LETTERS = 122, 15, 16  # width of a box, height of a line, letters in one
C = (0, 168, 336, 504, 672, 838)  # left edges of the six columns
STAGES = ((0, "What the regime did"), (168, "What that set off"), (336, "What changed inside the trust"), (672, "Outcomes"), (838, "What lasted"))  # fmt: skip
BANDS = ((36, 54, "Unwanted effects"), (622, 62, "Context"))
# Element: left edge and middle of its box.
PLACES = {
    "stigma_morale": (330, 63), "recruitment_harm": (500, 63), "short_termism": (C[4], 63),
    "public_label": (C[0], 140), "leadership_change": (C[0], 210), "money": (C[0], 310), "buddying": (C[0], 384),
    "improvement_director": (C[0], 446), "outside_help": (C[0], 502), "plan_and_reinspection": (C[0], 566),
    "scrutiny_pressure": (C[1], 140), "new_leadership_authority": (C[1], 210), "slack_to_change": (C[1], 310),
    "borrowed_capability": (C[1], 384), "expertise_and_challenge": (C[1], 468), "focus_and_accountability": (C[1], 566),
    "board_engagement": (C[2], 140), "change_valence": (C[2], 210), "board_quality_first": (C[2], 306),
    "board_data_use": (C[2], 486), "board_balance": (C[2], 566),
    "improvement_culture": (C[3], 140), "change_commitment": (C[3], 224), "change_efficacy": (C[3], 420),
    "workforce": (C[4], 210), "care_and_performance": (C[4], 400), "rating_and_exit": (C[4], 558),
    "gains_kept": (C[5], 286), "no_return": (C[5], 558),
    "finances": (252, 653), "leadership_history": (434, 653), "local_system": (582, 653), "scale_complexity": (C[4] + 60, 653),
}  # fmt: skip
# Arrow: side it leaves, side it reaches, points between. Not listed: from right to left, in one curve.
WAYS: dict[str, tuple[str, str, tuple[tuple[float, float], ...]]] = {
    "L09": ("right", "left", ((322, 448), (480, 436))),
    "L12": ("right", "bottom", ((320, 520), (770, 516))),
    "L13": ("right", "left", ((320, 350), (470, 376))),
    "L15": ("right", "left", ((304, 148), (304, 268), (656, 268), (656, 390))),
    "L16": ("top", "left", ((229, 98), (648, 98), (650, 63))),
    "L17": ("top", "left", ()),
    "L18": ("top", "top", ((40, 26), (561, 26))),
    "L20": ("right", "top", ()),
    "L22": ("right", "bottom", ((721, 486),)),
    "L23": ("top", "bottom", ()),
    "L25": ("right", "top", ()),
    "L26": ("right", "left", ((480, 600), (818, 600), (818, 310))),
    "L28": ("bottom", "top", ()),
    "L30": ("bottom", "top", ()),
    "L31": ("top", "bottom", ()),
    "L32": ("right", "left", ((146, 252), (800, 252))),
    "L33": ("top", "bottom", ()),
    "L34": ("top", "bottom", ((652, 612), (652, 452), (696, 446))),
    "L35": ("top", "bottom", ()),
    "L36": ("top", "bottom", ()),
    "L37": ("bottom", "left", ((398, 109), (492, 109), (492, 213))),
    "L38": ("bottom", "top", ((561, 104), (638, 104), (638, 340), (575, 380))),
    "L39": ("bottom", "top", ()),
    "L40": ("right", "top", ()),
    "L41": ("bottom", "top", ()),
    "L42": ("right", "left", ((316, 240), (480, 240))),
}
NUMBERS = {  # where on its way the number of an arrow stands, when not half-way
    "L11": 0.75, "L12": 0.42, "L27": 0.3, "L13": 0.4, "L14": 0.75, "L15": 0.5, "L19": 0.3, "L24": 0.3, "L29": 0.3, "L37": 0.42, "L32": 0.3, "L26": 0.75, "L34": 0.45,
}  # fmt: skip
OUT = {"left": (-1, 0), "right": (1, 0), "top": (0, -1), "bottom": (0, 1)}
KINDS = {"supported": "supported", "contested": "contested", "only": "contested, nothing for it", "nothing": "no evidence found"}  # fmt: skip
PULL, ROUND, HEAD = 0.5, 16, 9  # pull of a curve, radius of a bend, length of a head
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Way:
    """The path of an arrow. d: for SVG; end: where it ends; towards: its direction there; points: along it."""

    d: str
    end: tuple[float, float]
    towards: tuple[int, int]
    points: tuple[tuple[float, float], ...]


def kind(arrow: pd.Series) -> str:
    """Return how an arrow is drawn, a key of KINDS; "only" is contested without a statement that supports it."""
    if arrow["status"] == CONTESTED:
        return "contested" if arrow["supports"] else "only"
    return {SUPPORTED: "supported", NOTHING: "nothing"}[arrow["status"]]


def lines_of(label: str) -> list[str]:
    """Return a label in the lines of its box."""
    return textwrap.wrap(label, LETTERS)


def boxes(theory: Theory) -> dict[str, tuple[float, float, float, float]]:
    """Return left, top, width and height of each box; raise TheoryError for an element without a place, or the reverse."""
    labels = dict(zip(theory.nodes["id"], theory.nodes["label"], strict=True))
    odd = sorted({*labels} ^ {*PLACES})
    if odd:
        allowed = "one place on the map for each element of the theory"
        raise TheoryError(f"element {odd[0]!r}: allowed is {allowed}.")
    out: dict[str, tuple[float, float, float, float]] = {}
    for name, (x, middle) in PLACES.items():
        tall = 12 + LINE * max(2, len(lines_of(labels[name])))
        out[name] = (x, middle - tall / 2, BOX, tall)
    return out


def ways(theory: Theory) -> dict[str, Way]:
    """Return the path of every arrow. Arrows that share a side of a box are spread along it in the order they come."""
    held = boxes(theory)
    ends = theory.arrows[["id", "from", "to"]].itertuples(index=False, name=None)
    plans = {arrow: (start, end, WAYS.get(arrow, ("right", "left", ()))) for arrow, start, end in ends}
    ports = _ports(held, plans)
    return {arrow: _way(ports[arrow, 0], ports[arrow, 1], plan) for arrow, (_, _, plan) in plans.items()}


def _ports(held: dict, plans: dict) -> dict[tuple[str, int], tuple[float, float]]:
    sides: dict[tuple[str, str], list[tuple[float, str, int]]] = {}
    for arrow, (start, end, (leaves, reaches, between)) in plans.items():
        middles = [(held[n][0] + held[n][2] / 2, held[n][1] + held[n][3] / 2) for n in (start, end)]
        for which, box, side, next_ in (
            (0, start, leaves, (*between, middles[1])[0]),
            (1, end, reaches, (middles[0], *between)[-1]),
        ):
            along = next_[1] if OUT[side][0] else next_[0]
            sides.setdefault((box, side), []).append((along, arrow, which))
    out = {}
    for (box, side), found in sides.items():
        x, y, width, height = held[box]
        for place, (_, arrow, which) in enumerate(sorted(found), start=1):
            part = place / (len(found) + 1)
            across = {"left": x, "right": x + width, "top": y, "bottom": y + height}[side]
            out[arrow, which] = (across, y + height * part) if OUT[side][0] else (x + width * part, across)
    return out


def _way(start: Point, end: Point, plan: tuple) -> Way:
    leaves, reaches, between = plan
    (ax, ay), (bx, by) = OUT[leaves], OUT[reaches]
    stop = (end[0] + bx * (HEAD - 2), end[1] + by * (HEAD - 2))
    if between:
        d, along = _bent([start, *between, stop])
        return Way(d, end, (-bx, -by), along)
    near, far = ((stop[i] - start[i]) * PULL for i in (0 if ax else 1, 0 if bx else 1))
    c1 = (start[0] + ax * max(abs(near), 20), start[1] + ay * max(abs(near), 20))
    c2 = (stop[0] + bx * max(abs(far), 20), stop[1] + by * max(abs(far), 20))
    d = f"M{_at(start)}C{_at(c1)} {_at(c2)} {_at(stop)}"
    return Way(d, end, (-bx, -by), tuple(_cubic(i / 24, start, c1, c2, stop) for i in range(25)))


def _bent(points: list[Point]) -> tuple[str, tuple[Point, ...]]:
    """Return straight pieces with round bends as a path, and points along it."""
    d, along, last = f"M{_at(points[0])}", [points[0]], points[0]
    for corner, after in pairwise(points[1:]):
        enter, leave = _towards(corner, last), _towards(corner, after)
        d += f"L{_at(enter)}Q{_at(corner)} {_at(leave)}"
        along += [*_between(along[-1], enter), enter, leave]
        last = corner
    return f"{d}L{_at(points[-1])}", (*along, *_between(along[-1], points[-1]), points[-1])


def _towards(corner: Point, other: Point) -> Point:
    length = ((other[0] - corner[0]) ** 2 + (other[1] - corner[1]) ** 2) ** 0.5
    part = min(ROUND / length, 0.5)
    return (corner[0] + part * (other[0] - corner[0]), corner[1] + part * (other[1] - corner[1]))


def _between(a: Point, b: Point) -> list[Point]:
    return [(a[0] + i / 24 * (b[0] - a[0]), a[1] + i / 24 * (b[1] - a[1])) for i in range(1, 24)]


def _cubic(t: float, *four: Point) -> Point:
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    x, y = (sum(w * point[i] for w, point in zip(weights, four, strict=True)) for i in (0, 1))
    return (x, y)


def _at(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"


def map_of(theory: Theory) -> Block:
    """Return the map: every arrow a link to its place in the lists below, every box with its label."""
    found, held = ways(theory), boxes(theory)
    labels = dict(zip(theory.nodes["id"], theory.nodes["label"], strict=True))
    layers = dict(zip(theory.nodes["id"], theory.nodes["layer"], strict=True))
    bands = "".join(
        f'<rect class="band" x="186" y="{y}" width="{WIDTH - 186}" height="{tall}" rx="4"/><text class="stage" x="192" y="{y + 14}">{name}</text>'
        for y, tall, name in BANDS
    )
    stages = "".join(f'<text class="stage" x="{x}" y="13">{name}</text>' for x, name in STAGES)
    arrows = "".join(_arrow(row, found[row["id"]]) for _, row in theory.arrows.iterrows())
    drawn_boxes = "".join(_box(labels[name], layers[name], place) for name, place in held.items())
    picture = f'<svg class="whole" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">{bands}{stages}{drawn_boxes}{arrows}</svg>'
    kinds = theory.arrows.apply(kind, axis=1).value_counts().reindex(list(KINDS), fill_value=0)
    entries = [(_sample(name, "+"), f"{word} {kinds[name]}") for name, word in KINDS.items()]
    ends = [(_sample("plain", "+"), "raises"), (_sample("plain", "-"), "lowers")]
    return drawn(
        key(entries + ends) + picture, name="theory-map", title=title(theory), says=theory.sentence(),
        frame=theory.arrows, sources=theory_page.SOURCES, kind="theory-map",
    )  # fmt: skip


def title(theory: Theory) -> str:
    """Return the finding: how many steps stand how."""
    counts = theory.arrows["status"].value_counts().reindex(list(STATUSES), fill_value=0)
    return (
        f"{counts[SUPPORTED]} of {len(theory.arrows)} steps are supported, {counts[CONTESTED]} are contested, "
        f"and {counts[NOTHING]} {'has' if counts[NOTHING] == 1 else 'have'} no evidence"
    )


def _sample(name: str, sign: str) -> str:
    head, bar = '<path class="head" d="M16 2.500l8 4.500-8 4.500z"/>', '<path class="bar" d="M22 1v12"/>'
    length, end = (16, head) if sign == "+" else (21, bar)
    return f'<g class="{name}"><path class="way" d="M0 7h{length}"/>{end}</g>'


def sample(arrow: pd.Series) -> str:
    """Return the little arrow that stands in a list for one on the map."""
    return f'<svg width="24" height="14" viewBox="0 0 24 14" aria-hidden="true">{_sample(kind(arrow), arrow["sign"])}</svg>'


def _arrow(arrow: pd.Series, way: Way) -> str:
    x, y = way.end
    dx, dy = way.towards
    if arrow["sign"] == "+":
        back, half = (x - HEAD * dx, y - HEAD * dy), HEAD / 2
        end = f'<path class="head" d="M{x:.1f} {y:.1f}L{_at((back[0] + half * dy, back[1] + half * dx))}L{_at((back[0] - half * dy, back[1] - half * dx))}z"/>'
    else:
        mid = (x - 4 * dx, y - 4 * dy)
        end = f'<path class="bar" d="M{_at((mid[0] + 7 * dy, mid[1] + 7 * dx))}L{_at((mid[0] - 7 * dy, mid[1] - 7 * dx))}"/>'
    number = int(arrow["id"][1:])
    at = way.points[round(NUMBERS.get(arrow["id"], 0.5) * (len(way.points) - 1))]
    return (
        f'<a class="arrow {kind(arrow)}" id="map-{arrow["id"]}" href="#{arrow["id"]}" tabindex="-1" '
        f'data-from="{arrow["from"]}" data-to="{arrow["to"]}"><title>{escape(theory_page.step_words(arrow))}</title>'
        f'<path class="casing" d="{way.d}"/><path class="way" d="{way.d}"/>{end}'
        f'<rect class="plate" x="{at[0] - 10:.1f}" y="{at[1] - 8:.1f}" width="20" height="16" rx="3"/>'
        f'<text x="{at[0]:.1f}" y="{at[1] + 4.5:.1f}">{number}</text></a>'
    )


def _box(label: str, layer: str, place: tuple[float, float, float, float]) -> str:
    x, y, width, height = place
    lines = lines_of(label)
    first = y + height / 2 - (len(lines) - 1) * LINE / 2 + 4.5
    words = "".join(
        f'<tspan x="{x + width / 2}" y="{first + LINE * i:.1f}">{escape(line)} </tspan>'
        for i, line in enumerate(lines)
    )
    return f'<g class="box {layer}"><rect x="{x}" y="{y:.1f}" width="{width}" height="{height}" rx="4"/><text>{words}</text></g>'
