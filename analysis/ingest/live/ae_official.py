"""Read the official monthly A&E files, April 2019 on: one file a month, with its own TOTAL row."""

import calendar
import re
from collections.abc import Callable, Sequence
from itertools import groupby, zip_longest
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, files, months, naming, pilots
from analysis.ingest.checks import Rows

OFFICIAL_FILE = rf"(?i)(?:Monthly-)?(?:AE-)?({months.NAMES})-(20\d\d)(?:-.*)?\.csv"
REVISED_ON = re.compile(r"revised-(\d\d)(\d\d)(\d\d)(?!\d)", re.I)
OFFICIAL_FROM = "2019-04"
BOOKED_FROM = "2020-08"

_PROVIDER = ("Period", "Org Code", "Parent Org", "Org name")
_KINDS = ("Type 1", "Type 2", "Other Department")
_OTHER = {
    "Patients who have waited 4-12 hs from DTA to admission": "waits_4_12h",
    "Patients who have waited 12+ hrs from DTA to admission": "waits_12h",
    "Emergency admissions via A&E - Type 1": "admissions_1",
    "Emergency admissions via A&E - Type 2": "admissions_2",
    "Emergency admissions via A&E - Other A&E department": "admissions_3",
    "Other emergency admissions": "admissions_elsewhere",
}


def _block(field: str, words: str, kinds: Sequence[str] = _KINDS) -> dict[str, str]:
    return {f"{words} {kind}": f"{field}_{i}" for i, kind in enumerate(kinds, start=1)}


_LONG = (*_KINDS[:2], "Other A&E Department")
_ATTENDANCES, _OVER = _block("attendances", "A&E attendances", _LONG), _block("over", "Attendances over 4hrs")
_FIRST = _block("attendances", "Number of A&E attendances", _LONG)
_BOOKED = _block("booked", "A&E attendances Booked Appointments")
LAYOUTS: tuple[dict[str, str], ...] = (
    _FIRST | _block("over", "Number of attendances over 4hrs", _LONG) | _OTHER,
    _ATTENDANCES | _OVER | _OTHER,
    _ATTENDANCES
    | _BOOKED
    | _OVER
    | _block("bookedover", "Attendances over 4hrs Booked Appointments")
    | _OTHER,
)


def read_official(path: Path) -> pd.DataFrame:
    """Return one official monthly file: one row per `org_code`; booked appointments are in the counts.

    `over_4h` and `over_4h_type1` are NaN for `pilots.CODES` from `pilots.FROM` to `pilots.TO`.
    Raises DataError for headings other than LAYOUTS, a month other than that of the file name, no TOTAL
    row at the end, a sum over providers that is not the TOTAL, a provider twice, more waits over four
    hours than attendances of a type, or a pilot trust with four-hour figures.
    """
    month = month_of(path)
    layout = _layout(path, booked=month >= BOOKED_FROM)
    rows = files.read_csv(path, [*_PROVIDER, *layout], others=[], windows=True)
    total = (rows.frame[list(_PROVIDER)].apply(lambda cells: cells.str.upper()) == "TOTAL").any(axis=1)
    if total.sum() != 1 or not total.iloc[-1]:
        last = pd.Series(total.index == total.index[-1], total.index)
        allowed = "one TOTAL row, the last one; without it the file is not complete"
        checks.refuse(rows, last, "Org name", allowed)
    counts = checks.numbers(rows, layout, whole=True, required=True, grouped=True)
    providers, by_type = rows.only(~total), counts[~total].rename(columns=layout)
    period = f"MSITAE-{calendar.month_name[int(month[5:])].upper()}-{month[:4]}"
    other = providers["Period"].str.upper() != period
    checks.refuse(providers, other, "Period", f"{period}, as in the file name")
    codes = checks.code(providers, "Org Code")
    checks.unique(providers, ["Org Code"])
    naming.note(providers, "Org Code", "Org name")
    headings = {field: heading for heading, field in layout.items()}
    for field in (field for field in headings if field.startswith(("over", "bookedover"))):
        most = by_type[field.replace("bookedover", "booked").replace("over", "attendances")]
        allowed = "no more than the attendances of this type"
        checks.refuse(providers, by_type[field] > most, headings[field], allowed)
    checks.sums(rows, counts, total)
    out = pd.DataFrame({"org_code": codes, "month": month, **_official_fields(by_type), "flag": None})
    return pilots.without(Rows(rows.place, out))


def month_of(path: Path) -> str:
    """Return the month 'YYYY-MM' that the name of an official monthly file states."""
    month = months.stated(OFFICIAL_FILE, path.name)
    if month is None:
        raise DataError(path.name, found=path.name, allowed="a name like Monthly-AE-April-2019-....csv")
    return month


def newest(paths: Sequence[Path], month: Callable[[Path], str]) -> list[Path]:
    """Return one file a month where its versions can be told apart; all of them where they cannot.

    A revised file replaces the first one, and a later date of revision ('revised-130624') an earlier one.
    """
    out = []
    for _, versions in groupby(sorted(paths, key=month), key=month):
        every = list(versions)
        dates = [REVISED_ON.search(path.name) for path in every]
        ranks = [(fits[3], fits[2], fits[1]) if fits else () for fits in dates]
        vague = any("revis" in p.name.lower() and not fits for p, fits in zip(every, dates, strict=True))
        best = [path for path, rank in zip(every, ranks, strict=True) if rank == max(ranks)]
        plain = [path for path in every if "revis" in path.name.lower()]
        if len(every) > 1 and vague:
            best = plain if len(plain) == 1 else every
        out += best
    return sorted(out)


def _layout(path: Path, *, booked: bool) -> dict[str, str]:
    lines = enumerate(files.text(path, windows=True).splitlines(), start=1)
    row, first = next(((row, line) for row, line in lines if line.strip(" ,")), (1, ""))
    names = files.headings(first)
    while names and not names[-1]:
        names.pop()
    fitting = [layout for layout in LAYOUTS if ("booked_1" in layout.values()) == booked]
    nearest = max(fitting, key=lambda layout: len(set(layout) & set(names)))
    known = [*_PROVIDER, *nearest]
    if names == known:
        return nearest
    column = next(found or right for found, right in zip_longest(names, known) if found != right)
    allowed = f"the {len(known)} headings {known}"
    raise DataError(path.name, row=row, column=column, found=names, allowed=allowed)


def _official_fields(counts: pd.DataFrame) -> dict[str, pd.Series]:
    def added(*fields: str) -> pd.Series:
        return counts[[field for field in fields if field in counts]].sum(axis=1)

    return {
        "attendances": added(*(f"{kind}_{i}" for kind in ("attendances", "booked") for i in (1, 2, 3))),
        "over_4h": added(*(f"{kind}_{i}" for kind in ("over", "bookedover") for i in (1, 2, 3))),
        "attendances_type1": added("attendances_1", "booked_1"),
        "over_4h_type1": added("over_1", "bookedover_1"),
        "emergency_admissions_ae": added("admissions_1", "admissions_2", "admissions_3"),
        "emergency_admissions_other": counts["admissions_elsewhere"],
        "waits_4_12h_dta": counts["waits_4_12h"],
        "waits_12h_dta": counts["waits_12h"],
    }
