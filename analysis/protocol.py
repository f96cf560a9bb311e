"""The analysis fixed before looking: what is compared with what, over how long, and how it is reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis import data, effects, present, regime, reporting
from analysis.effects.comparators import EquallyBad
from analysis.effects.rivals import equally_bad_placebo

SEED = 20260101
DRAWS = 999
# By period of the panel: horizons pooled after entry; length of the year before entry, in which a trust's
# trouble showed and which is left out of the second baseline.
HORIZONS = {"quarter": range(13), "year": range(4)}
YEAR_BEFORE = {"quarter": 4, "year": 1}
TOO_FEW = "too few trusts to read"
COUNTS = "Trusts that entered: all; without the year before"
BETTER = {"higher is better": "higher", "lower is better": "lower", "neither": None}
GLUE_UNITS = {
    "percent": "points",
    "ratio": "ratio",
    "per day": "per day",
    "per 100 days": "per 100 days",
    "score": "score",
}
MEASURES = {
    "percent": "percentage points",
    "ratio": "on the ratio",
    "per day": "a day",
    "per 100 days": "in 100 days",
    "score": "points of ten",
}


def indicators(*, primary: bool | None = None) -> list[str]:
    """Return the names of the indicators, in the order of the catalogue: all, or only the (non-)primary."""
    catalogue = data.load("indicators")
    if primary is not None:
        catalogue = catalogue[catalogue["primary"] == primary]
    return catalogue["indicator"].tolist()


def settings(name: str) -> dict[str, Any]:
    """Return the settings of the main analysis of an indicator, as arguments of `effects.imputation`."""
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    return {
        "group": "type",
        "leave_out": True,
        "horizons": HORIZONS[grain],
        "measure": MEASURES[about["unit"]],
        "better": BETTER[about["direction"]],
        "label": label(name),
    }


def label(name: str) -> str:
    """Return an indicator's name as it stands within a sentence."""
    return regime.indicator(name)["phrase"]


def entry(name: str, *, panel: pd.DataFrame | None = None, draws: int = 0, **changed: Any) -> effects.Effects:
    """Estimate what entering was associated with, by imputation, under the settings of the main analysis.

    name: an indicator. panel: in place of `regime.panel(name)`, for a sensitivity. draws: bootstrap draws of
    trusts for the uniform band. changed: settings to change, as arguments of `effects.imputation`.
    """
    chosen = regime.panel(name) if panel is None else panel
    rng = np.random.default_rng(SEED) if draws else None
    return effects.imputation(chosen, **{**settings(name), "draws": draws, "rng": rng, **changed})


def enough(name: str) -> bool:
    """Tell whether THIN or more trusts that entered carry the main estimate of an indicator."""
    return bool(_overall(name)["n_trusts"] >= effects.THIN)


def path(name: str, **changed: Any) -> effects.Effects:
    """Estimate the way through entry: the year before it and three years after, against one baseline.

    The baseline is everything before the year before entry, so that a dip in that year stays in sight: rows
    of phase "left out" are that year, rows of phase "post" the time since entry.
    """
    grain = regime.indicator(name)["analysis_grain"]
    return entry(name, omit_before=YEAR_BEFORE[grain], draws=DRAWS, **changed)


def path_sentence(name: str, found: effects.Effects) -> str:
    """Say how far from the baseline a path was just before entry, just after, and at its end."""
    about = regime.indicator(name)
    grain, unit = about["analysis_grain"], GLUE_UNITS[about["unit"]]
    rows = found.frame.set_index("horizon")
    solid = rows[~rows["thin"]]
    places = {
        f"in the {grain} before entry": -1,
        f"{present.plural(1, grain)} after": 1,
        f"{present.plural(int(solid.index.max()), grain)} after": int(solid.index.max()),
    }
    parts = [
        f"{present.estimate(row.estimate, row.lower, row.upper, unit)} {where}"
        for where, at in places.items()
        for row in [rows.loc[at]]
    ]
    more = about["direction"] if about["direction"] != "neither" else "neither direction is better"
    return (
        f"{about['title']} at trusts that entered, less what comparators predict from the years before: "
        f"{present.join(parts)}. {found.overall.n_trusts} trusts that entered, {found.overall.n_controls} comparators; {more}."
    )


def two_baselines(names: list[str]) -> pd.DataFrame:
    """Estimate the association with entry twice, with and without the year before entry in the baseline.

    Returns one row an indicator: `indicator`, `title`, `unit`, `direction`, `n_trusts`, `n_controls`, then
    `estimate`, `se`, `lower`, `upper` (baseline: all periods before entry) and the same, with `n_trusts`, with
    `_dip_out`: fewer trusts have figures from before that year, so the two baselines also differ in trusts.
    `bad_estimate`, `bad_lower`, `bad_upper` are the difference less that at equally bad trusts that never
    entered, `bad_pairs` the trusts that entered behind it, and `verdict` what may be reported
    (`reporting.verdict`; TOO_FEW when one of the three rests on some but fewer than effects.THIN trusts).
    What cannot be estimated, because no trust has such a baseline, is missing.
    """
    rows = []
    for name in names:
        about = regime.indicator(name)
        whole = _overall(name)
        short = _overall(name, omit_before=YEAR_BEFORE[about["analysis_grain"]])
        row = {"indicator": name, "title": about["title"], "unit": GLUE_UNITS[about["unit"]]}
        row |= {"direction": about["direction"], **whole}
        row |= {f"{part}_dip_out": short[part] for part in ("estimate", "se", "lower", "upper", "n_trusts")}
        bad = _less_equally_bad(name)
        found = reporting.verdict(
            (whole["lower"], whole["upper"]),
            (short["lower"], short["upper"]),
            (bad["bad_lower"], bad["bad_upper"]),
            better=BETTER[about["direction"]],
        )
        counts = (whole["n_trusts"], short["n_trusts"], bad["bad_pairs"])
        few = any(0 < n < effects.THIN for n in counts)
        rows.append(row | bad | {"verdict": TOO_FEW if few else found})
    return pd.DataFrame(rows)


def equally_bad(name: str, *, years: int = 1) -> EquallyBad:
    """Compare trusts that entered with trusts as bad in the `years` before that never entered."""
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    return equally_bad_placebo(
        regime.panel(name),
        baseline=years * YEAR_BEFORE[grain],
        last_horizon=max(HORIZONS[grain]),
        measure=MEASURES[about["unit"]],
    )


def _less_equally_bad(name: str) -> dict[str, float]:
    try:
        found = equally_bad(name)
    except effects.EffectError:
        return {"bad_estimate": np.nan, "bad_lower": np.nan, "bad_upper": np.nan, "bad_pairs": 0}
    limits = {"bad_estimate": found.difference, "bad_lower": found.lower, "bad_upper": found.upper}
    return limits | {"bad_pairs": found.entrants.overall.n_trusts}


def _overall(name: str, **changed: Any) -> dict[str, float]:
    parts = ("estimate", "se", "lower", "upper", "n_trusts", "n_controls")
    try:
        found = entry(name, **changed).overall
    except effects.NotEstimable:
        return {part: 0 if part.startswith("n_") else float("nan") for part in parts}
    return {part: getattr(found, part) for part in parts}


def reading(row: pd.Series) -> str:
    """Say in a few words which way a difference points: better, worse, higher, lower or no clear difference."""
    if pd.isna(row["lower"]):
        return "cannot be estimated"
    if row.get("n_trusts", effects.THIN) < effects.THIN:
        return TOO_FEW
    if row["lower"] <= 0 <= row["upper"]:
        return "no clear difference"
    side = "higher" if row["estimate"] > 0 else "lower"
    if row["direction"] == "neither":
        return side
    return "better" if row["direction"].startswith(side) else "worse"


def answer(both: pd.DataFrame) -> str:
    """Return the answer for the primary indicators, from `two_baselines`: the differences, then the verdicts.

    "The three years after entry" stand for HORIZONS: the period of entry and the three years after it.
    """
    primary = both[both["indicator"].isin(indicators(primary=True))]
    parts = [
        f"{label(row['indicator'])} by "
        f"{present.estimate(row['estimate'], row['lower'], row['upper'], row['unit'])}"
        for _, row in primary.iterrows()
    ]
    clear = primary[~primary["verdict"].isin(["no clear change", "cannot be said"])]
    verdicts = [f"{label(row['indicator'])}: {row['verdict']}" for _, row in clear.iterrows()]
    outcome = present.join(verdicts) if verdicts else "none of them is a clear change"
    return (
        f"In the three years after entry, trusts differed from what comparable trusts predict: "
        f"{present.join(parts)}. By our rule, which asks three intervals to agree, {outcome}."
    )


def path_title(name: str, found: effects.Effects, *, verdict: str) -> str:
    """Return the finding of a path as a title: its side of the prediction before entry and after, the verdict.

    verdict: of `two_baselines`. "near" means that the interval takes in zero.
    """
    before = _side(found.frame.set_index("horizon").loc[-1])
    after = _side(found.overall)
    place = (
        f"{before} the prediction before entry and after"
        if before == after
        else f"{before} the prediction just before entry, {after} it after"
    )
    return f"{regime.indicator(name)['title']}: {place}; {verdict} by our rule"


def _side(found: Any) -> str:
    if pd.isna(found.lower) or found.lower <= 0 <= found.upper:
        return "near"
    return "above" if found.estimate > 0 else "below"


def for_readers(both: pd.DataFrame) -> pd.DataFrame:
    """Return `two_baselines` as texts for a table."""
    primary = set(indicators(primary=True))
    rows = []
    for _, row in both.iterrows():
        out = {part.removesuffix("_dip_out"): row[part] for part in row.index if part.endswith("_dip_out")}
        rows.append(
            {
                "Indicator": row["title"] + (" (primary)" if row["indicator"] in primary else ""),
                "Better": row["direction"],
                "Baseline: all before entry": present.estimate(
                    row["estimate"], row["lower"], row["upper"], row["unit"]
                ),
                "Baseline without the year before": present.estimate(
                    out["estimate"], out["lower"], out["upper"], row["unit"]
                ),
                "Less equally bad trusts": present.estimate(
                    row["bad_estimate"], row["bad_lower"], row["bad_upper"], row["unit"]
                ),
                "By our rule": row["verdict"],
                COUNTS: f"{present.number(row['n_trusts'])}; {present.number(row['n_trusts_dip_out'])}",
            }
        )
    return pd.DataFrame(rows)
