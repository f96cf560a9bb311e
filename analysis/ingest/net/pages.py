"""Where the release files of each publication are found: its page, and what its links are like; no address is guessed."""

import calendar
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from analysis.ingest import months
from analysis.ingest.live import beds_daily, criteria
from analysis.ingest.net.links import REVISED, VERSION, Link, Publication

MONTH = f"({months.NAMES})"
FIRST_YEAR_PAGE = 2019  # the financial year from which a file a month in one layout is read
FIRST_CANCER_PAGE = 2025  # before, the files of single months were other ones
SPAN = re.compile(r"(20\d\d)\s*(?:[-_\u2013\u2014]|to)+\s*(20\d\d)")
NOT_MONTHLY = re.compile(
    r"quarter|time.?series|annual|growth|footprint|attribution|ecds|supplement|statement|commentary|mapping",
    re.I,
)


def _month(words: str) -> str | None:
    """Return the month 'YYYY-MM' written 'April 2024' or 'April-2024' in `words`, None without one."""
    found = re.search(rf"{MONTH}[-_ ,]*(20\d\d)", words, re.I)
    return months.dated(found[1], found[2]) if found else None


def _ending(link: Link, *allowed: str) -> str | None:
    ending = PurePosixPath(link.file).suffix.lower()
    return ending if ending in allowed else None


def _revised(link: Link) -> str:
    return "-revised" if REVISED.search(f"{link.text} {link.file}") else ""


def _page(path: str, first: int | None = None) -> Callable[[Link], str | None]:
    """Return what knows a link to a page by its address, whose group is what it leads to. first: the first year that is read."""

    def leads_to(link: Link) -> str | None:
        found = re.search(path, urlsplit(link.address).path, re.I)
        return found[1] if found and (first is None or int(found[1]) >= first) else None

    return leads_to


def _ae_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".csv", ".xls", ".xlsx")
    if ending is None or NOT_MONTHLY.search(f"{link.file} {link.text}"):
        return None
    month = _month(link.file) or _month(link.text)
    if month is None or not re.search(r"a\s?&\s?e|monthly|csv|provider", f"{link.file} {link.text}", re.I):
        return None
    if _month(link.file):
        return link.file, month
    worded = f"{calendar.month_name[int(month[5:])]}-{month[:4]}"
    return f"Monthly-AE-{worded}-{link.file}", month


def _kh03_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".xls", ".xlsx")
    found = re.search(r"NHS organisations in England, Quarter ([1-4]),? (20\d\d)-(\d\d)", link.text, re.I)
    if ending is None or found is None:
        return None
    kind = "Day-Only" if "day-only" in link.page.lower() else "Overnight"
    name = f"Beds-Open-{kind}-Web_File-Q{found[1]}-{found[2]}-{found[3]}{_revised(link)}{ending}"
    return name, f"{found[2]}-{found[3]} Q{found[1]} {kind}"


def _shmi_release(link: Link) -> str | None:
    if "/publications/statistical/shmi/" not in link.address:
        return None
    found = re.search(r"January (20\d\d)\s*(?:-|–|to)\s*December \1", link.text, re.I)
    return found[1] if found else None


def _shmi_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".csv", ".xlsx", ".zip")
    words = f"{link.file} {link.text}"
    found = re.search(r"Jan(?:uary)? ?(20)?(\d\d) ?(?:-|–|to) ?Dec(?:ember)? ?(20)?\2", words, re.I)
    wanted = re.search(r"SHMI data( files|,|$)" if ending == ".zip" else r"SHMI data at trust level", words)
    if ending is None or found is None or wanted is None:
        return None
    return f"SHMI data at trust level, Jan{found[2]}-Dec{found[2]}{ending}", f"20{found[2]}"


def _survey_file(link: Link) -> tuple[str, str] | None:
    found = SPAN.search(link.file) or SPAN.search(link.text)
    if (
        _ending(link, ".xlsx") is None
        or found is None
        or "benchmark" not in f"{link.file} {link.text}".lower()
    ):
        return None
    version = VERSION.search(link.file)
    ending = f"-v{version[1]}" if version else ""
    return f"NHS-Staff-Survey-benchmark-{found[1]}-{found[2]}{ending}.xlsx", found[2]


def _sickness_release(link: Link) -> str | None:
    path = urlsplit(link.address).path
    if "/publications/statistical/nhs-sickness-absence-rates/" not in path:
        return None
    return _month(path.rstrip("/").rpartition("/")[2]) or _month(link.text)


def _sickness_file(link: Link) -> tuple[str, str] | None:
    words = f"{link.file} {link.text}"
    month = _month(link.file) or _month(link.text)
    other = re.search(r"reason|staff group|benchmark|covid", words, re.I)
    if _ending(link, ".csv") is None or month is None or other or "sickness absence" not in words.lower():
        return None
    return f"nhs_sickness_absence_{month}{_revised(link)}.csv", month


def _cqc_file(link: Link) -> tuple[str, str] | None:
    month = _month(link.file)
    if _ending(link, ".ods") is None or month is None or "latest" not in link.file.lower():
        return None
    return (link.file.replace(" ", "_"), month) if "rating" in link.file.lower() else None


def _ambulance_file(kind: str) -> Callable[[Link], tuple[str, str] | None]:
    """Return what knows the series of one kind: 'AmbSYS August 2017 to December 2024 (csv, 1.1MB)'."""

    def file(link: Link) -> tuple[str, str] | None:
        ending = _ending(link, ".csv", ".xlsx") if kind == "AmbSYS" else _ending(link, ".csv")
        last = re.findall(rf"{MONTH}[-_ ,]*20\d\d", link.text, re.I)
        month = _month(link.text[link.text.lower().rfind(last[-1].lower()) :]) if last else None
        known = re.match(kind, link.text, re.I) or re.match(kind, link.file, re.I)
        return (f"{kind}-to-{month}{ending}", month) if ending and month and known else None

    return file


def _rtt_file(link: Link) -> tuple[str, str] | None:
    found = re.match(r"Incomplete-Provider-([A-Za-z]{3})(\d\d)\b", link.file, re.I)
    if not found or found[1].upper() not in months.SHORT or not _ending(link, ".xlsx", ".xls"):
        return None
    return link.file, months.dated(found[1], found[2])


def _cancelled_file(link: Link) -> tuple[str, str] | None:
    ending = _ending(link, ".xlsx", ".xlsm", ".xls")
    found = re.search(r"Q([1-4])[-_ ]?(20\d\d)-(\d\d)", link.file, re.I)
    if ending is None or found is None or "cancelled-op" not in link.file.lower():
        return None
    name = f"Q{found[1]}-{found[2]}-{found[3]}-Cancelled-Operations{_revised(link)}{ending}"
    return name, f"{found[2]}-{found[3]} Q{found[1]}"


def _cancer_file(link: Link) -> tuple[str, str] | None:
    month = _month(link.file)
    one = re.match(rf"{MONTH}-20\d\d-Monthly-Combined-CSV", link.file, re.I)
    return (link.file, month) if one and month and _ending(link, ".csv") else None


def _oversight_file(link: Link) -> tuple[str, str] | None:
    pattern = r"nhs-oversight-framework-(.+)-trust-league-table-q([1-4])-(\d\d)-(\d\d)"
    found = re.match(pattern, link.file, re.I)
    if found is None or _ending(link, ".csv") is None:
        return None
    return link.file, f"20{found[3]}-{found[4]} Q{found[2]} {found[1].lower()}"


def _as_read(period_of: Callable[[str], str | None]) -> Callable[[Link], tuple[str, str] | None]:
    """Return what knows a file by its name, as its reader does."""
    return lambda link: (link.file, period) if (period := period_of(link.file)) else None


ENGLAND = "https://www.england.nhs.uk/statistics/statistical-work-areas"
DIGITAL = "https://digital.nhs.uk/data-and-information/publications/statistical"
PUBLICATIONS: tuple[Publication, ...] = (
    Publication(
        "ae", f"{ENGLAND}/ae-waiting-times-and-activity/",
        (_page(r"ae-attendances-and-emergency-admissions-(20\d\d)-\d\d", FIRST_YEAR_PAGE),), _ae_file,
        "links to a page for each financial year and there a file for each month, CSV or Excel",
    ),
    Publication(
        "kh03", f"{ENGLAND}/bed-availability-and-occupancy/",
        (_page(r"/bed-availability-and-occupancy/bed-data-(overnight|day-only)/?$"),), _kh03_file,
        "links to the pages of overnight and day-only beds and there 'NHS organisations in England, Quarter 1, 2024-25'",
    ),
    Publication(
        "shmi", f"{DIGITAL}/shmi", (_shmi_release,), _shmi_file,
        "links to releases of a calendar year, 'January 2024 - December 2024', and there 'SHMI data at trust level'",
    ),
    Publication(
        "staff_survey", "https://www.nhsstaffsurveys.com/results/local-results/", (), _survey_file,
        "a link to a workbook of benchmark results, 'Benchmark report Excel data for 2020-2024'",
    ),
    Publication(
        "sickness", f"{DIGITAL}/nhs-sickness-absence-rates", (_sickness_release,), _sickness_file,
        "links to a release for each month and there 'NHS Sickness Absence rates CSV, April 2024'",
    ),
    Publication(
        "cqc_ratings", "https://www.cqc.org.uk/about-us/transparency/using-cqc-data", (), _cqc_file,
        "a link to a workbook like 01_September_2026_Latest_ratings.ods", newest=True,
    ),
    Publication(
        "organisations",
        "https://digital.nhs.uk/services/organisation-data-service/export-data-files/csv-downloads/other-nhs-organisations",
        (), lambda link: ("etr.zip", "") if link.file.lower() == "etr.zip" else None, "a link to the archive etr.zip, NHS trusts",
    ),
    Publication(
        "ambulance", f"{ENGLAND}/ambulance-quality-indicators/", (), _ambulance_file("AmbSYS"),
        "a link to the series 'AmbSYS August 2017 to December 2024 (csv)'", newest=True,
    ),
    Publication(
        "ambulance_outcomes", f"{ENGLAND}/ambulance-quality-indicators/", (), _ambulance_file("AmbCO"),
        "a link to the series 'AmbCO April 2011 to August 2024 (csv)'", newest=True,
    ),
    Publication(
        "waiting_lists", f"{ENGLAND}/rtt-waiting-times/", (_page(r"/rtt-data-(20\d\d)-\d\d", FIRST_YEAR_PAGE),), _rtt_file,
        "links to a page for each financial year and there 'Incomplete-Provider-Jul25-XLSX-9M-92707.xlsx'",
    ),
    Publication(
        "cancelled", f"{ENGLAND}/cancelled-elective-operations/cancelled-ops-data/", (), _cancelled_file,
        "links to workbooks of quarters, 'Q1-2025-26-Cancelled-Operations.xlsx'",
    ),
    Publication(
        "cancer", f"{ENGLAND}/cancer-waiting-times/monthly-data-and-summaries/",
        (_page(r"/(20\d\d)-\d\d-monthly-cancer-waiting-times-statistics", FIRST_CANCER_PAGE),), _cancer_file,
        "links to a page for each financial year and there 'April-2026-Monthly-Combined-CSV-Provisional.csv'",
    ),
    Publication(
        "oversight", "https://www.england.nhs.uk/nhs-oversight-framework/segmentation-and-league-tables/", (), _oversight_file,
        "links to 'nhs-oversight-framework-acute-trust-league-table-q3-25-26.csv' for each kind of trust",
    ),
    Publication(
        "beds_daily",
        f"{ENGLAND}/bed-availability-and-occupancy/critical-care-and-general-acute-beds-urgent-and-emergency-care-daily-situation-reports/",
        (), _as_read(beds_daily.period_of), "links to CSV files of months, '202604-April-2026-beds-sitrep-data-finalversion.csv'",
    ),
    Publication(
        "criteria", f"{ENGLAND}/discharge-delays/acute-discharge-situation-report/", (), _as_read(criteria.period_of),
        "links to CSV files of months, 'Daily-discharge-sitrep-monthly-data-webfile-1-CSV-apr26-v2.csv'",
    ),
)  # fmt: skip
