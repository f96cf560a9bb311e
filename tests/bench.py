"""Speed and memory in one run: `make bench`. Nothing here is asserted; times depend on the machine.

Each row runs in a process of its own, so that its peak memory is its own: the most the process ever held,
Python and libraries included, workers not. A row that takes longer than LIMIT seconds is stopped and says so. Rows of
ours and of `diff-diff` that are compared use the same panel and the same specification (no strata, every
horizon), so their estimates can be compared too. Rows marked "scaled" measured fewer draws;
"not estimable" is the module's own refusal.
"""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import resource
import sys
import time
import warnings
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection

import numpy as np
import pandas as pd

from analysis import data
from analysis.methods.effects import group_time, impute, panels
from analysis.methods.effects.placebo import placebo_dates
from analysis.methods.effects.wild_imputation import wild_imputation
from analysis.study import indicators, leaving, regime

DRAWS = indicators.DRAWS
LIMIT = 60
REFITS = 10  # of the peer, which has no draw by refitting of its own: timed and scaled
SIZES = ((1, DRAWS), (10, DRAWS), (100, 99))  # times the trusts, draws
COMPARED = "shmi"
PROCESSES = multiprocessing.get_context("forkserver")  # libraries are imported once, before the rows
FIT = {"outcome": "value", "unit": "trust", "time": "t"}
MEBIBYTE = 1024**2 if sys.platform == "darwin" else 1024  # in units of ru_maxrss


def main() -> None:
    """Print the tables: data and panels, all indicators, ours beside the peer, ratios."""
    print("Data and panels")
    heading()
    total = sum(taken(row(task, "all", 1, 0)) for task in ("check every table", "build every panel"))
    print(f"\nEvery indicator under the settings of the main analysis, {DRAWS} draws of each kind")
    heading()
    for name in indicators.indicators():
        for task in ("entry: estimates and intervals", "entry: chance", "leaving"):
            total += taken(row(task, name, 1, DRAWS))
    print(f"\nTotal of the rows above, one after another in one process each: {total:.1f} s")
    ratios = compared()
    print("\nOurs / diff-diff, same panel, same run (below 1: ours is faster or smaller)")
    print(f"{'':44} {'trusts':>7} {'time':>8} {'memory':>8}")
    for task, times, speed, memory in ratios:
        print(f"{task:44} {'x' + str(times):>7} {speed:8.2f} {memory:8.2f}")


def compared() -> list[tuple[str, int, float, float]]:
    """Print ours and the peer's rows at every size; return task, size, ratio of time, ratio of memory."""
    print(f"\nOurs and diff-diff on the panel of {COMPARED}, trusts copied with noise")
    heading()
    ratios = []
    for times, draws in SIZES:
        for task, (ours, peer) in PAIRS.items():
            mine = row(ours, COMPARED, times, draws)
            other = row(peer, COMPARED, times, draws)
            if mine and other:
                speed = mine["seconds"] / other["seconds"]
                ratios.append((task, times, speed, mine["peak"] / other["peak"]))
    row("ours: dates dealt again, two workers", COMPARED, 10, DRAWS)
    return ratios


def heading() -> None:
    print(f"{'':44} {'panel':28} {'trusts':>7} {'draws':>5} {'seconds':>9} {'peak MiB':>9}  estimate")


def taken(found: dict | None) -> float:
    """Return the seconds of a row; what is not estimable took none worth counting, what failed has no number."""
    return found["seconds"] if found else float("nan")


@cache
def row(task: str, name: str, times: int, draws: int) -> dict | None:
    """Run one row in a process of its own and print it, once; None when it is stopped or fails."""
    start = f"{task:44} {name:28} {'x' + str(times):>7} {draws:5}"
    receive, send = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=child, args=(send, task, name, times, draws))
    process.start()
    send.close()
    try:
        if receive.poll(LIMIT):
            found = receive.recv()
        else:
            found = {"failed": f"stopped at {LIMIT} s"}
            process.kill()
    except EOFError:
        found = {"failed": "failed: the process ended"}
    process.join()
    if "failed" in found:
        print(f"{start}  {found['failed']}", flush=True)
        return None
    estimate = found["estimate"] if isinstance(found["estimate"], str) else f"{found['estimate']:+.5f}"
    scaled = f"  scaled from {REFITS} draws" if task in SCALED else ""
    print(f"{start} {found['seconds']:9.2f} {found['peak']:9.0f}  {estimate}{scaled}".rstrip(), flush=True)
    return found


def child(send: Connection, task: str, name: str, times: int, draws: int) -> None:
    """Run one row here; send seconds, peak memory (MiB) and estimate, or what failed."""
    frame = pd.DataFrame() if name == "all" else panel(name, times)
    if task.startswith("diff-diff"):
        import diff_diff  # noqa: F401  (its import is not timed)
    if task.endswith("two workers"):
        ours_dealt_by_two(panel(name, 1), name, 100)  # nor is the start of the workers
    try:
        began = time.perf_counter()
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                estimate = TASKS[task](frame, name, draws)
            except panels.NotEstimable:
                estimate = "not estimable"
        seconds = (time.perf_counter() - began) * (draws / REFITS if task in SCALED else 1)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBIBYTE
        send.send({"seconds": seconds, "peak": peak, "estimate": estimate})
    except Exception as error:
        send.send({"failed": f"failed: {str(error)[:90]}"})


def panel(name: str, times: int) -> pd.DataFrame:
    """Return the real panel, or its trusts copied `times` over with noise of a tenth of its spread."""
    real = regime.panel(name)
    if times == 1:
        return real
    made = pd.concat([real.assign(trust=real["trust"] + f"#{copy}") for copy in range(times)])
    noise = np.random.default_rng(indicators.SEED).normal(0, real["value"].std() / 10, len(made))
    return made.assign(value=made["value"] + noise).reset_index(drop=True)


def check_tables(_: pd.DataFrame, name: str, draws: int) -> str:
    found = data.check()
    assert (found["result"] == "ok").all()
    return ""


def build_panels(_: pd.DataFrame, name: str, draws: int) -> str:
    for indicator in indicators.indicators():
        regime.panel(indicator)
    return ""


def entered(frame: pd.DataFrame, name: str, draws: int) -> float:
    """Imputation with trusts redrawn, and group-time effects with multiplier draws against both comparators."""
    settings = indicators.settings(name)
    common = {key: settings[key] for key in ("group", "horizons", "measure")}
    found = impute.imputation(frame, **settings, draws=draws, rng=generator())
    for control in ("not_yet", "never"):
        group_time.event_study(frame, **common, control=control, draws=draws, rng=generator())
    return found.overall.estimate


def by_chance(frame: pd.DataFrame, name: str, draws: int) -> float:
    """Wild cluster bootstrap, and entry dates dealt again."""
    horizons = indicators.settings(name)["horizons"]
    found = wild_imputation(frame, draws=draws, rng=generator(), horizons=horizons)
    placebo_dates(frame, draws=draws, rng=generator(), last_horizon=max(horizons))
    return found.estimate


def left(frame: pd.DataFrame, name: str, draws: int) -> float:
    """Change after leaving (DID_M) with trusts redrawn, and what became of the gain."""
    if regime.indicator(name).better is not None:
        leaving.kept(name, panel=frame)
    return leaving.after(name, panel=frame, draws=draws).overall.estimate


def ours_redrawn(frame: pd.DataFrame, name: str, draws: int) -> float:
    return impute.imputation(frame, draws=draws, rng=generator()).overall.estimate


def ours_dealt(frame: pd.DataFrame, name: str, draws: int, n_jobs: int | None = None) -> float:
    return placebo_dates(frame, group=None, draws=draws, rng=generator(), n_jobs=n_jobs).observed


def ours_dealt_by_two(frame: pd.DataFrame, name: str, draws: int) -> float:
    return ours_dealt(frame, name, draws, n_jobs=2)


def ours_group_time(frame: pd.DataFrame, name: str, draws: int) -> float:
    return group_time.event_study(frame, draws=draws, rng=generator()).overall.estimate


def peer_multipliers(frame: pd.DataFrame, name: str, draws: int) -> float:
    from diff_diff import ImputationDiD

    model = ImputationDiD(n_bootstrap=draws, seed=1)
    return float(model.fit(coded(frame), first_treat="first", aggregate="event_study", **FIT).overall_att)


def peer_redrawn(frame: pd.DataFrame, name: str, draws: int) -> float:
    """REFITS fits of the peer to trusts drawn with replacement; returns the last estimate."""
    made, rng = coded(frame), generator()
    rows = made.groupby("trust").indices
    trusts = list(rows)
    for _ in range(REFITS):
        drawn = [rows[trusts[place]] for place in rng.integers(len(trusts), size=len(trusts))]
        again = made.iloc[np.concatenate(drawn)].copy()
        again["trust"] = np.repeat(np.arange(len(drawn)), [len(part) for part in drawn])
        estimate = plain_fit(again)
    return estimate


def peer_dealt(frame: pd.DataFrame, name: str, draws: int) -> float:
    """REFITS fits of the peer to entry dates dealt out again; returns the last estimate."""
    made, rng = coded(frame), generator()
    first = made.groupby("trust")["first"].first()
    for _ in range(REFITS):
        dealt = dict(zip(first.index, rng.permutation(first.to_numpy()), strict=True))
        estimate = plain_fit(made.assign(first=made["trust"].map(dealt)))
    return estimate


def peer_group_time(frame: pd.DataFrame, name: str, draws: int) -> float:
    from diff_diff import CallawaySantAnna

    model = CallawaySantAnna(n_bootstrap=draws, seed=1)
    return float(model.fit(coded(frame), first_treat="first", aggregate="event_study", **FIT).overall_att)


def plain_fit(frame: pd.DataFrame) -> float:
    from diff_diff import ImputationDiD

    return float(ImputationDiD().fit(frame, first_treat="first", **FIT).overall_att)


def coded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the panel in the peer's coding: 0 = never; trusts without a baseline and blanks left out."""
    made = frame.dropna(subset="value").assign(first=frame["entry"].fillna(0).astype(int))
    always = made["first"].between(1, made["t"].min())
    return made[~always].reset_index(drop=True)


def generator() -> np.random.Generator:
    return np.random.default_rng(indicators.SEED)


TASKS: dict[str, Callable[[pd.DataFrame, str, int], float | str]] = {
    "check every table": check_tables,
    "build every panel": build_panels,
    "entry: estimates and intervals": entered,
    "entry: chance": by_chance,
    "leaving": left,
    "ours: imputation, trusts redrawn": ours_redrawn,
    "ours: dates dealt again": ours_dealt,
    "ours: dates dealt again, two workers": ours_dealt_by_two,
    "ours: group-time, multiplier draws": ours_group_time,
    "diff-diff: imputation, multiplier draws": peer_multipliers,
    "diff-diff: imputation, trusts redrawn": peer_redrawn,
    "diff-diff: imputation, dates dealt again": peer_dealt,
    "diff-diff: group-time, multiplier draws": peer_group_time,
}
SCALED = ("diff-diff: imputation, trusts redrawn", "diff-diff: imputation, dates dealt again")
PAIRS = {
    "trusts redrawn / its multiplier draws": (
        "ours: imputation, trusts redrawn",
        "diff-diff: imputation, multiplier draws",
    ),
    "trusts redrawn / its fits to redrawn trusts": ("ours: imputation, trusts redrawn", SCALED[0]),
    "dates dealt again / its fits to dealt dates": ("ours: dates dealt again", SCALED[1]),
    "group-time effects, multiplier draws": (
        "ours: group-time, multiplier draws",
        "diff-diff: group-time, multiplier draws",
    ),
}

if __name__ == "__main__":
    PROCESSES.set_forkserver_preload(["analysis.study.leaving", "analysis.methods.effects.placebo"])
    main()
