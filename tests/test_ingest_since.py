"""Readers of publications that go on after the regime: cancer, oversight, ambulances, waiting lists, cancellations."""

import csv
import io

import pytest

from analysis.data import DataError
from analysis.ingest import files
from analysis.ingest.live import ambulance, cancelled, cancer, oversight
from tests.release_files import book
from tests.test_pages import UPLOADS, WHERE, find, html

TRUSTS = ["RAA", "RBB", "RCC"]


def text(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


# cancer waits

CANCER = ["Basis", "Org_Code", "Parent_Org", "Org_Name", "Standard_or_Item", "Cancer_Type",
          "Referral_Route_or_Stage", "Treatment_Modality", "Total", "Within", "After"]  # fmt: skip


def combined(months=(), *, within=80, england=None):
    """Return a combined file: parts, commissioners and other items beside the rows that are read."""
    rows = [[*(["Period"] if months else []), *CANCER]]
    for month in months or [""]:
        start = [month] if month else []
        for standard, route, modality in (
            ("62D", "ALL ROUTES", "ALL MODALITIES"),
            ("31D", "ALL STAGES", "ALL MODALITIES"),
            ("FDS", "ALL ROUTES", ""),
        ):
            for code in TRUSTS:
                who = ["Provider", code, "London", f"TRUST {code}", standard]
                rows.append([*start, *who, "ALL CANCERS", route, modality, 100.5, within, 100.5 - within])
                rows.append([*start, *who, "Breast", route, modality, 10, 5, 5])
                rows.append([*start, "Commissioner", *who[1:], "ALL CANCERS", route, modality, 1, 1, 0])
            total = england or 100.5 * len(TRUSTS)
            rows.append([*start, "Provider", "Total", "", "England", standard, "ALL CANCERS", route, modality,
                         total, within * len(TRUSTS), total - within * len(TRUSTS)])  # fmt: skip
        rows.append(
            [
                *start,
                "Provider",
                "RAA",
                "London",
                "T",
                "Urgent Suspected Cancer referral",
                "ALL CANCERS",
                "ALL ROUTES",
                "",
                9,
                "",
                "",
            ]
        )
    return text(rows)


def test_a_combined_file_of_one_month_has_its_month_in_its_name(tmp_path):
    path = tmp_path / "April-2026-Monthly-Combined-CSV-Provisional.csv"
    path.write_text(combined())
    table = cancer.read(tmp_path)["cancer_waits"]
    assert table["month"].unique().tolist() == ["2026-04"]
    assert table["org_code"].tolist() == TRUSTS
    assert table.iloc[0][["treated_62", "within_62", "treated_31", "told_28", "within_28"]].tolist() == [
        100.5, 80, 100.5, 100.5, 80,
    ]  # fmt: skip
    assert cancer.own(cancer.releases(tmp_path)) == {"2026-04"}


@pytest.mark.parametrize("days", [("2025-10-01", "2025-11-01"), ("01/10/2025", "01/11/2025")])
def test_a_combined_file_of_months_goes_before_the_collected_ones(tmp_path, days):
    (tmp_path / "2025-26-Oct-Mar-Monthly-Combined-CSV-Provisional.csv").write_text(combined(days))
    (tmp_path / "cancer_62day_combined_2023-10_2025-10.csv").write_text(
        "period,org_code,total,within_62_days,over_62_days\n2025-10,RAA,50,40,10\n2025-09,RAA,50,40,10\n"
    )
    (tmp_path / "cancer_28day_31day_62day_2024-04_2025-07.csv").write_text(
        "period,org_code,fds_total,fds_within_28_days,d31_total,d31_within\n2025-07,RAA,9,8,7,6\n"
    )
    table = cancer.read(tmp_path)["cancer_waits"].set_index(["org_code", "month"])
    assert table.loc["RAA", "treated_62"].dropna().to_dict() == {
        "2025-09": 50,
        "2025-10": 100.5,
        "2025-11": 100.5,
    }
    assert table.loc[("RAA", "2025-07"), ["told_28", "within_31"]].tolist() == [9, 6]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"england": 301}, r"column 'Total': found .301\.0000.*301\.5000, the sum over 3 providers"),
        ({"within": 101}, "number"),
        ({"months": ("2025-13-01",)}, "a date of the calendar"),
        ({"months": ("2023-09-01",)}, "a day from 2023-10-01"),
        ({"months": ("2025-10-01",)}, "2026-04, as in the file name"),
    ],
)
def test_a_combined_file_that_cannot_be_right_is_refused(tmp_path, changed, said):
    (tmp_path / "April-2026-Monthly-Combined-CSV-Provisional.csv").write_text(combined(**changed))
    with pytest.raises(DataError, match=said):
        cancer.read(tmp_path)


def test_two_files_of_one_month_of_cancer_waits_are_refused(tmp_path):
    (tmp_path / "October-2025-Monthly-Combined-CSV-Provisional.csv").write_text(combined())
    (tmp_path / "2025-26-Oct-Mar-Monthly-Combined-CSV-Final.csv").write_text(combined(("2025-10-01",)))
    with pytest.raises(DataError, match="2025-10 again"):
        cancer.read(tmp_path)


# the Oversight Framework

LEAGUE = ["Region", "Trust_type", "Trust_subtype", "Trust_code", "Trust_name", "Quarter", "Average_score",
          "Likely_range_of_average_score", "Segment", "Trust_in_financial_deficit", "Rank", "Likely_range_of_rank"]  # fmt: skip


def league(folder, *, leave=(), quarter="Q4 2025/26", segment=3):
    for place, (kind, words) in enumerate(
        (("acute", "Acute trust"), ("ambulance", "Ambulance trust"),
         ("mental-health-and-community", "Mental health and community trust"))
    ):  # fmt: skip
        if kind not in leave:
            code = TRUSTS[place]
            row = [
                "London",
                words,
                "",
                code,
                f"TRUST {code}",
                quarter,
                2.31,
                "2.1 - 2.5",
                segment,
                "Yes",
                7,
                "1 - 9",
            ]
            name = f"nhs-oversight-framework-{kind}-trust-league-table-q4-25-26.csv"
            (folder / name).write_text(text([LEAGUE, row]))


def test_league_tables_of_a_quarter_are_read_and_their_newer_version_is_taken(tmp_path):
    league(tmp_path)
    first = tmp_path / "nhs-oversight-framework-acute-trust-league-table-q4-25-26.csv"
    second = first.with_name(first.name.replace(".csv", "-v2.csv"))
    second.write_text(first.read_text().replace(",3,Yes", ",4,Yes"))
    table = oversight.read(tmp_path)["oversight_segments"].set_index("org_code")
    assert table["quarter_end"].unique().tolist() == ["2026-03"]
    assert table["kind"].tolist() == ["acute", "ambulance", "mental health or community"]
    assert table.loc["RAA", ["segment", "rank", "score"]].tolist() == [4, 7, 2.31]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"leave": ["ambulance"]}, "one for each kind of trust"),
        ({"quarter": "Q3 2025/26"}, "Q4 2025/26, as in the file name"),
        ({"segment": "n/a"}, "a whole number"),
    ],
)
def test_league_tables_that_cannot_be_right_are_refused(tmp_path, changed, said):
    league(tmp_path, **changed)
    with pytest.raises(DataError, match=said):
        oversight.read(tmp_path)


# the workbook of response times

CODES = [code for _, code in ambulance.RESPONSE.values() if code]
SERVICES = [f"RX{n}" for n in range(1, 10)] + ["RYA", "R1F"]


def raw(*, month="SEPTEMBER", year="2025-26", england=None):
    """Return the workbook of response times: the sheet Raw begins on its fifth row, regions are in it."""
    counts = dict.fromkeys(CODES, 600) | {"A8": 50, "A24": 24000}
    all_ = {code: 11 * n for code, n in counts.items()} | {"A7": england or 6600}
    rows = [
        ["Ambulance Systems Indicators"],
        [None],
        [None],
        [None],
        ["Area", "Trust", "Year", "Month", *CODES, "A999"],
    ]
    rows.append(["ENG", None, year, month, *all_.values(), "-"])
    rows.append(["Y56", None, year, month, *counts.values(), "-"])
    rows += [[code, f"SERVICE {code}", year, month, *counts.values(), "-"] for code in SERVICES]
    return book({"Introduction": [["x"]], "Response times": [["y"]], "Raw": rows})


@pytest.mark.parametrize(
    ("month", "year", "when"), [("SEPTEMBER", "2025-26", "2025-09"), ("January", "2025-26", "2026-01")]
)
def test_the_workbook_of_response_times_is_read(tmp_path, month, year, when):
    (tmp_path / "AmbSYS-Time-Series-until-20250930.xlsx").write_bytes(raw(month=month, year=year))
    table = ambulance.read(tmp_path)["ambulance_response"].set_index("org_code")
    assert "handovers" not in table  # the table keeps what it holds of them
    assert table["month"].unique().tolist() == [when]
    assert sorted(table.index) == sorted(["ENG", *SERVICES])
    assert table.loc["ENG", ["incidents", "c1_seconds"]].tolist() == [6600, 264000]


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"england": 6601}, r"6,601 \(England\)"), ({"month": "SEPT"}, "the name of a month")],
)
def test_a_damaged_workbook_of_response_times_is_refused(tmp_path, changed, said):
    (tmp_path / "AmbSYS-Time-Series-until-20250930.xlsx").write_bytes(raw(**changed))
    with pytest.raises(DataError, match=said):
        ambulance.read(tmp_path)


# cancelled operations


@pytest.mark.parametrize(
    "name", ["Q2-2025-26-Cancelled-Operations-x1.xlsm", "Cancelled-Ops-Q2-2025-26-4hiU8.xlsx"]
)
def test_a_workbook_of_cancelled_operations_is_of_the_quarter_of_its_name(tmp_path, name):
    def write(stated):
        rows = [[None], [None, "Period:", stated], [None], [None] * 3, [None, "x"]]
        rows += [["Region Code", "Region Name", *cancelled.HEADINGS.values()]]
        rows += [[None, None, "-", "England (including independent sector)", 30, 6]]
        rows += [[None, None, "-", "England (excluding independent sector)", 25, 5], [None]]
        rows += [["Y1", "North", code, f"Trust {code}", 10, 2] for code in TRUSTS]
        (tmp_path / name).write_bytes(book({"Provider": rows}))

    write("Quarter 2, 2025-26 (July to September 2025)")
    assert cancelled.read(tmp_path)["cancelled_operations"]["quarter_end"].tolist() == ["2025-09"] * 3
    write("Quarter 2, 2024-25 (July to September 2024)")
    with pytest.raises(DataError, match="Quarter 2, 2025-26, as in the file name"):
        cancelled.read(tmp_path)


# where they are published


def test_series_of_ambulances_are_found_as_text_and_in_their_newest_edition():
    rows = [
        ("Ambulance Quality Indicators Data 2024-25", WHERE["ambulance"].page + "data-2024-25/"),
        ("AmbSYS time series to December 2024 (xlsx, 2.9MB)", f"{UPLOADS}/2025/01/AmbSYS-Time-Series-until-20241231.xlsx"),
        ("AmbCO time series to August 2024 (xlsx, 1.6MB)", f"{UPLOADS}/2025/01/AmbCO-Time-Series.xlsx"),
        ("AmbSYS August 2017 to December 2024 (csv, 1.1MB)", f"{UPLOADS}/2025/01/AmbSYS-up-to-20241231.csv"),
        ("AmbCO April 2011 to August 2024 (csv, 0.6MB)", f"{UPLOADS}/2025/01/AmbCO-up-to-20240831.csv"),
        ("20250117 AmbSYS specification (pdf, 0.4MB)", f"{UPLOADS}/2025/01/20250117-AmbSYS.pdf"),
    ]  # fmt: skip
    changed = {WHERE["ambulance"].page: html(*rows)}
    assert find("ambulance", changed=changed) == [("AmbSYS-to-2024-12.csv", "2024-12")]
    assert find("ambulance_outcomes", changed=changed) == [("AmbCO-to-2024-08.csv", "2024-08")]
    assert files.re.fullmatch(ambulance.FILE, "AmbSYS-to-2024-12.csv")


def test_waiting_lists_cancellations_cancer_and_oversight_are_found_by_their_files():
    rtt, year = WHERE["waiting_lists"].page, WHERE["waiting_lists"].page + "rtt-data-2025-26/"
    months = WHERE["cancer"].page + "2025-26-monthly-cancer-waiting-times-statistics/"
    changed = {
        rtt: html(("RTT Waiting Times Data 2025-26", year), ("Guidance", rtt + "rtt-guidance/")),
        year: html(
            ("Incomplete Provider Jul25 (XLSX, 9M)", f"{UPLOADS}/2025/09/Incomplete-Provider-Jul25-XLSX-9M-92707.xlsx"),
            ("Incomplete Provider Jul25 revised", f"{UPLOADS}/2026/01/Incomplete-Provider-Jul25-XLSX-9M-revised.xlsx"),
            ("Admitted Provider Jul25 (XLSX)", f"{UPLOADS}/2025/09/Admitted-Provider-Jul25-XLSX-1.xlsx"),
            ("Full CSV data file Jul25 (ZIP)", f"{UPLOADS}/2025/09/Full-CSV-data-file-Jul25-ZIP.zip"),
        ),
        WHERE["cancelled"].page: html(
            ("Cancelled operations Q1 2025-26", f"{UPLOADS}/2025/08/Q1-2025-26-Cancelled-Operations.xlsx"),
            ("Commentary", f"{UPLOADS}/2025/08/QMCO-Statistical-Commentary-Q1-2025-26.pdf"),
        ),
        WHERE["cancer"].page: html(("2025-26 monthly statistics", months)),
        months: html(
            ("January 2026 Monthly Combined CSV", f"{UPLOADS}/2026/03/January-2026-Monthly-Combined-CSV-Provisional.csv"),
            ("January 2026 workbook", f"{UPLOADS}/2026/03/January-2026-Monthly-Combined-Workbook-Provisional.xlsx"),
        ),
        WHERE["oversight"].page: html(
            *((kind, f"https://www.england.nhs.uk/wp-content/uploads/2026/03/nhs-oversight-framework-{kind}-trust-league-table-q3-25-26-v2.csv")
              for kind in ("acute", "ambulance")),
            ("Data", "https://www.england.nhs.uk/wp-content/uploads/2026/03/nhs-oversight-framework-acute-trust-data-q3-25-26.csv"),
        ),
    }  # fmt: skip
    assert find("waiting_lists", changed=changed) == [
        ("Incomplete-Provider-Jul25-XLSX-9M-revised.xlsx", "2025-07")
    ]
    assert find("cancelled", changed=changed) == [("Q1-2025-26-Cancelled-Operations.xlsx", "2025-26 Q1")]
    assert find("cancer", changed=changed) == [
        ("January-2026-Monthly-Combined-CSV-Provisional.csv", "2026-01")
    ]
    names = [name for name, _ in find("oversight", changed=changed)]
    assert len(names) == 2
    assert all(files.re.fullmatch(oversight.LEAGUE, name) for name in names)
