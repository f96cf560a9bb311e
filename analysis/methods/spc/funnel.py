"""Funnel plots: how far units stand from a target, given their size and the spread between units.

Method: Spiegelhalter 2005, Statistics in Medicine 24:1185-202 (doi:10.1002/sim.1970), with the trimming and
overdispersion rules of the published SHMI method; conventions of FunnelPlotR 0.6.0 where sources differ.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from analysis.methods import arguments, curves

Method = Literal["shmi", "cqc", "proportion", "ratio"]
Limits = Literal["reference", "corrected"]
Array = np.ndarray

Z95 = 1.959964  # two-sided 95%, rounded as in the SHMI specification
Z998 = 3.090232  # two-sided 99.8%, rounded likewise
MIN_UNITS = 3  # a spread between fewer units cannot be estimated
CONTINUITY = 0.5  # added to both counts of a ratio before taking logs
SHMI_DECIMALS = 2  # expected deaths are published to two decimals


class FunnelError(ValueError):
    """The units cannot be put on one funnel; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Funnel:
    """Units against limits for chance alone and for chance plus overdispersion.

    frame: one row a unit in the order given, index the unit; columns `numerator`, `denominator`, `ratio`
        (times `multiplier`), `z`, `z_used` (after trimming; NaN where truncated), `ll95`, `ul95`, `ll998`,
        `ul998` (unadjusted limits), the same with `od_` (overdispersed), and the flags `out95`, `out998`,
        `od_out95`, `od_out998` (True when `ratio` lies outside the limits, not on them).
    target: centre line times `multiplier`: 1 for standardised ratios, else sum of numerators over sum of
        denominators.
    phi: mean squared `z_used` (dispersion ratio). tau2: variance between units on the transformed scale.
    n_used: units that entered `phi`. With `tau2` 0 the `od_` limits hold no spread between units.
    """

    frame: pd.DataFrame
    method: Method
    limits: Limits
    target: float
    phi: float
    tau2: float
    n_used: int
    multiplier: float
    unit: str

    def curve(self, denominator: Array) -> pd.DataFrame:
        """Limits at each size in `denominator` (1-d, above 0), for drawing; the eight columns of `frame`.

        Raises FunnelError for a size that is missing, infinite, zero or negative.
        """
        size = pd.to_numeric(np.ravel(denominator), errors="coerce").astype(float)
        if not (np.isfinite(size) & (size > 0)).all():
            raise FunnelError("sizes of a limits curve must be finite numbers above 0")
        return pd.DataFrame(_limits(size, self.method, self.limits, self.target, self.tau2, self.multiplier))

    def sentence(self) -> str:
        """How many units lie outside the 99.8% limits, allowing for overdispersion where there is some."""
        spread = self.tau2 > 0
        out = self.frame["od_out998" if spread else "out998"]
        above = int((out & (self.frame["ratio"] > self.target)).sum())
        kind = "99.8% limits that allow for overdispersion" if spread else "99.8% limits of chance alone"
        text = (
            f"Of {len(out)} {self.unit}s, {above} lie above and {int(out.sum()) - above} below the {kind} "
            f"(target {arguments.plain(self.target)}, dispersion ratio {arguments.plain(self.phi, 3)} from {self.n_used} {self.unit}s)"
        )
        text += (
            f"; {int(self.frame['out998'].sum())} lie outside the limits of chance alone." if spread else "."
        )
        if self.method == "cqc" and self.limits == "reference" and spread:
            text += (
                " The overdispersed limits are not squared back from the square-root scale: they are narrow."
            )
        if self.method == "ratio" and self.limits == "reference":
            text += " The limits take their standard error from the denominator alone: they are narrow."
        return text


def funnel(
    frame: pd.DataFrame,
    *,
    method: Method = "shmi",
    unit: str = "trust",
    numerator: str = "numerator",
    denominator: str = "denominator",
    trim_by: float = 0.1,
    multiplier: float = 1.0,
    limits: Limits = "reference",
) -> Funnel:
    """Compare units of one cross-section with a target, by size.

    frame: one row a unit; columns named by `unit` (key), `numerator` (count observed) and `denominator`
        (count expected for "shmi" and "cqc"; cases for "proportion"; the other count for "ratio").
    method: "shmi" log ratio, expected rounded to 2 decimals (but not in `ratio`), z truncated: units of rank
            r where floor(r / trim_by / (n + 1)) is 0 or the last group are left out of phi and tau2;
        "cqc" square-root ratio, z winsorised at the `trim_by` and 1 - `trim_by` quantiles (linear
            interpolation);
        "proportion" arcsine of the square root, winsorised; "ratio" of two counts, log with 0.5 added,
            winsorised.
    Unadjusted limits are exact Poisson (chi-square) for "shmi" and "cqc" and normal on the transformed scale
    for "proportion" (held to 0 and 1) and "ratio". tau2 is the DerSimonian-Laird moment estimate, 0 at least.
    multiplier: 100 shows percentages or ratios with 100 as the standard.
    limits: "reference" repeats FunnelPlotR 0.6.0, which (a) does not square the overdispersed "cqc" limits
        back from the square-root scale and (b) takes 1 / (2 sqrt(denominator)) as standard error of a log
        "ratio"; both are too narrow. "corrected" squares (a) and for (b) uses the standard error of both
        counts at the target. They are the same for "shmi" and "proportion".

    Raises FunnelError for an unknown method, a column that is not there, missing or infinite counts, a
    duplicated unit, a negative numerator, a denominator of 0 or less, a numerator of 0 for "shmi" (no
    logarithm) or 0 in all units, a numerator above its denominator for "proportion", a `trim_by` outside 0 to
    0.5 (0 excluded), fewer than 3 units.
    """
    _check_options(method, limits, trim_by, multiplier)
    names, observed, size = _check_units(frame, unit, numerator, denominator, method)
    ratio = multiplier * observed / size
    if method == "shmi":
        size = size.round(SHMI_DECIMALS)
    target = 1.0 if method in ("shmi", "cqc") else float(observed.sum() / size.sum())
    z, error = _z_scores(observed, size, target, method)
    z_used = _truncate(z, trim_by) if method == "shmi" else _winsorise(z, trim_by)
    used = np.isfinite(z_used)
    if used.sum() < MIN_UNITS:
        raise FunnelError(
            f"only {used.sum()} of {len(z)} units are left after trimming; at least {MIN_UNITS} are needed"
        )
    phi = float(np.mean(z_used[used] ** 2))
    tau2 = _between(phi, error[used])
    bounds = _limits(size, method, limits, target * multiplier, tau2, multiplier)
    outside = {
        f"{kind}out{level}": ~((bounds[f"{kind}ll{level}"] <= ratio) & (ratio <= bounds[f"{kind}ul{level}"]))
        for kind in ("", "od_")
        for level in ("95", "998")
    }
    columns = {"numerator": observed, "denominator": size, "ratio": ratio, "z": z, "z_used": z_used}
    units = pd.DataFrame({**columns, **bounds, **outside}, index=names)
    return Funnel(units, method, limits, target * multiplier, phi, tau2, int(used.sum()), multiplier, unit)


def _check_options(method: str, limits: str, trim_by: float, multiplier: float) -> None:
    arguments.choice(method, "method", get_args(Method), error=FunnelError)
    arguments.choice(limits, "limits", get_args(Limits), error=FunnelError)
    arguments.number(trim_by, "trim_by (share left out at each end)", error=FunnelError, above=0, below=0.5)
    arguments.number(multiplier, "multiplier", error=FunnelError, above=0)


def _check_units(
    frame: pd.DataFrame, unit: str, numerator: str, denominator: str, method: str
) -> tuple[pd.Index, Array, Array]:
    """Return the units, their numerators and their denominators."""
    arguments.columns(frame, (unit, numerator, denominator), error=FunnelError)
    for name, column in (("numerator", frame[numerator]), ("denominator", frame[denominator])):
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            raise FunnelError(f"{name} must hold numbers, found {column.dtype}; suppressed is not a number")
    arguments.one_spelling(frame[unit], f"column {unit!r}", error=FunnelError)
    names = pd.Index(frame[unit], name=unit)
    above, below = (
        frame[part].to_numpy(dtype=float, na_value=np.nan, copy=True) for part in (numerator, denominator)
    )
    _refuse(names, names.isna(), "the unit's name is missing")
    _refuse(names, names.duplicated(keep=False), "the unit has more than one row")
    counted = np.isfinite(above) & np.isfinite(below)
    _refuse(names, ~counted, "a count is missing or infinite; leave the unit out and say so")
    _refuse(names, above < 0, "the numerator is negative")
    smallest = below.round(SHMI_DECIMALS) if method == "shmi" else below
    _refuse(names, smallest <= 0, "the denominator must be above 0")
    if method == "proportion":
        _refuse(names, above > below, "the numerator is above the denominator")
    if method == "shmi":
        _refuse(names, above == 0, "the numerator is 0 and has no logarithm; method 'cqc' allows it")
    if len(names) < MIN_UNITS:
        raise FunnelError(f"{len(names)} units given; a funnel needs at least {MIN_UNITS}")
    if method in ("proportion", "ratio") and above.sum() == 0:
        raise FunnelError("the numerator is 0 in every unit, so there is no target")
    return names, above, below


def _refuse(names: pd.Index, wrong: Array, why: str) -> None:
    if wrong.any():
        found = [str(name) for name in names[wrong]]
        more = f" and {len(found) - 5} more" if len(found) > 5 else ""
        raise FunnelError(f"{', '.join(found[:5])}{more}: {why}")


def _z_scores(observed: Array, size: Array, target: float, method: str) -> tuple[Array, Array]:
    """Z-scores against the target and their standard errors, both on the transformed scale."""
    if method == "shmi":
        error = 1 / np.sqrt(size)
        return np.log(observed / size) / error, error
    if method == "ratio":
        plus, over = observed + CONTINUITY, size + CONTINUITY
        error = np.sqrt(observed / plus**2 + size / over**2)
        return (np.log(plus / over) - np.log(target)) / error, error
    error = 1 / (2 * np.sqrt(size))
    root = np.sqrt(observed / size)
    if method == "cqc":
        return (root - 1) / error, error
    return (np.arcsin(root) - np.arcsin(np.sqrt(target))) / error, error


def _truncate(z: Array, trim_by: float) -> Array:
    groups = 1 / trim_by
    from scipy import stats

    group = np.floor(stats.rankdata(z) * groups / (len(z) + 1))
    return np.where((group > 0) & (group < groups - 1), z, np.nan)


def _winsorise(z: Array, trim_by: float) -> Array:
    low, high = np.quantile(z, [trim_by, 1 - trim_by])
    return np.clip(z, low, high)


def _between(phi: float, error: Array) -> float:
    """Moment estimate of the variance between units (DerSimonian and Laird 1986)."""
    weight, n = error**-2.0, len(error)
    return max(0.0, float((n * phi - (n - 1)) / (weight.sum() - (weight**2).sum() / weight.sum())))


def _limits(
    size: Array, method: Method, limits: Limits, target: float, tau2: float, multiplier: float
) -> dict[str, Array]:
    """Eight limits at each size, times the multiplier (`target` already is)."""
    bounds: dict[str, Array] = {}
    centre = target / multiplier
    for level, z in (("95", Z95), ("998", Z998)):
        if method in ("shmi", "cqc"):
            tail = {"95": 0.025, "998": 0.001}[level]
            bounds[f"ll{level}"] = curves.chi2_quantile(tail, 2 * size) / 2 / size
            bounds[f"ul{level}"] = curves.chi2_exceeded(tail, 2 * (size + 1)) / 2 / size
        else:
            bounds[f"ll{level}"] = _bound(size, method, limits, centre, 0.0, -z)
            bounds[f"ul{level}"] = _bound(size, method, limits, centre, 0.0, z)
        bounds[f"od_ll{level}"] = _bound(size, method, limits, centre, tau2, -z)
        bounds[f"od_ul{level}"] = _bound(size, method, limits, centre, tau2, z)
    return {name: multiplier * bound for name, bound in bounds.items()}


def _bound(size: Array, method: Method, limits: Limits, target: float, tau2: float, z: float) -> Array:
    """One normal limit: step `z` standard errors from the target on the transformed scale."""
    if method == "shmi":
        return np.exp(z * np.sqrt(1 / size + tau2))
    variance = 1 / (4 * size)
    if method == "ratio":
        if limits == "corrected":
            expected = target * size
            variance = expected / (expected + CONTINUITY) ** 2 + size / (size + CONTINUITY) ** 2
        return target * np.exp(z * np.sqrt(variance + tau2))
    step = z * np.sqrt(variance + tau2)
    if method == "cqc":
        return np.maximum(1 + step, 0.0) ** 2 if limits == "corrected" else 1 + step
    # beyond 0 or a right angle the sine turns back, so the limit stays at 0 or 1
    return np.sin(np.clip(np.arcsin(np.sqrt(target)) + step, 0.0, np.pi / 2)) ** 2
