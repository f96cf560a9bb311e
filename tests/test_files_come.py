"""Files that were not at hand come in two publications: one damaged, one month corrected, gaps filled, the story told."""

import io
import json
import shutil

import pandas as pd
import pytest

from analysis import data
from analysis.data import DataError, load
from analysis.edition import headlines, reach, revisions
from analysis.ingest import refresh
from tests.release_files import ae_csv, book

MONTHS = ("2024-04", "2024-05", "2024-06")
CORRECTED = "2025-06"


def waits(table, month, *, later=0, sums=None):
    """Return an official file of A&E made of the held figures of a month: type 1 and others, nothing booked."""
    words = pd.Period(month, freq="M") + later
    held = table[table["month"] == month]
    held = held.assign(**held.select_dtypes("number").fillna(0))
    codes = sorted(held["org_code"])
    text = ae_csv(f"{words:%B-%Y}".upper(), codes).decode()
    head, *lines, total = text.strip().splitlines()
    names, out, added = head.split(","), [], None
    for line in lines:
        cells = line.split(",")
        own = held[held["org_code"] == cells[1]].iloc[0]
        one, over = int(own["attendances_type1"]), int(own["over_4h_type1"])
        figures = dict.fromkeys(names[4:], 0) | {
            "A&E attendances Type 1": one,
            "A&E attendances Other A&E Department": int(own["attendances"]) - one,
            "Attendances over 4hrs Type 1": min(over, one),
            "Attendances over 4hrs Other Department": max(
                0, min(int(own["over_4h"]) - over, int(own["attendances"]) - one)
            ),
            "Patients who have waited 4-12 hs from DTA to admission": int(own["waits_4_12h_dta"]),
            "Patients who have waited 12+ hrs from DTA to admission": int(own["waits_12h_dta"]),
            "Emergency admissions via A&E - Type 1": int(own["emergency_admissions_ae"]),
            "Other emergency admissions": int(own["emergency_admissions_other"]),
        }
        row = [figures[name] for name in names[4:]]
        added = row if added is None else [a + b for a, b in zip(added, row, strict=True)]
        out.append(",".join([*cells[:4], *map(str, row)]))
    if sums:
        added = [*added[:3], added[3] + sums, *added[4:]]
    last = ",".join([*total.split(",")[:4], *map(str, added)])
    return "\n".join([head, *out, last, ""]).encode()


def lists(table, month):
    """Return a workbook of waiting lists with the held figures of a month."""
    rows = [
        [
            "Provider Code",
            "Provider Name",
            "Treatment Function",
            "Total number of incomplete pathways",
            "Total within 18 weeks",
        ]
    ]
    names = load("organisations").set_index("org_code")["name"]
    for row in table[table["month"] == month].itertuples():
        rows.append(
            [
                row.org_code,
                names.get(row.org_code, "TRUST"),
                "Total",
                int(row.waiting) + 7,
                int(row.within_18_weeks),
            ]
        )
    return book({"Provider": rows})


@pytest.fixture(scope="module")
def dropped(tmp_path_factory):
    """A folder with three months of A&E, one of them damaged, a corrected month, and two months of waiting lists."""
    folder = tmp_path_factory.mktemp("dropped")
    ae = pd.read_csv(data.FOLDER / "ae_monthly.csv")
    for month in MONTHS:
        named = f"{pd.Period(month, freq='M'):%B-%Y}"
        wrong = 1 if month == MONTHS[1] else None
        later = (pd.Period(month, freq="M") - pd.Period("2024-03", freq="M")).n
        (folder / f"{named}-CSV-x1.csv").write_bytes(waits(ae, "2024-03", later=later, sums=wrong))
    changed = ae.copy()
    mine = (changed["month"] == CORRECTED) & (changed["org_code"] == "RXW")
    changed.loc[mine, ["over_4h", "over_4h_type1"]] += 40
    (folder / "Monthly-AE-June-2025-revised-110926.csv").write_bytes(waits(changed, CORRECTED))
    waiting = pd.read_csv(data.FOLDER / "waiting_lists.csv")
    for name in ("Apr24", "May24"):
        (folder / f"Incomplete-Provider-{name}-XLSX-9M-1.xlsx").write_bytes(lists(waiting, "2025-04"))
    return folder


def test_a_damaged_file_is_refused_in_one_sentence_and_nothing_is_lost(dropped):
    before = {file.name: file.read_bytes() for file in data.FOLDER.glob("*.csv")}
    with pytest.raises(DataError) as caught:
        refresh.plan(dropped, accept_unlike=["equal"])
    said = str(caught.value)
    assert said.startswith("May-2024-CSV-x1.csv, row")
    assert "the sum over" in said
    assert "\n" not in said
    assert {file.name: file.read_bytes() for file in data.FOLDER.glob("*.csv")} == before


@pytest.fixture(scope="module")
def plan(dropped, tmp_path_factory):
    whole = tmp_path_factory.mktemp("whole")
    for file in dropped.iterdir():
        if not file.name.startswith("May-2024"):
            shutil.copy(file, whole)
    return refresh.plan(whole, accept_unlike=["equal"])


def test_the_gap_fills_and_the_damaged_month_stays_missing(plan):
    made = pd.read_csv(io.BytesIO(plan.made["ae_monthly"]))
    held = set(pd.read_csv(data.FOLDER / "ae_monthly.csv")["month"])
    assert set(made["month"]) - held == {"2024-04", "2024-06"}
    told = "\n".join(plan.lines())
    assert "rows of 2024-04 to 2024-06 (2 periods) are new" in told
    assert "rows of 2024-04 to 2024-05 (2 periods) are new" in told


def test_the_correction_is_told_as_the_publishers_and_the_new_months_as_new(plan):
    found = plan.changes
    assert found.corrections[["table", "period"]].drop_duplicates().values.tolist() == [
        ["ae_monthly", CORRECTED]
    ]
    assert "RXW" in set(found.values["key"].str.partition(",")[0])
    about = data.describe("ae_monthly")
    anew = next(each for each in plan.described if each["name"] == "ae_monthly")
    assert revisions.whose(about, anew) == revisions.PUBLISHER
    old, new = (pd.read_csv(io.BytesIO(each), dtype="str", keep_default_na=False)
                for each in ((data.FOLDER / "ae_monthly.csv").read_bytes(), plan.made["ae_monthly"]))  # fmt: skip
    kinds = revisions.kinds(old, new, keys=about["schema"]["primaryKey"], period="month")
    assert set(kinds.loc[kinds["kind"] == "changed", "period"]) == {CORRECTED}
    assert set(kinds.loc[kinds["kind"] == "added", "period"]) == {"2024-04", "2024-06"}


def test_the_chapters_and_numbers_that_are_reached_are_those_that_use_the_tables(plan):
    rows = headlines.headlines(["since", "stays"])
    found = reach.reach(plan.changes.periods, rows)
    assert {row.key for row in found.moves} == {"today_four_hour_waits", "today_four_hour_waits_type1"}
    for path in reach.BOOK.rglob("*.ipynb"):
        if "_build" in path.parts or ".ipynb_checkpoints" in path.parts:
            continue
        used = json.loads(path.read_text(encoding="utf-8"))["metadata"]["inputs"]["tables"]
        name = path.relative_to(reach.BOOK).with_suffix("").as_posix()
        assert (name in found.chapters) == bool({"ae_monthly", "waiting_lists"} & set(used)), name


def test_an_edited_table_kept_by_hand_reaches_the_chapters_that_show_it(tmp_path):
    folder = tmp_path / "data"
    shutil.copytree(data.FOLDER, folder, ignore=shutil.ignore_patterns("editions"))
    table = folder / "negative_log.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("Share of the gain", "A share of the gain"))
    plan = refresh.plan(None, folder=folder)
    touched = plan.changes.touched(plan.by_hand)
    assert touched.to_dict("records") == [{"table": "negative_log", "period": ""}]
    assert "about/quality" in reach.reach(touched, []).chapters
    assert "No chapter" not in "\n".join(reach.reach(touched, []).lines())
