"""Segments and ranks of the NHS Oversight Framework by quarter: a collected file, then the publisher's league tables.

The layout of the league tables (one CSV file a quarter and kind of trust) is that of three public programs that read
them, not of a file at hand; the collected file has columns copied from them.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming

TABLES = ("oversight_segments",)
BY_PERIOD = True
COLLECTED = r"nof_segments_(20\d\d)-\d\d_q([1-4])\.csv"
CLOSED = COLLECTED
LEAGUE = r"(?i:nhs-oversight-framework-(.+)-trust-league-table-q([1-4])-(\d\d)-\d\d(?:-v\d+)?\.csv)"
KINDS = {
    "Acute trust": "acute",
    "Mental health and community trust": "mental health or community",
    "Ambulance trust": "ambulance",
}
HEADINGS = {"score": "Average_score", "segment": "Segment", "rank": "Rank"}


def releases(folder: Path) -> list[Path]:
    """Return the collected quarter and the league tables under `folder`; of several versions the last."""
    versions: dict[tuple[str, str | None], Path] = {}
    for path in files.find(folder, LEAGUE):  # sorted: '-v2' stands before '.csv', so the longer name wins
        kind = re.fullmatch(LEAGUE, path.name)[1].lower()  # type: ignore[index]
        key = (kind, period_of(path.name))
        versions[key] = max(versions.get(key, path), path, key=lambda file: (len(file.name), file.name))
    return [*files.find(folder, COLLECTED), *versions.values()]


def period_of(name: str) -> str | None:
    """Return None: a quarter comes in a file for each kind of trust, so that none replaces another by its name."""
    return None


def quarter_of(name: str) -> str:
    """Return the last month 'YYYY-MM' of the quarter that a file's name states."""
    fits = re.fullmatch(COLLECTED, name)
    return checks.quarter_end(*(fits.groups() if fits else _stated(name)))


def _stated(name: str) -> tuple[str, str]:
    fits = re.fullmatch(LEAGUE, name)
    assert fits is not None
    return f"20{fits[3]}", fits[2]


def own(paths: Sequence[Path]) -> set[str]:
    """Return the quarters of league tables; the collected one fills only what is not held."""
    return {quarter_of(path.name) for path in paths if re.fullmatch(LEAGUE, path.name)}


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the table `oversight_segments`; a quarter's league tables go before the collected file.

    Raises DataError for other headings, a quarter other than the file's name says or without a kind of trust, a trust
    twice, or a segment or rank that is no whole number.
    """
    paths = releases(folder)
    single = own(paths)
    parts = []
    for quarter in sorted(single):
        league = [_league(p) for p in paths if re.fullmatch(LEAGUE, p.name) and quarter_of(p.name) == quarter]
        whole = pd.concat(league)
        absent = sorted(set(KINDS.values()) - set(whole["kind"]))
        if absent or len(league) != len(KINDS):
            found = f"{len(league)} league tables of {quarter}, without {absent}"
            raise DataError(str(folder), found=found, allowed="one for each kind of trust")
        parts.append(whole)
    held = [collected(path) for path in paths if re.fullmatch(COLLECTED, path.name)]
    parts += [each[~each["quarter_end"].isin(list(single))] for each in held]
    return {TABLES[0]: descriptions.tidy(pd.concat(parts), TABLES[0])}


def collected(path: Path) -> pd.DataFrame:
    """Return the collected quarter; errors as in `read`."""
    figures = {"score": "league_avg_score", "segment": "league_segment", "rank": "league_rank"}
    rows = files.read_csv(path, {"org_code": "org_code", "Trust_type": "Trust_type", **figures})
    return _checked(rows, quarter_of(path.name))


def _league(path: Path) -> pd.DataFrame:
    head = files.text(path, windows=True).partition("\n")[0]
    when = "Quarter" if "Quarter" in head.split(",") else "Reporting_date"
    names = {"org_code": "Trust_code", "Trust_name": "Trust_name", "Trust_type": "Trust_type", when: when}
    rows = files.read_csv(path, {**names, **HEADINGS}, windows=True)
    year, quarter = _stated(path.name)
    stated = f"Q{quarter} {year}/{(int(year) + 1) % 100:02d}"
    checks.refuse(rows, rows[when] != stated, when, f"{stated}, as in the file name")
    naming.note(rows, "org_code", "Trust_name")
    return _checked(rows, quarter_of(path.name))


def _checked(rows: checks.Rows, quarter: str) -> pd.DataFrame:
    checks.over(quarter, place=rows.place)
    checks.one_of(rows, "Trust_type", list(KINDS))
    checks.unique(rows, ["org_code"])
    whole = checks.numbers(rows, ["segment", "rank"], low=1, whole=True, required=True)
    score = checks.number(rows, "score", low=1, high=4, required=True)
    who = {"org_code": checks.code(rows, "org_code"), "kind": rows["Trust_type"].map(KINDS)}
    return descriptions.tidy(whole.assign(**who, quarter_end=quarter, score=score), TABLES[0])
