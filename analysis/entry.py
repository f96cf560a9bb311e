"""What entering was associated with: other estimators, chance, and what the original study reported."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from analysis import data, effects, present, protocol, regime
from analysis.effects.inference import adjust
from analysis.effects.placebo import placebo_dates
from analysis.effects.wild_imputation import wild_imputation

PARTS = ("estimate", "lower", "upper", "n_trusts")
SIDE = "Side of zero, unadjusted"


def by_estimator(names: list[str]) -> pd.DataFrame:
    """Estimate the association with entry by four estimators on the same panels.

    Returns one row an indicator and estimator: `indicator`, `estimator`, `estimate`, `lower`, `upper`,
    `n_trusts`. Two-way fixed effects is a contrast: it uses trusts that are already in as comparators.
    """
    rows = []
    for name in names:
        panel = regime.panel(name)
        main = protocol.settings(name)
        common = {key: main[key] for key in ("group", "measure", "better", "label")}
        study = {**common, "horizons": main["horizons"]}
        found: dict[str, Any] = {
            "Imputation (main)": effects.imputation(panel, **main),
            "Group-time, not yet entered as comparators": effects.event_study(
                panel, control="not_yet", **study
            ),
            "Group-time, never entered as comparators": effects.event_study(panel, control="never", **study),
            "Two-way fixed effects (contrast only)": effects.twfe(_window(panel, main["horizons"]), **common),
        }
        for estimator, result in found.items():
            values = [getattr(result.overall, part) for part in PARTS]
            rows.append([name, estimator, *values])
    return pd.DataFrame(rows, columns=["indicator", "estimator", *PARTS])


def _window(panel: pd.DataFrame, horizons: range) -> pd.DataFrame:
    return panel[~(panel["since_entry"] > max(horizons))]


def by_estimator_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `by_estimator` as texts, one row an estimator, one column an indicator."""
    columns: dict[str, Any] = {"Estimator": found["estimator"].drop_duplicates().tolist()}
    for name, part in found.groupby("indicator", sort=False):
        about = regime.indicator(str(name))
        unit = protocol.GLUE_UNITS[about["unit"]]
        texts = [present.estimate(row.estimate, row.lower, row.upper, unit) for row in part.itertuples()]
        columns[f"{about['title']}; {about['direction']}"] = texts
    return pd.DataFrame(columns)


def chance(names: list[str], *, draws: int = protocol.DRAWS) -> pd.DataFrame:
    """Ask of each indicator how often chance alone would give a difference as large.

    Returns one row an indicator: `indicator`, `primary`, `estimate`, `wild` (wild cluster bootstrap over
    trusts), `placebo` (entry dates dealt out again among trusts of the same type), and `adjusted`: the larger
    of the two, adjusted by Holm over the primary indicators and by Benjamini-Hochberg over the others.
    An indicator with fewer than THIN trusts that entered is left out.
    """
    rows = []
    for name in names:
        about, panel = regime.indicator(name), regime.panel(name)
        main = protocol.settings(name)
        if not protocol.enough(name):
            continue
        rng = np.random.default_rng(protocol.SEED)
        last = max(main["horizons"])
        wild = wild_imputation(panel, draws=draws, rng=rng, horizons=main["horizons"])
        dealt = placebo_dates(panel, draws=draws, rng=rng, last_horizon=last, measure=main["measure"])
        rows.append([name, bool(about["primary"]), wild.estimate, wild.p, dealt.p_two_sided])
    frame = pd.DataFrame(rows, columns=["indicator", "primary", "estimate", "wild", "placebo"])
    worse = frame[["wild", "placebo"]].max(axis=1)
    primary = frame["primary"]
    adjusted = pd.Series(np.nan, index=frame.index)
    if primary.any():
        adjusted[primary] = adjust(worse[primary], method="holm")
    if (~primary).any():
        adjusted[~primary] = adjust(worse[~primary], method="BH")
    return frame.assign(adjusted=adjusted)


def chance_for_readers(found: pd.DataFrame) -> pd.DataFrame:
    """Return `chance` as texts for a table."""
    about = [regime.indicator(name) for name in found["indicator"]]
    return pd.DataFrame(
        {
            "Indicator": [one["title"] for one in about],
            "Family": np.where(found["primary"], "primary (Holm)", "secondary (Benjamini–Hochberg)"),
            "Difference": [
                present.number(value, protocol.GLUE_UNITS[one["unit"]])
                for value, one in zip(found["estimate"], about, strict=True)
            ],
            "Signs turned": [probability(p) for p in found["wild"]],
            "Dates dealt out": [probability(p) for p in found["placebo"]],
            "Larger, adjusted": [probability(p) for p in found["adjusted"]],
        }
    )


def probability(p: float) -> str:
    """Return a probability with two digits after the point, three below 0.1."""
    return present.number(p, "ratio", digits=3 if p < 0.1 else 2)


def beside_published(both: pd.DataFrame) -> pd.DataFrame:
    """Return, as texts, the directions that the original study reported beside ours.

    both: as `protocol.two_baselines` returns it. The side of zero is read from each interval alone; it is not
    adjusted for their number, and it is not what the report calls a change, which is the column "By our rule".
    """
    ours = both.set_index("indicator")
    rows = []
    for claim in data.load("published_findings").itertuples():
        row = {"Measure": claim.measure, "Original study": claim.published_direction}
        if pd.isna(claim.indicator):
            row |= {
                SIDE: "no public figures at hand",
                "Without the year before": "",
                "Same side": "not known",
                "By our rule": "",
            }
        else:
            first = ours.loc[claim.indicator]
            second = first.copy()
            for part in PARTS:
                second[part] = first[f"{part}_dip_out"]
            readings = [protocol.reading(one) for one in (first, second)]
            same = all(one == claim.published_direction for one in readings)
            row |= {SIDE: readings[0], "Without the year before": readings[1]}
            row |= {"Same side": "yes" if same else "no", "By our rule": first["verdict"]}
        rows.append(row)
    return pd.DataFrame(rows)
