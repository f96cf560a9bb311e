"""Where the trusts that entered stand now: what became of each, and its place among acute trusts by date."""

import pandas as pd

from analysis import data
from analysis.study import regime

MEASURES = ("segment", "mortality", "staff")
TROUBLED = 4  # the worst segment


FIGURES = {  # the figure by which a table's newest period is known: a later one may lack it
    "oversight_segments": "segment",
    "shmi_banded": "shmi",
    "staff_survey_groups": "recommend_work",
    "cqc_locations": "location",
}


def newest(name: str) -> pd.DataFrame:
    """Return the rows of a table's last period with its figure, one an organisation."""
    table, period = data.load(name), data.describe(name)["period"]
    held = table[table[FIGURES[name]].notna()]
    return held[held[period] == held[period].max()]


def when() -> dict[str, pd.Period]:
    """Return the quarter of the segments and the years of mortality and of the survey that stand for now, by MEASURES."""
    last = {}
    for measure, name in zip(MEASURES, FIGURES, strict=False):
        last[measure] = pd.Period(str(newest(name)[data.describe(name)["period"]].iloc[0]))
    return last


def places() -> pd.DataFrame:
    """Return the place of every trust: `trust`, then `segment_place`, `mortality_place`, `staff_place`.

    A place is the share of acute trusts with a figure that stand worse, from 0 (worst) to 100 (best), in percent:
    by the score of the Oversight Framework, by SHMI, by the share of staff who recommend their trust, which is
    ranked within the group that the publisher compares a trust with (mental health and ambulance trusts too).
    """
    segments = newest("oversight_segments")
    score = segments[segments["kind"] == "acute"].set_index("org_code")["score"]
    shmi = newest("shmi_banded").set_index("org_code")["shmi"]
    parts = {
        "segment_place": _ranked(-score),
        "mortality_place": _ranked(-shmi),
        "staff_place": _staff_places(),
    }
    return pd.DataFrame(parts).rename_axis("trust").reset_index()


def _ranked(values: pd.Series) -> pd.Series:
    return 100 * (values.rank() - 1) / (values.notna().sum() - 1)


def _surveyed() -> pd.DataFrame:
    """Return the newest survey by trust; the acute sector stands for the Isle of Wight."""
    survey = newest("staff_survey_groups").set_index("org_code")
    return survey.rename(index={"R1F1": "R1F"})


def _staff_places() -> pd.Series:
    survey = _surveyed()
    return survey.groupby("peers")["recommend_work"].transform(_ranked)


def now() -> pd.DataFrame:
    """Return one row a trust that entered special measures, by name, with what is known of it now.

    `trust`, `name`, `type`, `became` (the code that it merged into, missing while it stands under its own),
    `became_name`, `merged` (as fine as it is known), `spells` in special measures, `still_in` (cut short in July
    2021), `successor` (spells there), `segment`, `rank`, `shmi`, `banding`, `rating`, `rated`, `rating_kind`,
    `recommend_work` (percent), `peers` it is compared with, the three columns of `places`, and the staff of the
    trust in full-time equivalents when it first entered and in its newest month (`staff_then`, `staff_now`, `staff_month`).
    """
    about = data.load("regime_trusts").set_index("org_code")
    ours = regime.spells()
    merged = about["successor"].where(about["successor"].ne(about.index.to_series()))
    names = data.load("organisations").set_index("org_code")["name"]
    frame = pd.DataFrame(
        {"trust": about.index, "name": about["short_name"].to_numpy(), "type": about["type"].to_numpy()}
    ).set_index("trust")
    frame["became"] = merged
    frame["became_name"] = merged.map(names)
    frame["merged"] = about["later_event_date"].where(merged.notna())
    frame["spells"] = ours.groupby("trust").size()
    frame["still_in"] = frame.index.isin(ours.loc[ours["ended_by"] == "administrative end", "trust"])
    spells = data.load("successor_spells").groupby("org_code").size()
    frame["successor"] = spells.reindex(frame.index).fillna(0).astype("int64")
    segments = newest("oversight_segments").set_index("org_code")[["segment", "rank", "kind"]]
    frame[["segment", "rank"]] = segments[["segment", "rank"]].reindex(frame.index)
    frame[["shmi", "banding"]] = (
        newest("shmi_banded").set_index("org_code")[["shmi", "banding"]].reindex(frame.index)
    )
    ratings = newest("cqc_locations").set_index("org_code")[["rating", "published", "kind"]]
    frame[["rating", "rated", "rating_kind"]] = ratings.reindex(frame.index)
    frame[["recommend_work", "peers"]] = _surveyed()[["recommend_work", "peers"]].reindex(frame.index)
    frame["recommend_work"] *= 100
    gone = frame["became"].notna()
    frame.loc[
        gone,
        ["segment", "rank", "shmi", "banding", "rating", "rated", "rating_kind", "recommend_work", "peers"],
    ] = pd.NA
    out = frame.reset_index().merge(places(), on="trust", how="left")
    out.loc[out["became"].notna(), [f"{measure}_place" for measure in MEASURES]] = float("nan")
    out = out.merge(_staff(), on="trust", how="left")
    return out.sort_values("name", ignore_index=True, kind="stable")


def _staff() -> pd.DataFrame:
    """Return by trust its staff in the month of its first entry and in the newest month that it has."""
    held = data.load("workforce").sort_values("month", kind="stable")
    entered = regime.spells().groupby("trust")["entered"].min().dt.to_period("M")
    then = held[held["month"] == held["org_code"].map(entered)].set_index("org_code")["fte"]
    last = held.groupby("org_code").last()
    trusts = entered.index
    parts = {"staff_then": then.reindex(trusts), "staff_now": last["fte"].reindex(trusts)}
    frame = pd.DataFrame(parts).assign(staff_month=last["month"].reindex(trusts))
    return frame.rename_axis("trust").reset_index()


def in_segment_four() -> dict[str, tuple[int, int]]:
    """Return (in segment 4, of how many acute trusts) for trusts that had entered special measures, and for all others."""
    segments = newest("oversight_segments")
    acute = segments[segments["kind"] == "acute"]
    mine = acute["org_code"].isin(set(data.load("regime_trusts")["org_code"]))
    bad = acute["segment"] == TROUBLED
    return {
        "entered": (int(bad[mine].sum()), int(mine.sum())),
        "others": (int(bad[~mine].sum()), int((~mine).sum())),
    }
