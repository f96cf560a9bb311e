"""The data as a reader takes them along: CSV each, one data package, one workbook, the indicators as JSON.

Written by `python -m analysis take FOLDER`; same inputs, same bytes. No cell of the CSV files and of the workbook can
run in a spreadsheet. The package holds the tables byte for byte as they are described, with their checksums.
"""

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import data, trace
from analysis.chapters.lookup.series import shared_cells
from analysis.edition import citation
from analysis.edition.archive import as_zip
from analysis.present import spreadsheet
from analysis.study import indicators
from analysis.study.evidence import exchange

NAME = "special-measures-data"
PACKAGE, WORKBOOK, INDEX, SCHEMA = f"{NAME}.zip", f"{NAME}.xlsx", "indicators.json", "indicators.schema.json"
CITATION = data.FOLDER.parent / "CITATION.cff"
DIGITS = 4  # places after the point that a figure of an indicator keeps
NUMBERS = ("integer", "number", "year")
LONGEST = 60  # letters of a column's width
BLANKS = "A blank cell is missing; zero is a count of none. Suppressed figures are blank, with a flag where the table has one."
ABOUT = ("publisher", "publication", "page", "licence")
NOTES = ("sheet", "what it holds", "status", *ABOUT, "from", "to", "rows")


def write(folder: Path) -> str:
    """Write all files below `folder`, which is made; return what they are in a sentence."""
    folder.mkdir(parents=True, exist_ok=True)
    about, tables = data.package(), [data.describe(name) for name in data.tables()]
    raw = {one["path"]: (data.FOLDER / one["path"]).read_bytes() for one in tables}
    made = {path: for_spreadsheets(content) for path, content in raw.items()}
    described = (data.FOLDER / "datapackage.json").read_bytes()
    readme = "\n".join(f"{name}: {text}" for name, text in notes(about)).encode() + b"\n"
    files = {**raw, "datapackage.json": described, "README.txt": readme}
    made[PACKAGE] = as_zip(files, NAME, day())
    made[WORKBOOK] = workbook(about, tables, raw)
    made |= {path: _json(content) for path, content in catalogue(about).items()}
    made |= exchange.export(f"{day():%Y-%m-%d}", f"smq-report {cited()['version']}")
    for path, content in made.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return f"{len(made)} files, {sum(map(len, made.values())) / 1e6:.1f} MB"


def cited() -> dict[str, Any]:
    """Return what `CITATION.cff` says of the report."""
    trace.used_file(CITATION)
    return dict(citation.read(CITATION.read_text(encoding="utf-8")))


def day() -> dt.datetime:
    """Return the day of the edition, which files are dated with."""
    return dt.datetime.combine(cited()["date-released"], dt.time(), dt.UTC)


def notes(about: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a reader must know of the data, as pairs of heading and text. about: the package."""
    report = cited()
    return [
        ("Title", about["title"]),
        ("From", f"{report['title']}. Edition {report['version']}, {report['date-released']}"),
        ("Licence", f"{about['licenses'][0]['title']}, {about['licenses'][0]['path']}. Tables whose licence differs say so."),
        ("Attribution", about["attribution"]),
        ("Missing", BLANKS),
        ("Status", "official: official statistics; public-record: coded from public documents; published: a figure from the "
                   "literature; assumption: a judgement, with range and reason."),
    ]  # fmt: skip


def for_spreadsheets(content: bytes) -> bytes:
    """Return a CSV file in which no cell runs in a spreadsheet; the same bytes when none would have."""
    rows = _rows(content)
    safe = {cell: str(spreadsheet.inert(cell)) for cell in {cell for row in rows for cell in row}}
    if all(cell == text for cell, text in safe.items()):
        return content
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([safe[cell] for cell in row] for row in rows)
    return out.getvalue().encode()


def workbook(about: dict[str, Any], tables: list[dict[str, Any]], raw: dict[str, bytes]) -> bytes:
    """Return an Excel workbook: a sheet of notes, one of the columns, and one a table. Texts are texts, never formulas.

    about: the package; tables: descriptions; raw: content of each table by path.
    """
    import xlsxwriter  # takes a while, and a build with nothing to do needs none

    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": False, "default_date_format": "yyyy-mm-dd"}
    book = xlsxwriter.Workbook(out, {**options, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": about["title"], "created": day().replace(tzinfo=None)})
    head = book.add_format({"bold": True, "bottom": 1})
    bold = book.add_format({"bold": True, "font_size": 14})
    sheets = {one["name"]: one["name"][:31] for one in tables}
    first = book.add_worksheet("Notes")
    first.write_string(0, 0, about["title"], bold)
    for place, (name, text) in enumerate(notes(about)[1:], start=1):
        first.write_string(place, 0, name)
        first.write_string(place, 1, text)
    listed = [
        [sheets[one["name"]], one["title"], one["status"], *(one[part] for part in ABOUT),
         str(one["coverage"].get("from", "")), str(one["coverage"].get("to", "")), str(one["rows"])]
        for one in tables
    ]  # fmt: skip
    kinds = ["string"] * (len(NOTES) - 1) + ["integer"]
    _sheet(first, [list(NOTES), *listed], kinds, head, top=len(notes(about)) + 1)
    fields = [[sheets[one["name"]], field["name"], field["type"], field.get("unit", ""), field.get("description", "")]
              for one in tables for field in one["schema"]["fields"]]  # fmt: skip
    columns = ["sheet", "column", "type", "unit", "meaning"]
    _sheet(book.add_worksheet("Columns"), [columns, *fields], ["string"] * len(columns), head)
    for one in tables:
        kinds = [field["type"] for field in one["schema"]["fields"]]
        _sheet(book.add_worksheet(sheets[one["name"]]), _rows(raw[one["path"]]), kinds, head)
    book.close()
    return out.getvalue()


def _sheet(sheet: Any, rows: list[list[str]], kinds: list[str], head: Any, top: int = 0) -> None:
    """Write rows from line `top` on, the first as headings that stay in sight. kinds: type of each column."""
    for at, name in enumerate(rows[0]):
        sheet.write_string(top, at, name, head)
    for line, row in enumerate(rows[1:], start=top + 1):
        for at, (cell, kind) in enumerate(zip(row, kinds, strict=True)):
            if not cell:
                continue
            if kind in NUMBERS:
                sheet.write_number(line, at, float(cell))
            elif kind == "date":
                sheet.write_datetime(line, at, dt.datetime.fromisoformat(cell))
            else:
                sheet.write_string(line, at, cell)
    widths = [max(len(row[at]) for row in rows[:200]) for at in range(len(rows[0]))]
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(LONGEST, max(9, width + 2)))
    if not top:
        sheet.freeze_panes(1, 0)


def catalogue(about: dict[str, Any]) -> dict[str, Any]:
    """Return the indicators as JSON by path: the index, its schema, and one file of figures an indicator."""
    found = {name: _figures(name) for name in indicators.indicators()}
    listed = []
    for name, held in found.items():
        entry = {part: held[part] for part in held if part not in ("periods", "trusts")}
        entry |= {"from": held["periods"][0], "to": held["periods"][-1], "trusts": len(held["trusts"])}
        listed.append(entry | {"values": f"indicators/{name}.json"})
    told = dict(notes(about))
    index = {
        "title": f"Indicators: {told['Title']}",
        "edition": str(cited()["version"]),
        "licence": about["licenses"][0]["path"],
        "attribution": about["attribution"],
        "missing": "null: no figure, or one that rests on nothing counted",
        "schema": SCHEMA,
        "indicators": listed,
    }
    return {INDEX: index, SCHEMA: schema(), **{f"indicators/{name}.json": one for name, one in found.items()}}


def _figures(name: str) -> dict[str, Any]:
    """Return an indicator with its source and every figure of every trust: one value a period, null where there is none."""
    about = indicators.indicator(name)
    table = data.describe(about.table)
    wide = shared_cells(name).pivot(index="code", columns="period", values="value").dropna(how="all")
    wide = wide.dropna(how="all", axis=1)
    names = data.load("organisations").set_index("org_code")["name"]
    parts = ("title", "definition", "unit", "direction", "family", "breaks", "grain")
    return {
        "indicator": name,
        **{part: getattr(about, part) for part in parts},
        "primary": bool(about.primary),
        "source": {"table": about.table, "csv": table["path"], **{part: table[part] for part in ABOUT}},
        "periods": [str(one) for one in wide.columns],
        "trusts": {
            code: {"name": names[code], "values": [None if pd.isna(one) else round(one, DIGITS) for one in row]}
            for code, row in zip(wide.index, wide.to_numpy().tolist(), strict=True)
        },
    }  # fmt: skip


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the index and, in its definitions, of a file of figures."""
    text: dict[str, Any] = {"type": "string", "minLength": 1}
    source = _object({part: text for part in ("table", "csv", *ABOUT)})
    own: dict[str, Any] = {
        "indicator": text | {"description": "stable short name"},
        "title": text,
        "definition": text | {"description": "what is counted"},
        "unit": text | {"description": "of a figure: percent, ratio, per day, score"},
        "direction": {"enum": list(indicators.BETTER)},
        "family": text,
        "primary": {"type": "boolean", "description": "fixed before any effect was estimated"},
        "breaks": {"type": ["string", "null"], "description": "known breaks in the figures"},
        "grain": text | {"description": "length of a period"},
        "source": source,
    }
    listed = {"from": text, "to": text, "trusts": {"type": "integer"}}
    listed["values"] = text | {"description": "file of figures"}
    row = _object({"name": text, "values": {"type": "array", "items": {"type": ["number", "null"]}}})
    figures = {"periods": {"type": "array", "items": text}}
    figures["trusts"] = {"type": "object", "additionalProperties": row}
    top = {part: text for part in ("title", "edition", "licence", "attribution", "missing", "schema")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **_object({**top, "indicators": {"type": "array", "items": _object(own | listed)}}),
        "$defs": {"figures": _object(own | figures)},
    }


def _object(parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": parts, "required": list(parts), "additionalProperties": False}


def _rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8"), newline="")))


def _json(content: Any) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=None, separators=(",", ":"), allow_nan=False)
    return (text + "\n").encode()
