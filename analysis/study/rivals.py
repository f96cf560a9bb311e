"""The rival explanations of a change after entry, each put to the same panels as the main analysis."""

from typing import Any

from analysis import once
from analysis.methods.effects import group_time, impute, results
from analysis.methods.effects.honest import HonestBounds, honest_bounds
from analysis.methods.effects.placebo import LeaveOneOut, leave_one_out
from analysis.methods.effects.specification import SpecificationCurve, specification_curve
from analysis.study import indicators, regime
from analysis.study.samples import WINDOWS, samples


@once.result
def bounds(name: str) -> HonestBounds:
    """Bound the average effect when trends may part after entry as they did before (relative magnitudes)."""
    about = regime.indicator(name)
    asked = range(-2 * about.year, len(about.horizons))
    study = group_time.event_study(
        regime.panel(name), control="not_yet", group="type", base="universal", horizons=asked
    )
    return honest_bounds(study.frame, covariance=study.tables["covariance"])


@once.result
def left_out(name: str) -> LeaveOneOut:
    """Estimate the association with entry without each trust that entered, in turn."""
    last = max(regime.indicator(name).horizons)
    return leave_one_out(regime.panel(name), last_horizon=last)


@once.result
def curve(name: str) -> SpecificationCurve:
    """Estimate the association with entry under every combination of sample, estimator, baseline and window."""
    about = regime.indicator(name)
    grain = about.analysis_grain
    main = indicators.settings(name)
    common = {key: main[key] for key in ("group", "measure")}
    panels, year = samples(name), about.year

    def estimate(sample: str, method: str, window: str) -> results.Effects:
        asked: dict[str, Any] = {**common, "horizons": WINDOWS[grain][window]}
        if method.startswith("imputation"):
            omit = year if method.endswith("left out") else 0
            return impute.imputation(panels[sample], **asked, leave_out=True, omit_before=omit)
        control = "never" if method.endswith("never") else "not_yet"
        return group_time.event_study(panels[sample], control=control, **asked)

    methods = ["imputation", "imputation, year before left out", "group-time, not yet", "group-time, never"]
    choices = {"sample": list(panels), "method": methods, "window": list(WINDOWS[grain])}
    return specification_curve(estimate, choices, n_jobs=1)
