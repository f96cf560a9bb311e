"""How each trust moved: control charts cut at regime dates, SHMI funnels, and single-trust time series.

Charts describe. A trust entered after bad figures, so a chart that turns up after entry is what chance alone
would also draw (regression to the mean). Methods: `analysis.methods.spc.spc`, `analysis.methods.spc.funnel`, `analysis.methods.its.its`.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.its import its
from analysis.methods.spc import signals, spc
from analysis.methods.spc.funnel import Funnel, funnel
from analysis.methods.spc.signals import MIN_POINTS
from analysis.present import words
from analysis.study import regime

SHORT = "too short for limits"
MONTHLY = "four_hour_waits"
DRAWS = 300  # simulated series for each length of phase
PARTS = ("estimate", "lower", "upper")
TERMS = ("level_entry", "slope_entry", "level_exit", "slope_exit")


class TrajectoryError(ValueError):
    """A panel or release that cannot be charted; says what was found and what is allowed."""


@dataclass(frozen=True, slots=True)
class Charts:
    """XmR charts of all trusts that entered, one segment a phase.

    frame: one row a trust and period; `trust`, `period`, `phase`, `value` (trust less the median of the
        comparators), `centre`, `lower`, `upper`, `signal`, `direction`, `provisional` as in
        `analysis.methods.spc.spc.XmR`; limits are missing where a phase is too short for them.
    comparators: codes of the trusts whose median was taken. unit: of the values. improvement: "up", "down",
        None.
    """

    frame: pd.DataFrame
    comparators: tuple[str, ...]
    unit: str
    improvement: spc.Improvement

    def sentence(self) -> str:
        """How many points were charted and flagged, and against whom."""
        seen = self.frame[self.frame["value"].notna()]
        charted = seen[seen["centre"].notna()]
        better = charted["direction"] == self.improvement
        flagged = int(charted["signal"].notna().sum())
        found = f"{words.plural(flagged, 'point is a signal', 'points are signals')}"
        if self.improvement:
            found += f", {int(better.sum())} in the better direction and {flagged - int(better.sum())} in the worse"
        return (
            f"{charted['trust'].nunique()} trusts that entered, {words.number(len(charted))} points, less the "
            f"median of {len(self.comparators)} trusts that never entered ({self.unit}, {spc.BETTER[self.improvement]}), "
            f"with limits set anew at entry and exit only: {found}."
        )


def comparators(panel: pd.DataFrame) -> list[str]:
    """Return the trusts that never entered and have a value in every period of `panel`.

    A fixed set: a median over whoever published would jump when trusts join or leave.
    Raises TrajectoryError when there is none.
    """
    never = panel[(panel["phase"] == "never") & panel["value"].notna()]
    counts = never.groupby("trust")["t"].nunique()
    found = sorted(counts.index[counts == panel["t"].nunique()])
    if not found:
        raise TrajectoryError(
            "no trust that never entered has a value in every period: none to compare with."
        )
    return found


def difference(panel: pd.DataFrame) -> pd.DataFrame:
    """Return `panel` with `value` less the median of the `comparators` in the same period, and `median`.

    panel: as `analysis.study.regime.panel` returns it. What is common to all trusts, season and national trend,
    is taken out; what is special to a trust's own season is not.
    """
    chosen = panel[panel["trust"].isin(comparators(panel))]
    median = panel["t"].map(chosen.groupby("t")["value"].median())
    return panel.assign(value=panel["value"] - median, median=median)


def chart(
    one: pd.DataFrame, *, unit: str, improvement: spc.Improvement, before: bool = False
) -> spc.XmR | None:
    """Chart one trust with a new segment at each change of phase; None when no phase is long enough.

    one: rows of one trust with `period`, `phase`, `value`. A phase with fewer than 3 values, or 2 moving
    ranges between neighbours, has no limits and is left out of the chart. before: the limits of the time
    before entry for all that follows, in place of new ones; None when that phase is too short.
    Raises TrajectoryError for more than one trust, SPCError as `analysis.methods.spc.spc.xmr`.
    """
    if one["trust"].nunique() != 1:
        raise TrajectoryError(f"rows of {one['trust'].nunique()} trusts. Allowed: one trust.")
    one = one.sort_values("period", kind="stable")
    kept = [phase for phase, rows in one.groupby("phase", sort=False) if _long_enough(rows["value"])]
    if before:
        known = one.loc[one["phase"] == "before", "period"]
        if "before" not in kept:
            return None
        fixed = (known.iloc[0], known.iloc[-1])
        return spc.xmr(one.set_index("period")["value"], unit=unit, improvement=improvement, baseline=fixed)
    if not kept:
        return None
    one = one[one["phase"].isin(kept)]
    starts = one.drop_duplicates("phase")["period"].tolist()
    return spc.xmr(one.set_index("period")["value"], unit=unit, improvement=improvement, rebase=starts[1:])


def _long_enough(values: pd.Series) -> bool:
    ranges = values.diff().notna().sum()
    return bool(values.notna().sum() >= MIN_POINTS and ranges >= MIN_POINTS - 1)


def charts(
    panel: pd.DataFrame, *, unit: str, improvement: spc.Improvement, alone: bool = False, before: bool = False
) -> Charts:
    """Chart every trust that entered against the median of the comparators; see `chart`.

    alone: the trust's own figures, with nothing taken out. before: limits from before entry only.
    """
    entered = panel if alone else difference(panel)
    entered = entered[entered["phase"] != "never"]
    if entered.empty:
        raise TrajectoryError("no trust that entered has a figure of this measure.")
    parts = []
    for _, rows in entered.groupby("trust"):
        rows = rows.set_index("period").sort_index()[["trust", "phase", "value"]]
        found = chart(rows.reset_index(), unit=unit, improvement=improvement, before=before)
        columns = ["centre", "lower", "upper", "signal", "direction", "provisional"]
        limits = pd.DataFrame(columns=columns) if found is None else found.frame[columns]
        if found is not None and not before:
            kept = rows.loc[rows.index.isin(limits.index)].groupby("phase")["value"].count()
            limits = limits[rows["phase"].reindex(limits.index).isin(kept.index[kept >= MIN_POINTS])]
        parts.append(rows.join(limits).reset_index())
    frame = pd.concat(parts, ignore_index=True)
    return Charts(frame, () if alone else tuple(comparators(panel)), unit, improvement)


def icons(found: Charts) -> pd.DataFrame:
    """Return one row a trust and phase: `points`, `centre`, `signals`, `variation`, `provisional`.

    variation: the icon of the last point of the phase, judged within the phase; SHORT without limits.
    """
    rows = []
    for (trust, phase), part in found.frame.groupby(["trust", "phase"], sort=False):
        seen = part[part["value"].notna()]
        if seen.empty:
            continue
        last, short = seen.iloc[-1], seen["centre"].isna().all()
        variation = "common cause"
        if short:
            variation = SHORT
        elif pd.notna(last["signal"]):
            good = last["direction"] == found.improvement
            variation = "neither" if found.improvement is None else "improvement" if good else "concern"
        rows.append(
            {
                "trust": trust,
                "phase": phase,
                "points": len(seen),
                "centre": last["centre"],
                "signals": int(seen["signal"].notna().sum()),
                "variation": variation,
                "provisional": bool(len(seen) < spc.TRIAL_POINTS),
            }
        )
    return pd.DataFrame(rows)


def memory(panel: pd.DataFrame) -> float:
    """Return the correlation between neighbouring periods of the comparators' differences, pooled.

    Each trust's own mean is taken out first.
    """
    frame = difference(panel)
    frame = frame[frame["trust"].isin(comparators(panel))].sort_values(["trust", "t"])
    own = frame["value"] - frame.groupby("trust")["value"].transform("mean")
    before = own.groupby(frame["trust"]).shift()
    both = before.notna()
    return float((own[both] * before[both]).sum() / (own[both] ** 2).sum())


def false_signals(phases: pd.DataFrame, *, rng: np.random.Generator, autocorrelation: float = 0.0) -> float:
    """Return the number of points that the rules would flag in these phases if nothing had changed.

    phases: as `icons` returns it; each phase with limits counts as one series of its own length.
    """
    lengths = phases.loc[phases["variation"] != SHORT, "points"].value_counts().sort_index()
    return sum(
        signals.expected_false_signals(
            int(points), n_series=int(series), rng=rng, autocorrelation=autocorrelation, draws=DRAWS
        ).expected
        for points, series in lengths.items()
    )


def example_trust(panel: pd.DataFrame) -> str:
    """Return the trust with the longest first spell among those with a value in every period of `panel`.

    Only trusts with enough points for limits before, during and after count; of equals the first by code.
    A rule that does not look at the shape of the chart. Raises TrajectoryError when no trust fits.
    """
    full = panel.groupby("trust")["value"].count() == panel["t"].nunique()
    sizes = panel.groupby(["trust", "phase"])["value"].count().unstack(fill_value=0)
    sizes = sizes.reindex(columns=["before", "during", "after"], fill_value=0)
    fits = sizes[full & (sizes >= MIN_POINTS).all(axis=1)].index
    spells = regime.spells()
    first = spells[(spells["spell"] == 1) & spells["trust"].isin(fits)].sort_values("trust", kind="stable")
    if first.empty:
        raise TrajectoryError("no trust has a value in every period and limits before, during and after.")
    return str(first.loc[first["months"].idxmax(), "trust"])


def shmi_funnel(release: str) -> tuple[Funnel, pd.DataFrame]:
    """Return the funnel of a quarterly SHMI release by the SHMI method, and our banding beside the published.

    release: month of the release, 'YYYY-MM'. The frame has one row a trust: `trust`, `ratio`, `expected`,
    `ours` and `published` (banding by the overdispersed 95% limits), `entered` (date of first entry).
    Raises TrajectoryError for a release that is not at hand.
    """
    frame = data.load("shmi_quarterly")
    rows = frame[frame["release"] == pd.Period(release, "M")].rename(columns={"org_code": "trust"})
    if rows.empty:
        raise TrajectoryError(
            f"release {release} is not at hand. Allowed: {sorted(set(map(str, frame['release'])))}."
        )
    found = funnel(rows, method="shmi", unit="trust", numerator="observed", denominator="expected")
    units = found.frame
    higher = units["od_out95"] & (units["ratio"] > found.target)
    lower = units["od_out95"] & (units["ratio"] < found.target)
    ours = np.select([higher, lower], ["higher than expected", "lower than expected"], "as expected")
    banded = pd.DataFrame(
        {
            "trust": units.index,
            "ratio": units["ratio"].to_numpy(),
            "expected": units["denominator"].to_numpy(),
            "ours": ours,
            "published": rows.set_index("trust")["banding"].loc[units.index].to_numpy(),
        }
    )
    entered = regime.spells().groupby("trust")["entered"].min()
    return found, banded.assign(entered=banded["trust"].map(entered))


def monthly_waits() -> pd.DataFrame:
    """Return four-hour waits by month for the trusts and quarters of the panel: `trust`, `period`, `value`, `phase`.

    value: percent of attendances that ended within four hours. Months of quarters that the panel leaves out
    (a merger, an unfinished spell at the end of the regime) are left out too.
    """
    panel = regime.panel(MONTHLY)[["trust", "period", "phase"]].rename(columns={"period": "quarter"})
    panel["org_code"] = panel["trust"].str.split("@").str[0]
    months = data.load("ae_monthly").rename(columns={"month": "period"})
    months["quarter"] = months["period"].dt.asfreq("Q")
    months["value"] = 100 * (1 - months["over_4h"] / months["attendances"].where(months["attendances"] > 0))
    out = panel.merge(months[["org_code", "quarter", "period", "value"]], on=["org_code", "quarter"])
    out["value"], out["t"] = out["value"].astype("float64"), out["period"].map(lambda month: month.ordinal)
    return out.sort_values(["trust", "t"], ignore_index=True)[["trust", "period", "t", "value", "phase"]]


def single_trusts(monthly: pd.DataFrame, *, unit: str = "percentage points") -> pd.DataFrame:
    """Fit level and slope at entry and exit to each trust that entered, less the median of the comparators.

    monthly: as `monthly_waits` returns it. First spells only: the series ends before the month of a second one. A month of
    entry counts as in, a month of exit as out. Returns one row a trust: `trust`, `before`, `during`, `after`
    (months with a value), `estimable`, `reason`, `phi`, and for each term of TERMS `<term>`, `<term>_lower`,
    `<term>_upper` by GLS-AR(1), the same with `_nw` by Newey-West. A trust that had not left has no exit.
    """
    compared = monthly[monthly["trust"].isin(comparators(monthly))].groupby("period")["value"].median()
    spells = regime.spells()
    first = spells.drop_duplicates("trust").set_index("trust")
    again = spells[spells["spell"] == 2].set_index("trust")["entered"].dt.to_period("M")
    rows = []
    for trust, part in monthly[monthly["phase"] != "never"].groupby("trust"):
        code = str(trust).split("@")[0]
        spell = first.loc[code]
        # by month, as the phase is that of the quarter, which begins before the month of entry
        part = part[part["period"] < again[code]] if code in again else part
        start, stop = pd.Period(spell["entered"], "M"), pd.Period(spell["last_day"], "M")
        left = spell["ended_by"] == "exit" and stop <= part["period"].max()
        series = part.set_index("period")["value"].sort_index()
        found = its.segmented(
            series, entry=start, exit=stop if left else None, comparator=compared, unit=unit
        )
        rows.append({"trust": trust, **_fitted(found)})
    return pd.DataFrame(rows)


def _fitted(found: its.Segmented) -> dict[str, object]:
    sizes = {"before entry": "before", "after entry": "during", "after exit": "after"}
    row: dict[str, object] = {name: found.segments.get(key, 0) for key, name in sizes.items()}
    row |= {"estimable": found.estimable, "reason": found.reason}
    row["phi"] = found.fits["gls"].phi if found.estimable else float("nan")
    for term in TERMS:
        for fit, ending in (("gls", ""), ("newey_west", "_nw")):
            there = found.estimable and term in found.fits[fit].coefficients.index
            for part in PARTS:
                value = found.fits[fit].coefficients.loc[term, part] if there else float("nan")
                row[f"{term}{ending}" if part == "estimate" else f"{term}{ending}_{part}"] = value
    return row


def shmi_releases() -> pd.DataFrame:
    """Return SHMI by quarterly release of the trusts that entered on the regime's first day, and of the others.

    Columns: `release`, `low`, `high` (10th and 90th percentile of trusts that never entered), `mean` (of those
    that entered first), then one column for each of these, by code. No limits: the releases overlap.
    """
    frame = data.load("shmi_quarterly")
    spells = regime.spells()
    first = spells.loc[spells["entered"] == regime.REGIME_START, "trust"]
    wide = frame[frame["org_code"].isin(first)].pivot(index="release", columns="org_code", values="shmi")
    others = frame[~frame["org_code"].isin(spells["trust"])].groupby("release")["shmi"]
    summary = pd.DataFrame(
        {"low": others.quantile(0.1), "high": others.quantile(0.9), "mean": wide.mean(axis=1)}
    )
    return summary.join(wide).reset_index().rename_axis(columns=None)


def rolling_refusal() -> str:
    """Return what `spc.xmr` answers when asked for run rules on a rolling indicator such as SHMI."""
    shmi = shmi_releases().set_index("release")["mean"]
    try:
        spc.xmr(shmi, unit="ratio", improvement="down", rolling=True)
    except signals.SPCError as error:
        return str(error)
    raise TrajectoryError("a rolling indicator was charted. Allowed: a refusal.")
