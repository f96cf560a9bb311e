"""Release files are recognised by the links on the page, and a page that has changed is refused in words."""

import pytest

from analysis.ingest.net import links, pages

WHERE = {publication.name: publication for publication in pages.PUBLICATIONS}
UPLOADS = "https://www.england.nhs.uk/statistics/wp-content/uploads/sites/2"


def html(*links):
    """Return a page with links given as (text, address)."""
    rows = "".join(f'<li><a class="x" href="{address}">{text}</a></li>' for text, address in links)
    return f"<html><body><nav><a href='/'>Home</a><a>no address</a></nav><ul>{rows}</ul></body></html>"


def site(**extra):
    """Return pages by address: every publication as its pages look today."""
    year = WHERE["ae"].page + "ae-attendances-and-emergency-admissions-{}/"
    beds = WHERE["kh03"].page + "bed-data-{}/"
    shmi, sick = WHERE["shmi"].page, WHERE["sickness"].page
    out = {
        WHERE["ae"].page: html(
            ("A&amp;E Attendances and Emergency Admissions 2023-24", year.format("2023-24")),
            ("A&amp;E Attendances and Emergency Admissions 2022-23", year.format("2022-23")),
            ("Weekly A&amp;E SitReps 2014-15", WHERE["ae"].page + "weekly-ae-sitreps-2014-15/"),
            ("A&amp;E Attendances and Emergency Admissions 2016-17", year.format("2016-17")),
        ),
        year.format("2022-23"): html(
            ("Monthly A&amp;E March 2023 (CSV, 30KB)", f"{UPLOADS}/2023/05/March-2023-revised-110523-lll12c.csv"),
        ),
        year.format("2023-24"): html(
            ("A&amp;E Quarterly Q1 2023-24", f"{UPLOADS}/2023/08/Quarterly-AE-June-2023.csv"),
            ("Monthly A&amp;E Time Series April 2023", f"{UPLOADS}/2023/05/Monthly-AE-Time-Series-April-2023.xls"),
            ("Monthly A&amp;E May 2023 (XLS, 300KB)", f"{UPLOADS}/2023/06/May-2023-AE-by-provider-x.xls"),
            ("Monthly A&amp;E May 2023 (CSV, 30KB)", f"{UPLOADS}/2023/06/May-2023-CSV-bghfd.csv"),
            ("Monthly A&amp;E May 2023 (CSV, 30KB)", f"{UPLOADS}/2023/06/May-2023-CSV-bghfd.csv"),
            ("Monthly A&amp;E April 2023 (CSV)", "/statistics/wp-content/uploads/sites/2/2023/05/april%20ae.csv"),
            ("A&amp;E ECDS analysis May 2023", f"{UPLOADS}/2023/06/May-2023-ECDS.csv"),
            ("Copy of May 2023", "https://example.org/May-2023-CSV-evil.csv"),
        ),
        WHERE["kh03"].page: html(
            ("Bed data overnight", beds.format("overnight")), ("Bed data day only", beds.format("day-only")),
        ),
        beds.format("overnight"): html(
            ("NHS organisations in England, Quarter 4, 2024-25 (XLSX, 200KB)", f"{UPLOADS}/2025/05/Beds-Open-Overnight-Web_File-Q4-2024-25.xlsx"),
            ("NHS organisations in England, Quarter 3, 2024-25 (XLSX, 200KB)", f"{UPLOADS}/2025/02/Beds-Q3.xlsx"),
            ("NHS organisations in England, Quarter 3, 2024-25 (revised 25.11.2025) (XLSX)", f"{UPLOADS}/2025/11/Beds-Q3-r.xlsx"),
            ("Beds Open Overnight time series", f"{UPLOADS}/2025/05/Beds-Timeseries.xlsx"),
        ),
        beds.format("day-only"): html(
            ("NHS organisations in England, Quarter 4, 2024-25 (XLSX)", f"{UPLOADS}/2025/05/Beds-Open-Day-Only-Q4.xlsx"),
        ),
        shmi: html(
            ("SHMI, England, January 2024 - December 2024", f"{shmi}/2025-05"),
            ("SHMI, England, May 2024 - April 2025", f"{shmi}/2025-09"),
        ),
        f"{shmi}/2025-05": html(
            ("SHMI data files, Jan24-Dec24", "https://files.digital.nhs.uk/AA/BB/SHMI%20data%20files%2C%20Jan24-Dec24.zip"),
            ("SHMI background quality report, Jan24-Dec24", "https://files.digital.nhs.uk/AA/BC/SHMI%20report.pdf"),
        ),
        sick: html(
            ("NHS Sickness Absence Rates, April 2025", f"{sick}/april-2025-provisional-statistics"),
            ("NHS Sickness Absence Rates, March 2025", f"{sick}/march-2025-provisional-statistics"),
        ),
        f"{sick}/april-2025-provisional-statistics": html(
            ("NHS Sickness Absence rates CSV, April 2025", "https://files.digital.nhs.uk/1/NHS%20Sickness%20Absence%20rates%20CSV%2C%20April%202025.csv"),
            ("NHS Sickness Absence by reason, staff group, April 2025", "https://files.digital.nhs.uk/1/NHS%20Sickness%20Absence%20by%20reason%2C%20April%202025.csv"),
        ),
        f"{sick}/march-2025-provisional-statistics": html(
            ("NHS Sickness Absence rates CSV, March 2025", "https://files.digital.nhs.uk/2/NHS%20Sickness%20Absence%20rates%20CSV%2C%20March%202025.csv"),
        ),
        WHERE["cqc_ratings"].page: html(
            ("Care directory", "https://www.cqc.org.uk/system/files/2026-09/18_September_2026_CQC_directory.csv"),
            ("Ratings", "https://www.cqc.org.uk/system/files/2026-09/01_September_2026_Latest_ratings.ods"),
            ("Old ratings", "https://www.cqc.org.uk/system/files/2026-08/04_August_2026_Latest_ratings.ods"),
        ),
    }  # fmt: skip
    survey = "https://www.nhsstaffsurveys.com/static"
    out[WHERE["staff_survey"].page] = html(
        ("NSS Benchmark Report Excel Data for 2020\u20132024", f"{survey}/aa/Benchmark-report-Excel-data-for-2020-2024.xlsx"),
        ("NSS Benchmark Report Excel Data for 2021\u20132025, updated", f"{survey}/bb/NSS-Benchmark-report-excel-data-for-2021-2025-v2.xlsx"),
        ("NSS Benchmark Report Excel Data for 2021\u20132025", f"{survey}/cc/NSS-Benchmark-report-excel-data-for-2021-2025.xlsx"),
        ("NHS Staff Survey 2025 detailed spreadsheets", f"{survey}/dd/NSS25-Detailed-spreadsheets.zip"),
        ("Benchmark report of one trust, 2025", f"{survey}/ee/RAA-benchmark-2025.pdf"),
    )  # fmt: skip
    etr = "https://files.digital.nhs.uk/assets/ods/current/etr.zip"
    out[WHERE["organisations"].page] = html(("etr (NHS trusts)", etr), ("ect", etr.replace("etr", "ect")))
    return {**out, **extra}


def find(name, *, held=(), changed=None, opened=None):
    answers = site(**(changed or {}))

    def get(address):
        if opened is not None:
            opened.append(address)
        return answers[address], address

    return [(found.name, found.period) for found in links.find(WHERE[name], get, held=frozenset(held))]


def test_ae_months_are_found_on_the_pages_of_their_years():
    opened = []
    assert find("ae", opened=opened) == [
        ("March-2023-revised-110523-lll12c.csv", "2023-03"),
        ("Monthly-AE-April-2023-april ae.csv", "2023-04"),
        ("May-2023-CSV-bghfd.csv", "2023-05"),
    ]
    assert not [address for address in opened if "2016-17" in address or "weekly" in address]


def test_a_workbook_is_taken_where_a_month_has_no_csv():
    year = WHERE["ae"].page + "ae-attendances-and-emergency-admissions-2023-24/"
    page = html(("Monthly A&amp;E June 2023 (XLS)", f"{UPLOADS}/2023/07/June-2023-AE-by-provider-x.xls"))
    assert ("June-2023-AE-by-provider-x.xls", "2023-06") in find("ae", changed={year: page})


def test_later_revision_is_taken_of_two():
    year = WHERE["ae"].page + "ae-attendances-and-emergency-admissions-2023-24/"
    page = html(
        ("Monthly A&amp;E June 2023 (CSV)", f"{UPLOADS}/June-2023-revised-130624-a.csv"),
        ("Monthly A&amp;E June 2023 (CSV)", f"{UPLOADS}/June-2023-revised-110124-b.csv"),
        ("Monthly A&amp;E June 2023 (CSV)", f"{UPLOADS}/June-2023-c.csv"),
    )
    assert ("June-2023-revised-130624-a.csv", "2023-06") in find("ae", changed={year: page})


def test_two_files_that_cannot_be_told_apart_are_refused():
    year = WHERE["ae"].page + "ae-attendances-and-emergency-admissions-2023-24/"
    page = html(
        ("Monthly A&amp;E June 2023 (CSV)", f"{UPLOADS}/June-2023-a.csv"),
        ("Monthly A&amp;E June 2023 (CSV)", f"{UPLOADS}/June-2023-b.csv"),
    )
    with pytest.raises(links.PageError, match="one newest file for 2023-06"):
        find("ae", changed={year: page})


def test_beds_are_named_by_quarter_kind_and_revision():
    assert find("kh03") == [
        ("Beds-Open-Overnight-Web_File-Q3-2024-25-revised.xlsx", "2024-25 Q3 Overnight"),
        ("Beds-Open-Day-Only-Web_File-Q4-2024-25.xlsx", "2024-25 Q4 Day-Only"),
        ("Beds-Open-Overnight-Web_File-Q4-2024-25.xlsx", "2024-25 Q4 Overnight"),
    ]


def test_shmi_of_calendar_years_only():
    assert find("shmi") == [("SHMI data at trust level, Jan24-Dec24.zip", "2024")]


def test_highest_version_of_a_survey_workbook_is_taken():
    assert find("staff_survey") == [
        ("NHS-Staff-Survey-benchmark-2020-2024.xlsx", "2024"),
        ("NHS-Staff-Survey-benchmark-2021-2025-v2.xlsx", "2025"),
    ]


def test_sickness_opens_only_the_releases_that_are_needed():
    opened = []
    assert find("sickness", held=["2025-03", "2025-04"], opened=opened) == [
        ("nhs_sickness_absence_2025-04.csv", "2025-04")
    ]
    assert not [address for address in opened if "march" in address]
    assert len(find("sickness")) == 2


def test_only_the_newest_ratings_are_needed():
    assert find("cqc_ratings") == [("01_September_2026_Latest_ratings.ods", "2026-09")]


def test_trust_codes_are_one_archive_that_is_always_the_newest():
    assert find("organisations") == [("etr.zip", "")]


@pytest.mark.parametrize("name", list(WHERE))
def test_page_without_its_links_is_refused_in_words(name):
    page = WHERE[name].page
    changed = {page: html(("We have moved", "https://www.england.nhs.uk/new"), ("Contact", "/contact"))}
    with pytest.raises(links.PageError) as caught:
        find(name, changed=changed)
    assert caught.value.table == page
    assert "the page has changed or moved: adapt analysis/ingest/net/pages.py" in str(caught.value)
    assert "links, none like that" in str(caught.value)


def test_year_page_without_files_is_refused_when_none_has_any():
    year = WHERE["ae"].page + "ae-attendances-and-emergency-admissions-{}/"
    changed = {year.format(name): html(("Contact", "/contact")) for name in ("2022-23", "2023-24")}
    with pytest.raises(links.PageError, match="ae-attendances-and-emergency-admissions-2023-24"):
        find("ae", changed=changed)


def test_links_to_other_hosts_are_left_out():
    found = links.links(
        html(
            ("x", "https://example.org/a.csv"),
            ("y", "https://evilengland.nhs.uk.org/a.csv"),
            ("z", "a%20b.csv#top"),
        ),
        "https://www.england.nhs.uk/p/",
    )
    assert [link.address for link in found] == [
        "https://www.england.nhs.uk/",
        "https://www.england.nhs.uk/p/a%20b.csv",
    ]
    assert found[1].file == "a b.csv"
