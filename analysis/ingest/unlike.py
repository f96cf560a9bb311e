"""A new period against the one before, trust by trust: what no month or quarter does by itself is named, by kind."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from analysis.data import DataError, exact
from analysis.ingest import diff, later, openings

KINDS = {
    "equal": "figures equal to those of the period before",
    "scale": "a column, or one large trust's, several times as large or small",
    "shifted": "a column whose values stand at other trusts",
    "exchanged": "two columns, or two trusts, exchanged",
    "missing": "many trusts without a figure that they had before",
    "rounded": "a column rounded to tens or hundreds that was not",
    "rewritten": "most figures of a held period, or of a column without periods, are others",
    "trusts": "trusts gone, new, unknown or closed",
    "names": "a code beside the name of another trust",
    "closed": "another file of a closed collection than the recorded one",
}
FEW = 8  # trusts with both figures, else a column says nothing: there are ten or eleven ambulance services
QUARTER, FAR = 3, 24  # months: over the first, single trusts grow; over the last, they merge
FEWEST = 30  # trusts, else nothing is said of their order and of who is gone
LARGE = 100  # counts below this change by chance alone
EQUAL = 0.8  # share of trusts whose figure is the one of the period before
TIMES = 6.0  # times the period before, in the middle of all trusts, or at a trust of LARGE and more
# In the middle of all trusts no column is unlike below LEAST, nor below the most that was held to the power BEYOND.
LEAST, BEYOND = 1.8, 1.2
# Shares and ratios are at most SCORE; at a trust they do not grow to TWICE, nor to more than OFTEN times the middle
# step of all, but always may to LITTLE: the most that is held is 8 times that, and 1.18.
SCORE, TWICE, OFTEN, LITTLE = 2.0, 2.0, 12.0, 1.25
CROSSED = 1.4  # one share of a trust up so much, another down
BOTH = 1.25  # two counts so far apart, then the same
SHIFTED = 1.5  # times as near to a neighbour's figure before as to the own one; 1.1 at most in what is held
SHIFTED_FEW = 3.0  # the same among FEW to FEWEST trusts, whose middle is less sure
ANYHOW, SUDDEN = 0.8, 3.0  # distance as among figures put at trusts anyhow, and so many times that of before
CHANGED = 0.2  # share of trusts that are gone or new, or have no figure any more
REWRITTEN = 0.5  # share of the rows of a held period that a later file changes: corrections touch a few
NEARER = 0.5  # times as far from the other column as from the own one: two columns are exchanged
STILL = 0.015  # a column that moves less from period to period says nothing of who is who
APART, SAME = 0.7, 0.15  # a trust's figures doubled or halved, and those of another before within 15%


Frame: TypeAlias = pd.DataFrame


class Unlike(NamedTuple):
    """In what a release is unlike what is held: one of KINDS, and a sentence."""

    kind: str
    said: str


def faults(
    resource: Mapping[str, Any],
    content: bytes,
    periods: Collection[str],
    *,
    known: pd.DataFrame | None = None,
    summed: bool = False,
) -> list[Unlike]:
    """Return each thing in which one of `periods` is unlike the one before it.

    content: the bytes of the table with the new rows in it; a table without periods has none. known: `name`, `opened`
    and `closed` of trusts by code, texts. summed: the release prints its own totals, so no trust of it can be lost.
    """
    if resource.get("period") is None:
        return []
    frame, period = diff.texts(content), resource["period"]
    named = frame.groupby(period)[resource["schema"]["primaryKey"]].nunique().max()
    keys = [name for name in named.index[named > 1] if name != period]  # a release is its period's other name
    numeric = [each["name"] for each in resource["schema"]["fields"] if each["type"] in ("integer", "number")]
    if not keys:
        return []
    said: list[Unlike] = []
    figures = frame[numeric].apply(pd.to_numeric, errors="coerce").set_axis(diff.joined(frame[keys]))
    parts = {str(when): rows for when, rows in figures.groupby(frame[period].to_numpy())}
    ordered = sorted(parts)
    for now in (each for each in ordered if each in periods):
        near = _nearest(now, ordered, periods)
        if (
            not near or len(parts[near[0]]) < FEW
        ):  # days on which something came to pass, no round of all trusts
            continue
        old, new = parts[near[0]], parts[now]
        held = [parts[each] for each in ordered if each not in periods and each <= max(near[0], now)]
        steady = not summed and _apart(near[0], now) <= QUARTER
        trusts = known is not None and keys == ["org_code"] and not _by_day(resource)
        change = openings.in_change(known, now) if trusts else ()
        found = [*_between(old, new, parts[near[1]] if len(near) > 1 else None, held, steady, change)]
        if _apart(near[0], now) > FAR:
            found = [each for each in found if each.kind != "trusts"]  # years of mergers lie between
        elif trusts:
            first, last = sorted((near[0], now))
            gone, come = (set(parts[each].index) for each in (first, last))
            moved = openings.moved(gone, come, known, first, last, summed)
            found += [Unlike("trusts", told) for told in moved]
        said += [Unlike(kind, f"{now} beside {near[0]}: {text}") for kind, text in found]
    return said


def _nearest(now: str, ordered: Sequence[str], new: Collection[str]) -> list[str]:
    """Return the period that `now` is set beside, and the one beyond it where there is one.

    The one before it. Where that is years away, as when a gap of years is filled in part, the next one held of those
    that come after, if it is nearer.
    """
    before = [each for each in ordered if each < now][-2:][::-1]
    after = [each for each in ordered if each > now and each not in new][:2]
    if not before:
        return []
    back = _apart(before[0], now)
    return before if back <= FAR or not after or back <= _apart(now, after[0]) else after


def _apart(one: str, other: str) -> float:
    """Return how many months lie between two periods, written from the year on."""
    first, last = (12 * int(each[:4]) + int(each[5:7] or 1) for each in (one, other))
    return abs(last - first)


def rewritten(resource: Mapping[str, Any], old: bytes, new: bytes) -> list[Unlike]:
    """Return the periods held before of which most rows are others; of a table without periods, such columns."""
    keys, period = resource["schema"]["primaryKey"], resource.get("period")
    before, after = diff.texts(old), diff.texts(new)
    found = diff.rows(before, after, keys=keys, period=period)
    changed = found[found["kind"] == diff.CHANGED]
    if period is not None:
        held, others = before[period].value_counts(), changed["period"].value_counts()
        shares = {str(when): (int(count), int(held[when])) for when, count in others.items()}
    else:
        fields = diff.cells(before, after, changed, keys=keys)["field"].value_counts()
        shares = {str(name): (int(count), len(before)) for name, count in fields.items()}
    least = REWRITTEN if period is not None else CHANGED
    return [
        Unlike("rewritten", f"{what}: {count} of {rows} rows are others than those held")
        for what, (count, rows) in sorted(shares.items())
        if rows >= FEW and count > least * rows
    ]


def _by_day(resource: Mapping[str, Any]) -> bool:
    """Tell whether a table lists days on which something came to pass, so that no trust need come again."""
    fields = {each["name"]: each["type"] for each in resource["schema"]["fields"]}
    return fields[resource["period"]] not in ("yearmonth", "year")


def closed(
    pattern: str, whole: Sequence[Path], newer: Sequence[Path], sources: Sequence[Mapping[str, str]]
) -> list[Unlike]:
    """Return the files of a closed collection (names like `pattern`) that are not those recorded in `sources`.

    whole: the files that a table is rebuilt from, which must all be recorded; newer: later ones, which must be where
    their name is.
    """
    recorded = {each["title"]: each["hash"] for each in sources if re.fullmatch(pattern, each["title"])}
    anew = {file.name for file in newer} - set(recorded)
    read = [file for file in (*whole, *newer) if re.fullmatch(pattern, file.name) and file.name not in anew]
    listed = {each["title"]: each["hash"] for each in (later.listed(read) if recorded else [])}
    other = {name: digest for name, digest in listed.items() if digest not in recorded.values()}
    told = "{}: checksum {}, not the recorded one of this closed file"
    return [Unlike("closed", told.format(*each)) for each in other.items()]


def accepted(odd: Sequence[Unlike], kinds: Collection[str] | bool) -> list[str]:
    """Return what is unlike in words; raise DataError at what is of other kinds than `kinds` (True: all)."""
    kinds = KINDS if kinds is True else kinds or ()
    rest = [each for each in odd if each.kind not in kinds]
    if rest:
        flags = " ".join(sorted({each.kind for each in rest}))
        allowed = f"what was before; `--accept-unlike {flags}` if the publisher's figures are so"
        more = f" (and {len(rest) - 3} more)" if len(rest) > 3 else ""
        said = "; ".join(each.said for each in rest[:3]) + more
        raise DataError(rest[0].said.partition(":")[0], found=said, allowed=allowed)
    return [f"{each.kind}: {each.said}" for each in odd]


def _between(
    old: Frame, new: Frame, earlier: Frame | None, held: list[Frame], steady: bool, change: Collection[str]
) -> Iterator[Unlike]:
    both = old.index.intersection(new.index)
    for count, what in ((len(old) - len(both), "gone"), (len(new) - len(both), "new")):
        if len(old) >= FEWEST and count > CHANGED * len(old):
            yield Unlike("trusts", f"{count} of {len(old)} trusts are {what}")
    if not (new > 0).any(axis=None) and (old > 0).any(axis=None):
        yield Unlike("missing", "there is no figure at all")
    was, now = old.loc[both], new.loc[both]
    stay = was.loc[both.difference(change, sort=False)]
    spread: dict[str, float] = {}
    for name in new:
        least = LARGE if was[name].max() >= LARGE else 1e-9  # shares and scores are all small
        had = was[name].to_numpy() >= least
        lost, of = int((had & ~(now[name].to_numpy() > 0)).sum()), int(had.sum())
        if 2 * of >= max(len(both), 2 * FEW) and CHANGED * of < lost < of:  # all: not collected
            told = f"{name} is blank or zero at {lost} of {of} trusts that had a figure"
            yield Unlike("missing", told)
        a, b = _pair(was[name], now[name])
        if len(a) < FEW:
            continue
        if (share := float((a == b).mean())) >= EQUAL:
            yield Unlike("equal", f"{name} is the same at {share:.0%} of trusts")
        steps = np.log(b / a)
        spread[name] = _median(a, b)
        middle = float(steps.median())
        if abs(middle) > np.log(LEAST) and abs(middle) > _most(held, name):
            told = f"{name} is {exact(np.exp(middle), 2)} times as large in the middle of trusts"
            yield Unlike("scale", told)
        elif _misplaced(a, b, None if earlier is None else _pair(earlier[name], old[name])):
            told = f"{name} is nearer to other trusts' figures before, as if rows were shifted"
            yield Unlike("shifted", told)
        yield from _alone(name, stay[name], now[name].reindex(stay.index), steps - middle, steady)
    a, b = ({name: frame[name].to_numpy() for name in spread} for frame in (was, now))
    for one, other in combinations([name for name in spread if spread[name] > 0.1], 2):
        crossed = ((a[one], b[other], spread[other]), (a[other], b[one], spread[one]))
        if all(_far(before, after) < NEARER * own for before, after, own in crossed):
            yield Unlike("exchanged", f"{one} and {other} seem exchanged")
    yield from _taken_twice(new.index.difference(old.index), new)
    large = [name for name in spread if (was[name] >= LARGE).any()]
    yield from _swapped(was[large], now[large])
    yield from _doubled(was[large], now[large]) if steady else ()
    shares = [name for name in spread if len(both) >= FEWEST and was[name].max() <= SCORE]
    yield from _aside(was[shares], now[shares])


def _taken_twice(codes: pd.Index, new: pd.DataFrame) -> Iterator[Unlike]:
    """Yield the new trusts, of `codes`, whose figures are those of another one."""
    for code in codes[codes.isin(new.index[new.duplicated(keep=False)])]:
        alike = new.index[((new == new.loc[code]) | (new.isna() & new.loc[code].isna())).all(axis=1)]
        figures = new.loc[code].dropna()
        if len(alike) > 1 and ((figures >= LARGE) | (100 * figures % 1 > 1e-6)).any():
            yield Unlike("equal", f"{code}, which is new, has the figures of {alike[alike != code][0]}")


def _aside(was: pd.DataFrame, now: pd.DataFrame) -> Iterator[Unlike]:
    """Yield single trusts whose shares seem to stand under other headings, as after a cell that was put in."""
    steps = np.log((now / was.where(was > 0)).where(now > 0))
    steps, far = steps - steps.median(), np.log(CROSSED)
    for code in steps.index[(steps > far).any(axis=1) & (steps < -far).any(axis=1)]:
        up, down = steps.loc[code].idxmax(), steps.loc[code].idxmin()
        yield Unlike("shifted", f"{up} of {code} is far up and {down} far down, as if a place aside")


def _doubled(was: pd.DataFrame, now: pd.DataFrame) -> Iterator[Unlike]:
    """Yield single trusts of which two counts, far from one another before, are the same."""
    a, b = ({name: frame[name].to_numpy() for name in was} for frame in (was, now))
    for one, other in combinations(was, 2):
        apart = np.fmax(a[one], a[other]) > BOTH * np.fmin(a[one], a[other])
        for code in was.index[apart & (b[one] == b[other]) & (b[one] >= LARGE)]:
            yield Unlike("shifted", f"{one} and {other} of {code} are both {exact(now.at[code, one])}")


def _alone(name: str, was: pd.Series, now: pd.Series, steps: pd.Series, steady: bool) -> Iterator[Unlike]:
    """Yield single trusts whose figure has another size, or is 0, while the others stay, and a column that was rounded.

    steps: logs of the figures now to those before, less the middle. steady: from quarter to quarter or nearer, and no total would show it.
    """
    steps = steps[steps.index.isin(was.index)]
    score = len(steps) >= FEWEST and was.max() <= SCORE
    looked = (was.loc[steps.index] >= LARGE) & steady | score
    often = max(np.log(LITTLE), OFTEN * float(steps.abs().median()))
    far = steps[looked].abs() > (min(np.log(TWICE), often) if score else np.log(TIMES))
    for code in far.index[far]:
        yield Unlike("scale", f"{name} of {code} is {exact(now[code])}, was {exact(was[code])}")
    for code in was.index[(was >= LARGE) & (now == 0)] if steady else ():
        yield Unlike("missing", f"{name} of {code} is 0, was {exact(was[code])}")
    tens = [(each[each >= LARGE] % 10 == 0).mean() for each in (was, now) if (each >= LARGE).sum() >= FEWEST]
    if len(tens) == 2 and tens[0] < 0.5 <= tens[1]:
        yield Unlike("rounded", f"{name} ends in 0 at {tens[1]:.0%} of trusts")


def _most(held: list[pd.DataFrame], name: str) -> float:
    """Return the log of what a column may grow or shrink by in the middle: a little more than it ever did, TIMES at most."""
    steps = []
    for was, now in pairwise(held):
        a, b = _pair(was[name], now[name])
        if len(a) >= FEW:
            steps.append(abs(float(np.log(b / a).median())))
    return float(np.log(TIMES)) if len(steps) < 2 else min(float(np.log(TIMES)), BEYOND * max(steps))


def _pair(was: pd.Series, now: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Return the figures of trusts that have both and are not small counts."""
    if not was.index.equals(now.index):
        was, now = was.align(now, join="inner")
    a, b = was.to_numpy(), now.to_numpy()
    pair = (a > 0) & (b > 0) & ((a >= LARGE) | (a % 1 != 0))
    return was[pair], now[pair]


def _misplaced(a: pd.Series, b: pd.Series, before: tuple[pd.Series, pd.Series] | None) -> bool:
    """Tell whether the figures `b` stand one or two rows off `a`, or anyhow where they stood in order `before`."""
    old, new = a.to_numpy(), _level(a, b)
    own = _median(old, new)
    if own < STILL:
        return False
    rows = [_median(one[step:], two[:-step]) for one, two in ((old, new), (new, old)) for step in (1, 2)]
    if own > (SHIFTED if len(a) >= FEWEST else SHIFTED_FEW) * min(rows):
        return True
    if len(a) < FEWEST:
        return False
    anyhow = min(_median(old, np.roll(new, len(new) // part)) for part in (2, 3, 5))
    usual = _median(before[0], _level(*before)) if before and len(before[0]) >= FEWEST else own
    return own > ANYHOW * anyhow and own > SUDDEN * usual


def _level(was: pd.Series, now: pd.Series) -> np.ndarray:
    """Return `now` without what all trusts have in common since `was`: the season, the length of a month."""
    return now.to_numpy() / float(np.median(now.to_numpy() / was.to_numpy()))


def _median(was: pd.Series | np.ndarray, now: pd.Series | np.ndarray) -> float:
    """Return how far figures stand from one another, in the middle, place by place."""
    return float(np.median(np.abs(np.log(np.asarray(now) / np.asarray(was)))))


def _far(was: np.ndarray, now: np.ndarray) -> float:
    pair = (was > 0) & (now > 0)
    return _median(was[pair], now[pair]) if pair.sum() >= FEW else np.inf


def _swapped(was: pd.DataFrame, now: pd.DataFrame) -> Iterator[Unlike]:
    """Yield the pairs of trusts of which each has the figures, two of them or more, that the other had."""
    a, b = (np.log(frame.where(frame >= LARGE)) for frame in (was, now))
    b = b - (b - a).median()
    far = a.index[(b - a).abs().median(axis=1) > APART]
    if len(far) > CHANGED * len(was):  # more than a pair is amiss, and named above
        return
    for one, other in combinations(far, 2):
        crossed = [np.abs(b.loc[x].to_numpy() - a.loc[y].to_numpy()) for x, y in ((one, other), (other, one))]
        if all(np.isfinite(each).sum() >= 2 and np.nanmedian(each) < SAME for each in crossed):
            yield Unlike("exchanged", f"trusts {one} and {other} seem exchanged")
