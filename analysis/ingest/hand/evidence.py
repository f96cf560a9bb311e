"""Hand-kept evidence: statements, codings, theory and profiles, checked against each other."""

from collections.abc import Mapping

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions
from analysis.ingest.checks import Rows

TABLES = (
    "evidence_codebook",
    "evidence_statements",
    "evidence_codings",
    "evidence_agreed",
    "theory_elements",
    "theory_links",
    "theory_evidence",
    "theory_configurations",
    "case_profiles",
)
WHOLE = "ENG"  # in place of a trust code: a statement about the regime as a whole
NEEDED_FOR_A_LEVEL = 2  # statements; one alone may be an accident of what was published
NOT_KNOWABLE = "not_knowable"


def check(frames: Mapping[str, pd.DataFrame]) -> None:
    """Check what one table says of another; `frames` by name, texts, a blank or NaN cell is missing.

    That a statement, theme or element that is named exists is in the descriptions, as foreign keys. Raises
    DataError for a coded statement that one coder or the adjudicated coding lacks, an adjudicated coding that
    calls agreed what differs, a label of another trust, a stance on a trust's statement, an arrow that leads to
    itself, and a level that rests on too few statements or on those of another trust.
    """
    rows = {name: checks.by_hand(name, frames[name]) for name in TABLES}
    statements = rows["evidence_statements"]
    known, trusts = set(statements["id"]), statements["ods_code"] != WHOLE
    _check_statements(statements)
    for name in ("evidence_codings", "evidence_agreed"):
        same = rows[name]["theme"] == rows[name]["second_theme"]
        checks.refuse(rows[name], same, "second_theme", "another theme than the primary one, or none")
    _check_codings(rows["evidence_codings"], rows["evidence_agreed"], set(statements.only(trusts)["id"]))
    _check_theory(rows["theory_links"], rows["theory_elements"])
    for name in ("theory_configurations", "case_profiles"):
        _check_lists(rows[name], known)
    _check_profiles(rows["case_profiles"], set(statements.only(trusts)["ods_code"]))


def _check_statements(rows: Rows) -> None:
    other = rows["id"].str[:3] != rows["ods_code"]
    checks.refuse(rows, other, "id", "the code of the trust in the same row, then a number")
    wrong = (rows["stance"] != "") != (rows["ods_code"] == WHOLE)
    checks.refuse(rows, wrong, "stance", f"a stance in rows {WHOLE}, a blank in those of trusts")
    known = pd.concat([rows["date"], rows["source_date"]], axis=1)
    later = [told[: min(len(told), len(read))] > read[: len(told)] for told, read in known.to_numpy()]
    late = pd.Series(later, index=known.index) & (rows["source_date"] != "")
    checks.refuse(rows, late, "date", "a date no later than that of its source")


def _check_codings(codings: Rows, agreed: Rows, coded: set[str]) -> None:
    coders = descriptions.choices("evidence_codings", "coder")
    parts = [codings.only(codings["coder"] == coder) for coder in coders]
    names = [*(f"coder {coder}" for coder in coders), "the adjudicated coding"]
    for who, part in zip(names, [*parts, agreed], strict=True):
        if odd := sorted(coded ^ set(part["id"])):
            allowed = "each trust statement once"
            raise DataError(part.place, row=odd[0], column="id", found=who, allowed=allowed)
    pair = [part.frame.set_index("id").reindex(agreed["id"]).set_axis(agreed.frame.index) for part in parts]
    settled = agreed["how"] == "adjudicated"
    differs = {column: pair[0][column] != pair[1][column] for column in ("theme", "direction")}
    for column, differ in differs.items():
        wrong = (agreed["how"] == "agreed") & (differ | (pair[0][column] != agreed[column]))
        checks.refuse(agreed, wrong, column, "adjudicated, where the coders differ")
    needless = settled & ~differs["theme"] & ~differs["direction"]
    checks.refuse(agreed, needless, "how", "agreed, where both coders say the same")
    settled |= agreed["how"] == "corrected"
    silent = settled & (agreed["reason"] == "")
    checks.refuse(agreed, silent, "reason", "a reason for what was adjudicated or corrected")


def _check_theory(links: Rows, elements: Rows) -> None:
    checks.refuse(links, links["from"] == links["to"], "to", "another element than the start")
    twice = links.frame.duplicated(["from", "to"])
    checks.refuse(links, twice, "to", "one arrow a pair of elements")
    lonely = ~elements["id"].isin({*links["from"], *links["to"]})
    checks.refuse(elements, lonely, "id", "an element with an arrow")


def _check_lists(rows: Rows, known: set[str]) -> None:
    for row, items in _listed(rows).items():
        odd = [item for item in items if item not in known] or [i for i in items if items.count(i) > 1]
        if odd:
            allowed = "statements of evidence_statements, each once"
            raise DataError(rows.place, row=row, column="statement_ids", found=odd[0], allowed=allowed)


def _listed(rows: Rows) -> pd.Series:
    return rows["statement_ids"].map(lambda cell: cell.split(";") if cell else [])


def _check_profiles(rows: Rows, trusts: set[str]) -> None:
    everyone = f"{sorted(trusts)}"
    checks.refuse(rows, ~rows["ods_code"].isin(trusts), "ods_code", f"one of {everyone}")
    items = _listed(rows)
    unknown, few = rows["level"] == NOT_KNOWABLE, items.map(len) < NEEDED_FOR_A_LEVEL
    least = f"{NEEDED_FOR_A_LEVEL} statements"
    checks.refuse(rows, ~unknown & few, "level", f"{NOT_KNOWABLE} with fewer than {least}")
    checks.refuse(rows, unknown & ~few, "level", f"a level where there are {least}")
    pairs = zip(rows["ods_code"], items, strict=True)
    foreign = pd.Series([any(i[:3] != code for i in found) for code, found in pairs], index=items.index)
    checks.refuse(rows, foreign, "statement_ids", "statements about the trust in the same row")
    size = rows.frame.groupby("ods_code")["level"].transform("size")
    whole = rows["dimension"].nunique() * rows["phase"].nunique()
    checks.refuse(rows, size != whole, "ods_code", f"{whole} rows for each of {everyone}")
    if absent := sorted(trusts - set(rows["ods_code"])):
        raise DataError(rows.place, column="ods_code", found=f"no row for {absent[0]}", allowed=everyone)
