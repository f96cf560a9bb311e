"""Quantiles and tails of the usual curves, as `scipy.stats` gives them to the last digit and without its import.

`scipy.stats` costs more to import than pandas, and a chapter whose results are kept on disk needs none of it: so
the functions that it calls itself are called here, and `scipy.special` is imported when one is first asked for.
"""

from typing import Any

from numpy.typing import ArrayLike


def normal_quantile(share: ArrayLike) -> Any:
    """Return the value below which a `share` of the standard normal curve lies; an array for an array."""
    from scipy import special

    return special.ndtri(share)


def normal_above(value: ArrayLike) -> Any:
    """Return the share of the standard normal curve above a value."""
    from scipy import special

    return special.ndtr(-value)  # type: ignore[operator]


def t_quantile(share: ArrayLike, df: ArrayLike) -> Any:
    """Return the value below which a `share` of the t curve with `df` degrees of freedom lies."""
    from scipy import special

    return special.stdtrit(df, share)


def t_above(value: ArrayLike, df: ArrayLike) -> Any:
    """Return the share of the t curve with `df` degrees of freedom above a value."""
    from scipy import special

    return special.stdtr(df, -value)  # type: ignore[operator]


def chi2_quantile(share: ArrayLike, df: Any) -> Any:
    """Return the value below which a `share` of the chi-squared curve with `df` degrees of freedom lies."""
    from scipy import special

    return 2 * special.gammaincinv(df / 2, share)


def chi2_above(value: ArrayLike, df: ArrayLike) -> Any:
    """Return the share of the chi-squared curve with `df` degrees of freedom above a value."""
    from scipy import special

    return special.chdtrc(df, value)


def chi2_exceeded(share: ArrayLike, df: ArrayLike) -> Any:
    """Return the value above which a `share` of the chi-squared curve with `df` degrees of freedom lies."""
    from scipy import special

    return special.chdtri(df, share)


def gamma_quantile(share: ArrayLike, shape: float, *, scale: float) -> Any:
    """Return the value below which a `share` of the gamma curve with this shape and scale lies."""
    from scipy import special

    return special.gammaincinv(shape, share) * scale


def f_above(value: ArrayLike, between: ArrayLike, within: ArrayLike) -> Any:
    """Return the share of the F curve with these degrees of freedom above a value."""
    from scipy import special

    return special.fdtrc(between, within, value)
