"""An indicator's figures as its table holds them, before any rule of the study: numerator, denominator, period."""

import pandas as pd

from analysis import data
from analysis.study.indicators import Indicator

FREQUENCIES = {"month": "M", "quarter": "Q", "year": "Y", "winter": "Y", "financial year": "Y"}
FROM_TEXT = ("winter", "financial year")  # written '2018-19': the year in which it begins
MONTH_OF = {"31 March": 3, "30 September": 9}  # of a figure that is of one day


def figures(about: Indicator) -> pd.DataFrame:
    """Return `code`, `period` (at the grain of the table), `numerator`, `denominator`, `note` (a flag or missing).

    Both parts are missing when one is; without a denominator it is 1.
    Of a table by month that an indicator reads on one day a year, only that month is there.
    """
    raw = data.load(about.table)
    period = raw[about.period_field]
    if about.exposure in MONTH_OF and period.dtype == "period[M]":
        raw = raw[period.dt.month == MONTH_OF[about.exposure]]
        period = raw[about.period_field]
    numerator = raw[about.numerator or about.name].astype("float64")
    denominator = _denominator(raw, about).astype("float64") if about.denominator else numerator * 0 + 1
    return pd.DataFrame(
        {
            "code": raw["org_code"],
            "period": periods(period, about.grain),
            "numerator": numerator.where(denominator.notna()),
            "denominator": denominator.where(numerator.notna()),
            "note": raw.get("flag"),
        }
    )


def periods(found: pd.Series, grain: str) -> pd.PeriodIndex:
    """Return periods of a table as pandas has them; a winter or financial year by the year it starts in."""
    if grain in FROM_TEXT:
        codes, texts = pd.factorize(found)  # each text is read once; code -1 = blank
        years = pd.PeriodIndex(pd.Index(texts).str.slice(0, 4), freq="Y")
        return years.take(codes, allow_fill=True, fill_value=pd.NaT)
    return pd.PeriodIndex(found).asfreq(FREQUENCIES[grain])


def _denominator(raw: pd.DataFrame, about: Indicator) -> pd.Series:
    """Return the field that an indicator is divided by; of another table ('TABLE.FIELD') the beds, times days."""
    table, _, field = str(about.denominator).rpartition(".")
    if not table:
        return raw[field]
    beds = data.load(table).set_index(["org_code", "quarter_end"])[field]
    months = pd.PeriodIndex(raw[about.period_field])
    quarter = months.asfreq("Q").asfreq("M", how="end")
    held = beds.reindex(pd.MultiIndex.from_arrays([raw["org_code"], quarter])).to_numpy(dtype="float64")
    return pd.Series(held * months.days_in_month.to_numpy(), index=raw.index)
