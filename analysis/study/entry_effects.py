"""The analysis fixed before looking: what is compared with what, over how long, and how it is reported."""

from typing import Any

import numpy as np
import pandas as pd

from analysis import once
from analysis.methods.effects import impute, panels, results
from analysis.methods.effects.equally_bad import EquallyBad, equally_bad_placebo
from analysis.methods.effects.regression_to_mean import ExpectedRegression, expected_regression
from analysis.study import indicators, regime, ruled_out


@once.result
def entry(name: str, *, panel: pd.DataFrame | None = None, draws: int = 0, **changed: Any) -> results.Effects:
    """Estimate what entering was associated with, by imputation, under the settings of the main analysis.

    name: an indicator. panel: in place of `regime.panel(name)`, for a sensitivity. draws: bootstrap draws of
    trusts for the uniform band. changed: settings to change, as arguments of `effects.imputation`.
    """
    rng = np.random.default_rng(indicators.SEED) if draws else None
    chosen = {**indicators.settings(name), "draws": draws, "rng": rng, **changed}
    return impute.imputation(regime.panel(name) if panel is None else panel, **chosen)


def enough(name: str) -> bool:
    """Tell whether THIN or more trusts that entered carry the main estimate of an indicator."""
    return bool(_overall(name)["n_trusts"] >= results.THIN)


def path(name: str, **changed: Any) -> results.Effects:
    """Estimate the way through entry: the year before it and three years after, against one baseline.

    The baseline is everything before the year before entry, so that a dip in that year stays in sight: rows
    of phase "left out" are that year, rows of phase "post" the time since entry.
    """
    return entry(name, omit_before=regime.indicator(name).year, draws=indicators.DRAWS, **changed)


@once.result
def two_baselines(names: list[str]) -> pd.DataFrame:
    """Estimate the association with entry twice, with and without the year before entry in the baseline.

    Returns one row an indicator: `indicator`, `title`, `unit`, `direction`, `n_trusts`, `n_controls`, then
    `estimate`, `se`, `lower`, `upper` (baseline: all periods before entry) and the same, with `n_trusts`, with
    `_dip_out`: fewer trusts have figures from before that year, so the two baselines also differ in trusts.
    `bad_estimate`, `bad_lower`, `bad_upper` are the difference less that at equally bad trusts that never
    entered, `bad_pairs` the trusts that entered behind it, and `verdict` what may be reported
    (`ruled_out.verdict`, by another comparison: ten partners alike in level and trend).
    What cannot be estimated, because no trust has such a baseline, is missing.
    """
    rows = []
    for name in names:
        about = regime.indicator(name)
        whole = _overall(name)
        short = _overall(name, omit_before=about.year)
        row: dict[str, Any] = {"indicator": name, "title": about.title, "unit": about.change_unit}
        row |= {"direction": about.direction, **whole}
        row |= {f"{part}_dip_out": short[part] for part in ("estimate", "se", "lower", "upper", "n_trusts")}
        bad = _less_equally_bad(name)
        rows.append(row | bad | {"verdict": ruled_out.verdict(name)})
    return pd.DataFrame(rows)


@once.result
def equally_bad(name: str, *, years: int = 1) -> EquallyBad:
    """Compare trusts that entered with trusts as bad in the `years` before that never entered."""
    about = regime.indicator(name)
    return equally_bad_placebo(
        regime.panel(name), baseline=years * about.year, last_horizon=max(about.horizons)
    )


@once.result
def regression(name: str) -> ExpectedRegression:
    """Return the change to be expected from regression to the mean alone, from the year before entry on."""
    about = regime.indicator(name)
    return expected_regression(regime.panel(name), baseline=about.year, follow_up=len(about.horizons))


def _less_equally_bad(name: str) -> dict[str, float]:
    try:
        compared = equally_bad(name)
    except panels.EffectError:
        return {"bad_estimate": np.nan, "bad_lower": np.nan, "bad_upper": np.nan, "bad_pairs": 0}
    limits = {"bad_estimate": compared.difference, "bad_lower": compared.lower, "bad_upper": compared.upper}
    return limits | {"bad_pairs": compared.entrants.overall.n}


def _overall(name: str, **changed: Any) -> dict[str, float]:
    parts = ("estimate", "se", "lower", "upper", "n_trusts", "n_controls")
    try:
        overall = entry(name, **changed).overall
    except panels.NotEstimable:
        return {part: 0 if part.startswith("n_") else float("nan") for part in parts}
    return {part: getattr(overall, part) for part in parts}
