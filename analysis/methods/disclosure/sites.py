"""Whether what is told of anonymous sites gives them away: how many public trusts each could be."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from analysis.methods import arguments
from analysis.methods.disclosure.attack import DisclosureError

K = 5  # as for counts: with fewer, those who know their own site, and one other, can tell the rest


@dataclass(frozen=True, slots=True)
class Identifiable:
    """How far the published profiles of sites tell which trusts they are.

    frame: one row a site: `site`, `alone` (trusts that fit its own profile), `together` (trusts that it can still
        be when all profiles are read side by side, as each site is another trust), `safe` (both at least `k`).
    certain: number of trusts that must be among the sites; 0 is safe. k: least number of trusts.
    unfit: sites whose profile fits no trust of the frame. trusts: size of the frame.
    Which trusts fit is not kept: it would be the very list that must not exist.
    """

    frame: pd.DataFrame
    certain: int
    k: int
    unfit: tuple[str, ...]
    trusts: int

    @property
    def safe(self) -> bool:
        """Tell whether all profiles may be published."""
        return bool(self.frame["safe"].all()) and self.certain == 0

    def sentence(self) -> str:
        """Least number of trusts that a site could be, and what is wrong."""
        if not len(self.frame):
            return "No site profile is published."
        least = int(self.frame["together"].min())
        bad = list(self.frame.loc[~self.frame["safe"], "site"])
        text = f"Read together, each of {len(self.frame)} sites could be at least {least:,} of {self.trusts:,} trusts"
        text += f" (at least {self.k} needed)"
        if bad:
            text += f"; not safe: {', '.join(bad)}"
        if self.certain:
            text += f"; {self.certain:,} trusts must be among the sites"
        return f"{text}."


def identifiable(
    profile: Mapping[str, Any], frame: pd.DataFrame, k: int = K, *, trust: str = "trust"
) -> Identifiable:
    """Count the public trusts that each site could be, alone and when all profiles are read together.

    profile: what is published of one site, by column of `frame`; or of several sites, by name:
        {"Site A": {"type": "acute", "region": "London"}, "Site B": ...}. A value is one value, a tuple (lowest,
        highest) of numbers, dates or periods, or a list or set of values any of which may hold. None = not told.
        What is told of a site in several places belongs into one profile, as a reader will join it.
    frame: the public list of trusts, one row a trust named in the column `trust` (or in the index when there is no
        such column). A trust whose value is missing there does not fit: the attacker may know better than we do.
    k: least number of trusts that each site must be able to be; default K.
    Sites are different trusts of the frame, so two sites that fit the same two trusts rule them out for a third.

    Raises DisclosureError for an attribute that is no column of `frame`, k below 2, an empty or repeated frame.
    A profile that fits no trust is reported in `unfit`, and is not safe: it is wrong, or of another frame.
    """
    if (
        not isinstance(profile, Mapping)
        or not isinstance(frame, pd.DataFrame)
        or frame.columns.has_duplicates
    ):
        raise DisclosureError(
            f"found {type(profile).__name__} and {type(frame).__name__}. Allowed: a profile, or profiles by site, and a "
            "frame that has each column once."
        )
    arguments.whole(k, "k", error=DisclosureError, least=2)
    arguments.kind(trust, "trust", str, error=DisclosureError)
    sites = dict(profile) if _several(profile) else {"the site": profile}
    if not len(frame):
        raise DisclosureError("found 0 trusts. Allowed: a frame with trusts.")
    names = frame[trust] if trust in frame else frame.index.to_series()
    arguments.one_spelling(names, "the names of trusts", error=DisclosureError)
    if names.duplicated().any():
        raise DisclosureError("the frame names a trust twice. Allowed: one row a trust.")
    fits = np.array([_fits(name, told, frame) for name, told in sites.items()]).reshape(
        len(sites), len(frame)
    )
    alone = fits.sum(axis=1)
    together, certain = _jointly(fits)
    rows = pd.DataFrame({"site": [str(name) for name in sites], "alone": alone, "together": together})
    rows["safe"] = (rows["alone"] >= k) & (rows["together"] >= k)
    unfit = tuple(rows.loc[rows["alone"] == 0, "site"])
    return Identifiable(rows, certain, k, unfit, len(frame))


def _several(profile: Mapping[str, Any]) -> bool:
    kinds = {isinstance(value, Mapping) for value in profile.values()}
    if len(kinds) > 1:
        raise DisclosureError("found attributes beside profiles. Allowed: one profile, or profiles by site.")
    return kinds == {True}


def _fits(site: Hashable, told: Mapping[str, Any], frame: pd.DataFrame) -> np.ndarray:
    fit = np.ones(len(frame), dtype=bool)
    for name, value in told.items():
        if value is None:
            continue
        if name not in frame:
            raise DisclosureError(
                f"{site}: {arguments.shown(name)} is no column of the frame. Allowed: {list(frame.columns)}."
            )
        column = frame[name]
        if isinstance(value, tuple):
            if len(value) != 2:
                raise DisclosureError(
                    f"{site}, {arguments.shown(name)}: a range of {len(value)} values. Allowed: lowest and highest."
                )
            try:
                here = (column >= value[0]) & (column <= value[1])
            except TypeError as error:
                raise DisclosureError(
                    f"{site}, {arguments.shown(name)}: a range that the column cannot be compared with ({error}). Allowed: its own kind."
                ) from None
        else:
            wanted = list(value) if isinstance(value, (list, set, frozenset)) else [value]
            here = column.isin(wanted)
        fit &= (here.fillna(False).astype(bool) & column.notna()).to_numpy()
    return fit


def _jointly(fits: np.ndarray) -> tuple[list[int], int]:
    """Count, by site, the trusts of some assignment of all sites to different trusts; and trusts in all of them."""
    sites = len(fits)
    if not _assigned(fits):
        return [0] * sites, 0
    counts = []
    for site in range(sites):
        possible = 0
        for number in np.flatnonzero(fits[site]):
            rest = np.delete(fits, site, axis=0)
            rest[:, number] = False
            possible += _assigned(rest)
        counts.append(possible)
    certain = 0
    for number in np.flatnonzero(fits.any(axis=0)):
        without = fits.copy()
        without[:, number] = False
        certain += not _assigned(without)
    return counts, certain


def _assigned(fits: np.ndarray) -> bool:
    if not len(fits):
        return True
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_bipartite_matching

    return bool((maximum_bipartite_matching(csr_matrix(fits), perm_type="column") >= 0).all())
