"""NHS trusts of England, 2010 to 2024: names, types, regions, and the changes that ended a code."""

import re
from pathlib import Path

import pandas as pd

from analysis.data import DataError
from analysis.ingest import checks, descriptions, files, naming
from analysis.ingest.checks import Rows
from analysis.ingest.history import organisation_changes, trust_lists

TABLES = ("organisations", "organisation_changes")
OWN_FILES = (trust_lists.LIST_2026, trust_lists.COMPILED, trust_lists.MERGERS_2021, trust_lists.CHANGE_PATHS)
SHARED_FILES = (trust_lists.ESTATES, trust_lists.SURVEY, trust_lists.BEDS)
SURVEY, ESTATES, LIST, NAME, SUCCESSOR, RECORDED = (
    "NHS Staff Survey 2019 benchmark group",
    "estates return 2019-20",
    "trust list 2026",
    "name",
    "successor",
    "general knowledge, unverified",
)
CLOSED = "|".join([*OWN_FILES, *SHARED_FILES, *map(re.escape, trust_lists.RECORDS)])
ODS_FILE = "ODS trust file"
TYPE_BY_NAME = {
    r"MENTAL HEALTH|LEARNING DISABILITY": "mental health",
    r"COMMUNITY HEALTH": "community",
    r"ORTHOPAEDIC|RHEUMATIC|CHILDREN|WOMEN": "acute specialist",
    r"AMBULANCE": "ambulance",
}
# Closed before every list of types; their successors are of another type.
RECORDED_TYPES = {"R1E": "community", "R1G": "community", "TAM": "community", "TAN": "community"}
RECORDED_REGIONS = {"TAM": "Midlands", "TAN": "North East and Yorkshire"}
INTEGRATED = {"multi-service": "acute and other sectors"}
SMALL_WORDS = {"and", "of", "the", "for", "on", "with", "in", "upon"}
FIXED_WORDS = {"nhs": "NHS", "pct": "PCT", "2gether": "2gether"}


def later(folder: Path) -> list[Path]:
    """Return the newest edition of the trust file that is later than those this report was made from.

    Only where the other lists are not there: with them, `read` uses every edition.
    """
    if releases(folder):
        return []
    editions = files.find(folder, trust_lists.TRUST_FILE)
    return [path for path in editions if path.name > trust_lists.LAST_EDITION][-1:]


def read_later(folder: Path) -> dict[str, pd.DataFrame]:
    """Return `name`, `opened` and `closed` of the English trusts in a later edition of the trust file.

    Raises DataError for another layout or fewer than trust_lists.FEWEST trusts.
    """
    path = later(folder)[0]
    frame = trust_lists.trust_file(path)
    if len(frame) < trust_lists.FEWEST:
        allowed = f"{trust_lists.FEWEST} or more, a whole file"
        raise DataError(path.name, found=f"{len(frame)} trusts", allowed=allowed)
    frame = frame[frame["region_code"] != trust_lists.WALES]
    frame = frame.assign(name=frame["name"].map(proper_name)).rename_axis("org_code").reset_index()
    rows = Rows(path.name, frame)
    undated = (frame["opened"] == "") & (frame["closed"] == "")
    checks.refuse(rows, undated, "opened", "the day on which a trust that is open opened")
    naming.note(rows, "org_code", "name")
    return {"organisations": frame[["org_code", "name", "opened", "closed"]]}


def period_of(name: str) -> str | None:
    """Return None: every edition of the trust file stays among the sources."""
    return None


def releases(folder: Path) -> list[Path]:
    """Return the lists under `folder`; empty when there is none that only these tables need.

    Raises DataError when one of them is missing or doubled.
    """
    editions = files.find(folder, trust_lists.TRUST_FILE)
    own = [files.find_one(folder, name) for name in OWN_FILES]
    if not any(own) and not any(path.name in trust_lists.RECORDS for path in editions):
        return []  # a later edition may be there: see later
    names = {path.name for path in editions}
    paths = [*own, *(files.find_one(folder, name) for name in SHARED_FILES)]
    wanted = zip((*OWN_FILES, *SHARED_FILES), paths, strict=True)
    missing = [name for name, file in wanted if file is None]
    missing += [name for name in trust_lists.RECORDS if name.startswith("etr_") and name not in names]
    if missing:
        raise DataError(str(folder), found="other lists", allowed=f"a file named {missing[0]} too")
    if len(names) < len(editions):
        raise DataError(str(folder), found=[path.name for path in editions], allowed="each edition once")
    return [*editions, *(path for path in paths if path is not None)]


def read(folder: Path) -> dict[str, pd.DataFrame]:
    """Return the tables `organisations` and `organisation_changes`.

    Raises DataError when a list breaks its layout, two lists disagree on a change by more than a month, or
    a code has no name, type or region.
    """
    paths = {path.name: path for path in releases(folder)}

    def named(pattern: str) -> list[Path]:
        return [paths[name] for name in sorted(paths) if re.fullmatch(pattern, name)]

    editions = [trust_lists.trust_file(path) for path in named(trust_lists.TRUST_FILE)]
    listed = trust_lists.list_2026(*named(trust_lists.LIST_2026))
    survey = trust_lists.survey_groups(*named(trust_lists.SURVEY))
    estates = trust_lists.estates(*named(trust_lists.ESTATES))
    beds = trust_lists.beds(*named(trust_lists.BEDS))
    frame = _names(editions, listed, beds)
    steps = trust_lists.change_paths(*named(trust_lists.CHANGE_PATHS))
    compiled = trust_lists.compiled(*named(trust_lists.COMPILED))
    mergers = trust_lists.mergers_2021(*named(trust_lists.MERGERS_2021))
    codes = {"opened": frame["opened"], "beds": beds}
    changes = organisation_changes.combine(compiled, mergers, steps, listed, **codes)
    frame = frame.join(_dates_closed(frame, changes, steps))
    frame = frame.join(_types(frame, changes, survey=survey, estates=estates, listed=listed))
    frame["peer_group"] = estates["peer_group"].reindex(frame.index)
    frame = frame.join(_regions(frame, changes, editions=editions, estates=estates, listed=listed))
    for column in ("type", "region"):
        if frame[column].isna().any():
            code = frame.index[frame[column].isna()][0]
            raise DataError("organisations", row=code, column=column, found="none", allowed="one in a list")
    frame = frame.sort_index().reset_index()
    fields = descriptions.fields("organisations")
    tidy = frame[fields].astype("object").where(frame[fields].notna() & (frame[fields] != ""), None)
    return {"organisations": tidy, "organisation_changes": changes}


def proper_name(name: str) -> str:
    """Return an organisation's name in title case: "St George's University Hospitals NHS Trust"."""
    words: list[str] = []
    for word in name.replace("&", "and").split():
        lower = word.lower()
        plain = lower.strip("(),.")
        small = words and plain in SMALL_WORDS
        cased = "-".join(part[:1].upper() + part[1:] for part in lower.split("-"))
        if lower.startswith("("):
            cased = "(" + lower[1:2].upper() + lower[2:]
        words.append(
            lower.replace(plain, FIXED_WORDS[plain]) if plain in FIXED_WORDS else lower if small else cased
        )
    return " ".join(words)


def _names(editions: list[pd.DataFrame], listed: pd.DataFrame, beds: pd.DataFrame) -> pd.DataFrame:
    """Return `name`, `opened`, `ods_closed` of every English trust; the latest ODS edition wins."""
    kh03 = beds.drop_duplicates("org_code", keep="last").set_index("org_code")[["name"]]
    trusts = listed[listed["type"].isin(descriptions.choices("organisations", "type"))][["name"]]
    every = pd.concat([*reversed(editions), kh03, trusts])
    frame = every[~every.index.duplicated()][["name"]].rename_axis("org_code")
    welsh = {code for part in editions for code in part.index[part["region_code"] == trust_lists.WALES]}
    frame = frame.drop(index=sorted(welsh))
    opened = pd.concat([part.loc[part["opened"] != "", "opened"] for part in reversed(editions)])
    closed = pd.concat([part.loc[part["closed"] != "", "closed"] for part in reversed(editions)])
    frame["opened"] = opened[~opened.index.duplicated()].reindex(frame.index)
    frame["ods_closed"] = closed[~closed.index.duplicated()].reindex(frame.index)
    return frame.assign(name=frame["name"].map(proper_name))


def _from_successor(out: pd.DataFrame, field: str, changes: pd.DataFrame) -> pd.DataFrame:
    """Return what `_first` made, trusts without a value given that of the trust they went to, as often as it takes."""
    successor = changes.drop_duplicates("old_code").set_index("old_code")["new_code"].reindex(out.index)
    while (left := out[field].isna() & successor.map(out[field]).notna()).any():
        out.loc[left, field] = successor.map(out[field])[left]
        out.loc[left, f"{field}_source"] = SUCCESSOR
    return out


def _dates_closed(frame: pd.DataFrame, changes: pd.DataFrame, steps: pd.DataFrame) -> pd.DataFrame:
    """Return `closed` and `successor` by code: ODS's day, else the day before the last change from it."""
    everything = pd.concat([changes[["old_code", "date"]], steps[["old_code", "date"]]])
    ours = changes.groupby("old_code")["date"].max()
    other = everything.groupby("old_code")["date"].max()
    day_before = pd.to_datetime(ours.combine_first(other)) - pd.Timedelta(days=1)
    closed = frame["ods_closed"].fillna(day_before.dt.strftime("%Y-%m-%d").reindex(frame.index))
    successor = changes.groupby("old_code")["new_code"].agg(" ; ".join).reindex(frame.index)
    return pd.DataFrame({"closed": closed, "successor": successor})


def _types(
    frame: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    survey: pd.DataFrame,
    estates: pd.DataFrame,
    listed: pd.DataFrame,
) -> pd.DataFrame:
    codes = frame.index
    by_name = pd.Series(None, index=codes, dtype="object")
    for pattern, kind in TYPE_BY_NAME.items():
        by_name = by_name.mask(by_name.isna() & frame["name"].str.upper().str.contains(pattern), kind)
    special = estates.loc[estates["type"] == "acute specialist", "type"]
    parts = {
        ESTATES: special,
        SURVEY: survey["type"],
        f"{ESTATES} ": estates["type"],
        LIST: listed["type"],
        RECORDED: pd.Series(RECORDED_TYPES),
        NAME: by_name,
    }
    out = _from_successor(_first(parts, codes, name="type"), "type", changes)
    out["type_source"] = out["type_source"].str.strip()
    detail = survey["type_detail"].reindex(codes).where(out["type"] == survey["type"].reindex(codes))
    integrated = estates["peer_group"].map(INTEGRATED).reindex(codes).where(out["type"] == "acute")
    out["type_detail"] = detail.fillna(integrated).fillna(out["type"])
    later = listed["type"].reindex(codes)
    out["type_later"] = later.where((later != out["type"]) & (out["type"] != "acute specialist"))
    return out


def _regions(
    frame: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    editions: list[pd.DataFrame],
    estates: pd.DataFrame,
    listed: pd.DataFrame,
) -> pd.DataFrame:
    coded = pd.concat([part["region_code"].map(trust_lists.REGIONS).dropna() for part in reversed(editions)])
    # London has the same code before and after the regions of 2019.
    parts = {
        ODS_FILE: coded[~coded.index.duplicated()],
        ESTATES: estates["region"],
        LIST: listed["region"],
        RECORDED: pd.Series(RECORDED_REGIONS),
    }
    return _from_successor(_first(parts, frame.index, name="region"), "region", changes)


def _first(parts: dict[str, pd.Series], codes: pd.Index, *, name: str) -> pd.DataFrame:
    """Return, for each code, the value of the first part that has one, with that part's label."""
    out = pd.DataFrame({name: None, f"{name}_source": None}, index=codes, dtype="object")
    for label, values in parts.items():
        fresh = out[name].isna() & values.reindex(codes).notna()
        out.loc[fresh, name] = values.reindex(codes)[fresh]
        out.loc[fresh, f"{name}_source"] = label
    return out
