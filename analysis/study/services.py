"""Trusts that no comparison can hold, ambulance services and mental health trusts, against the others of their type."""

from functools import lru_cache

import pandas as pd

from analysis import data
from analysis.methods.spc.funnel import FunnelError, funnel
from analysis.study import published, regime
from analysis.study.indicators import indicator

AMBULANCE = ("pulse_on_arrival", "arrest_survival", "stemi_care", "stroke_care", "category_1_response")
MENTAL_HEALTH = ("mental_illness_bed_occupancy", "managers_share", "net_position")
FEWEST = 5  # others with a figure, else nothing is compared
GRAIN = {"stemi_care": "Y", "stroke_care": "Y", "managers_share": "Y", "net_position": "Y"}
COLUMNS = ["period", "value", "others", "lower", "upper", "count", "state"]
ABOVE, BELOW, WITHIN = "above", "below", "within"


def of_type(kind: str) -> list[str]:
    """Return the trusts of a type that were in the regime, by date of first entry."""
    about = data.load("regime_trusts").set_index("org_code")["type"]
    order = regime.spells().drop_duplicates("trust")["trust"]
    return [code for code in order if about.get(code) == kind]


CONTROL, RANGE = "control", "range"


@lru_cache(maxsize=64)
def against(code: str, name: str, limits: str = CONTROL, *, main: bool = True) -> pd.DataFrame:
    """Return a trust's figures beside those of the others of its type, one row a quarter or year (COLUMNS).

    value: of the trust. others: all others together. lower, upper: 99.8% control limits for a trust of its size in
    that period, which allow for the usual spread between the others; for a figure without counts, and where `limits`
    is RANGE, the lowest and the highest of the others. count: others with a figure. state: ABOVE, BELOW or WITHIN the
    limits. Periods in which the trust or all but a few others have none are left out. main: to the end of the regime,
    COVID-19 included, else to the last figure: all are compared at the same time.
    """
    about = indicator(name)
    kinds = data.load("organisations").set_index("org_code")["type"]
    cells = published.figures(about).drop(columns="note").dropna(subset=["numerator", "denominator"])
    cells = cells[cells["code"].map(kinds) == kinds[code]]
    freq = GRAIN.get(name, "Q")
    cells["period"] = pd.PeriodIndex(cells["period"]).asfreq(freq)
    if main:
        cells = cells[cells["period"] <= pd.Period(regime.REGIME_END, freq="M").asfreq(freq)]
    needed = 3 if (about.grain, freq) == ("month", "Q") else 1
    summed = cells.groupby(["period", "code"])[["numerator", "denominator"]].sum(min_count=needed).dropna()
    rows = []
    for period, part in summed[summed["denominator"] > 0].groupby(level="period"):
        part = part.droplevel("period")
        if code in part.index and len(part) > FEWEST:
            rows.append(
                [
                    period,
                    *_placed(part, code, about.scale, control=limits == CONTROL and about.unit == "percent"),
                ]
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def _placed(part: pd.DataFrame, code: str, scale: float, *, control: bool) -> list:
    """Return value, others, limits, count of others and state of one period."""
    others = part.drop(code)
    value = scale * part.loc[code, "numerator"] / part.loc[code, "denominator"]
    centre = scale * others["numerator"].sum() / others["denominator"].sum()
    each = scale * others["numerator"] / others["denominator"]
    low, high = each.min(), each.max()
    if control and (others["numerator"] >= 0).all():
        try:
            found = funnel(others.rename_axis("trust").reset_index(), method="proportion", multiplier=scale)
            curve = found.curve(part.loc[[code], "denominator"].to_numpy()).iloc[0]
            low, high = curve["od_ll998"], curve["od_ul998"]
        except FunnelError:
            pass
    state = ABOVE if value > high else BELOW if value < low else WITHIN
    return [value, centre, low, high, len(others), state]


def counted(code: str, name: str) -> pd.DataFrame:
    """Return how often a trust stood on the good and on the bad side of the others' limits, by stretch of the regime.

    Index "before", "during", "after" (the stretches that have a period): `periods`, `better`, `worse`, `value` (mean),
    `others` (mean). A period belongs to the stretch in which it ends. Without a better direction `better` is above.
    """
    found = against(code, name)
    if found.empty:
        return pd.DataFrame(columns=["periods", "better", "worse", "value", "others"])
    good, bad = (BELOW, ABOVE) if indicator(name).better == "lower" else (ABOVE, BELOW)
    stretch = phases(code, pd.PeriodIndex(found["period"]))
    grouped = found.assign(better=found["state"] == good, worse=found["state"] == bad, periods=1).groupby(
        stretch.to_numpy()
    )
    out = grouped.agg({"periods": "sum", "better": "sum", "worse": "sum", "value": "mean", "others": "mean"})
    return out.reindex([one for one in ("before", "during", "after") if one in out.index])


def phases(code: str, periods: pd.PeriodIndex) -> pd.Series:
    """Return "before", "during" or "after" for each period, by its last day; a return counts as during."""
    spells = regime.spells()
    mine = spells[spells["trust"] == code]
    ends = periods.end_time
    out = pd.Series("before", index=range(len(periods)))
    for spell in mine.itertuples():
        out[ends >= spell.entered] = "during"
        out[ends >= spell.last_day] = "after"
    return out
