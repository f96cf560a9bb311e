"""Which data the stored simulations were made from, whether that is still the data at hand, and making them anew."""

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from analysis import data
from analysis.study import (
    calibration,
    deciding,
    indicators,
    persistence,
    planted_truth,
    regime,
    regression_coverage,
)


def digest(name: str) -> str:
    """Return a digest of what a simulation copies: the panel of an indicator and how it is read.

    Values to six digits, so that no last digit of a machine moves it.
    """
    about, panel = regime.indicator(name), regime.panel(name)
    columns = panel[["trust", "t", "value", "type", "entry"]]
    text = columns.to_csv(index=False, float_format="%.6g", lineterminator="\n")
    told = f"{about.direction} {about.analysis_grain} {about.horizons} {about.year}\n{text}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def stale() -> list[str]:
    """Return the indicators that can be compared and whose simulations are missing or were made from other data."""
    known = data.load("simulated").set_index("indicator")["digest"]
    names = indicators.indicators()
    other = [name for name in names if digest(name) != known.get(name)]
    return [name for name in other if name in known.index or calibration.can(name)]


def made(
    names: Sequence[str], *, scale: float = 1.0, n_jobs: int | None = None, say: Callable[[str], None] = print
) -> dict[str, pd.DataFrame]:
    """Simulate some indicators anew; return the tables that changed by name, rows of other indicators as stored.

    scale: see `calibration.simulated`. The result hangs on no other indicator and not on `n_jobs`.
    """
    names = [name for name in names if calibration.can(name)]
    tasks = (delayed(calibration.simulated)(name, scale=scale) for name in names)
    each, found = Parallel(n_jobs=n_jobs, return_as="generator")(tasks), []
    for at, (name, drawn) in enumerate(zip(names, each, strict=True), start=1):
        found.append(drawn)
        say(f"{name}: simulated ({at} of {len(names)})")
    record = {name: deciding.of_record(frame).iloc[0] for name, (frame, _) in zip(names, found, strict=True)}
    primary = [name for name in names if name in indicators.indicators(primary=True)]
    fading = Parallel(n_jobs=n_jobs)(
        delayed(persistence.rows)(name, record[name], draws=int(scale * persistence.DRAWS))
        for name in primary
    )
    new = {
        "calibration": [rows for rows, _ in found],
        "power": [rows for _, rows in found],
        "persistence": fading,
        "simulated": [pd.DataFrame({"indicator": [name], "digest": [digest(name)]}) for name in names],
    }
    out = {name: _joined(name, pd.concat(parts), names) for name, parts in new.items() if parts}
    if set(names) & set(planted_truth.INDICATORS):
        out["planted_truth"] = planted_truth.run(rng=np.random.default_rng(indicators.SEED), n_jobs=n_jobs)
    say(f"Simulated anew: {', '.join(names) or 'nothing'}.")
    return out


def coverage(*, n_jobs: int | None = None) -> dict[str, pd.DataFrame]:
    """Simulate the table that rests on no data."""
    rng = np.random.default_rng(indicators.SEED)
    return {"regression_coverage": regression_coverage.table(rng=rng, n_jobs=n_jobs)}


def _joined(table: str, frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Put new rows in the place of those stored, in the order of the catalogue; rows of unknown indicators go."""
    kept = data.load(table)
    kept = kept[~kept["indicator"].isin(names)]
    both = pd.concat([kept, frame], ignore_index=True) if len(kept) else frame.reset_index(drop=True)
    order = {name: place for place, name in enumerate(indicators.indicators())}
    both = both[both["indicator"].isin(order)].assign(place=both["indicator"].map(order))
    return both.sort_values("place", kind="stable", ignore_index=True).drop(columns="place")
