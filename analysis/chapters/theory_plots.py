"""Drawings of the programme theory: one small part each, narrow enough for a phone. They compute no status."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import matplotlib.figure
import pandas as pd
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from analysis.present.palette import BLUE, GREY, INK, ORANGE, PALE, PANEL
from analysis.study.evidence.theory import CONTESTED, NOTHING, STATUSES, SUPPORTED

WIDTH = 3.75  # inches: a phone held upright
WIDEST, MARGIN = 1.6, 0.03  # of a box and about it, inches
LINE, PAD, GAP = 0.15, 0.09, 1.2  # height of a line, around it, between rows; inches
BEND, HEAD = 0.36, 0.14  # depth of the slanting piece of an arrow, room for its head; inches
SMALL = 8  # points, the smallest letters
STYLES = {SUPPORTED: (BLUE, "-", 2.0), CONTESTED: (ORANGE, (0, (5, 2)), 2.0), NOTHING: (GREY, (0, (1, 2)), 1.6)}  # fmt: skip
HATCHES = {SUPPORTED: (BLUE, ""), CONTESTED: (ORANGE, "////"), NOTHING: (PALE, "....")}


def plot_part(arrows: pd.DataFrame) -> matplotlib.figure.Figure:
    """Draw a part of the theory from top to bottom; return the figure, whose height follows from the rows.

    arrows: rows of `Theory.arrows`. Status is in the line (solid, dashed, dotted) and in words; a lowering
    arrow ends in a bar; every box names its layer.
    """
    rows = _rows(arrows)
    labels: dict[str, str] = {}
    layers: dict[str, str] = {}
    for end in ("from", "to"):
        labels |= dict(zip(arrows[end], arrows[f"{end}_label"], strict=True))
        layers |= dict(zip(arrows[end], arrows[f"{end}_layer"], strict=True))
    widths = [min(WIDEST, WIDTH / len(row) - 2 * MARGIN) for row in rows]
    texts = {n: _wrapped(labels[n], width) for row, width in zip(rows, widths, strict=True) for n in row}
    heights = [max(len(texts[name]) + 1 for name in row) * LINE + 2 * PAD for row in rows]
    height = sum(heights) + GAP * (len(rows) - 1) + 2 * MARGIN
    fig, ax = plt.subplots(figsize=(WIDTH, height), layout="none")
    ax.set(position=(0, 0, 1, 1), xlim=(0, WIDTH), ylim=(0, height))
    ax.axis("off")
    places, top = {}, height - MARGIN
    for row, tall, width in zip(rows, heights, widths, strict=True):
        for place, name in enumerate(row):
            x = WIDTH / 2 + (place - (len(row) - 1) / 2) * WIDTH / max(len(row), 2)
            places[name] = (x, top, tall)
            _box(ax, x, top - tall, width, tall, [*texts[name], layers[name]])
        top -= tall + GAP
    for _, arrow in arrows.iterrows():
        _arrow(ax, arrow, places, arrows)
    return fig


def plot_policy(counts: pd.DataFrame, *, ax: Axes, labels: dict[str, str]) -> Axes:
    """Draw a bar for each intention, parted by status, with the counts in words.

    counts: as `analysis.study.evidence.theory.policy_and_found` returns it; labels: words for its rows.
    """
    for place, (intended, row) in enumerate(counts.iloc[::-1].iterrows()):
        left = 0
        for status in STATUSES:
            colour, hatch = HATCHES[status]
            ax.barh(place, row[status], left=left, height=0.5, color="white", edgecolor=colour, hatch=hatch, linewidth=1.5)  # fmt: skip
            left += row[status]
        words = ", ".join(f"{row[status]} {status}" for status in STATUSES if row[status])
        ax.text(0, place + 0.33, f"{labels[intended]}: {words}", fontsize=SMALL, color=INK, va="bottom")
    ax.set_yticks([])
    ax.set_ylabel("What policy meant")
    ax.set_ylim(-0.4, len(counts) - 0.25)
    ax.set_xlabel("Arrows (count)")
    ax.set_xlim(0, counts["arrows"].max() + 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    ax.spines["left"].set_visible(False)
    return ax


def _rows(arrows: pd.DataFrame) -> list[list[str]]:
    """Return the elements row by row: each as low as its arrows allow, then ordered to keep arrows short."""
    names = list(dict.fromkeys([*arrows["from"], *arrows["to"]]))
    pairs = list(zip(arrows["from"], arrows["to"], strict=True))
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for start, end in pairs:
            depth[end] = min(max(depth[end], depth[start] + 1), len(names))
    starts = {start for start, _ in pairs} - {end for _, end in pairs}
    for start in starts:
        depth[start] = min(depth[end] for s, end in pairs if s == start) - 1
    rows: list[Sequence[str]] = [
        [name for name in names if depth[name] == level] for level in sorted(set(depth.values()))
    ]
    for _ in range(3):
        for place, row in enumerate(rows):
            rows[place] = min(permutations(row), key=lambda order: _length(rows, place, order, pairs))
    return [list(row) for row in rows]


def _length(
    rows: list[Sequence[str]], place: int, order: Sequence[str], pairs: list[tuple[str, str]]
) -> float:
    tried = [*rows[:place], order, *rows[place + 1 :]]
    x = {name: (i + 0.5) / len(row) for row in tried for i, name in enumerate(row)}
    return round(sum(abs(x[start] - x[end]) for start, end in pairs), 9)


def _wrapped(label: str, width: float) -> list[str]:
    return textwrap.wrap(label, max(int(width / 0.072), 8))


def _box(ax: Axes, x: float, bottom: float, width: float, height: float, lines: list[str]) -> None:
    corner = (x - width / 2, bottom)
    style = "round,pad=0,rounding_size=0.05"
    ax.add_patch(FancyBboxPatch(corner, width, height, boxstyle=style, facecolor=PANEL, edgecolor=INK, linewidth=0.8))  # fmt: skip
    start = bottom + height / 2 + (len(lines) - 1) * LINE / 2
    for number, line in enumerate(lines):
        last = number == len(lines) - 1
        ax.text(
            x, start - number * LINE, line, ha="center", va="center", fontsize=SMALL,
            color=GREY if last else INK, weight="normal" if last else "bold",
        )  # fmt: skip


def _arrow(ax: Axes, arrow: pd.Series, places: dict, arrows: pd.DataFrame) -> None:
    (x0, top0, tall0), (x1, top1, _) = places[arrow["from"]], places[arrow["to"]]
    colour, line, thick = STYLES[arrow["status"]]
    lowers = arrow["sign"] == "-"
    begin, end = (x0, top0 - tall0), (x1, top1 + (0.03 if lowers else 0.02))
    meets = (arrows["to"] == arrow["to"]).sum() > 1  # then upright first, bent later; else bent first
    bend = (x0, end[1] + BEND) if meets else (x1, begin[1] - BEND)
    path = Path([begin, bend, end])
    look: dict[str, Any] = {"linewidth": thick, "color": colour, "shrinkA": 0, "shrinkB": 0}
    ax.add_patch(FancyArrowPatch(path=path, arrowstyle="-", linestyle=line, **look))
    share = 0.6 if meets else 0.8
    near = tuple(a + share * (b - a) for a, b in zip(bend, end, strict=True))
    head = "-[,widthB=0.5,lengthB=0" if lowers else "-|>"
    ax.add_patch(FancyArrowPatch(near, end, arrowstyle=head, mutation_scale=11, **look))
    low, high = (bend[1], begin[1]) if meets else (end[1] + HEAD, bend[1])
    ax.text(
        x0 if meets else x1, (low + high) / 2, _label(arrow), ha="center", va="center", fontsize=SMALL, color=INK,
        linespacing=1.15, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
    )  # fmt: skip


def _label(arrow: pd.Series) -> str:
    first = (
        f"{arrow['id']}\nno evidence" if arrow["status"] == NOTHING else f"{arrow['id']} {arrow['status']}"
    )
    words = (("supports", "for"), ("contests", "against"))
    lines = [first, *(f"{arrow[column]} {word}" for column, word in words if arrow[column])]
    lines += ["lowers"] if arrow["sign"] == "-" else []
    return "\n".join(lines)
