"""How the elements of a picture built of HTML look on a wide page in the light, worked out from its style sheet.

A build has no browser. What is needed of CSS here is little: rules by selector, a container's width, colours by name.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import soupsieve
import tinycss2
from bs4.element import Tag

from analysis.present import palette

SHEET = Path(__file__).parents[2] / "book" / "_static" / "drawn.css"
REM = 16  # px
INHERITED = (
    *("color", "fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "font-size", "font-weight"),
    *("text-anchor", "text-align", "paint-order", "white-space"),
)  # fmt: skip
GIVEN = {"fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "text-anchor", "font-weight"}
START = {"color": palette.INK, "font-size": "1rem", "font-weight": "400"}
BOLD = ("b", "strong", "th")
VARIABLE = re.compile(r"var\(--([\w-]+)\)")
CONDITION = re.compile(r"\((min|max)-width:\s*([\d.]+)rem\)")
CLASSES = re.compile(r"\.([\w-]+)")
CHOSEN = re.compile(r":(?:is|has)\(([^)]*)\)")
COUNTED = re.compile(r"[.\[:]|(?:^|[\s>+~])[a-z]")
Looks = dict[str, str]


@cache
def rules(width: int, path: Path = SHEET) -> tuple[tuple[str, Looks], ...]:
    """Return selectors and what they set, the strongest last. width: of the picture in px, which rules may ask for."""
    found: list[tuple[str, Looks]] = []
    bare = {"skip_comments": True, "skip_whitespace": True}

    def read(parts: Any) -> None:
        for part in parts:
            text = tinycss2.serialize(part.prelude).strip() if part.type != "error" else ""
            if part.type == "at-rule" and part.at_keyword == "container":
                asked = CONDITION.search(text)
                if asked and (float(asked.group(2)) * REM <= width) == (asked.group(1) == "min"):
                    read(tinycss2.parse_rule_list(part.content, **bare))
            elif part.type == "qualified-rule":
                told = tinycss2.parse_declaration_list(part.content, **bare)
                told = [set_by for set_by in told if set_by.type == "declaration"]
                looks = {set_by.name: tinycss2.serialize(set_by.value).strip() for set_by in told}
                found.extend((selector, looks) for selector in apart(text) if "::" not in selector)

    read(tinycss2.parse_stylesheet(path.read_text(encoding="utf-8"), **bare))
    names = {f"--fig-{name}": light for name, light in palette.LIGHT.items()}
    names |= next(looks for selector, looks in found if selector == ":root")

    def coloured(looks: Looks) -> Looks:
        return {key: VARIABLE.sub(lambda m: names[f"--{m.group(1)}"], value) for key, value in looks.items()}

    ordered = sorted((rule for rule in found if rule[0] != ":root"), key=lambda rule: strength(rule[0]))
    return tuple((selector, coloured(looks)) for selector, looks in ordered)


def strength(selector: str) -> int:
    """Return the rank of a selector: its classes, attributes and states before its elements."""
    inner = [max(map(strength, apart(one))) for one in CHOSEN.findall(selector)]
    marks = COUNTED.findall(CHOSEN.sub("", selector))
    return sum(inner) + sum(100 if mark in (".", "[", ":") else 1 for mark in marks)


def apart(selectors: str) -> list[str]:
    """Return selectors that stand in one list, apart at the commas that are outside of brackets."""
    found, deep = [""], 0
    for letter in selectors:
        deep += (letter == "(") - (letter == ")")
        if letter == "," and not deep:
            found.append("")
        else:
            found[-1] += letter
    return [one.strip() for one in found]


def worked_out(root: Tag, width: int) -> dict[int, Looks]:
    """Return the looks of every element within `root`, by `id`, those inherited among them."""
    classes = {one for element in root.find_all(True) for one in element.get("class") or ()}
    own: dict[int, Looks] = {}
    for selector, looks in rules(width):
        if set(CLASSES.findall(CHOSEN.sub("", selector))) <= classes:
            for element in soupsieve.select(selector, root):
                own.setdefault(id(element), {}).update(looks)
    made: dict[int, Looks] = {id(root): START}
    for element in root.find_all(True):
        above = made[id(element.parent)]
        given = {key: str(value) for key, value in element.attrs.items() if key in GIVEN}
        bold = {"font-weight": "700"} if element.name in BOLD else {}
        kept = {key: value for key, value in above.items() if key in INHERITED}
        made[id(element)] = kept | bold | given | own.get(id(element), {})
    return made


def px(length: str, whole: float = 0) -> float:
    """Return a length of CSS or SVG in px; a share is one of `whole`."""
    number = re.match(r"-?[\d.]+", length.strip())
    if number is None:
        return 0
    value = float(number.group())
    unit = length.strip()[number.end() :]
    return value * (REM if unit.startswith(("rem", "em")) else whole / 100 if unit.startswith("%") else 1)


def side(looks: Looks, name: str, at: str) -> float:
    """Return margin or padding at one side, in px."""
    if own := looks.get(f"{name}-{at}"):
        return px(own)
    parts = looks.get(name, "0").replace("!important", "").split()
    places = {"top": (0, 0, 0), "right": (1, 1, 1), "bottom": (0, 2, 2), "left": (1, 1, 3)}[at]
    return px(parts[0] if len(parts) == 1 else parts[places[len(parts) - 2]])
