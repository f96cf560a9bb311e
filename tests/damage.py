"""Seeded damage to official files, and what came of each: `python -m tests.damage SEED` prints the table."""

from __future__ import annotations

import gzip
import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd

from analysis import data
from analysis.data import DataError
from analysis.ingest import apart, refresh
from tests import damage_made
from tests.damage_made import Made, Rows

KEPT = 3  # periods of a table that are held: the last ones
READ, COMPARED, SAME, TAKEN = "refused", "compared", "harmless", "TAKEN"
Damage = Callable[[Made, Rows, np.random.Generator], object]


def _row(made: Made, rng: np.random.Generator) -> int:
    """Return the place of a trust in the middle of its file."""
    where = [at for at in made.trusts if len(made.rows[at]) > max(made.figures)]
    return where[int(rng.integers(len(where) // 4, 3 * len(where) // 4))]


def _number(cell: object) -> float:
    try:
        return float(str(cell))
    except ValueError:
        return float("nan")


def _like(cell: object, value: float) -> object:
    """Return a number written as the cell has it: as text, whole, or with a fraction."""
    whole = _number(cell).is_integer() and float(value).is_integer()
    number = int(value) if whole else float(value)
    return str(number) if isinstance(cell, str) else number


def cell(change: Callable[[object], object]) -> Damage:
    """Return what changes one figure of one trust."""

    def damage(made: Made, rows: Rows, rng: np.random.Generator) -> None:
        row = _row(made, rng)
        places = [at for at in made.figures if _number(rows[row][at]) not in (0, 1)] or made.figures
        at = places[int(rng.integers(len(places)))]
        rows[row][at] = change(rows[row][at])

    return damage


def column(times: float) -> Damage:
    """Return what multiplies a column of figures, its total included."""

    def damage(made: Made, rows: Rows, rng: np.random.Generator) -> None:
        at = made.figures[int(rng.integers(len(made.figures)))]
        for row in rows[min(made.first, made.total or made.first) :]:
            if len(row) > at and not np.isnan(_number(row[at])):
                row[at] = _like(row[at], _number(row[at]) * times)

    return damage


def exchanged(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    one, other = made.pair
    for row in rows[min(made.first, made.total or made.first) :]:
        if len(row) > max(one, other):
            row[one], row[other] = row[other], row[one]


def shifted(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    at = made.figures[int(rng.integers(len(made.figures)))]
    where = [row for row in made.trusts if len(rows[row]) > at]
    values = [rows[row][at] for row in where]
    for row, value in zip(where, [values[-1], *values[:-1]], strict=True):
        rows[row][at] = value


def blank(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    at = made.figures[int(rng.integers(len(made.figures)))]
    for row in rows[made.first :]:
        if len(row) > at:
            row[at] = ""


def without(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    at = made.figures[int(rng.integers(len(made.figures)))]
    for row in rows:
        if len(row) > at:
            del row[at]


def renamed(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    at = made.figures[int(rng.integers(len(made.figures)))]
    heads = [row for row in rows[: made.first] if len(row) > at and isinstance(row[at], str) and row[at]]
    if heads:
        heads[-1][at] = "Quite another thing"
    else:
        rows[made.first][at] = "Quite another thing"


def twice(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    row = _row(made, rng)
    rows.insert(row, list(rows[row]))


def one_gone(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    del rows[_row(made, rng)]


def last_gone(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    del rows[made.trusts[-1]]


def half(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    del rows[made.trusts[len(made.trusts) // 2] :]


def mistyped(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    if made.code < 0:
        return
    known = set(data.load("organisations")["org_code"])
    row = _row(made, rng)
    free = [f"R{a}{b}" for a in "9Z8" for b in "9Z8" if f"R{a}{b}" not in known]
    old, new = rows[row][made.code], free[int(rng.integers(len(free)))]
    for line in rows:
        if len(line) > made.code and line[made.code] == old:
            line[made.code] = new


def codes_exchanged(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    if made.code < 0:
        return
    nhs = set(data.load("organisations").set_index("org_code")["closed"].isna().loc[lambda open: open].index)
    where = [at for at in made.trusts if len(rows[at]) > made.code and rows[at][made.code] in nhs]
    one = where[int(rng.integers(len(where) // 2))]
    other = next(at for at in reversed(where) if rows[at][made.code] != rows[one][made.code])
    swap = {rows[one][made.code]: rows[other][made.code], rows[other][made.code]: rows[one][made.code]}
    for row in rows[made.first :]:
        if len(row) > made.code:
            row[made.code] = swap.get(row[made.code], row[made.code])


def figures_exchanged(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """The largest trust and one of a quarter of its size."""
    at = made.figures[0]
    size = {
        row: _number(rows[row][at])
        for row in made.trusts
        if len(rows[row]) > at and _number(rows[row][at]) > 0
    }
    if len(size) < 2:
        return
    one = max(size, key=lambda row: size[row])
    other = min((row for row in size if row != one), key=lambda row: abs(size[row] - size[one] / 4))
    who = {made.code, made.name}
    for place in range(len(rows[one])):
        if place not in who:
            rows[one][place], rows[other][place] = rows[other][place], rows[one][place]


def stray(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    rows[_row(made, rng)].append("see note 3")


def other_date(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """The words that say when, of the year before."""
    for row in rows:
        for at, found in enumerate(row):
            if isinstance(found, str) and at not in (made.name, *made.figures):
                for year in range(2019, 2028):
                    if str(year) in found:
                        row[at] = found.replace(str(year), str(year - 1))
                        break
            elif found in (2025, 2026):
                row[at] = found - 1


def again(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """A row once more under an open trust that has none here."""
    if made.code < 0:
        return
    known = data.load("organisations").set_index("org_code")
    here = {row[made.code] for row in rows if len(row) > made.code}
    free = [one for one in known.index[known["closed"].isna()] if len(one) == 3 and one not in here]
    if not free:
        return
    row = _row(made, rng)
    line, code = list(rows[row]), free[int(rng.integers(len(free)))]
    line[made.code] = code
    if made.name >= 0:
        line[made.name] = known.at[code, "name"]
    rows.insert(row + 1, line)


def misnamed(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    if made.name < 0:
        return
    row = _row(made, rng)
    rows[row][made.name] = next(
        rows[at][made.name] for at in made.trusts if rows[at][made.name] != rows[row][made.name]
    )


def nameless(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """As the cells below a merged one."""
    row = _row(made, rng)
    for at in (made.code, made.name):
        if at >= 0:
            rows[row][at] = ""


def total_below(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    line: list[object] = [""] * len(rows[made.first])
    for at in (made.code, made.name):
        if at >= 0:
            line[at] = "Total"
    for at in made.figures:
        line[at] = _like(
            rows[made.first][at],
            float(np.nansum([_number(rows[row][at]) for row in made.trusts if len(rows[row]) > at])),
        )
    rows.append(line)


def two_periods(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    more = [list(rows[at]) for at in made.trusts]
    other_date(made, more, rng)
    rows.extend(more)


def part(times: float, share: float) -> Damage:
    """Return what multiplies all columns of figures, the total included, or those of a share of trusts."""

    def damage(made: Made, rows: Rows, rng: np.random.Generator) -> None:
        end = len(rows) if share == 1 else made.first + int(share * len(made.trusts))
        for row in rows[min(made.first, made.total or made.first) if share == 1 else made.first : end]:
            for at in made.figures:
                if len(row) > at and not np.isnan(_number(row[at])) and len(str(row[at])) < 8:
                    row[at] = _like(row[at], _number(row[at]) * times)

    return damage


def constant(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """A column of figures with the first one of them all the way down."""
    at = made.figures[int(rng.integers(len(made.figures)))]
    where = [row for row in made.trusts if len(rows[row]) > at and not np.isnan(_number(rows[row][at]))]
    for row in where:
        rows[row][at] = rows[where[0]][at]


def aside(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    """The figures of one trust a place to the right, as after a cell that was put in: the last one is pushed out."""
    row = _row(made, rng)
    values = [rows[row][at] for at in made.figures]
    for at, value in zip(made.figures, [values[0], *values[:-1]], strict=True):
        rows[row][at] = value


def rounded(made: Made, rows: Rows, rng: np.random.Generator) -> None:
    for at in made.figures:
        for row in made.trusts:
            if len(rows[row]) > at and _number(rows[row][at]) >= 100 and len(str(rows[row][at])) < 8:
                rows[row][at] = _like(rows[row][at], float(round(_number(rows[row][at]), -2)))


CELLS: dict[str, Damage] = {
    "one figure x10": cell(lambda old: _like(old, 10 * _number(old))),
    "one figure negative": cell(lambda old: _like(old, -_number(old))),
    "one figure as a word": cell(lambda old: "n.a."),
    "a decimal comma": cell(lambda old: f"{_number(old):.1f}".replace(".", ",")),
    "rounded by Excel": cell(lambda old: f"{_number(old):.2E}"),
    "digits of another script": cell(lambda old: f"{_number(old):.0f}".translate(dict(zip(range(48, 58), "٠١٢٣٤٥٦٧٨٩", strict=True)))),
    "an error of the spreadsheet": cell(lambda old: "#REF!"),
    "a column x10, total too": column(10),
    "a column x1000, total too": column(1000),
    "two columns exchanged": exchanged,
    "a column off by a row": shifted,
    "a column blank": blank,
    "a column gone": without,
    "a heading renamed": renamed,
    "a row twice": twice,
    "a trust gone": one_gone,
    "the last record cut off": last_gone,
    "half of the rows": half,
    "a code mistyped": mistyped,
    "two codes exchanged": codes_exchanged,
    "two trusts' figures exchanged": figures_exchanged,
    "one figure 0": cell(lambda old: _like(old, 0.0)),
    "one figure a tenth": cell(lambda old: _like(old, _number(old) // 10 if _number(old) >= 10 else _number(old) / 10)),
    "a minus of print": cell(lambda old: f"\u2212{old}"),
    "an apostrophe before a figure": cell(lambda old: f"'{old}"),
    "a percent sign": cell(lambda old: f"{_number(old):.1f}%"),
    "a row again under another trust": again,
    "a name of another trust": misnamed,
    "a row without code and name": nameless,
    "a total below": total_below,
    "two periods in one file": two_periods,
    "all figures doubled": part(2, 1),
    "a third of the trusts x10": part(10, 0.3),
    "figures rounded to hundreds": rounded,
    "one figure blank": cell(lambda old: ""),
    "one figure starred": cell(lambda old: "*"),
    "a column constant": constant,
    "a row off by a place": aside,
    "a note at the right": stray,
    "another year inside": other_date,
}  # fmt: skip
BYTES: dict[str, Callable[[bytes, np.random.Generator], bytes]] = {
    "cut in the middle": lambda raw, rng: raw[: int(len(raw) * rng.uniform(0.3, 0.8))],
    "flipped bytes": lambda raw, rng: _flipped(raw, rng),
    "empty": lambda raw, rng: b"",
    "a web page": lambda raw, rng: b"<!DOCTYPE html><html><body>Not found</body></html>",
    "UTF-16 without a mark": lambda raw, rng: raw.decode("utf-8", "replace").encode("utf-16-le"),
    "line ends of CR alone": lambda raw, rng: raw.replace(b"\n", b"\r") if b"\0" not in raw else b"",
    "packed by gzip": lambda raw, rng: gzip.compress(raw, mtime=0),
    "UTF-32": lambda raw, rng: raw.decode("utf-8", "replace").encode("utf-32-be"),
    "NUL in the middle": lambda raw, rng: raw[: len(raw) // 2] + bytes(7) + raw[len(raw) // 2 :],
    "zeros alone": lambda raw, rng: bytes(len(raw)),
    "a line of 200,000 letters": lambda raw, rng: b"a" * 200_000 + b"\n" + raw,
}
ENDS = [
    "line ends of CR alone",
    "a line of 200,000 letters",
]  # may be read as they are; a workbook may lie behind others
# What is not found, by publication and kind, and why: in principle, but where the reason says 'not yet'.
BLIND: dict[str, dict[str, str]] = {
    "mortality_text": {
        "two trusts' figures exchanged": "ratios of trusts are alike, and a year holds one",
        "a trust gone": "a trust whose closure is on record may leave before it",
    },
    "mortality_book": {
        "two trusts' figures exchanged": "ratios of trusts are alike, and a year holds one",
        "a trust gone": "a trust whose closure is on record may leave before it",
    },
    "survey": {
        "a trust gone": "a trust whose closure is on record may leave before it",
        "two trusts' figures exchanged": "proportions of trusts are alike",
        "a column off by a row": "a score is the mean of three questions, and one alone hides in it",
        "a row off by a place": "a trust with low shares has one at another question that it could have had itself",
    },
    "ratings": {
        kind: "bodies come and go between snapshots, and a rating is a word"
        for kind in ("a trust gone", "the last record cut off", "a code mistyped", "two codes exchanged",
                     "two trusts' figures exchanged", "a column off by a row", "another year inside")
    },
    "trusts": {
        "two trusts' figures exchanged": "any two days of opening are as likely as exchanged",
        "a row again under another trust": "a code that nobody knew is what a new edition brings",
    },
    "cancellations": {"two trusts' figures exchanged": "counts below a hundred double and halve by themselves"},
    "discharges": {"two trusts' figures exchanged": "trusts of one size have as many patients who could leave"},
    "staff": {
        "two trusts' figures exchanged": "trusts of one size have as many staff",
        "a column blank": "not yet: a month without any total of staff gives no rows, and is not missed",
    },
    "cancers": {
        "two trusts' figures exchanged": "counts below a hundred double and halve by themselves",
        "a trust gone": "one without patients adds nothing to the total that is printed",
    },
    "calls": {
        "two columns exchanged": "calls and incidents of a service are of one size",
        "a column off by a row": "not yet: among eleven services the middle is too unsure for a nearer limit",
        "a column blank": "a measure that a month does not collect is blank at every service",
    },
    "calls_book": {
        "two columns exchanged": "calls and incidents of a service are of one size",
        "a column off by a row": "not yet: among eleven services the middle is too unsure for a nearer limit",
    },
}  # fmt: skip


def _flipped(raw: bytes, rng: np.random.Generator) -> bytes:
    out = bytearray(raw)
    for at in rng.integers(0, len(raw), 40):
        out[int(at)] ^= 0x55
    return bytes(out)


def held_tables(made: Made, folder: Path) -> None:
    """Put the last periods of the table beneath, and the trusts, into a data folder."""
    package = json.loads((data.FOLDER / "datapackage.json").read_text(encoding="utf-8"))
    described = []
    wanted = {made.held, *made.also, "organisations"} if made.keep else {"organisations"}
    for about in package["resources"]:
        if about["name"] in wanted:
            frame = pd.read_csv(data.FOLDER / about["path"], dtype="str", keep_default_na=False)
            if about.get("period"):
                frame = frame[frame[about["period"]].isin(sorted(frame[about["period"]].unique())[-KEPT:])]
            content = frame.to_csv(index=False, lineterminator="\n").encode()
            (folder / about["path"]).write_bytes(content)
            described.append(refresh.describe(about, content, about.get("sources", [])))
    (folder / "datapackage.json").write_text(
        json.dumps({**package, "resources": described}), encoding="utf-8"
    )
    shutil.copytree(data.FOLDER / "tables", folder / "tables", dirs_exist_ok=True)


def outcome(made: Made, content: bytes, folder: Path, whole: dict[str, bytes] | None) -> tuple[str, object]:
    """Return what came of a file, and why: the message of a refusal, or the tables that were made."""
    source = folder / "release"
    source.mkdir(exist_ok=True)
    (source / made.file).write_bytes(content)
    try:
        plan = refresh.plan(source, folder=folder)
    except DataError as error:
        return (COMPARED if "--accept-" in error.allowed else READ), str(error)
    return (SAME if whole is None or plan.made == whole else TAKEN), plan.made


def cells(made: Made, folder: Path, whole: dict[str, bytes], rng: np.random.Generator) -> dict[str, str]:
    """Return what came of each damage to cells. The workbook is one still, so no process of its own need read it."""
    came = {}
    with mock.patch.object(apart, "sheets", apart._read):
        for kind, damage in CELLS.items():
            rows = [list(row) for row in made.rows]
            damage(made, rows, rng)
            same = repr(rows) == repr(made.rows)
            came[kind] = SAME if same else outcome(made, made.write(rows), folder, whole)[0]
    return came


def table(seed: int, makers: tuple[Callable, ...] = damage_made.MAKERS) -> pd.DataFrame:
    """Return what came of each kind of damage (rows) to each publication (columns)."""
    found: dict[str, dict[str, str]] = {}
    for number, maker in enumerate(makers):
        rng = np.random.default_rng([seed, number])
        made = maker(rng)
        with tempfile.TemporaryDirectory() as at, _alone(made):
            folder = Path(at)
            held_tables(made, folder)
            result, whole = outcome(made, made.write(made.rows), folder, None)
            if result != SAME:
                raise AssertionError(f"{maker.__name__}: the file without damage: {whole}")
            came = cells(made, folder, whole, rng)
            raw = made.write(made.rows)
            for kind, spoil in BYTES.items():
                came[kind] = outcome(made, spoil(raw, rng), folder, whole)[0]
        found[maker.__name__] = came
    return pd.DataFrame(found)


def _alone(made: Made) -> mock._patch:
    return mock.patch.multiple(
        refresh,
        PUBLICATIONS=(made.publication,),
        hand=SimpleNamespace(read=lambda folder: {}, edited=lambda *_: []),
    )


if __name__ == "__main__":
    print(table(int(sys.argv[1]) if len(sys.argv) > 1 else 0).to_string())
    for name, kinds in BLIND.items():
        for kind, reason in kinds.items():
            print(f"{name}, {kind}: not found; {reason}.")
