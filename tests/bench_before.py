"""Builds and chapters beside an earlier commit, in processor time: `python -m tests.bench_before`. Nothing is asserted.

First the whole book is built from nothing, once more, and with one table revised, each commit with its own environment;
that of the earlier one is installed for it. Then all effects of all indicators, and a part of `make simulate`, in
processor time of one process. Then both commits run the same chapters' cells with the environment that is here, one
process a chapter, first with no result kept, then once more. Processor time counts, children included, since a loaded
machine makes clocks wrong. Ratios are now over before. `--rounds 3` takes medians; `--chapters regime costs` these
alone, without builds.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from analysis import once
from tests import bench_site

ROOT = Path(__file__).resolve().parents[1]
BEFORE = "3c28fe0"
COLD, AGAIN, IMPORTS = "cold", "again", "imports"
REVISED = f"{bench_site.TABLE} revised"
BUILDS = (COLD, "nothing changed", REVISED)
MEASURE = """
import contextlib, io, json, os, resource, sys
import matplotlib
matplotlib.use("agg")
from IPython.core.interactiveshell import InteractiveShell
shell, cells, said = InteractiveShell.instance(), json.load(sys.stdin), io.StringIO()
with contextlib.redirect_stdout(said):
    failed = [str(done.error_in_exec or done.error_before_exec) for done in map(shell.run_cell, cells) if not done.success]
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([sum(one.ru_utime + one.ru_stime for one in used), failed]))
"""

EFFECTS = """
import json, sys, time, warnings
from tests import bench
try:
    from analysis.study import indicators as settings, regime
except ImportError:  # the rooms of before
    from analysis import protocol as settings, regime
warnings.simplefilter("ignore")
known = [name for name in settings.indicators() if name in (json.loads(sys.argv[1]) or settings.indicators())]
frames, began = {name: regime.panel(name) for name in known}, time.process_time()
for name, frame in frames.items():
    for task in (bench.entered, bench.by_chance, bench.left):
        try:
            task(frame, name, bench.DRAWS)
        except ValueError:  # not estimable
            pass
print(json.dumps([time.process_time() - began, known]))
"""
# The part of `make simulate` that both commits have: panels with a planted effect, for one indicator.
SIMULATE = """
import json, sys, time, warnings
import numpy as np
try:
    from analysis.study import indicators as settings, planted_truth
except ImportError:  # the rooms of before
    from analysis import protocol as settings, simulate as planted_truth
warnings.simplefilter("ignore")
part, began = int(sys.argv[1]), time.process_time()
plans = {name: {also: max(1, n // part) for also, n in plan.items()} for name, plan in planted_truth.PLANS.items()}
planted_truth.run(["shmi"], rng=np.random.default_rng(settings.SEED), plans=plans, n_jobs=1)
print(json.dumps([time.process_time() - began, sum(sum(plan.values()) for plan in plans.values())]))
"""
PART = 4


def main() -> None:
    """Print a line a chapter, then the ratios."""
    wanted = arguments()
    with tempfile.TemporaryDirectory() as folder:
        before = Path(folder) / "before"
        add = ["git", "worktree", "add", "-q", "--detach", str(before), wanted.base]
        if subprocess.run(add, cwd=ROOT, check=False).returncode:
            raise SystemExit(
                f"{wanted.base} is not in the history here; fetch the whole of it, or name another: --base"
            )
        try:
            if wanted.chapters is None:
                builds(before, Path(folder), wanted.rounds)
                effects(before, wanted.rounds)
                simulated(before, wanted.rounds)
            compare(before, Path(folder), wanted)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", before], cwd=ROOT, check=False)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_before", description=__doc__)
    parser.add_argument("--base", default=BEFORE, help=f"commit to compare with (default: {BEFORE})")
    parser.add_argument(
        "--chapters", nargs="+", metavar="NAME", help="these chapters alone, as 'metrics/entry'"
    )
    parser.add_argument("--rounds", type=int, default=1, help="how often each is run; medians are shown")
    return parser.parse_args()


def effects(before: Path, rounds: int) -> None:
    """Print what all effects take with all draws and nothing kept, of the indicators that the earlier commit has."""
    names = alone(before, EFFECTS, "[]")[1]
    names = json.dumps(alone(ROOT, EFFECTS, json.dumps(names))[1])
    both(before, rounds, f"effects of {len(json.loads(names))} indicators", EFFECTS, names)


def simulated(before: Path, rounds: int) -> None:
    """Print what a part of the simulations takes."""
    draws = alone(ROOT, SIMULATE, str(PART))[1]
    both(before, rounds, f"simulations, {draws} panels of one indicator", SIMULATE, str(PART))


def both(before: Path, rounds: int, what: str, code: str, argument: str) -> None:
    was, now = (
        statistics.median(alone(tree, code, argument)[0] for _ in range(rounds)) for tree in (before, ROOT)
    )
    print(f"{what:36} {was:8.1f} {now:8.1f} {now / was:6.2f}", flush=True)


def alone(tree: Path, code: str, argument: str) -> tuple[float, Any]:
    """Run code in a process of its own, nothing kept; return the processor time that it says, and what else."""
    more = {once.FOLDER: "", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, "-c", code, argument],
        cwd=tree, env={**os.environ, **more}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    taken, told = json.loads(done.stdout)
    return taken, told


def builds(before: Path, folder: Path, rounds: int) -> None:
    """Print processor seconds of builds from nothing, with nothing changed and with one table revised, and their ratios."""
    here = folder / "here"
    bench_site.copied(here)
    subprocess.run(["make", "-s", ".venv/.installed"], cwd=before, stdout=subprocess.DEVNULL, check=True)
    commands = {before: (str(before / ".venv/bin/jupyter-book"), *bench_site.BUILD), here: bench_site.OURS}
    taken: dict[tuple[str, Path], list[bench_site.Built]] = {}
    for _ in range(rounds):
        for tree, command in commands.items():
            shutil.rmtree(tree / "book/_build", ignore_errors=True)
            for what in BUILDS:
                if what == REVISED:
                    bench_site.revise(tree / "data", bench_site.TABLE)
                taken.setdefault((what, tree), []).append(bench_site.build(tree, command))
    print(f"{'whole book, processor seconds':36} {'before':>8} {'now':>8} {'ratio':>6}  chapters run")
    for what in BUILDS:
        old, new = (
            statistics.median(float("nan") if built.status else built.cpu for built in taken[what, tree])
            for tree in commands
        )
        run = " and ".join(str(len(taken[what, tree][-1].ran)) for tree in commands)
        print(f"{what:36} {old:8.1f} {new:8.1f} {new / old:6.2f}  {run}", flush=True)


def compare(before: Path, folder: Path, wanted: argparse.Namespace) -> None:
    names = [name for name in shared(before) if wanted.chapters is None or name in wanted.chapters]
    print(
        f"{'processor seconds':36} {'before':>8} {'now, cold':>10} {'now, again':>10} {'imports':>8} {'now':>8}"
    )
    totals: dict[tuple[str, str], float] = {}
    kept = [folder / f"results-{turn}" for turn in range(wanted.rounds)]
    for name in names:
        told = [
            (measured(before, name, COLD, []), "before", COLD),
            (measured(ROOT, name, COLD, kept), "now", COLD),
            (measured(ROOT, name, AGAIN, kept), "now", AGAIN),
            (measured(before, name, IMPORTS, []), "before", IMPORTS),
            (measured(ROOT, name, IMPORTS, []), "now", IMPORTS),
        ]
        for seconds, tree, what in told:
            totals[tree, what] = totals.get((tree, what), 0.0) + seconds
        line = [
            f"{seconds:{width}.1f}" for (seconds, _, _), width in zip(told, (8, 10, 10, 8, 8), strict=True)
        ]
        print(f"{name:36} {' '.join(line)}", flush=True)
    for what, against in ((COLD, COLD), (AGAIN, COLD), (IMPORTS, IMPORTS)):
        ratio = totals["now", what] / totals["before", against]
        print(f"{what}: {totals['now', what]:.1f} s, {ratio:.2f} of {wanted.base}")


def shared(before: Path) -> list[str]:
    """Return the chapters that both commits hold, in order."""
    here, there = (
        {
            path.relative_to(tree / "book").with_suffix("").as_posix()
            for path in (tree / "book").rglob("*.ipynb")
        }
        for tree in (ROOT, before)
    )
    return sorted(name for name in here & there if not name.startswith("_build"))


def measured(tree: Path, name: str, what: str, kept: list[Path]) -> float:
    """Return the median of the processor seconds of a chapter's cells, or of its imports alone; nan when it fails."""
    path = tree / "book" / f"{name}.ipynb"
    told = json.loads(path.read_text(encoding="utf-8"))["cells"]
    cells = ["".join(cell["source"]) for cell in told if cell["cell_type"] == "code"]
    cells = ["\n".join(map(imports, cells))] if what == IMPORTS else cells
    return statistics.median(seconds(tree, path.parent, cells, folder) for folder in kept or [None])


def seconds(tree: Path, where: Path, cells: list[str], kept: Path | None) -> float:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("REPORT_")}
    environment |= {"PYTHONPATH": str(tree), once.FOLDER: str(kept or "")}
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=where,
        env=environment,
        input=json.dumps(cells),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        print(done.stderr[-300:], flush=True)
        return float("nan")
    taken, failed = json.loads(done.stdout.splitlines()[-1])
    if failed:
        print(f"{where.name}: {failed[0][:200]}", flush=True)
    return float(taken)


def imports(cell: str) -> str:
    found = [node for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(map(ast.unparse, found))


if __name__ == "__main__":
    main()
