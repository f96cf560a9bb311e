"""Speed and memory as ratios in one run: `make bench`. Nothing here is asserted.

Each row is timed in a process of its own, so that its peak memory is its own. Ratios compare rows of the
same panel; absolute times depend on the machine.
"""

from __future__ import annotations

import contextlib
import io
import json
import resource
import subprocess
import sys
import time
import warnings

import numpy as np
import pandas as pd

from analysis import effects, protocol, regime
from analysis.effects.placebo import placebo_dates

DRAWS = 999
LIMIT = 120


def panel(name: str, times: int) -> pd.DataFrame:
    """Return the real panel, its trusts copied `times` over with a little noise."""
    real = regime.panel(name)
    rng = np.random.default_rng(protocol.SEED)
    copies = [real.assign(trust=real["trust"] + f"#{copy}") for copy in range(times)]
    made = pd.concat(copies, ignore_index=True)
    made["value"] += rng.normal(0, real["value"].std() / 10, len(made)) * (times > 1)
    return made


def ours_bootstrap(frame: pd.DataFrame, name: str, draws: int) -> float:
    rng = np.random.default_rng(1)
    return effects.imputation(frame, **protocol.settings(name), draws=draws, rng=rng).overall.estimate


def ours_placebo(frame: pd.DataFrame, name: str, draws: int) -> float:
    last = max(protocol.settings(name)["horizons"])
    return placebo_dates(frame, draws=draws, rng=np.random.default_rng(1), last_horizon=last).observed


def ours_group_time(frame: pd.DataFrame, name: str, draws: int) -> float:
    rng = np.random.default_rng(1)
    return effects.event_study(frame, group="type", draws=draws, rng=rng).overall.estimate


def _peer(frame: pd.DataFrame) -> pd.DataFrame:
    made = frame.dropna(subset="value").assign(first=frame["entry"].fillna(0).astype(int))
    always = made.groupby("trust")["t"].transform("min") >= made["first"].where(made["first"] > 0, np.inf)
    return made[~always].reset_index(drop=True)


def peer_imputation(frame: pd.DataFrame, name: str, draws: int) -> float:
    from diff_diff import ImputationDiD

    model = ImputationDiD(n_bootstrap=draws, seed=1)
    found = model.fit(_peer(frame), outcome="value", unit="trust", time="t", first_treat="first")
    return float(found.overall_att)


def peer_group_time(frame: pd.DataFrame, name: str, draws: int) -> float:
    from diff_diff import CallawaySantAnna

    model = CallawaySantAnna(n_bootstrap=draws, seed=1)
    found = model.fit(_peer(frame), outcome="value", unit="trust", time="t", first_treat="first")
    return float(found.overall_att)


TASKS = {
    "imputation, trusts redrawn": (ours_bootstrap, peer_imputation),
    "entry dates dealt out again": (ours_placebo, None),
    "group-time, multiplier draws": (ours_group_time, peer_group_time),
}


def child(task: str, who: str, name: str, times: int, draws: int) -> None:
    """Run one row and print its seconds, peak memory in MiB and estimate as JSON."""
    frame = panel(name, times)
    function = TASKS[task][0 if who == "ours" else 1]
    assert function is not None
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        estimate = function(frame, name, draws)
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        json.dumps(
            {"seconds": seconds, "peak": peak / 1024, "more": (peak - base) / 1024, "estimate": estimate}
        )
    )


def row(task: str, who: str, name: str, times: int, draws: int) -> dict[str, float] | None:
    """Run one row in a process of its own; None when it takes longer than LIMIT seconds or fails."""
    command = [sys.executable, "-m", "tests.bench", task, who, name, str(times), str(draws)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, check=True)
    except subprocess.TimeoutExpired:
        print(f"{task:30} {who:9} {name:16} x{times:<4} {draws:4} draws   stopped at {LIMIT} s", flush=True)
        return None
    except subprocess.CalledProcessError as error:
        print(f"{task:30} {who:9} {name:16} x{times:<4} failed: {error.stderr.strip().splitlines()[-1][:90]}")
        return None
    found = json.loads(done.stdout.splitlines()[-1])
    print(
        f"{task:30} {who:9} {name:16} x{times:<4} {draws:4} draws {found['seconds']:8.2f} s "
        f"{found['peak']:6.0f} MiB   estimate {found['estimate']:+.4f}",
        flush=True,
    )
    return found


def main() -> None:
    """Print all rows, then ratios ours to peer, then the total of all indicators."""
    ratios = []
    for times, draws in ((1, DRAWS), (10, DRAWS), (100, 99)):
        for task, (_, peer) in TASKS.items():
            ours = row(task, "ours", "shmi", times, draws)
            other = row(task, "diff-diff", "shmi", times, draws) if peer else None
            if ours and other:
                ratios.append((task, times, ours["seconds"] / other["seconds"], ours["peak"] / other["peak"]))
    total = 0.0
    for name in protocol.indicators():
        for task in TASKS:
            found = row(task, "ours", name, 1, DRAWS)
            total += found["seconds"] if found else 0.0
    print("\nours / diff-diff on the same panel (time, peak memory):")
    for task, times, seconds, memory in ratios:
        print(f"  {task:30} trusts x{times:<4} {seconds:6.2f} {memory:6.2f}")
    print(f"all indicators, {DRAWS} bootstraps and {DRAWS} placebo draws, one process: {total:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
    else:
        main()
