"""Draws on a Dask cluster of two processes beside this process alone: `python -m tests.bench_cluster`. Nothing is asserted.

One setting moves them, `joblib.parallel_config(backend="dask")`: the numbers are the same (`tests/test_cluster.py`). Printed:
seconds by the clock, their ratio, and the bytes that passed over the loopback meanwhile, those of others included.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as a worker of a cluster has

import numpy as np
import psutil
from distributed import Client, LocalCluster
from joblib import parallel_config

from analysis.methods.effects.placebo import placebo_dates
from analysis.study import indicators, regime
from tests.bench import panel

DRAWS = (indicators.DRAWS, 10 * indicators.DRAWS)
NAME, TIMES = "four_hour_waits", (1, 10)
LOOPBACK = ("lo", "lo0")


def main() -> None:
    """Print a line a size."""
    print(
        f"{'draws':>7} {'trusts':>7} {'alone s':>8} {'cluster s':>10} {'speed-up':>9} {'MB moved':>9}  largest difference"
    )
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster,
        Client(cluster),
    ):
        for times in TIMES:
            frame = panel(NAME, times)
            for draws in DRAWS[: 2 if times == 1 else 1]:
                with parallel_config(backend="dask"):
                    dealt(frame, 100)  # imports in the workers are not timed
                alone, alone_took, _ = timed(lambda frame=frame, draws=draws: dealt(frame, draws))
                with parallel_config(backend="dask"):
                    there, took, moved = timed(lambda frame=frame, draws=draws: dealt(frame, draws))
                apart = np.nanmax(
                    np.abs(alone - there)
                )  # 0 where this process has one thread of linear algebra
                told = (
                    f"{alone_took:8.1f} {took:10.1f} {alone_took / took:9.2f} {moved / 1e6:9.1f}  {apart:.0e}"
                )
                print(f"{draws:7} {'x' + str(times):>7} {told}", flush=True)


def dealt(frame: object, draws: int) -> np.ndarray:
    rng = np.random.default_rng(indicators.SEED)
    last = max(regime.indicator(NAME).horizons)
    return placebo_dates(frame, draws=draws, rng=rng, last_horizon=last).null


def timed(work: Callable[[], np.ndarray]) -> tuple[np.ndarray, float, int]:
    """Return what `work` returns, its seconds, and the bytes that passed meanwhile."""
    began, before = time.perf_counter(), passed()
    found = work()
    return found, time.perf_counter() - began, passed() - before


def passed() -> int:
    found = psutil.net_io_counters(pernic=True)
    return sum(found[name].bytes_sent for name in LOOPBACK if name in found)


if __name__ == "__main__":
    main()
