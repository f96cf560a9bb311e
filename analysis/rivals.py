"""The rival explanations of a change after entry, each put to the same panels as the main analysis."""

from __future__ import annotations

from typing import Any

import pandas as pd

from analysis import data, effects, present, protocol, regime
from analysis.effects.honest import HonestBounds, honest_bounds
from analysis.effects.placebo import LeaveOneOut, leave_one_out
from analysis.effects.rivals import expected_regression, matched_comparators
from analysis.effects.specification import SpecificationCurve, specification_curve

ONLY_KEOGH = "Only the eleven Keogh trusts"
WINDOWS = {
    "quarter": {"first year": range(4), "three years": range(13)},
    "year": {"two years": range(2), "three years": range(4)},
}


def samples(name: str) -> dict[str, pd.DataFrame]:
    """Return the panels of the sensitivity analyses by label; each leaves out trusts named by a stated rule."""
    panel = regime.panel(name)
    about = data.load("regime_trusts").set_index("org_code")
    spells = data.load("regime_spells")
    unsure = set(spells.loc[spells["confidence"] == "low", "org_code"])
    unsure |= set(spells.loc[spells["entered_precision"] == "month", "org_code"])
    merged = set(panel.loc[panel["trust"].str.contains("@", regex=False), "trust"].str.slice(0, 3))
    first = panel.groupby("trust")["period"].transform("min")
    whole = first <= panel["period"].min() + 4
    code = panel["trust"].str.slice(0, 3)
    return {
        "All trusts": panel,
        "Without the eleven Keogh trusts": panel[~code.isin(about.index[about["keogh_11"].fillna(False)])],
        "Without trusts also in financial special measures": panel[
            ~code.isin(about.index[about["finance"].fillna(False)])
        ],
        "Without codes that a merger made larger": panel[~code.isin(merged)],
        "Without entries known only to the month": panel[~code.isin(unsure)],
        "Only trusts with figures from the start": panel[whole],
    }


def sensitivity(name: str) -> pd.DataFrame:
    """Estimate the association with entry under each sample, baseline and window.

    Returns one row a choice: `choice`, `estimate`, `lower`, `upper`, `n_trusts`; the first is the main one.
    """
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    year = protocol.YEAR_BEFORE[grain]
    runs: dict[str, dict[str, Any]] = {label: {"panel": panel} for label, panel in samples(name).items()}
    runs["Year before entry left out of the baseline"] = {"omit_before": year}
    steps = {"one quarter": 1, "two quarters": 2} if grain == "quarter" else {"one year": 1}
    for words, step in steps.items():
        runs[f"Entry felt {words} early"] = {"anticipation": step}
    label, horizons = next(iter(WINDOWS[grain].items()))
    runs[f"Only the {label} after entry"] = {"horizons": horizons}
    later = regime.panel(name, main=False)
    if later["t"].max() > regime.panel(name)["t"].max():
        runs["COVID-19 period included"] = {"panel": later}
    rows = []
    for choice, changed in runs.items():
        found = protocol.entry(name, **changed).overall
        rows.append([choice, found.estimate, found.lower, found.upper, found.n_trusts])
    return pd.DataFrame(rows, columns=["choice", "estimate", "lower", "upper", "n_trusts"])


def keogh_alone(name: str) -> effects.Overall:
    """Estimate the association for the eleven trusts of the Keogh review only; the others that entered are out.

    Not one of the choices of `sensitivity`: these trusts were chosen for the deaths of two years, so for
    mortality every baseline of theirs is a bad one.
    """
    panel, about = regime.panel(name), data.load("regime_trusts").set_index("org_code")
    keogh = panel["trust"].str.slice(0, 3).isin(about.index[about["keogh_11"].fillna(False)])
    return protocol.entry(name, panel=panel[keogh | panel["entry"].isna()]).overall


def sensitivity_for_readers(names: list[str]) -> pd.DataFrame:
    """Return `sensitivity` of several indicators as texts, one row a choice, with `keogh_alone` as the third."""
    columns = {}
    for name in names:
        about = regime.indicator(name)
        frame = sensitivity(name).set_index("choice")
        alone = keogh_alone(name)
        frame.loc[ONLY_KEOGH] = {part: getattr(alone, part) for part in frame.columns}
        unit = protocol.GLUE_UNITS[about["unit"]]
        columns[f"{about['title']}; {about['direction']}"] = frame.apply(
            lambda row, unit=unit: present.estimate(row["estimate"], row["lower"], row["upper"], unit), axis=1
        )
    table = pd.concat(columns, axis=1, sort=False)
    order = table.index.drop(ONLY_KEOGH).insert(2, ONLY_KEOGH)
    table = table.loc[order]
    return table.rename_axis("Choice").reset_index()


def equally_bad_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the movement of entrants and of equally bad trusts that never entered."""
    rows = []
    for name in names:
        about, found = regime.indicator(name), protocol.equally_bad(name)
        unit = protocol.GLUE_UNITS[about["unit"]]
        entered, placebo = found.entrants.overall, found.placebo.overall
        rows.append(
            {
                "Indicator": f"{about['title']}; {about['direction']}",
                "Entered": present.estimate(entered.estimate, entered.lower, entered.upper, unit),
                "Equally bad, never entered": present.estimate(
                    placebo.estimate, placebo.lower, placebo.upper, unit
                ),
                "Difference": present.estimate(found.difference, found.lower, found.upper, unit),
                "Trusts that entered": present.number(entered.n_trusts),
            }
        )
    return pd.DataFrame(rows)


def expected_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the change observed after entry beside what regression to the mean alone would give."""
    rows = []
    for name in names:
        about = regime.indicator(name)
        grain, unit = about["analysis_grain"], protocol.GLUE_UNITS[about["unit"]]
        follow = len(protocol.HORIZONS[grain])
        found = expected_regression(
            regime.panel(name), baseline=protocol.YEAR_BEFORE[grain], follow_up=follow
        )
        rows.append(
            {
                "Indicator": f"{about['title']}; {about['direction']}",
                "Distance before entry": present.number(found.baseline, unit),
                "Change observed": present.number(found.observed, unit),
                "Expected from chance": present.number(found.expected, unit),
                "Beyond it": present.estimate(found.net, found.net_lower, found.net_upper, unit),
                "Trusts": present.number(len(found.frame)),
            }
        )
    return pd.DataFrame(rows)


def matched_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the change against comparators alike in level and trend, and against all."""
    rows = []
    for name in names:
        about = regime.indicator(name)
        grain, unit = about["analysis_grain"], protocol.GLUE_UNITS[about["unit"]]
        # level and trend need two periods before entry; a year of quarters, or two years
        baseline = max(2, protocol.YEAR_BEFORE[grain])
        found = matched_comparators(
            regime.panel(name), baseline=baseline, follow_up=len(protocol.HORIZONS[grain])
        )
        table = found.effects.set_index("comparators")
        row = {"Indicator": f"{about['title']}; {about['direction']}"}
        for label in ("matched", "unmatched"):
            one = table.loc[label]
            row[f"Against {label} trusts"] = present.estimate(
                one["estimate"], one["lower"], one["upper"], unit
            )
        rows.append(row | {"Trusts that entered": present.number(table.loc["matched", "n_trusts"])})
    return pd.DataFrame(rows)


def bounds(name: str) -> HonestBounds:
    """Bound the average effect when trends may part after entry as they did before (relative magnitudes)."""
    about = regime.indicator(name)
    horizons = protocol.HORIZONS[about["analysis_grain"]]
    leads = 2 * protocol.YEAR_BEFORE[about["analysis_grain"]]
    study = effects.event_study(
        regime.panel(name),
        control="not_yet",
        group="type",
        base="universal",
        horizons=range(-leads, len(horizons)),
    )
    return honest_bounds(study.frame, covariance=study.tables["covariance"])


def bounds_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the bounds at the same and half the size of the differences in trend before entry."""
    rows = []
    for name in names:
        about, found = regime.indicator(name), bounds(name)
        unit = protocol.GLUE_UNITS[about["unit"]]
        frame = found.frame.set_index("mbar")
        row = {
            "Indicator": f"{about['title']}; {about['direction']}",
            "Trends stay parallel": present.number(found.estimate, unit),
        }
        for mbar, words in ((0.5, "Half as large"), (1.0, "As large")):
            one = frame.loc[mbar]
            row[words] = present.interval(one["lower"], one["upper"], unit)
            row[f"{words}, with sampling error"] = present.interval(
                one["interval_lower"], one["interval_upper"], unit
            )
        rows.append(row | {"Breaks down at": present.number(found.breakdown, "score")})
    return pd.DataFrame(rows)


def left_out(name: str) -> LeaveOneOut:
    """Estimate the association with entry without each trust that entered, in turn."""
    last = max(protocol.HORIZONS[regime.indicator(name)["analysis_grain"]])
    return leave_one_out(regime.panel(name), last_horizon=last)


def left_out_for_readers(names: list[str]) -> pd.DataFrame:
    """Return, as texts, the range of estimates when one trust is left out at a time."""
    trusts = data.load("regime_trusts").set_index("org_code")["short_name"]
    rows = []
    for name in names:
        about, found = regime.indicator(name), left_out(name)
        unit = protocol.GLUE_UNITS[about["unit"]]
        ends = found.frame.dropna(subset="estimate")["left_out"].str.slice(0, 3).map(trusts)
        rows.append(
            {
                "Indicator": f"{about['title']}; {about['direction']}",
                "All": present.number(found.overall, unit),
                "Lowest": f"{present.number(found.lowest, unit)} without {ends.iloc[0]}",
                "Highest": f"{present.number(found.highest, unit)} without {ends.iloc[-1]}",
            }
        )
    return pd.DataFrame(rows)


def curve(name: str) -> SpecificationCurve:
    """Estimate the association with entry under every combination of sample, estimator, baseline and window."""
    about = regime.indicator(name)
    grain = about["analysis_grain"]
    main = protocol.settings(name)
    common = {key: main[key] for key in ("group", "measure", "better", "label")}
    panels, year = samples(name), protocol.YEAR_BEFORE[grain]

    def estimate(sample: str, method: str, window: str) -> effects.Effects:
        asked: dict[str, Any] = {**common, "horizons": WINDOWS[grain][window]}
        if method.startswith("imputation"):
            omit = year if method.endswith("left out") else 0
            return effects.imputation(panels[sample], **asked, leave_out=True, omit_before=omit)
        control = "never" if method.endswith("never") else "not_yet"
        return effects.event_study(panels[sample], control=control, **asked)

    methods = ["imputation", "imputation, year before left out", "group-time, not yet", "group-time, never"]
    choices = {"sample": list(panels), "method": methods, "window": list(WINDOWS[grain])}
    return specification_curve(estimate, choices, measure=main["measure"], n_jobs=1)


def curve_sentence(name: str, found: SpecificationCurve) -> str:
    """Say how many choices were run, their range, and how many point to better or worse clear of zero."""
    about = regime.indicator(name)
    unit, rows = protocol.GLUE_UNITS[about["unit"]], found.estimated
    read = [
        protocol.reading(pd.Series({**row, "direction": about["direction"]}))
        for row in rows.to_dict("records")
    ]
    return (
        f"{about['title']}: {len(rows)} combinations of choices give differences from "
        f"{present.interval(rows['estimate'].min(), rows['estimate'].max(), unit)}; {read.count('better')} are better "
        f"clear of zero, {read.count('worse')} worse, {read.count('no clear difference')} neither; {about['direction']}."
    )


def curve_title(name: str, found: SpecificationCurve) -> str:
    """Return the finding of a specification curve as a title."""
    rows = found.estimated
    clear = ((rows["lower"] > 0) | (rows["upper"] < 0)).sum()
    return f"{regime.indicator(name)['title']}: {clear} of {len(rows)} choices leave out zero"
