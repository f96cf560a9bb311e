"""How long trusts stay in the regime, how their time there ends, and whether they come back."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.durations.survival import (
    DurationError,
    LogRank,
    aalen_johansen,
    check,
    check_labels,
    kaplan_meier,
    log_rank,
    median,
)

ENDS = ("exit", "acquired")  # ends of a spell that are events; the first is the one of interest
CENSORED = ("censored", "administrative end")  # still in when observation stopped
EVERYONE = "all"  # label of the single group when none is asked for
DAYS_IN_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True)
class TimeInRegime:
    """Time to the end of a spell, whatever the end, and by kind of end.

    survival: share still in; one row a `group` and distinct `time` (see `survival.kaplan_meier`).
    incidence: share gone by each `cause`, with the other causes as competing ends, beside `naive`, which
        takes them as censored and overstates; one row a `group`, `cause` and `time` (see
        `survival.aalen_johansen`).
    medians: one row a `group`: `n`, `ended` (by any cause), `censored`, `median`, `lower`, `upper` of the
        time to any end; NaN where the curve or its limit does not come down to one half.
    comparison: log-rank test of the groups on any end; None with one group or nothing to compare.
    ends: kinds of end, the first that of interest. unit: of time.
    """

    survival: pd.DataFrame
    incidence: pd.DataFrame
    medians: pd.DataFrame
    comparison: LogRank | None
    ends: tuple[str, ...]
    unit: str
    level: float

    def at(self, moment: float) -> pd.DataFrame:
        """Share gone by each cause `moment` after the start, the last value at or before it.

        Returns one row a group and cause: `incidence`, `lower`, `upper`, `naive`; NaN past the last duration
        of a group unless nobody was left, as nobody was observed so long; 0 before the first.
        """
        moment = arguments.number(moment, "moment", error=DurationError)
        rows = []
        for (group, cause), part in self.incidence.groupby(["group", "cause"], sort=False):
            part, alive = part[part["time"] <= moment], self.survival.query("group == @group")
            seen = moment <= alive["time"].max() or alive["survival"].iloc[-1] == 0
            row = part.iloc[-1] if len(part) else {"incidence": 0.0, "naive": 0.0}
            numbers = {name: row.get(name, np.nan) for name in ("incidence", "lower", "upper", "naive")}
            rows.append(
                {"group": group, "cause": cause} | (numbers if seen else dict.fromkeys(numbers, np.nan))
            )
        return pd.DataFrame(rows, columns=["group", "cause", "incidence", "lower", "upper", "naive"])


def time_in_regime(
    spells: pd.DataFrame,
    *,
    duration: str = "duration",
    event: str = "event",
    ends: Sequence[str | int] | None = None,
    censored: Sequence[str | int] | None = None,
    entry: str | None = None,
    group: str | None = None,
    unit: str = "months",
    level: float = 0.95,
) -> TimeInRegime:
    """Describe time to the end of each spell with Kaplan-Meier and Aalen-Johansen curves.

    spells: one row a spell. `duration` (in `unit`, 0 or more) up to its end or to the end of observation;
        `event` how it ended: words, or codes with 0 (or False) for censored. A spell that the end of the
        regime cut short is censored: it did not end by itself.
    ends: events that count, the one of interest first; None = ENDS for words, every code above 0 for codes.
    censored: what stands for censored; None = CENSORED for words, 0 for codes.
    entry: column of the time already spent when observation of the spell began (left truncation).
    group: column to compare by; None = all together. unit: of the durations.
    CQC's visits come in waves, so ends come in lumps: no rates by month are given.

    Raises DurationError for a column that is not there, a missing, negative or infinite duration, an end that
    is missing or neither in `ends` nor in `censored`, a missing group, and an entry not below its duration.
    Method: `analysis.methods.durations.survival`.
    """
    for name, heading in (("duration", duration), ("event", event)):
        arguments.heading(heading, name, error=DurationError)
    for name, given in (("ends", ends), ("censored", censored)):
        if given is not None:
            arguments.single(given, name, error=DurationError)
    wanted = [name for name in (duration, event, entry, group) if name is not None]
    arguments.columns(spells, wanted, error=DurationError, what="spells")
    names, codes = _causes(spells[event], ends, censored)
    labels = pd.Series(EVERYONE, index=spells.index) if group is None else spells[group]
    check_labels(labels, f"column {group!r}")
    times, codes, starts = check(
        _numbers(spells, duration), codes, None if entry is None else _numbers(spells, entry)
    )
    curves, incidences, medians = [], [], []
    for label in sorted(labels.unique()):
        mine = (labels == label).to_numpy()
        curve = kaplan_meier(times[mine], codes[mine] > 0, entry=starts[mine], level=level)
        share = aalen_johansen(
            times[mine], codes[mine], entry=starts[mine], causes=range(1, len(names) + 1), level=level
        )
        share["cause"] = share["cause"].map(dict(enumerate(names, 1)))
        ended = int((codes[mine] > 0).sum())
        medians.append((label, int(mine.sum()), ended, int(mine.sum()) - ended, *median(curve)))
        curves.append(curve.assign(group=label))
        incidences.append(share.assign(group=label))
    return TimeInRegime(
        _first(pd.concat(curves, ignore_index=True)),
        _first(pd.concat(incidences, ignore_index=True)),
        pd.DataFrame(medians, columns=["group", "n", "ended", "censored", "median", "lower", "upper"]),
        _compared(times, codes, labels, starts),
        tuple(names),
        unit,
        level,
    )


def returns(
    spells: pd.DataFrame,
    *,
    until: str | pd.Timestamp,
    lost: pd.Series | None = None,
    trust: str = "trust",
    entered: str = "entered",
    exited: str = "exited",
    ended_by: str = "ended_by",
    level: float = 0.95,
) -> TimeInRegime:
    """Describe time from a trust's first exit to its return, in months.

    spells: one row a spell; `trust`, `entered` and `exited` (dates; `exited` is read only where `ended_by` is
        "exit"), `ended_by` as in `regime.spells`. Trusts whose first spell did not end by exit are left out.
    until: last day of observation; a return after it is not counted. Trusts not back by then are censored.
    lost: date on which a trust stopped existing (merged or acquired) after its exit, by trust: a competing
        end, "dissolved", as it could no longer return. Dates after `until` or after a return do not count.

    Raises DurationError for a column that is not there, a first spell that ended by exit without a date, an
    exit after `until`, a return on or before the exit, and when no spell ended by exit.
    """
    arguments.columns(spells, (trust, entered, exited, ended_by), error=DurationError, what="spells")
    last = _day(until)
    for what, days in {entered: spells[entered], exited: spells[exited], "lost": lost}.items():
        if days is not None and not (isinstance(days, pd.Series) and days.dtype.kind == "M"):
            raise DurationError(
                f"{arguments.shown(what)} holds {getattr(days, 'dtype', type(days).__name__)} values. Allowed: dates, as "
                "pandas.to_datetime makes them."
            )
    if lost is not None and lost.index.has_duplicates:
        raise DurationError("lost names a trust twice. Allowed: one date a trust.")
    ordered = spells.sort_values(entered, kind="stable")
    first = ordered.drop_duplicates(trust)
    left = first[first[ended_by] == "exit"].set_index(trust)
    if left.empty:
        raise DurationError("no first spell ended by 'exit', so no trust can return.")
    table = pd.DataFrame({"left": left[exited]})
    table["back"] = ordered[ordered.duplicated(trust)].drop_duplicates(trust).set_index(trust)[entered]
    table["lost"] = pd.NaT if lost is None else lost
    bad = table["left"].isna() | (table["left"] > last) | (table["back"] <= table["left"])
    bad |= table["lost"] < table["left"]
    if bad.any():
        row = table[bad].iloc[0]
        raise DurationError(
            f"trust {table.index[bad][0]}: left {row['left']}, back {row['back']}, lost {row['lost']}. The "
            f"exit must have a date no later than {last:%Y-%m-%d}, and a return or loss must follow it."
        )
    dates = table[["back", "lost"]].where(table[["back", "lost"]] <= last)
    end = dates.min(axis=1).fillna(last)
    event = np.where(
        dates["back"] == end, "returned", np.where(dates["lost"] == end, "dissolved", "censored")
    )
    frame = pd.DataFrame({"duration": (end - table["left"]).dt.days / DAYS_IN_MONTH, "event": event})
    return time_in_regime(frame, ends=("returned", "dissolved"), level=level)


def _day(until: str | pd.Timestamp) -> pd.Timestamp:
    try:
        day = pd.Timestamp(until)
    except (ValueError, TypeError) as error:
        raise DurationError(
            f"until={arguments.shown(until)}. Allowed: a day, such as '2021-07-13'."
        ) from error
    if pd.isna(day):
        raise DurationError(f"until={arguments.shown(until)}. Allowed: a day, such as '2021-07-13'.")
    return day


def _numbers(spells: pd.DataFrame, column: str) -> np.ndarray:
    if not pd.api.types.is_numeric_dtype(spells[column]):
        raise DurationError(
            f"column {arguments.shown(column)} holds {spells[column].dtype} values. Allowed: numbers."
        )
    return spells[column].to_numpy(float, na_value=np.nan)


def _causes(
    event: pd.Series, ends: Sequence[str | int] | None, censored: Sequence[str | int] | None
) -> tuple[list[str], np.ndarray]:
    """Return the names of the ends and each row's number of its end (0 = censored)."""
    coded = pd.api.types.is_numeric_dtype(event) or pd.api.types.is_bool_dtype(event)
    if event.isna().any():
        raise DurationError(
            f"column {arguments.shown(event.name)} is missing in row {int(np.flatnonzero(event.isna())[0]) + 1}."
        )
    values = pd.Series(event.to_numpy(float) if coded else event.to_numpy(object))
    open_ended = (0,) if coded and censored is None else CENSORED if censored is None else tuple(censored)
    if ends is not None:
        kinds = list(ends)
    elif coded:
        kinds = sorted(values[(values > 0) & (values % 1 == 0)].astype(int).unique().tolist()) or [1]
    else:
        kinds = list(ENDS)
    both = set(kinds) & set(open_ended)
    known = values.isin([*kinds, *open_ended])
    if both or not known.all():
        found = (
            f"both an end and censored: {sorted(both, key=str)}"
            if both
            else arguments.shown(values[~known].tolist()[0])
        )
        where = "" if both else f" in row {int(np.flatnonzero(~known)[0]) + 1}"
        raise DurationError(f"end {found}{where}. Allowed: {kinds} as ends, {list(open_ended)} as censored.")
    codes = values.map({kind: number for number, kind in enumerate(kinds, 1)}).fillna(0)
    return [str(kind) for kind in kinds], codes.to_numpy(float)


def _compared(times: np.ndarray, codes: np.ndarray, labels: pd.Series, starts: np.ndarray) -> LogRank | None:
    """Return the log-rank test, or None where there is nothing to compare."""
    if labels.nunique() < 2:
        return None
    try:
        return log_rank(times, codes > 0, labels, entry=starts)
    except DurationError:
        return None


def _first(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[["group", *frame.columns.drop("group")]]
