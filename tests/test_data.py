"""The one door: a table that is not what its description says is refused, with the place."""

import copy
import hashlib
import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from analysis import __main__ as command, data, trace
from analysis.data import DataError
from analysis.ingest.refresh import to_csv

FIELDS = [
    {"name": "org_code", "type": "string", "constraints": {"required": True, "pattern": "[A-Z0-9]{3}"}},
    {
        "name": "month",
        "type": "yearmonth",
        "constraints": {"required": True, "minimum": "2010-01", "maximum": "2024-12"},
    },
    {"name": "attendances", "type": "integer", "constraints": {"required": True, "minimum": 0}},
    {"name": "over_4h", "type": "integer", "constraints": {"minimum": 0}},
    {"name": "share", "type": "number", "constraints": {"minimum": 0, "maximum": 1}},
    {"name": "source", "type": "string", "constraints": {"enum": ["weekly", "monthly"]}},
    {"name": "seen", "type": "date", "constraints": {"maximum": "2024-12-31"}},
    {"name": "pilot", "type": "boolean", "constraints": {"required": True}},
    {"name": "opened", "type": "year", "constraints": {"minimum": "1948"}},
]
RESOURCE = {
    "name": "waits",
    "path": "waits.csv",
    "title": "Waits",
    "status": "official",
    "coverage": {"from": "2015-01", "to": "2015-02"},
    "rules": [{"left": "over_4h", "op": "<=", "right": "attendances"}],
    "schema": {"fields": FIELDS, "primaryKey": ["org_code", "month"], "missingValues": [""]},
}
ORGANISATIONS = {
    "name": "organisations",
    "path": "organisations.csv",
    "status": "public-record",
    "coverage": {},
    "schema": {"fields": [{"name": "org_code", "type": "string"}], "primaryKey": ["org_code"]},
}
TEXT = (
    "org_code,month,attendances,over_4h,share,source,seen,pilot,opened\n"
    "RAA,2015-01,1000,0,0,weekly,2015-02-01,false,2001\n"
    "RAA,2015-02,1100,,,monthly,,true,\n"
    "RBB,2015-01,900,90,0.1,monthly,2015-02-28,false,1991\n"
)
CODES = "org_code\nRAA\nRBB\n"


def put(folder: Path, *, resource=RESOURCE, codes=CODES, content=TEXT, hashed=None) -> None:
    """Write a package of two tables; `hashed`: the content that the package vouches for."""
    described = []
    for about, raw, vouched in ((ORGANISATIONS, codes, codes), (resource, content, hashed or content)):
        raw, vouched = (x if isinstance(x, bytes) else x.encode() for x in (raw, vouched))
        (folder / about["path"]).write_bytes(raw)
        described.append({**about, "hash": "sha256:" + hashlib.sha256(vouched).hexdigest()})
    (folder / "datapackage.json").write_text(json.dumps({"resources": described}))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(data, "FOLDER", tmp_path)
    monkeypatch.delenv("REPORT_TRACE", raising=False)
    data._verified.cache_clear()
    put(tmp_path)
    yield tmp_path
    data._verified.cache_clear()


def test_types_follow_the_description_and_missing_is_not_zero(folder):
    frame = data.load("waits")
    assert [str(kind) for kind in frame.dtypes] == [
        "str", "period[M]", "Int64", "Int64", "float64", "str", "datetime64[us]", "boolean", "period[Y-DEC]",
    ]  # fmt: skip
    assert frame["over_4h"].tolist() == [0, pd.NA, 90]
    assert frame["share"].isna().tolist() == [False, True, False]
    assert frame.loc[0, "share"] == 0
    assert frame.loc[0, "opened"] == pd.Period("2001", freq="Y")
    assert frame["pilot"].tolist() == [False, True, False]
    assert frame["seen"].isna().tolist() == [False, True, False]


def test_frame_is_the_callers_own(folder):
    first = data.load("waits")
    first["attendances"] = 0
    first.loc[0, "org_code"] = "XXX"
    again = data.load("waits")
    assert again["attendances"].tolist() == [1000, 1100, 900]
    assert again["org_code"].tolist() == ["RAA", "RAA", "RBB"]


def test_load_does_not_depend_on_what_was_loaded_before(folder):
    cold = data.load("waits")
    warm = data.load("waits")
    data._verified.cache_clear()
    pd.testing.assert_frame_equal(cold, warm)
    pd.testing.assert_frame_equal(cold, data.load("waits"))
    put(folder, content=TEXT.replace("1000", "1001"))
    assert data.load("waits").loc[0, "attendances"] == 1001


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "found", "allowed"),
    [
        ("over_4h", "over_four", 1, None, "over_four", "over_4h"),
        ("month,attendances", "attendances,month", 1, None, "attendances", "'month', 'attendances'"),
        ("pilot,opened\n", "pilot\n", 2, None, "more cells", "9 cells a row"),
        ("pilot,opened\n", "pilot,opened,note\n", 1, None, "note", "opened"),
        (TEXT[:8], "Title of the release\n" + TEXT[:8], 2, None, "more cells", "9 cells a row"),
        ("1991\n", "1991,x\n", None, None, "Expected 9 fields in line 4, saw 10", "UTF-8"),
        ("1100", "eleven", 3, "attendances", "eleven", "a plain integer"),
        ("1100", "1100.5", 3, "attendances", "1100.5", "a plain integer"),
        ("1100", '"1,100"', 3, "attendances", "1,100", "a plain integer"),
        ("1100", " 1100", 3, "attendances", " 1100", "a plain integer"),
        ("1100", "-1", 3, "attendances", "-1", "from 0 to inf"),
        ("1100", "", 3, "attendances", "", "a value, not a blank"),
        ("1100", "NA", 3, "attendances", "NA", "a plain integer"),
        ("0.1", '"0,1"', 4, "share", "0,1", "a plain number"),
        ("0.1", "nan", 4, "share", "nan", "a plain number"),
        ("0.1", "inf", 4, "share", "inf", "a plain number"),
        ("0.1", "10", 4, "share", "10", "from 0 to 1"),
        ("0.1", "10%", 4, "share", "10%", "a plain number"),
        ("RBB", "RB", 4, "org_code", "RB", "[A-Z0-9]{3}"),
        ("RBB", "rbb", 4, "org_code", "rbb", "[A-Z0-9]{3}"),
        ("weekly", "daily", 2, "source", "daily", "['weekly', 'monthly']"),
        ("RBB,2015-01", "RBB,2099-01", 4, "month", "2099-01", "from 2010-01 to 2024-12"),
        ("RBB,2015-01", "RBB,2009-12", 4, "month", "2009-12", "from 2010-01 to 2024-12"),
        ("RBB,2015-01", "RBB,2015-13", 4, "month", "2015-13", "a yearmonth"),
        ("RBB,2015-01", "RBB,Jan-15", 4, "month", "Jan-15", "a yearmonth"),
        ("2015-02-28", "2015-02-29", 4, "seen", "2015-02-29", "a date of the calendar"),
        ("2015-02-28", "28/02/2015", 4, "seen", "28/02/2015", "a date"),
        ("2015-02-28", "2031-02-28", 4, "seen", "2031-02-28", "2024-12-31"),
        ("true", "yes", 3, "pilot", "yes", "true or false"),
        ("1991", "91", 4, "opened", "91", "a year"),
        ("1991", "1947", 4, "opened", "1947", "from 1948"),
        ("RAA,2015-02", "RAA,2015-01", 3, "org_code, month", "2015-01", "one row a key"),
        ("900,90,", "900,901,", 4, "over_4h", "901", "over_4h <= attendances (900)"),
        ("RBB,2015", "\nRBB,2015", 4, "org_code", "", "a value, not a blank"),
    ],
)  # fmt: skip
def test_damage_is_refused_with_its_place(folder, old, new, row, column, found, allowed):
    assert TEXT.count(old) >= 1
    put(folder, content=TEXT.replace(old, new, 1))
    with pytest.raises(DataError) as caught:
        data.load("waits")
    error = caught.value
    assert (error.table, error.row, error.column) == ("waits", row, column)
    assert found in str(error.found)
    assert allowed in error.allowed
    for part in ("waits", f"row {row}" if row else "", f"'{column}'" if column else ""):
        assert part in str(error)


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("0.1", "1e400", "share"),
        ("0.1", "-1e400", "share"),
        ("1000", "1" + "0" * 400, "attendances"),
        ("1000", "9" * 19, "attendances"),
    ],
)
@pytest.mark.parametrize("limits", [{}, {"minimum": 0}])
def test_a_number_that_no_computer_holds_is_refused(folder, old, new, column, limits):
    fields = [{**field, "constraints": limits} if field["name"] == column else field for field in FIELDS]
    put(
        folder,
        resource={**RESOURCE, "schema": {**RESOURCE["schema"], "fields": fields}, "rules": []},
        content=TEXT.replace(old, new, 1),
    )
    with pytest.raises(DataError, match=rf"waits, row \d, column '{column}'.*(a finite|a plain integer)"):
        data.load("waits")


def test_every_row_with_one_cell_more_is_refused(folder):
    head, *rows = TEXT.splitlines()
    put(folder, content="\n".join([head, *(f"x,{row}" for row in rows)]) + "\n")
    with pytest.raises(DataError, match=r"waits, row 2: found 'more cells than headings'"):
        data.load("waits")


@pytest.mark.parametrize("content", [TEXT.replace("weekly", "wéekly").encode("latin-1"), b"", b"\xff\xfe"])
def test_bytes_that_are_no_table_are_refused(folder, content):
    put(folder, content=content, hashed=content or TEXT)
    with pytest.raises(DataError, match="waits") as caught:
        data.load("waits")
    assert "UTF-8" in caught.value.allowed or "sha256" in caught.value.allowed
    with pytest.raises(DataError, match="comma-separated UTF-8"):
        data.verify(RESOURCE, content)


def test_one_changed_byte_is_refused_before_anything_is_read(folder):
    data.load("waits")
    put(folder, content=TEXT.replace("1000", "1009"), hashed=TEXT)
    with pytest.raises(DataError, match=r"waits: found 'checksum sha256:.*as in datapackage.json"):
        data.load("waits")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\r\n", 2),
    ],
)
def test_line_ends_that_alone_differ_are_named_with_the_remedy(folder, spoil):
    put(folder, hashed=TEXT)
    (folder / "waits.csv").write_bytes(spoil(TEXT).encode())
    with pytest.raises(DataError, match=r"waits: found 'other line ends .*git checkout -- waits.csv"):
        data.load("waits")


def test_line_ends_are_not_blamed_for_another_difference(folder):
    put(folder, hashed=TEXT)
    (folder / "waits.csv").write_bytes(TEXT.replace("1000", "1009").replace("\n", "\r\n").encode())
    with pytest.raises(DataError, match=r"waits: found 'checksum sha256:"):
        data.load("waits")


def test_a_text_has_one_digest_whatever_its_line_ends_and_a_picture_has_its_own(tmp_path):
    for name, content in {"unix": b"a==1\nb==2\n", "windows": b"a==1\r\nb==2\r\n"}.items():
        (tmp_path / name).write_bytes(content)
    assert trace.digest(tmp_path / "unix") == trace.digest(tmp_path / "windows")
    (tmp_path / "unix").write_bytes(b"\0\n")
    (tmp_path / "windows").write_bytes(b"\0\r\n")
    assert trace.digest(tmp_path / "unix") != trace.digest(tmp_path / "windows")


def test_missing_file_and_unknown_table_are_named(folder):
    with pytest.raises(DataError, match=r"found 'beds'. Allowed: one of \['organisations', 'waits'\]"):
        data.load("beds")
    (folder / "waits.csv").unlink()
    with pytest.raises(DataError, match=r"waits: found 'no file'. Allowed: waits.csv"):
        data.load("waits")


@pytest.mark.parametrize(
    "text", [None, "", "{", "[]", "{}", '{"resources": {}}', '{"resources": [{"name": "waits"}]}']
)
def test_package_that_is_absent_or_no_package_is_refused(folder, text):
    (folder / "datapackage.json").unlink()
    if text is not None:
        (folder / "datapackage.json").write_text(text)
    for ask in (data.package, data.tables, data.check, lambda: data.load("waits")):
        with pytest.raises(DataError, match=r"datapackage\.json"):
            ask()


@pytest.mark.parametrize("status", ["unofficial", None])
def test_unknown_status_is_refused(folder, status):
    put(folder, resource={**RESOURCE, "status": status})
    with pytest.raises(
        DataError, match=r"waits: found .*a status of \['official', 'public-record'"
    ) as caught:
        data.load("waits")
    assert caught.value.found == status


def test_check_reports_every_table_and_the_command_tells(folder, capsys):
    assert command.main(["check"]) == 0
    assert data.check()["result"].tolist() == ["ok", "ok"]
    put(folder, content=TEXT.replace("RBB", "rbb"))
    found = data.check()
    assert found["table"].tolist() == ["organisations", "waits"]
    assert found["rows"].tolist() == [2, 0]
    assert found.loc[0, "result"] == "ok"
    assert "row 4, column 'org_code'" in found.loc[1, "result"]
    capsys.readouterr()
    assert command.main(["check"]) == 1
    assert "row 4, column 'org_code'" in capsys.readouterr().out


def test_check_reports_the_others_when_the_organisations_are_damaged(folder):
    put(folder, codes=CODES)
    (folder / "organisations.csv").write_text("org_code\nRAA\n")
    found = data.check().set_index("table")["result"]
    assert "checksum" in found["organisations"]
    assert found["waits"] == "ok"


def test_check_finds_a_code_that_is_no_organisation(folder):
    key = {"fields": ["org_code"], "reference": {"resource": "organisations", "fields": ["org_code"]}}
    resource = copy.deepcopy(RESOURCE)
    resource["schema"]["foreignKeys"] = [key]
    put(folder, resource=resource)
    assert (data.check()["result"] == "ok").all()
    put(folder, resource=resource, codes="org_code\nRAA\n")
    assert data.check().loc[1, "result"] == (
        "waits, row 4, column 'org_code': found 'RBB'. Allowed: one of org_code in organisations."
    )


def test_check_from_the_shell_exits_1(folder, tmp_path):
    code = (
        "import sys, pathlib; from analysis import data, __main__;"
        "data.FOLDER = pathlib.Path(sys.argv[1]); sys.exit(__main__.main(['check']))"
    )
    env = {name: value for name, value in os.environ.items() if name != "REPORT_TRACE"}
    run = [sys.executable, "-c", code, str(tmp_path)]
    (tmp_path / "waits.csv").write_text(TEXT.replace("1000", "1009"))
    ended = subprocess.run(run, capture_output=True, text=True, env=env)
    assert ended.returncode == 1
    assert "checksum" in ended.stdout


cell = st.fixed_dictionaries(
    {
        "attendances": st.integers(0, 2**40),
        "over_4h": st.none() | st.just(0),
        "share": st.none() | st.floats(0, 1),
        "source": st.none() | st.sampled_from(["weekly", "monthly"]),
        "seen": st.none() | st.dates(pd.Timestamp("1990-01-01").date(), pd.Timestamp("2024-12-31").date()),
        "pilot": st.booleans(),
        "opened": st.none() | st.integers(1948, 2024),
    }
)
keys = st.tuples(st.from_regex(r"[A-Z0-9]{3}", fullmatch=True), st.integers(2010, 2024), st.integers(1, 12))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(keys, cell, min_size=1, max_size=8))
def test_what_is_written_is_what_is_read(rows):
    raw = pd.DataFrame(
        [{"org_code": c, "month": f"{y}-{m:02}", **row} for (c, y, m), row in rows.items()]
    ).assign(
        attendances=lambda f: f["attendances"].astype("Int64"),
        over_4h=lambda f: f["over_4h"].astype("Int64"),
        share=lambda f: f["share"].astype("float64"),
        opened=lambda f: f["opened"].astype("Int64"),
    )[[field["name"] for field in FIELDS]]
    content = to_csv(raw, RESOURCE)
    read = data.verify(RESOURCE, content)
    assert read["org_code"].tolist() == raw["org_code"].tolist()
    assert read["month"].astype("str").tolist() == raw["month"].tolist()
    pd.testing.assert_series_equal(read["attendances"], raw["attendances"])
    pd.testing.assert_series_equal(read["over_4h"], raw["over_4h"])
    pd.testing.assert_series_equal(read["share"], raw["share"], check_exact=True)
    assert read["pilot"].tolist() == raw["pilot"].tolist()
    for column in ("seen", "opened", "source"):
        assert read[column].isna().tolist() == raw[column].isna().tolist()
    assert read["opened"].dropna().dt.year.tolist() == raw["opened"].dropna().tolist()
    known = raw["seen"].notna()
    assert [stamp.date() for stamp in read.loc[known, "seen"]] == raw.loc[known, "seen"].tolist()
    assert to_csv(raw, RESOURCE) == content


# the tables of this repository

NAMES = [about["name"] for about in json.loads((data.FOLDER / "datapackage.json").read_text())["resources"]]


def test_committed_tables_are_all_verified_and_no_other_is_there():
    result = data.check()
    assert result["table"].tolist() == NAMES == data.tables()
    assert result["result"].tolist() == ["ok"] * len(NAMES)
    files = {file.name for file in data.FOLDER.glob("*.csv")}
    assert files == {data.describe(name)["path"] for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_committed_table_is_described(name):
    about = data.describe(name)
    for part in ("title", "status", "publisher", "publication", "page", "licence", "description", "obtained"):
        assert isinstance(about[part], str), part
        assert about[part].strip(), part
    assert about["status"] in data.STATUSES
    assert about["page"].startswith("https://")
    assert isinstance(about["breaks"], list)
    assert all(isinstance(text, str) and text.endswith(".") for text in about["breaks"])
    assert about["hash"] == "sha256:" + hashlib.sha256((data.FOLDER / about["path"]).read_bytes()).hexdigest()
    assert about["bytes"] == (data.FOLDER / about["path"]).stat().st_size
    frame = data.load(name)
    assert about["rows"] == len(frame)
    if about["period"] is None:
        assert about["coverage"] == {}
    else:
        assert {"from", "to", "periods"} <= set(about["coverage"])
        assert about["coverage"]["periods"] == frame[about["period"]].nunique()
    for field in about["schema"]["fields"]:
        assert field["description"].strip(), field["name"]
        if field["type"] in ("integer", "number"):
            assert field.get("unit"), field["name"]


@pytest.mark.parametrize("name", NAMES)
def test_committed_foreign_keys_hold(name):
    for key in data.describe(name)["schema"].get("foreignKeys", []):
        other = data.load(key["reference"]["resource"])[key["reference"]["fields"][0]]
        unknown = set(data.load(name)[key["fields"][0]].dropna()) - set(other)
        assert unknown == set()


def test_committed_codes_of_trust_tables_are_organisations():
    known = set(data.load("organisations")["org_code"])
    for name in NAMES:
        frame = data.load(name)
        if "org_code" in frame:
            held = bool(data.describe(name)["schema"].get("foreignKeys"))
            assert not held or set(frame["org_code"].dropna()) <= known


def test_numbers_of_the_committed_tables_are_finite():
    for name in NAMES:
        numbers = data.load(name).select_dtypes("float64")
        assert not numbers.isin([math.inf, -math.inf]).any(axis=None), name
