"""Hand-kept evidence: statements, codings, theory and profiles, checked against each other."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from analysis.data import DataError
from analysis.ingest.evidence_tables import (
    AGREED,
    CODEBOOK,
    CODERS,
    CODINGS,
    CONFIGURATIONS,
    ELEMENTS,
    EVIDENCE,
    LINKS,
    PROFILES,
    STATEMENTS,
)
from analysis.study.evidence import theory
from analysis.study.evidence.vocabulary import WHOLE

RESOURCES = (CODEBOOK, STATEMENTS, CODINGS, AGREED, ELEMENTS, LINKS, EVIDENCE, CONFIGURATIONS, PROFILES)


NAMES = tuple(resource["name"] for resource in RESOURCES)


NEEDED_FOR_A_LEVEL = 2  # statements; one alone may be an accident of what was published


NOT_KNOWABLE = "not_knowable"


def check_evidence(frames: Mapping[str, pd.DataFrame]) -> None:
    """Check what one table says of another; `frames` by name, texts, a blank or NaN cell is missing.

    Raises DataError for a statement, theme or element that is named and does not exist, a coded statement that
    one coder or the adjudicated coding lacks, an adjudicated coding that calls agreed what differs, a label
    of another trust, a stance on a trust's statement, an arrow that leads to itself, and a level that rests
    on too few statements or on those of another trust.
    """
    statements = frames["evidence_statements"]
    known, themes = set(statements["id"]), set(frames["evidence_codebook"]["code"])
    _check_statements(statements)
    for name in ("evidence_codings", "evidence_agreed"):
        _exists(frames, name, "theme", themes, "a code of evidence_codebook")
        _exists(frames, name, "second_theme", themes, "a code of evidence_codebook")
        same = frames[name]["theme"] == frames[name]["second_theme"]
        _refuse(name, frames[name], same, "second_theme", "another theme than the primary one, or none")
    _check_codings(frames, set(statements.loc[statements["ods_code"] != WHOLE, "id"]))
    _check_theory(frames, known)
    for name in ("theory_configurations", "case_profiles"):
        _lists(frames[name], name, known)
    _exists(frames, "case_profiles", "dimension", themes, "a code of evidence_codebook")
    _check_profiles(frames["case_profiles"], set(statements["ods_code"]) - {WHOLE})


def _refuse(table: str, frame: pd.DataFrame, bad: pd.Series, column: str, allowed: str) -> None:
    if bad.any():
        place = int(bad.to_numpy().argmax())
        raise DataError(table, row=place + 2, column=column, found=frame[column].iloc[place], allowed=allowed)


def _exists(
    frames: Mapping[str, pd.DataFrame], table: str, column: str, known: set[str], allowed: str
) -> None:
    cells = frames[table][column].fillna("")
    _refuse(table, frames[table], (cells != "") & ~cells.isin(known), column, allowed)


def _check_statements(statements: pd.DataFrame) -> None:
    name = STATEMENTS["name"]
    other = statements["id"].str[:3] != statements["ods_code"]
    _refuse(name, statements, other, "id", "the code of the trust in the same row, then a number")
    given = statements["stance"].fillna("") != ""
    wrong = given != (statements["ods_code"] == WHOLE)
    _refuse(name, statements, wrong, "stance", f"a stance in rows {WHOLE}, a blank in those of trusts")


def _check_codings(frames: Mapping[str, pd.DataFrame], coded: set[str]) -> None:
    codings, agreed = frames["evidence_codings"], frames["evidence_agreed"]
    parts = {f"coder {coder}": codings.loc[codings["coder"] == coder, "id"] for coder in CODERS}
    for who, ids in {**parts, "the adjudicated coding": agreed["id"]}.items():
        table = "evidence_agreed" if who.startswith("the") else "evidence_codings"
        odd = sorted(coded ^ set(ids))
        if odd:
            raise DataError(table, row=odd[0], column="id", found=who, allowed="each trust statement once")
    pair = [codings[codings["coder"] == coder].set_index("id") for coder in CODERS]
    final = agreed.set_index("id")
    for column in ("theme", "direction"):
        a, b = (frame[column].reindex(final.index) for frame in pair)
        wrong = (final["how"] == "agreed") & ((a != b) | (a != final[column]))
        _refuse("evidence_agreed", agreed, wrong, column, "adjudicated, where the coders differ")
    same = (pair[0]["theme"] == pair[1]["theme"]) & (pair[0]["direction"] == pair[1]["direction"])
    needless = (final["how"] == "adjudicated") & same.reindex(final.index)
    _refuse("evidence_agreed", agreed, needless, "how", "agreed, where both coders say the same")
    silent = (final["how"] == "adjudicated") & (final["reason"].fillna("") == "")
    _refuse("evidence_agreed", agreed, silent, "reason", "a reason for what was adjudicated")


def _check_theory(frames: Mapping[str, pd.DataFrame], known: set[str]) -> None:
    links = frames["theory_links"]
    elements = set(frames["theory_elements"]["id"])
    for end in ("from", "to"):
        _exists(frames, "theory_links", end, elements, "an element of theory_elements")
    _refuse("theory_links", links, links["from"] == links["to"], "to", "another element than the start")
    _refuse("theory_links", links, links.duplicated(["from", "to"]), "to", "one arrow a pair of elements")
    used = set(links["from"]) | set(links["to"])
    lonely = ~frames["theory_elements"]["id"].isin(used)
    _refuse("theory_elements", frames["theory_elements"], lonely, "id", "an element with an arrow")
    _exists(frames, "theory_evidence", "link_id", set(links["id"]), "an arrow of theory_links")
    _exists(frames, "theory_evidence", "statement_id", known, "a statement of evidence_statements")


def _lists(frame: pd.DataFrame, name: str, known: set[str]) -> None:
    for place, cell in enumerate(frame["statement_ids"]):
        items = theory.listed(cell)
        odd = [item for item in items if item not in known] or [i for i in items if items.count(i) > 1]
        if odd:
            allowed = "statements of evidence_statements, each once"
            raise DataError(name, row=place + 2, column="statement_ids", found=odd[0], allowed=allowed)


def _check_profiles(profiles: pd.DataFrame, trusts: set[str]) -> None:
    name = PROFILES["name"]
    _refuse(name, profiles, ~profiles["ods_code"].isin(trusts), "ods_code", f"one of {sorted(trusts)}")
    items = profiles["statement_ids"].map(theory.listed, na_action=None)
    counts = items.map(len)
    few = (profiles["level"] != NOT_KNOWABLE) & (counts < NEEDED_FOR_A_LEVEL)
    _refuse(name, profiles, few, "level", f"{NOT_KNOWABLE} with fewer than {NEEDED_FOR_A_LEVEL} statements")
    many = (profiles["level"] == NOT_KNOWABLE) & (counts >= NEEDED_FOR_A_LEVEL)
    _refuse(name, profiles, many, "level", f"a level where there are {NEEDED_FOR_A_LEVEL} statements")
    pairs = zip(profiles["ods_code"], items, strict=True)
    foreign = pd.Series([any(i[:3] != code for i in found) for code, found in pairs], index=profiles.index)
    _refuse(name, profiles, foreign, "statement_ids", "statements about the trust in the same row")
    size = profiles.groupby("ods_code")["level"].transform("size")
    whole = profiles["dimension"].nunique() * profiles["phase"].nunique()
    missing = (size != whole) | ~profiles["ods_code"].isin(trusts)
    _refuse(name, profiles, missing, "ods_code", f"{whole} rows for each of {sorted(trusts)}")
    if absent := sorted(trusts - set(profiles["ods_code"])):
        raise DataError(name, column="ods_code", found=f"no row for {absent[0]}", allowed=f"{sorted(trusts)}")
