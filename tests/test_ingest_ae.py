import calendar

import pandas as pd
import pytest

from analysis.data import DataError, verify
from analysis.ingest import descriptions
from analysis.ingest.history import ae_archive
from analysis.ingest.live import ae, ae_official

LEAD = "Period,Org Code,Parent Org,Org name,"
TAIL = (
    "Patients who have waited 4-12 hs from DTA to admission,"
    "Patients who have waited 12+ hrs from DTA to admission,"
    "Emergency admissions via A&E - Type 1,Emergency admissions via A&E - Type 2,"
    "Emergency admissions via A&E - Other A&E department,Other emergency admissions\n"
)
HEAD_2019 = (
    LEAD + "Number of A&E attendances Type 1,Number of A&E attendances Type 2,"
    "Number of A&E attendances Other A&E Department,Number of attendances over 4hrs Type 1,"
    "Number of attendances over 4hrs Type 2,Number of attendances over 4hrs Other A&E Department," + TAIL
)
HEAD_APRIL_2020 = HEAD_2019.replace("Number of a", "A").replace("Number of A", "A")
HEAD_APRIL_2020 = HEAD_APRIL_2020.replace("over 4hrs Other A&E Department", "over 4hrs Other Department")
HEAD_AUGUST_2020 = (
    LEAD + "A&E attendances Type 1,A&E attendances Type 2,A&E attendances Other A&E Department,"
    "A&E attendances Booked Appointments Type 1,A&E attendances Booked Appointments Type 2,"
    "A&E attendances Booked Appointments Other Department,"
    "Attendances over 4hrs Type 1,Attendances over 4hrs Type 2,Attendances over 4hrs Other Department,"
    "Attendances over 4hrs Booked Appointments Type 1,Attendances over 4hrs Booked Appointments Type 2,"
    "Attendances over 4hrs Booked Appointments Other Department," + TAIL
)
MAY_2019 = (
    HEAD_2019
    + "MSitAE-MAY-2019,RXR,NHS ENGLAND NORTH WEST,EAST LANCS,9823,255,5851,3193,0,285,748,15,3599,0,0,341\n"
    + 'MSitAE-MAY-2019,RNQ,"NHS ENGLAND MIDLANDS, CENTRAL",KETTERING,7843,0,10,0,0,0,16,2,1412,0,3,300\n'
    + "MSitAE-MAY-2019,NJS05,NHS ENGLAND MIDLANDS,LOUGHBOROUGH,0,0,4639,0,0,64,0,0,0,0,0,0\n"
    + ",,,TOTAL,17666,255,10500,3193,0,349,764,17,5011,0,3,641\n"
)
AUGUST_2020 = (
    HEAD_AUGUST_2020
    + "MSitAE-AUGUST-2020,RXR,NW ,EAST LANCASHIRE,9000,200,5000,30,1,200,3000,4,5,6,1,2,700,10,3500,0,1,300\n"
    + "MSitAE-AUGUST-2020,NJS05,MID ,LOUGHBOROUGH,0,0,4000,0,0,10,0,0,60,0,0,0,0,0,0,0,0,0\n"
    + "TOTAL,TOTAL,TOTAL,Total ,9000,200,9000,30,1,210,3000,4,65,6,1,2,700,10,3500,0,1,300\n"
)
MAY_NAME, AUGUST_NAME = "Monthly-AE-May-2019-revised-220720-de345.csv", "August-2020-revised-270421-gh920.csv"
ARCHIVE_HEAD = (
    "org_code,org_name_as_published,month,attendances_all_types,attendances_over_4h_all_types,"
    "source_basis,flag,repo_commit\n"
)
ARCHIVE_NAME = "ae_all_types_monthly_2010-11_2021-12.csv"
SET_NAME = "ae_attendances_2016-04_2019-03.csv"


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def months(first, last):
    return [str(month) for month in pd.period_range(first, last, freq="M")]


def archive_text():
    """A small archive: East Lancashire always, Luton under two names, England the double of the first."""
    rows = []
    for month in months("2010-11", "2021-12"):
        if month in ae_archive.ARCHIVE_ABSENT:
            continue
        basis = "weekly_apportioned_by_repo_author" if month < "2015-06" else "monthly_as_published"
        flag = "week_ending_2013-03-31_missing" if month == "2013-03" else ""
        wrong = "england_over4_wrong_includes_pilot_trusts" if month > "2019-04" else flag
        counts = "1000,100" if "2016-03" < month < "2019-04" else "9000,900"
        rows += [
            f"RXR,East Lancashire,{month},1000,100,{basis},{flag},d62ae45",
            f"ENG,England,{month},{counts},{basis},{wrong},d62ae45",
        ]
    weekly = "weekly_apportioned_by_repo_author"
    rows += [
        f"RC9,Luton,2011-08,500,50,{weekly},,89fefae",
        f"RC9,Luton University,2011-08,500,50,{weekly},,d62ae45",
        f"RC9,Luton,2011-10,131,-6,{weekly},,89fefae",
        f"RC9,Luton University,2011-10,590,38,{weekly},,d62ae45",
        f"RHU,Portsmouth,2012-03,43,15,{weekly},,8041072",
        f"RBD,Dorset,2011-06,400,,{weekly},,d62ae45",
        f"NJS05|NNJ07,Loughborough,2013-06,300,1,{weekly},,d62ae45",
    ]
    return ARCHIVE_HEAD + "".join(row + "\n" for row in rows)


def set_text():
    """The set for the same trust: 900 at type 1 and 100 elsewhere, Badger Ltd's type 3 within the 100."""
    rows = [
        f"{month}-01,RXR,{kind},{attendances},{breaches},{admissions}\n"
        for month in months("2016-04", "2019-03")
        for kind, attendances, breaches, admissions in (("1", 900, 99, 300), ("other", 100, 1, 0))
    ]
    return "period,org_code,type,attendances,breaches,admissions\n" + "".join(rows)


def official_text(month):
    label = f"MSitAE-{calendar.month_name[int(month[5:])].upper()}-{month[:4]}"
    if month >= "2020-08":
        return AUGUST_2020.replace("MSitAE-AUGUST-2020", label)
    text = MAY_2019.replace("MSitAE-MAY-2019", label)
    return text if month < "2020-04" else text.replace(HEAD_2019, HEAD_APRIL_2020)


def build(folder, patch):
    """Write a whole small release in sub-folders; set the sizes of the closed collections to it."""
    archive, collected = archive_text(), set_text()
    patch.setattr(ae_archive, "ARCHIVE_ROWS", archive.count("\n") - 1)
    patch.setattr(ae_archive, "SET_ROWS", collected.count("\n") - 1)
    patch.setattr(ae, "ENGLAND_REVISED", {})
    put(folder, f"old/{ARCHIVE_NAME}", archive)
    put(folder, f"middle/{SET_NAME}", collected)
    for month in months("2019-04", "2023-03"):
        name = calendar.month_name[int(month[5:])]
        put(folder, f"new/Monthly-AE-{name}-{month[:4]}-revised-{month}.csv", official_text(month))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    build(tmp_path, monkeypatch)
    return tmp_path


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("release")
        build(folder, patch)
        return ae.read(folder)


def edit(folder, name, *pairs):
    path = next(folder.rglob(name))
    text = path.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text)


# one official file


def test_official_file_gives_counts_by_provider(tmp_path):
    frame = ae_official.read_official(put(tmp_path, MAY_NAME, MAY_2019)).set_index("org_code")
    east = frame.loc["RXR"]
    assert (east["month"], east["attendances"], east["over_4h"]) == ("2019-05", 9823 + 255 + 5851, 3193 + 285)
    assert (east["attendances_type1"], east["over_4h_type1"]) == (9823, 3193)
    assert (east["emergency_admissions_ae"], east["emergency_admissions_other"]) == (3599, 341)
    assert (east["waits_4_12h_dta"], east["waits_12h_dta"]) == (748, 15)
    assert "TOTAL" not in frame.index
    assert frame.loc["NJS05", "over_4h_type1"] == 0


def test_pilot_trusts_zero_is_missing_and_their_trolley_waits_stay(tmp_path):
    frame = ae_official.read_official(put(tmp_path, MAY_NAME, MAY_2019)).set_index("org_code")
    pilot = frame.loc["RNQ"]
    assert pd.isna(pilot["over_4h"])
    assert pd.isna(pilot["over_4h_type1"])
    assert (pilot["attendances"], pilot["waits_4_12h_dta"], pilot["waits_12h_dta"]) == (7853, 16, 2)
    assert pilot["flag"] == "pilot: no 4-hour figures"
    before = (
        MAY_2019.replace("MAY", "APRIL")
        .replace("7843,0,10,0", "7843,0,10,1523")
        .replace("3193,0,349", "4716,0,349")
    )
    april = ae_official.read_official(put(tmp_path, "Monthly-AE-April-2019.csv", before)).set_index(
        "org_code"
    )
    assert april.loc["RNQ", "over_4h"] == 1523


def test_booked_appointments_are_added(tmp_path):
    frame = ae_official.read_official(put(tmp_path, AUGUST_NAME, AUGUST_2020)).set_index("org_code")
    assert frame.loc["RXR", "attendances"] == 9000 + 200 + 5000 + 30 + 1 + 200
    assert frame.loc["RXR", "over_4h"] == 3000 + 4 + 5 + 6 + 1 + 2
    assert frame.loc["RXR", ["attendances_type1", "over_4h_type1"]].tolist() == [9030, 3006]


def test_order_of_providers_byte_order_mark_and_line_ends_do_not_matter(tmp_path):
    lines = MAY_2019.splitlines()
    lines[1], lines[3] = lines[3], lines[1]
    other = ("﻿" + "\r\n".join(lines) + "\r\n,,,,,,,,,,,,,,,\r\n").encode()
    expected = ae_official.read_official(put(tmp_path, MAY_NAME, MAY_2019))
    found = ae_official.read_official(put(tmp_path, MAY_NAME, other))
    pd.testing.assert_frame_equal(
        *(frame.sort_values("org_code").reset_index(drop=True) for frame in (expected, found))
    )


EAST = "9823,255,5851,3193"
DAMAGES = {
    "column renamed": (
        ("over 4hrs Type 1", "under 4hrs Type 1"),
        1,
        "Number of attendances under 4hrs Type 1",
    ),
    "columns swapped": (("waited 4-12 hs", "waited 12+ hrs"), 1, "Patients who have waited 12+"),
    "22 columns expected, 16 found": (None, 1, "Number of A&E attendances"),
    "title above the heading": (("Period,", "A&E Attendances\nPeriod,"), 1, "A&E Attendances"),
    "heading twice": (("MSitAE-MAY-2019,RXR", HEAD_2019 + "MSitAE-MAY-2019,RXR"), 2, "Number of A&E"),
    "decimal comma": ((EAST, "9823,255,5851,3193,5"), 2, None),
    "thousands badly parted": ((EAST, '"98,23",255,5851,3193'), 2, "Number of A&E attendances Type 1"),
    "share for a count": ((EAST, "9823,255,5851,0.325"), 2, "Number of attendances over 4hrs Type 1"),
    "percent for a count": ((EAST, "9823,255,5851,32%"), 2, "Number of attendances over 4hrs Type 1"),
    "negative": ((EAST, "-9823,255,5851,3193"), 2, "Number of A&E attendances Type 1"),
    "blank": ((EAST, ",255,5851,3193"), 2, "Number of A&E attendances Type 1"),
    "more waits than attendances": (
        (EAST, "3192,255,12482,3193"),
        2,
        "Number of attendances over 4hrs Type 1",
    ),
    "future month": (("MSitAE-MAY-2019,NJS05", "MSitAE-MAY-2032,NJS05"), 4, "Period"),
    "month of another file": (("MSitAE-MAY-2019,NJS05", "MSitAE-JUNE-2019,NJS05"), 4, "Period"),
    "code": (("MAY-2019,NJS05", "MAY-2019,NJS 05"), 4, "Org Code"),
    "no total": ((",,,TOTAL", ",,,NOBODY"), 5, "Org name"),
    "wrong total": (("TOTAL,17666", "TOTAL,17667"), 5, "Number of A&E attendances Type 1"),
    "a count changed": ((EAST, "9824,255,5851,3193"), 5, "Number of A&E attendances Type 1"),
    "pilot with figures": (("7843,0,10,0", "7843,0,10,1"), 3, "over_4h"),
}


@pytest.mark.parametrize(("pair", "row", "column"), DAMAGES.values(), ids=DAMAGES)
def test_damaged_official_file_is_refused_with_its_place(tmp_path, pair, row, column):
    name, text = (AUGUST_NAME, MAY_2019) if pair is None else (MAY_NAME, MAY_2019)
    if pair is not None:
        assert pair[0] in text
        text = text.replace(*pair, 1)
    if pair == DAMAGES["pilot with figures"][0]:
        text = text.replace("3193,0,349,764", "3194,0,349,764")
    with pytest.raises(DataError) as caught:
        ae_official.read_official(put(tmp_path, name, text))
    assert caught.value.table == name
    assert caught.value.row == row
    assert column is None or str(caught.value.column).startswith(column)


def test_provider_twice_is_refused(tmp_path):
    row = MAY_2019.splitlines(keepends=True)[3]
    with pytest.raises(DataError, match=r"row 5, column 'Org Code': found 'NJS05 twice'"):
        ae_official.read_official(put(tmp_path, MAY_NAME, MAY_2019.replace(row, row + row)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (MAY_2019[: MAY_2019.index("LOUGHBOROUGH,0,0") + 14], "row 4: found '5 fields'"),
        (
            MAY_2019[: MAY_2019.index(",,,TOTAL")],
            "row 4, column 'Org name'.*without it the file is not complete",
        ),
        (MAY_2019[: -len("1\n")], "row 5, column 'Other emergency admissions'.*'64'.*641"),
        (MAY_2019.encode("utf-16"), "row 1.*UTF-8"),
        ("<!DOCTYPE html><html><body>Not found</body></html>\n", "row 1.*html"),
        (b"", "16 headings"),
        (HEAD_2019, "no record"),
    ],
    ids=[
        "mid-line",
        "line boundary",
        "last figure",
        "UTF-16",
        "web page",
        "empty",
        "headings only",
    ],
)
def test_incomplete_or_recoded_official_file_is_refused(tmp_path, content, message):
    with pytest.raises(DataError, match=message):
        ae_official.read_official(put(tmp_path, MAY_NAME, content))


# the three releases together


def test_releases_join_where_they_meet(tables):
    east = tables["ae_monthly"].set_index(["org_code", "month"]).loc["RXR"]
    assert east.index.tolist() == months("2010-11", "2023-03")
    by_source = east.groupby("source", sort=False).apply(lambda part: (part.index[0], part.index[-1]))
    assert by_source.to_dict() == {
        "weekly apportioned": ("2010-11", "2015-05"),
        "monthly archive": ("2015-06", "2016-03"),
        "monthly 2016-2019 set": ("2016-04", "2019-03"),
        "monthly official file": ("2019-04", "2023-03"),
    }
    assert east.loc["2016-04", ["attendances", "over_4h", "attendances_type1"]].tolist() == [1000, 100, 900]
    assert east.loc["2016-04", ["over_4h_type1", "emergency_admissions_ae"]].tolist() == [99, 300]
    assert east.loc["2016-03", ["attendances_type1", "waits_12h_dta"]].isna().all()
    assert east.loc["2013-03", "flag"] == "one week missing"


def test_known_faults_of_the_archive_are_left_out_and_flagged(tables):
    table = tables["ae_monthly"].set_index(["org_code", "month"])
    counts = ["attendances", "over_4h"]
    assert table.loc[("RC9", "2011-08"), counts].tolist() == [500, 50]
    for key, flag in {("RC9", "2011-10"): "two values", ("RHU", "2012-03"): "part of the month"}.items():
        assert table.loc[key, counts].isna().all()
        assert table.loc[key, "flag"] == f"left out: {flag}"
    assert table.loc[("RBD", "2011-06"), "attendances"] == 400
    assert pd.isna(table.loc[("RBD", "2011-06"), "over_4h"])
    codes = table.index.get_level_values("org_code")
    assert not codes.str.contains("|", regex=False).any()
    assert "ENG" not in codes


def test_tables_fit_their_descriptions_and_are_the_same_twice(folder, tables):
    first, second = tables, ae.read(folder)
    for resource in map(descriptions.table, ae.TABLES):
        content = [tables[resource["name"]].to_csv(index=False).encode() for tables in (first, second)]
        assert content[0] == content[1]
        assert len(verify(resource, content[0])) == len(first[resource["name"]])
        keys = resource["schema"]["primaryKey"]
        assert first[resource["name"]][keys].equals(first[resource["name"]][keys].sort_values(keys))


def test_overlap_counts_what_was_compared(tables):
    overlap = tables["ae_overlap"].set_index("month")
    assert overlap.index.tolist() == months("2016-04", "2019-03")
    assert overlap.loc["2016-04"].tolist() == [1, 1, 1, 0, 0]
    assert overlap.loc["2019-02", ["compared", "attendances_equal", "over_4h_equal"]].tolist() == [0, 0, 0]
    assert pd.isna(overlap.loc["2019-02", "attendances_difference"])


def test_known_revision_is_counted_not_refused(folder, monkeypatch):
    monkeypatch.setattr(ae, "REVISED", {("RXR", "2018-01")})
    edit(folder, SET_NAME, ("2018-01-01,RXR,1,900,99", "2018-01-01,RXR,1,907,96"))
    monkeypatch.setattr(ae, "ENGLAND_REVISED", {"2018-01": (7, -3)})
    row = ae.read(folder)["ae_overlap"].set_index("month").loc["2018-01"]
    assert row.tolist() == [1, 0, 0, 7, 3]


def test_england_row_of_the_archive_is_kept_apart(tables):
    england = tables["ae_england_archive"].set_index("month")
    assert len(england) == 132
    assert england.loc["2010-11", ["attendances", "over_4h"]].tolist() == [9000, 900]
    assert england.loc["2019-04", "over_4h"] == 900
    assert england.loc["2019-05":, "over_4h"].isna().all()


ARCHIVE_DAMAGES = {
    "column renamed": ("attendances_all_types", "attendances", 1, "attendances_all_types"),
    "title above": ("org_code,", "A&E\norg_code,", 1, "org_code"),
    "decimal comma": ("2010-11,1000,100", "2010-11,1000,1,5", 2, None),
    "share": ("2010-11,1000,100", "2010-11,1000,0.1", 2, "attendances_over_4h_all_types"),
    "negative": ("2010-11,1000,100", "2010-11,1000,-100", 2, "attendances_over_4h_all_types"),
    "no attendances": ("2010-11,1000,100", "2010-11,,100", 2, "attendances_all_types"),
    "more waits": ("2010-11,1000,100", "2010-11,99,100", 2, "attendances_over_4h_all_types"),
    "thousands": ("2010-11,1000,100", "2010-11,10000,100", 3, "attendances"),
    "future month": ("RXR,East Lancashire,2010-11", "RXR,East Lancashire,2035-11", 2, "month"),
    "month order": ("RXR,East Lancashire,2010-11", "RXR,East Lancashire,11-2010", 2, "month"),
    "code": ("RXR,", "R-R,", 2, "org_code"),
    "basis": ("100,weekly_app", "100,monthly_app", 2, "source_basis"),
    "flag": ("repo_author,,", "repo_author,odd,", 2, "flag"),
    "England's month gone": ("ENG,England,2010-11", "RYY,England,2010-11", None, "month"),
    "unlisted conflict": (
        "Luton University,2011-08,500",
        "Luton University,2011-08,501",
        None,
        "org_code, month",
    ),
}


@pytest.mark.parametrize(("old", "new", "row", "column"), ARCHIVE_DAMAGES.values(), ids=ARCHIVE_DAMAGES)
def test_damaged_archive_is_refused(folder, old, new, row, column):
    edit(folder, ARCHIVE_NAME, (old, new))
    with pytest.raises(DataError) as caught:
        ae.read(folder)
    assert caught.value.table.startswith(ARCHIVE_NAME)
    assert row is None or caught.value.row == row
    assert caught.value.column == column


def test_archive_row_twice_is_refused(folder):
    row = archive_text().splitlines(keepends=True)[1]
    edit(folder, ARCHIVE_NAME, (row, row + row))
    with pytest.raises(DataError, match=r"row 3, .*RXR East Lancashire 2010-11 twice"):
        ae.read(folder)


SET_DAMAGES = {
    "column renamed": ("breaches", "breach", 1, "breaches"),
    "another column": ("admissions\n", "admissions,share\n", 1, "share"),
    "type": ("RXR,1,900", "RXR,4,900", 2, "type"),
    "negative": ("RXR,1,900", "RXR,1,-900", 2, "attendances"),
    "decimal": ("RXR,1,900", "RXR,1,900.5", 2, "attendances"),
    "more waits": ("RXR,1,900,99", "RXR,1,900,901", 2, "breaches"),
    "day first": ("2016-04-01,RXR,1", "01-04-2016,RXR,1", 2, "period"),
    "outside": ("2016-04-01,RXR,1", "2026-04-01,RXR,1", 2, "period"),
    "a count changed": ("2016-04-01,RXR,1,900", "2016-04-01,RXR,1,901", "RXR 2016-04", "attendances"),
    "code changed": ("2016-04-01,RXR,1", "2016-04-01,RXX,1", "RXR 2016-04", "attendances"),
}


@pytest.mark.parametrize(("old", "new", "row", "column"), SET_DAMAGES.values(), ids=SET_DAMAGES)
def test_damaged_set_is_refused(folder, old, new, row, column):
    edit(folder, SET_NAME, (old, new))
    with pytest.raises(DataError) as caught:
        ae.read(folder)
    assert (caught.value.table, caught.value.row, caught.value.column) == (SET_NAME, row, column)


def test_set_that_does_not_sum_to_england_is_refused(folder):
    edit(folder, ARCHIVE_NAME, ("ENG,England,2016-05,1000,", "ENG,England,2016-05,1001,"))
    with pytest.raises(
        DataError, match=r"row 2016-05, column 'attendances': found '1000 over all providers'.*1001"
    ):
        ae.read(folder)


def test_trust_and_month_and_type_twice_in_the_set_are_refused(folder):
    edit(folder, SET_NAME, ("2016-04-01,RXR,other", "2016-04-01,RXR,1"))
    with pytest.raises(DataError, match=r"row 3, .*RXR 2016-04 1 twice"):
        ae.read(folder)


@pytest.mark.parametrize("name", [ARCHIVE_NAME, SET_NAME])
def test_closed_collection_cut_at_a_line_is_refused(folder, name):
    path = next(folder.rglob(name))
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(DataError, match=r"found '\d+ records'.*closed collection"):
        ae.read(folder)


def test_absent_month_of_the_set_is_refused(folder, monkeypatch):
    edit(folder, SET_NAME, ("2017-01-01,RXR,1,900,99,300\n", ""), ("2017-01-01,RXR,other,100,1,0\n", ""))
    with pytest.raises(DataError, match="column 'month': found '2017-01 not there'"):
        ae.read(folder)


# which files make a release


def test_folder_without_these_files_is_not_this_publication(tmp_path):
    put(tmp_path, "beds/KH03.csv", "x\n")
    assert ae.releases(tmp_path) == []


def test_release_is_found_in_any_sub_folder(folder):
    names = [path.name for path in ae.releases(folder)]
    assert names[:2] == [ARCHIVE_NAME, SET_NAME]
    assert len(names) == 50


@pytest.mark.parametrize("name", [ARCHIVE_NAME, SET_NAME, "Monthly-AE-July-2021-revised-2021-07.csv"])
def test_part_of_the_release_is_refused(folder, name):
    next(folder.rglob(name)).unlink()
    with pytest.raises(DataError, match=r"one file"):
        ae.releases(folder)


@pytest.mark.parametrize("month", ["March-2023", "April-2019"])
def test_first_and_last_month_are_required(folder, month):
    next(folder.rglob(f"Monthly-AE-{month}-*.csv")).unlink()
    with pytest.raises(DataError, match=r"found '0 files for 20"):
        ae.releases(folder)


def test_two_files_for_one_month_are_refused(folder):
    put(folder, "again/July-2021-revised-120522.csv", official_text("2021-07"))
    with pytest.raises(DataError, match=r"found '2 files for 2021-07'"):
        ae.releases(folder)


def test_month_that_is_not_over_is_refused(folder):
    put(folder, "next/March-2099-revised.csv", official_text("2099-03"))
    with pytest.raises(DataError, match=r"found 'a file for 2099-03'"):
        ae.releases(folder)


def test_later_month_is_read_too(folder):
    put(folder, "next/April-2023-revised.csv", official_text("2023-04"))
    assert ae.read(folder)["ae_monthly"]["month"].max() == "2023-04"


def test_row_of_another_month_names_file_row_and_column(folder):
    edit(folder, "Monthly-AE-July-2021-*.csv", ("MSitAE-JULY-2021,NJS05", "MSitAE-JUNE-2021,NJS05"))
    with pytest.raises(DataError, match=r"Monthly-AE-July-2021.*row 3, column 'Period'"):
        ae.read(folder)


@pytest.mark.parametrize(("head", "cells"), [(",,", ",,"), ("", ",,"), (",,", "")])
def test_empty_cells_at_the_right_are_no_columns(tmp_path, head, cells):
    plain = ae_official.read_official(put(tmp_path, MAY_NAME, MAY_2019))
    first, *others = MAY_2019.splitlines()
    wide = "\n".join([first + head, *(line + cells for line in others)]) + "\n"
    assert ae_official.read_official(put(tmp_path, MAY_NAME, wide)).equals(plain)
    with pytest.raises(DataError, match="row 3"):
        ae_official.read_official(put(tmp_path, MAY_NAME, wide.replace("1412,0,3,300", "1412,0,3,300,,7")))
