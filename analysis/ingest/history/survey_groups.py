"""NHS Staff Survey by organisation of every kind: 2019, 2024, 2025 and the mean of 2021 to 2024."""

from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files

TABLES = ("staff_survey_groups", "staff_survey_mean")
NAMES = (
    r"derived_nss2019_org_themes_key_questions\.csv",
    r"nss2024_organisation_weighted\.csv",
    r"staff_survey_2025_people_promise\.csv",
    r"nss_mean_of_2021_2024_by_trust\.csv",
)
# The publisher's groups by the words their names hold, in this order.
PEERS = (
    ("Acute Specialist", "acute specialist"),
    ("Ambulance", "ambulance"),
    ("Social Enterprises", "other"),
    ("Surgical", "other"),
    ("Mental Health", "mental health"),
    ("Acute", "acute"),
    ("Community Trusts", "community"),
)
SHARES_2024 = {
    "Q25c_pos": "recommend_work",
    "Q25d_pos": "recommend_care",
    "Q25e_pos": "safe_to_speak",
    "Q25f_pos": "acts_on_concerns",
}
SCORES_2024 = {
    "Staff Engagement_score": "engagement",
    "Morale_score": "morale",
    "PP1_score": "compassion",
    "PP3_score": "voice",
}
SCORES_2025 = {
    "theme_engagement": "engagement",
    "theme_morale": "morale",
    "pp1_compassionate_inclusive": "compassion",
    "pp3_voice_counts": "voice",
}
SHARES_2019 = {"q21c_2019": "recommend_work", "q21d_2019": "recommend_care"}
SCORES_2019 = {"theme_engagement_2019": "engagement", "theme_morale_2019": "morale"}
MEAN = {
    "recommend_org_to_work": "recommend_work",
    "safe_to_speak_up": "safe_to_speak",
    "confident_org_address_concern": "address_concern",
}


def releases(folder: Path) -> list[Path]:
    """Return the four files under `folder`, empty without any; DataError when some are missing."""
    found = [files.find_one(folder, name) for name in NAMES]
    newer = found[1:]  # the file of 2019 is read for more than this table
    if any(newer) and not all(found):
        absent = NAMES[found.index(None)]
        raise DataError(str(folder), found="some files of the survey by group", allowed=f"also {absent}")
    return [path for path in found if path is not None] if any(newer) else []


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `staff_survey_groups` and `staff_survey_mean`; shares as proportions.

    Raises DataError for other headings, an organisation twice in a year, a share or score that is missing or
    outside its scale, or a column of one figure.
    """
    old, new, newest, mean = releases(folder)
    years = [
        _year(old, 2019, "trust", "trtname", SHARES_2019, SCORES_2019, of=1),
        _year(new, 2024, "ods_code", "benchmark_group", SHARES_2024, SCORES_2024, of=100),
        _year(newest, 2025, "org_code", None, {}, SCORES_2025, of=1),
    ]
    groups = pd.concat(years).reindex(columns=descriptions.fields(TABLES[0]))
    rows = files.read_csv(mean, ["org_code", *MEAN])
    checks.unique(rows, ["org_code"])
    shares = _figures(rows, MEAN, of=100) / 100
    whole = shares.assign(org_code=checks.code(rows, "org_code")).round(6)
    return {name: descriptions.tidy(frame, name) for name, frame in zip(TABLES, (groups, whole), strict=True)}


def _year(
    path: Path,
    year: int,
    code: str,
    group: str | None,
    shares: dict[str, str],
    scores: dict[str, str],
    *,
    of: int,
) -> pd.DataFrame:
    rows = files.read_csv(path, [code, *([group] if group else []), *shares, *scores])
    peers = rows[group].map(_peers) if group else pd.Series("", rows.frame.index)
    kept = rows.only(peers.notna())
    checks.code(kept, code)
    checks.unique(kept, [code])
    figures = pd.concat([_figures(kept, shares, of=of) / of, _figures(kept, scores, of=10)], axis=1).round(6)
    return figures.assign(org_code=kept[code], year=year, peers=peers[peers.notna()].replace("", None))


def _figures(rows: checks.Rows, columns: dict[str, str], *, of: int) -> pd.DataFrame:
    """Return figures from 0 to `of` by field: none of these files has a blank or a mark for one."""
    found = checks.numbers(rows, columns, high=of, required=True)
    for name in found:
        checks.varied(rows, name, found[name])
    return found.rename(columns=columns)


def _peers(name: str) -> str | None:
    """Return the group that a benchmark group is counted in, None for commissioners and their support."""
    return next((peers for words, peers in PEERS if words in name), None)
