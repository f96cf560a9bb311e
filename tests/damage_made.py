"""Small official files of a period after the last held one, made from what is held: one a publication, before any damage."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np
import pandas as pd

from analysis import data
from analysis.ingest.live import (
    ae,
    ambulance,
    cancelled,
    cancer,
    cqc_ratings,
    criteria,
    england_ae,
    england_rtt,
    kh03,
    organisations,
    shmi,
    sickness,
    staff_survey,
    waiting_lists,
    workforce,
)
from tests import release_files as made, test_ingest_england as england
from tests.test_refresh_from_source import trust_file

Rows = list[list[object]]


@dataclass(frozen=True)
class Made:
    """A release file before it is damaged.

    rows: its cells; first: place of the first row of a trust; figures: places of columns of figures; code, name:
    places of the columns that say who, -1 for none; total: place of the row of totals; held: the table beneath;
    keep: whether its last periods are held when the file comes.
    """

    publication: ModuleType
    file: str
    rows: Rows
    write: Callable[[Rows], bytes]
    first: int
    figures: list[int]
    pair: tuple[int, int]
    held: str
    code: int = -1
    name: int = -1
    total: int | None = None
    keep: bool = True
    also: list[str] = field(default_factory=list)

    @property
    def trusts(self) -> range:
        """The places of the rows of trusts, the row of totals left out."""
        last = len(self.rows) - (self.total == len(self.rows) - 1)
        return range(self.first, last)


def comma(rows: Rows) -> bytes:
    """Return rows as comma-separated text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode()


def sheet(title: str, *others: str) -> Callable[[Rows], bytes]:
    """Return what writes rows into the sheet `title` of a workbook."""
    return lambda rows: made.book({**{other: [["x"]] for other in others}, title: rows})


def last(table: str, rng: np.random.Generator, *, most: int, by: float = 0.07) -> pd.DataFrame:
    """Return the last held period of a table, `most` trusts with figures, their numbers moved by up to `by` a trust."""
    frame = data.load(table)
    period = data.describe(table)["period"]
    frame = frame[frame[period] == frame[period].max()].set_index("org_code")
    numbers = frame.select_dtypes("number").astype("float64")
    full = numbers.notna().mean(axis=1) - (numbers == 0).mean(axis=1)
    chosen = sorted(full.sort_values(ascending=False, kind="stable").index[:most])
    return numbers.loc[chosen].mul(rng.uniform(1 - by, 1 + by, len(chosen)), axis=0)


def names() -> dict[str, str]:
    """Return the names that we hold, by code."""
    return data.load("organisations").set_index("org_code")["name"].str.upper().to_dict()


def following(table: str, months: int) -> pd.Period:
    """Return the month that comes `months` after the last held one."""
    return pd.Period(data.describe(table)["coverage"]["to"], freq="M") + months


def _ae(rng: np.random.Generator) -> tuple[pd.DataFrame, pd.Period]:
    return last("ae_monthly", rng, most=200).fillna(0).round(), following("ae_monthly", 1)


def ae_text(rng: np.random.Generator) -> Made:
    """The monthly A&E file as comma-separated text, with its TOTAL."""
    held, month = _ae(rng)
    called, head = names(), made.AE_22.split(",")
    when, rows = month.strftime("%B-%Y").upper(), []
    for code, row in held.iterrows():
        other, over = (row["attendances"] - row["attendances_type1"], row["over_4h"] - row["over_4h_type1"])
        attended = [row["attendances_type1"], 0, max(other, over), 0, 0, 0]
        waited = [min(row["over_4h_type1"], row["attendances_type1"]), 0, over, 0, 0, 0]
        rest = [row["waits_4_12h_dta"], row["waits_12h_dta"], row["emergency_admissions_ae"], 0, 0]
        cells = [*attended, *waited, *rest, row["emergency_admissions_other"]]
        rows.append(
            [f"MSitAE-{when}", code, "NHS ENGLAND", called.get(str(code), f"CENTRE {code}"), *map(int, cells)]
        )
    total = [sum(row[at] for row in rows) for at in range(4, len(head))]
    rows = [head, *rows, ["TOTAL", "", "", "TOTAL", *total]]
    file = f"{month:%B}-{month.year}-CSV-made.csv"
    figures = [4, 6, 10, 12, 16, 18]
    return Made(ae, file, rows, comma, 1, figures, (4, 18), "ae_monthly", code=1, name=3, total=len(rows) - 1)


def ae_book(rng: np.random.Generator) -> Made:
    """The monthly A&E workbook, with its England row above the trusts."""
    held, month = _ae(rng)
    called = names()
    top = made.ae_rows(f"{month:%B} {month.year}", ["X"])[:-1]
    rows = []
    for code, row in held.iterrows():
        one, over = row["attendances_type1"], min(row["over_4h_type1"], row["attendances_type1"])
        three = max(row["attendances"] - one, row["over_4h"] - over)
        within = [one - over, 0, three - max(row["over_4h"] - over, 0)]
        admitted = [row["emergency_admissions_ae"], 0, 0]
        both = sum(admitted) + row["emergency_admissions_other"]
        cells = [one, 0, three, one + three, *within, sum(within), 0.9, *admitted, sum(admitted)]
        cells += [row["emergency_admissions_other"], both]
        cells += [row["waits_4_12h_dta"] + row["waits_12h_dta"], row["waits_12h_dta"]]
        numbers = [n if n == 0.9 else int(n) for n in cells]
        rows.append([None, code, "NHS England", called.get(str(code), f"CENTRE {code}"), *numbers])
    total = [0.9 if at == 12 else sum(row[at] for row in rows) for at in range(4, 21)]
    rows = [*top[:-2], [None, "-", "-", "England", *total], [], *rows]
    at = len(top) - 2
    return Made(
        ae, f"{month:%B}-{month.year}-AE-by-provider-made.xlsx", rows, sheet("Provider Level Data"), at + 2,
        [4, 6, 8, 13, 17, 19], (4, 17), "ae_monthly", code=1, name=3, total=at,
    )  # fmt: skip


def beds(rng: np.random.Generator) -> Made:
    """The quarterly KH03 workbook of beds overnight, with its England row above the trusts."""
    held, called = last("beds_overnight", rng, most=150).fillna(0), names()
    quarter = following("beds_overnight", 3)
    first = quarter.year - (quarter.month == 3)
    year, end = f"{first}-{(first + 1) % 100:02d}", f"{quarter:%B}"
    top = made.kh03_rows(year, end, ["X"])[:15]
    kinds = ["general_acute", "learning_disabilities", "maternity", "mental_illness"]

    def cells(row: pd.Series) -> list[object]:
        free = [row[f"{kind}_available"] for kind in kinds]
        taken = [
            min(row[f"{kind}_occupied"], n) if kind != "maternity" else row[f"{kind}_occupied"]
            for kind, n in zip(kinds, free, strict=True)
        ]
        free, taken = [sum(free), *free], [sum(taken), *taken]
        shares = [t / f if f else 0 for t, f in zip(taken, free, strict=True)]
        return [*free, None, *taken, None, *shares]

    lines = [
        [None, year, end, "Y63", code, called.get(str(code), f"TRUST {code}"), *cells(row)]
        for code, row in held.iterrows()
    ]
    sums = [sum(line[at] for line in lines) for at in (*range(6, 11), *range(12, 17))]
    shares = [t / f if f else 0 for f, t in zip(sums[:5], sums[5:], strict=True)]
    national = [None, year, end, "Y63", None, "England", *sums[:5], None, *sums[5:], None, *shares]
    rows = [*top, national, [], *lines]
    number = {6: 1, 9: 2, 12: 3, 3: 4}[quarter.month]
    return Made(
        kh03, f"Beds-Open-Overnight-Web_File-Q{number}-{year}.xlsx", rows,
        sheet("NHS Trust by Sector", "Contents"), 17, [6, 7, 12, 13], (7, 13), "beds_overnight",
        code=4, name=5, total=15, also=["beds_england"],
    )  # fmt: skip


def _mortality(rng: np.random.Generator, write: Callable[[Rows], bytes], file: str) -> Made:
    held, called = last("shmi_yearly", rng, most=150)["shmi"], names()
    expected = rng.integers(500, 3000, len(held))
    observed = (held / (held * expected).sum() * expected.sum() * expected).round().astype(int)
    rows: Rows = [
        ["Provider code", "Provider name", "SHMI value", "SHMI banding", "Number of spells"],
    ]
    rows[0] += ["Observed deaths", "Expected deaths"]
    for code, want, got in zip(held.index, expected, observed, strict=True):
        rows.append(
            [code, called[code], f"{got / want:.4f}", "2", str(30 * int(want)), str(got), str(int(want))]
        )
    return Made(shmi, file, rows, write, 1, [2, 5, 6], (5, 6), "shmi_yearly", code=0, name=1)


def mortality_text(rng: np.random.Generator) -> Made:
    """A year's file of SHMI as text."""
    return _mortality(rng, comma, "SHMI data at trust level, Jan20-Dec20 (csv).csv")


def mortality_book(rng: np.random.Generator) -> Made:
    """A year's workbook of SHMI."""
    file = "SHMI data at trust level, Jan20-Dec20 (xls).xlsx"
    found = _mortality(rng, sheet("Data", "Title"), file)
    cells = [[float(c) if at >= 2 and at != 3 else c for at, c in enumerate(row)] for row in found.rows[1:]]
    return Made(**{**found.__dict__, "rows": [found.rows[0], *cells]})


def absence(rng: np.random.Generator) -> Made:
    """A month's file of sickness absence."""
    held, called = last("sickness_absence", rng, most=400).dropna(), names()
    month = following("sickness_absence", 1)
    rows: Rows = [made.SICK.split(",")]
    for code, row in held.iterrows():
        lost, free = round(row["days_lost"] * rng.uniform(0.95, 1.05), 1), round(row["days_available"], 1)
        who = [code, called.get(str(code), f"BODY {code}"), "Acute"]
        day = f"{month.end_time:%d/%m/%Y}"
        rows.append([day, "Y63", "North", "QWO", "West", *who, lost, free, f"{100 * lost / free:.2f}"])
    file = f"nhs_sickness_absence_{month}.csv"
    return Made(sickness, file, rows, comma, 1, [8, 9, 10], (8, 9), "sickness_absence", code=5, name=6)


def survey(rng: np.random.Generator) -> Made:
    """A year's benchmark workbook of the staff survey."""
    held, called = last("staff_survey", rng, most=150, by=0.02), names()
    held = held.dropna(subset=["engagement", "recommend_work", "recommend_care", "work_stress"])
    year = int(data.describe("staff_survey")["coverage"]["to"]) + 1
    head = ["org_id", "org_name", f"response_rate_{year}", f"response_rate_n_{year}"]
    head += [f"{question}_{year}" for question in ("q2a", "q2b", "q2c", "q11c", "q18c", "q18d")]
    rows: Rows = [head]
    for code, row in held.iterrows():
        engaged, stress, work, care = (
            min(row[name] + rng.normal(0, 0.005), 0.99)
            for name in ("engagement", "work_stress", "recommend_work", "recommend_care")
        )
        answers = [engaged - 0.02, engaged, engaged + 0.005, stress, work, care]
        count = int(np.nan_to_num(row["responses"], nan=1500))
        rows.append([code, called.get(str(code), "TRUST"), row["response_rate"], count, *answers])
    file = f"Benchmark-report-Excel-data-for-{year - 4}-{year}.xlsx"
    write = sheet("Acute&Acute Community Trusts", "Notes")
    return Made(staff_survey, file, rows, write, 1, [4, 5, 7, 8, 9], (7, 8), "staff_survey", code=0, name=1)


def ratings(rng: np.random.Generator) -> Made:
    """A month's workbook of ratings: what is damaged is its sheet of locations."""
    codes = [code for code in last("beds_overnight", rng, most=130).index if len(code) == 3]
    pages = made.cqc_sheets(codes)

    def write(rows: Rows) -> bytes:
        return made.ods({**pages, "Locations": [[str(cell) for cell in row] for row in rows]})

    rows = pages["Locations"]
    return Made(
        cqc_ratings, "01_September_2026_Latest_ratings.ods", rows, write, 1, [6, 7], (5, 6), "cqc_ratings",
        code=11, name=12, keep=False,
    )  # fmt: skip


def trusts(rng: np.random.Generator) -> Made:
    """A later edition of the trust file, without headings."""
    rows = [list(row) for row in csv.reader(io.StringIO(trust_file().decode()))]
    return Made(
        organisations, "etr_2026-10.csv", rows, comma, 0, [10, 11], (10, 9), "organisations", code=0, name=1
    )


def ae_england(rng: np.random.Generator) -> Made:
    """The England series of A&E: what is damaged is its sheet of activity."""
    pages = england.ae_sheets()

    def write(rows: Rows) -> bytes:
        return made.xls({**pages, "Activity": rows})

    rows, file = pages["Activity"], england.AE_NAME
    return Made(england_ae, file, rows, write, 14, [2, 5, 9, 11], (2, 9), "ae_england_monthly", keep=False)


def rtt_england(rng: np.random.Generator) -> Made:
    """The England series of waits for treatment."""
    rows = england.rtt_rows()
    write = sheet("Full Time Series", "Another")
    return Made(
        england_rtt, england.RTT_NAME, rows, write, 15, [5, 8, 17], (5, 8), "rtt_england_monthly", keep=False
    )


def cancellations(rng: np.random.Generator) -> Made:
    """A quarter's workbook of cancelled operations, with its England row."""
    held, called = last("cancelled_operations", rng, most=130).round(), names()
    quarter = following("cancelled_operations", 3)
    first = quarter.year - (quarter.month == 3)
    number = {6: 1, 9: 2, 12: 3, 3: 4}[quarter.month]
    lines = [
        [code, called.get(str(code), f"BODY {code}"), int(row["cancelled"]), int(row["not_treated_28_days"])]
        for code, row in held.iterrows()
    ]
    total = ["-", "England", *(sum(line[at] for line in lines) for at in (2, 3))]
    rows = [list(cancelled.HEADINGS.values()), total, *lines]
    file = f"Q{number}-{first}-{(first + 1) % 100:02d}-Cancelled-Operations.xlsx"
    write = sheet("Provider")
    return Made(
        cancelled, file, rows, write, 2, [2, 3], (2, 3), "cancelled_operations", code=0, name=1, total=1
    )


def waiting(rng: np.random.Generator) -> Made:
    """A month's workbook of patients waiting, by provider."""
    held, month = last("waiting_lists", rng, most=170).round(), following("waiting_lists", 1)
    called = names()
    rows: Rows = [[*waiting_lists.HEADINGS.values(), "Provider Name"]]
    rows += [
        [code, "Total", int(row["waiting"]), int(row["within_18_weeks"]), called.get(str(code), "BODY")]
        for code, row in held.iterrows()
    ]
    file = f"Incomplete-Provider-{month:%b}{month.year % 100}-made.xlsx"
    return Made(
        waiting_lists, file, rows, sheet("Provider"), 1, [2, 3], (2, 3), "waiting_lists", code=0, name=4
    )


def calls(rng: np.random.Generator) -> Made:
    """A month's file of ambulance response times, with its England row."""
    held, month = last("ambulance_response", rng, most=12), following("ambulance_response", 1)
    held = held.drop(index="ENG", errors="ignore").round()
    coded = {name: code for name, (_, code) in ambulance.RESPONSE.items() if code}
    held = held[list(coded)].fillna(0)
    called = names()
    rows: Rows = [["Year", "Month", "Org Code", "Org Name", *coded.values()]]
    rows += [
        [month.year, month.month, code, called[str(code)], *map(int, row)] for code, row in held.iterrows()
    ]
    sums = [int(held[name].mean() if name.endswith("_p90") else held[name].sum()) for name in held]
    rows.append([month.year, month.month, "Eng", "England", *sums])
    places = [
        4 + list(coded).index(name) for name in ("calls_answered", "incidents", "c2_incidents", "c2_seconds")
    ]
    return Made(
        ambulance, "AmbSYS to made.csv", rows, comma, 1, places, (places[0], places[1]), "ambulance_response",
        code=2, name=3, total=len(rows) - 1,
    )  # fmt: skip


def cancers(rng: np.random.Generator) -> Made:
    """A month's combined file of cancer waits, with its England row, the 62-day standard alone."""
    held, month = (
        last("cancer_waits", rng, most=140).dropna(subset=["treated_62"]).round(),
        following("cancer_waits", 1),
    )
    called = names()
    whole = ["62D", "ALL CANCERS", "ALL ROUTES", "ALL MODALITIES"]
    head = ["Basis", "Org_Code", "Org_Name", "Standard_or_Item", "Cancer_Type", "Referral_Route_or_Stage"]
    rows: Rows = [[*head, "Treatment_Modality", "Total", "Within", "After"]]
    for code, row in held.iterrows():
        total, within = int(row["treated_62"]), int(min(row["within_62"], row["treated_62"]))
        who = ["Provider", code, called.get(str(code), f"BODY {code}")]
        rows.append([*who, *whole, total, within, total - within])
    sums = [sum(row[at] for row in rows[1:]) for at in (7, 8, 9)]
    rows.append(["Provider", "Total", "England", *whole, *sums])
    file = f"{month:%B}-{month.year}-Monthly-Combined-CSV-Provisional.csv"
    return Made(
        cancer, file, rows, comma, 1, [7, 8, 9], (7, 8), "cancer_waits", code=1, name=2, total=len(rows) - 1
    )


LONG = ["Period", "Level", "Region", "ICB", "Org Code", "Org Name", "Metric", "Type", "Value"]


def discharges(rng: np.random.Generator) -> Made:
    """A month's file of discharges, one day of it, with its England row."""
    held, month = last("criteria_to_reside", rng, most=120), following("criteria_to_reside", 1)
    called, day = names(), f"01/{month:%m/%Y}"
    rows: Rows = [
        [
            day,
            "Provider",
            "",
            "",
            code,
            called.get(str(code), f"BODY {code}"),
            criteria.METRIC,
            "",
            int(row["patients"]),
        ]
        for code, row in held.iterrows()
    ]
    rows.append(
        [day, "National", "", "", "ENG", "England", criteria.METRIC, "", sum(int(row[8]) for row in rows)]
    )
    file = f"Daily-discharge-sitrep-monthly-data-webfile-CSV-{month:%b%y}.csv"
    return Made(
        criteria, file, [LONG, *rows], comma, 1, [8], (8, 8), "criteria_to_reside", code=4, name=5,
        total=len(rows),
    )  # fmt: skip


def staff(rng: np.random.Generator) -> Made:
    """A month's workbook of staff: code left of the total."""
    held, month = last("workforce", rng, most=400), following("workforce", 1)
    called = names()
    rows: Rows = [
        [None],
        [None],
        ["Organisation name", "Organisation code", "Total", "HCHS Doctors", workforce.ANCHOR],
    ]
    rows += [
        [called.get(str(code), f"BODY {code}"), code, round(row["fte"], 1), 1, round(row["fte"] / 4, 1)]
        for code, row in held.iterrows()
    ]
    file = f"NHS Workforce Statistics, {month:%B %Y} England and Organisation.xlsx"
    return Made(workforce, file, rows, sheet(workforce.SHEET), 3, [2, 4], (2, 4), "workforce", code=1, name=0)


def calls_book(rng: np.random.Generator) -> Made:
    """The workbook of ambulance response times: its sheet Raw, with England above the services."""
    text = calls(rng)
    month = following("ambulance_response", 1)
    first = month.year - (month.month < 4)
    when = [f"{first}-{(first + 1) % 100:02d}", f"{month:%B}".upper()]
    heads = ["Area", "Trust", "Year", "Month", *text.rows[0][4:]]
    lines = [["ENG" if row[2] == "Eng" else row[2], row[3], *when, *row[4:]] for row in text.rows[1:]]
    rows: Rows = [["Ambulance Systems Indicators"], [None], [None], [None], heads, lines[-1], *lines[:-1]]
    return Made(
        ambulance, "AmbSYS-Time-Series-made.xlsx", rows, sheet("Raw", "Introduction"), 6, text.figures, text.pair,
        "ambulance_response", code=0, name=1, total=5,
    )  # fmt: skip


MAKERS = (
    ae_text, ae_book, beds, mortality_text, mortality_book, absence, survey, ratings, trusts, ae_england, rtt_england,
    cancellations, waiting, calls, calls_book, cancers,
    discharges, staff,
)  # fmt: skip
