"""The tables of evidence fit each other, and no person is named in what a reader sees."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError
from analysis.ingest import descriptions
from analysis.ingest.hand import evidence
from analysis.study import regime
from analysis.study.evidence.theory import listed
from tests import known_words as words

WORD = re.compile(r"[^\W\d_][\w’'-]*")
TITLED = re.compile(rf"\b(?:{words.TITLES})\b\.? [A-Z][\w’'-]+")
INITIAL = re.compile(r"\b[A-Z]\. ?(?:[A-Z]\. ?)*[A-Z][a-z]+")
GIVEN = re.compile(rf"\b(?:{'|'.join(words.GIVEN.split())}) (?!Hospital)[A-Z][\w’'-]+")
PLAIN = re.compile(r"(?:['’]s|['’])$")
TRUSTS = 8
SHOWN = {
    "evidence_codebook": ["theme", "definition", "include", "exclude", "decision_rule"],
    "evidence_statements": ["statement", "source_title", "source_publisher"],
    "evidence_codings": ["note"],
    "evidence_agreed": ["reason"],
    "theory_elements": ["label", "definition"],
    "theory_links": ["proposition"],
    "theory_evidence": ["note"],
    "theory_configurations": ["context", "mechanism_resource", "mechanism_reasoning", "outcome", "note"],
    "case_profiles": ["reason"],
}
REVIEWED = {*f"{words.PLACES} {words.BODIES} {words.MONTHS} {words.WORDS}".split()}


def texts() -> list[str]:
    frames = {name: data.load(name) for name in SHOWN}
    return [t for name, columns in SHOWN.items() for c in columns for t in frames[name][c].dropna()]


def names_in(text: str, common: set[str]) -> list[str]:
    """Return what looks like a person: a title, a given name or initial before a name, an unknown capital."""
    found = [m[0] for pattern in (TITLED, INITIAL, GIVEN) for m in pattern.finditer(text)]
    for word in WORD.findall(re.sub(words.CODES, "", text)):
        bare = PLAIN.sub("", word)
        known = {word, bare} & REVIEWED or {word.lower(), bare.lower()} & common
        if word[0].isupper() and not known:
            found.append(word)
    return found


@pytest.fixture(scope="module")
def common() -> set[str]:
    return {word for text in texts() for word in WORD.findall(text) if word.islower()}


@pytest.fixture
def frames() -> dict[str, pd.DataFrame]:
    return {name: data.load(name) for name in evidence.TABLES}


def check(frames: dict[str, pd.DataFrame]) -> None:
    """Check the tables as a refresh does: what each refers to is there, then what they say of each other."""
    data.check_references([descriptions.table(name) for name in evidence.TABLES], frames)
    evidence.check(frames)


def test_tables_fit_their_descriptions_and_each_other(frames):
    check(frames)
    for name in evidence.TABLES:
        assert data.describe(name)["status"] == "public-record"


def test_no_person_is_named_where_a_reader_looks(common):
    found = {text: names for text in texts() if (names := names_in(text, common))}
    assert found == {}


@pytest.mark.parametrize(
    "planted",
    [
        "The chief executive, Jane Smithers, left in May.",
        "Dr Patel resigned over the rota.",
        "The chair, Sir Mike, said so.",
        "Mark Green took over as director.",
        "Hunt promised money for the wards.",
        "Staff told O'Neill that they were afraid.",
        "The director (A. Hope) named the fault.",
        "Ms Green and the board agreed.",
        "Smithers' report was accepted.",
        "Councillor Royal asked for figures.",
    ],
)
def test_a_planted_name_is_found(planted, common):
    assert names_in(planted, common)


@pytest.mark.parametrize(
    "innocent",
    ["Medway's board met Guy's and St Thomas' in May 2015.", "CQC rated Lincoln County Hospital Inadequate."],
)
def test_places_and_bodies_are_not_taken_for_people(innocent, common):
    assert names_in(innocent, common) == []


def test_statements_are_short_whole_and_dated_within_the_record(frames):
    statements = frames["evidence_statements"]
    assert statements["statement"].str.split().str.len().max() <= 45
    assert statements["statement"].str.endswith(".").all()
    assert statements["date"].between("2000", "2026-12-31").all()
    assert statements["statement"].is_unique


def test_every_trust_has_statements_codings_and_profiles_from_all_coders(frames):
    statements = frames["evidence_statements"].query("ods_code != 'ENG'")
    assert statements["ods_code"].nunique() == TRUSTS
    assert statements.groupby("ods_code").size().min() >= 20
    codings = frames["evidence_codings"].assign(ods_code=lambda f: f["id"].str[:3])
    counts = codings.groupby(["ods_code", "coder"]).size().unstack("coder")
    expected = statements.groupby("ods_code").size()
    for coder in "AB":
        pd.testing.assert_series_equal(counts[coder], expected, check_names=False)
    profiles = frames["case_profiles"].groupby("ods_code").size()
    assert (profiles == 24).all()
    assert set(profiles.index) == set(expected.index)


def test_every_theme_is_used_and_every_direction_occurs(frames):
    agreed = frames["evidence_agreed"]
    used = set(agreed["theme"]) | set(agreed["second_theme"].dropna())
    assert used == set(frames["evidence_codebook"]["code"])
    assert set(agreed["direction"]) == set(descriptions.choices("evidence_agreed", "direction"))


def test_phases_agree_with_the_spells(frames):
    """A statement with a full date is before, in, between or after the spells of its trust.

    The last spell of a trust that was moved to the programme that followed ends with the regime; the days
    from CQC's recommendation to the regulator's decision may be told as either phase.
    """
    spells = regime.spells()
    rows = frames["evidence_statements"].query("ods_code != 'ENG'")
    dated = rows[rows["date"].str.len() == len("2013-07-16")]
    wrong = []
    for row in dated.itertuples():
        own = spells[spells["trust"] == row.ods_code].sort_values("entered")
        day = pd.Timestamp(row.date)
        near = (own[["entered", "last_day"]] - day).abs().min(axis=None) <= pd.Timedelta(days=16)
        inside = ((own["entered"] <= day) & (day <= own["last_day"])).any()
        first, last = own["entered"].min(), own["last_day"].max()
        phase = "during" if inside else "before" if day < first else "after" if day > last else "between"
        if phase != row.phase and not near:
            wrong.append((row.id, row.date, row.phase, phase))
    assert wrong == []


def test_profiles_rest_on_statements_of_their_phase_and_theme(frames):
    statements = frames["evidence_statements"].set_index("id")["phase"].replace("between", "after")
    other = [
        (row.ods_code, row.dimension, row.phase, item)
        for row in frames["case_profiles"].itertuples()
        for item in listed(row.statement_ids)
        if statements[item] != row.phase
    ]
    assert other == [("RXR", "B4", "before", "RXR-06")]  # said in the spell about the years before it


def test_statements_that_only_state_intent_are_all_said_by_policy(frames):
    rows = frames["theory_evidence"]
    marked = rows[rows["note"].str.startswith("States intent only")]
    stances = frames["evidence_statements"].set_index("id")["stance"]
    assert set(marked["stance"]) == {"refines"}
    assert set(stances.loc[marked["statement_id"]]) == {"intent"}


def change(frames, table, row, column, value):
    frame = frames[table].copy()
    frame.loc[row, column] = value
    return {**frames, table: frame}


@pytest.mark.parametrize(
    ("table", "column", "value", "message"),
    [
        ("evidence_codings", "theme", "B9", "one of code in evidence_codebook"),
        ("evidence_codings", "second_theme", "Z1", "one of code in evidence_codebook"),
        ("evidence_agreed", "theme", "B9", "one of code in evidence_codebook"),
        ("theory_links", "to", "luck", "one of id in theory_elements"),
        ("theory_links", "from", "expertise_and_challenge", "another element than the start"),
        ("theory_evidence", "statement_id", "RXR-99", "one of id in evidence_statements"),
        ("theory_evidence", "link_id", "L99", "one of id in theory_links"),
        ("theory_configurations", "statement_ids", "RXR-01;RXR-99", "each once"),
        ("theory_configurations", "statement_ids", "RXR-01;RXR-01", "each once"),
        ("case_profiles", "statement_ids", "RPA-01", "about the trust in the same row"),
        ("case_profiles", "level", "high", "not_knowable with fewer than 2"),
        ("case_profiles", "dimension", "I9", "one of code in evidence_codebook"),
        ("evidence_statements", "stance", "intent", "a blank in those of trusts"),
        ("evidence_statements", "ods_code", "RPA", "the code of the trust"),
        ("evidence_statements", "date", "2031-01", "no later than that of its source"),
        ("evidence_agreed", "direction", "+", "adjudicated, where the coders differ"),
        ("evidence_agreed", "how", "corrected", "a reason for what was adjudicated or corrected"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(frames, table, column, value, message):
    with pytest.raises(DataError, match=message) as caught:
        check(change(frames, table, 0, column, value))
    assert (caught.value.table, caught.value.row) == (table, 2)


@pytest.mark.parametrize("table", ["evidence_codings", "evidence_agreed"])
def test_a_statement_without_a_coding_is_refused(frames, table):
    short = {**frames, table: frames[table].iloc[1:]}
    with pytest.raises(DataError, match="each trust statement once"):
        check(short)


def test_a_coding_of_a_statement_about_the_whole_regime_is_refused(frames):
    extra = frames["evidence_agreed"].iloc[[0]].assign(id="ENG-01")
    longer = {**frames, "evidence_agreed": pd.concat([frames["evidence_agreed"], extra])}
    with pytest.raises(DataError, match="each trust statement once"):
        check(longer)


def test_an_element_without_an_arrow_and_a_trust_without_a_profile_are_refused(frames):
    lonely = frames["theory_elements"].iloc[[0]].assign(id="luck")
    more = {**frames, "theory_elements": pd.concat([frames["theory_elements"], lonely])}
    with pytest.raises(DataError, match="an element with an arrow"):
        check(more)
    profiles = frames["case_profiles"]
    with pytest.raises(DataError, match="no row for RXR"):
        check({**frames, "case_profiles": profiles[profiles["ods_code"] != "RXR"]})
    with pytest.raises(DataError, match="24 rows for each"):
        check({**frames, "case_profiles": profiles.iloc[1:]})


def test_the_check_leaves_the_tables_as_they_were(frames):
    before = {name: frame.copy() for name, frame in frames.items()}
    check(frames)
    for name, frame in frames.items():
        pd.testing.assert_frame_equal(frame, before[name])


def test_lists_are_read_in_order_and_blanks_are_empty():
    assert listed("RXR-01;RXR-02") == ["RXR-01", "RXR-02"]
    assert listed("") == listed(float("nan")) == listed(pd.NA) == []
