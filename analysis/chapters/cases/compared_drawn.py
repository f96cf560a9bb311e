"""The matrix of cases by themes as a picture that is a table: shape and colour say which way statements lean."""

import math
from html import escape

import pandas as pd

from analysis.chapters.cases import compared_words, statements
from analysis.present.blocks import Block
from analysis.present.drawn import bar, drawn, key
from analysis.present.words import capital
from analysis.study.evidence.cases import HELD, SLUGS
from analysis.study.evidence.matrix import Matrix, counted

SHAPES = {  # drawn about the middle of a field of 24 by 24
    "helps": '<path class="helps" d="M12 4l9 16h-18z"/>',
    "hinders": '<path class="hinders" d="M12 20l9-16h-18z"/>',
    "both ways": '<path class="helps" d="M12 2l8 9h-16z"/><path class="hinders" d="M12 22l8-9h-16z"/>',
    "neutral": '<circle class="neutral" cx="12" cy="12" r="8"/>',
    "no statement": '<circle class="none" cx="12" cy="12" r="1.500"/>',
}
WORDS = {
    "helps": "helped or improved", "hinders": "hindered or failed", "both ways": "as many each way",
    "neutral": "neutral", "no statement": "no public statement, which is not absence",
}  # fmt: skip
BRIEF = {  # heads of the columns on a phone
    "RXR": "E Lan", "RPA": "Med", "RWD": "ULH", "RF4": "Bark", "RGT": "Cam", "RWP": "Worc", "RMY": "N&S", "RYD": "SECA",
}  # fmt: skip
SMALL, LARGE, MOST = 14, 24, 7  # width of a mark of one statement and of MOST or more, px


def speakers(table: pd.DataFrame) -> Block:
    """Return a bar for each kind of source, parted by the direction of its statements. table: of `compared_words.by_speaker`."""
    kinds = {"up": "▲ helped or improved", "neutral": "○ neutral or mixed", "down": "▼ hindered or failed"}
    most, body = table[list(kinds)].sum(axis=1).max(), []
    for row in table.to_dict("records"):
        name, parted = compared_words.SPEAKERS[row["speaker"]], bar({side: row[side] for side in kinds}, most)
        body.append(f"<li><b>{name}</b>: ▲ {row['up']}, ○ {row['neutral']}, ▼ {row['down']}{parted}</li>")
    marks = [(f'<rect class="{side}" width="24" height="14"/>', word) for side, word in kinds.items()]
    return drawn(
        f"{key(marks)}<ul>{''.join(body)}</ul>", name="cases-speakers", title=compared_words.speaker_title(table),
        says=compared_words.speaker_sentence(table), frame=table, sources=statements.SOURCES, kind="speakers",
    )  # fmt: skip


def picture(
    matrix: Matrix, order: pd.DataFrame, *, names: pd.Series, short: dict[str, str], here: str
) -> Block:
    """Return themes by cases, best outcome first; a mark leads to the statement that stands for its cell.

    order: as of `cases.order_by_outcome`. names: of the cases in full, short: for their columns. here: the page.
    """
    held = order.set_index("trust")["held"]
    groups = "".join(
        f'<th scope="colgroup" colspan="{(held == group).sum()}" class="g{group}">{escape(words.capitalize())}</th>'
        for group, words in HELD.items()
    )
    heads = "".join(
        f'<th scope="col" class="g{held[trust]}"><a href="{SLUGS[trust]}.html" title="{escape(names[trust])}">'
        f'<span class="wide">{escape(short[trust])}</span><span class="narrow">{escape(BRIEF[trust])}</span></a></th>'
        for trust in matrix.order
    )
    body, family = [], ""
    for theme, label in matrix.themes.items():
        if str(theme)[0] != family:
            family = str(theme)[0]
            head = f'<th scope="rowgroup" colspan="10">{compared_words.FAMILIES[family]}</th>'
            body.append(f'<tr class="family">{head}</tr>')
        body.append(_row(matrix, str(theme), label, names=names, held=held, here=here))
    table = (
        f'<table><caption class="visually-hidden">Statements by theme and case</caption><thead><tr><td></td>{groups}'
        f'<td></td></tr><tr><td></td>{heads}<th scope="col">lean</th></tr></thead><tbody>{"".join(body)}</tbody></table>'
    )
    svg = '<svg width="24" height="14" viewBox="0 0 24 24">{}</svg>'
    marks = [(svg.format(shape), WORDS[lean]) for lean, shape in SHAPES.items()]
    note = '<p class="key">A larger mark and a number: more statements, not more weight.</p>'
    frame = matrix.cells.drop(columns="ids").assign(ids=matrix.cells["ids"].map(" ".join))
    return drawn(
        key(marks) + note + table, name="cases-matrix", title=compared_words.matrix_title(matrix), says=matrix.sentence(),
        frame=frame, sources=statements.SOURCES, kind="matrix",
    )  # fmt: skip


def _row(matrix: Matrix, theme: str, label: str, *, names: pd.Series, held: pd.Series, here: str) -> str:
    cells, leans = [], []
    for trust in matrix.order:
        cell = matrix.cell(trust, theme)
        leans.append(cell["leaning"])
        told = f'<span class="visually-hidden">{counted(cell["plus"], cell["minus"], cell["neutral"])}</span>'
        shown = told + _mark(cell)
        if cell["n"]:
            where = statements.address(cell["telling"], here=here)
            shown = f'<a href="{where}" tabindex="-1" title="{escape(f"{names[trust]}, {label}: {cell.summary}")}">{shown}</a>'
        cells.append(f'<td class="g{held[trust]}">{shown}</td>')
    both = (("supports", "▲", "helps", "lean to help"), ("contests", "▼", "hinders", "lean to hindrance"))
    sums = "".join(
        f'<span class="{kind}"><span aria-hidden="true">{sign}</span> {leans.count(lean)}<span class="visually-hidden"> {words}</span></span> '
        for kind, sign, lean, words in both
    )
    head = f'<th scope="row">{escape(capital(label))}</th>'
    return f'<tr>{head}{"".join(cells)}<td class="lean">{sums}</td></tr>'


def _mark(cell: pd.Series) -> str:
    part = min(math.sqrt(cell["n"] / MOST), 1.0) if cell["n"] else 0.0
    width = round(SMALL + (LARGE - SMALL) * part) if cell["n"] > 1 else SMALL
    number = f'<small aria-hidden="true">{cell["n"]}</small>' if cell["n"] > 1 else ""
    return f'<svg width="{width}" height="{width}" viewBox="0 0 24 24" aria-hidden="true">{SHAPES[cell["leaning"]]}</svg>{number}'
