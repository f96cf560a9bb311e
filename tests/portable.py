"""The same numbers on every machine: `python -m tests.portable` computes them as other processors would.

Each environment is one kernel of linear algebra (OPENBLAS_CORETYPE), with all of the processor's features or with
those of numpy and of the C library switched off, and with one thread or two; one more has another locale, time zone and
hash seed. In each: the headline numbers, equal to nine digits; the files of the look-up, equal byte by byte; the chapters'
outputs, equal to the committed ones as nbval compares them. No run is kept for the pages.

A kernel that this machine's library does not know, or whose instructions it lacks, is named and left out.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
import math
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
KERNELS = {
    "x86_64": ("Haswell", "SkylakeX", "Sandybridge", "Nehalem", "Prescott"),
    "aarch64": ("ARMV8", "CORTEXA57", "NEOVERSEN1", "NEOVERSEV1", "THUNDERX2T99"),
}
THREADS = (1, 2)
COLOURS = re.compile(r"(?:\x1b|#x1B)\[[0-9;]*m")
TOLD = 300  # characters of a failure
DIGITS = 1e-9  # of a headline number: what two environments may differ by
SET_BY_US = (
    "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "NPY_DISABLE_CPU_FEATURES", "GLIBC_TUNABLES",
)  # fmt: skip
PLAIN_LIBM = "glibc.cpu.hwcaps=-AVX2,-AVX2_Usable,-FMA,-FMA_Usable,-FMA4,-FMA4_Usable,-AVX512F"
ELSEWHERE = {
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "TZ": "Pacific/Kiritimati",
    "PYTHONHASHSEED": "7",
}
SOLVES = "import numpy as np, scipy.linalg as s; a = np.eye(40) + 0.5; np.linalg.eigh(a @ a); s.cho_factor(a); np.exp(a)"
TRANSPORT = "ipc" if os.name == "posix" else "tcp"  # between nbval and its kernels
PARTS = ("numbers", "lookup", "chapters")


@dataclass(frozen=True, slots=True)
class Environment:
    """A machine to compute on. settings: environment variables, beside those of this process."""

    name: str
    settings: dict[str, str]

    def run(self, command: Sequence[str | Path], *, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command of Python from the root of the project in this environment."""
        outer = {key: value for key, value in os.environ.items() if key not in SET_BY_US}
        outer["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(
            [sys.executable, *map(str, command)],
            cwd=ROOT, env=outer | self.settings, capture_output=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {' '.join(map(str, command))}: {done.stderr[-2000:]}")
        return done


AS_IT_IS = Environment("as it is", {})


def features() -> list[str]:
    """Return what numpy can switch off on this processor; names that it does not know would be refused."""
    from numpy._core import _multiarray_umath as built

    return [name for name in built.__cpu_dispatch__ if built.__cpu_features__.get(name)]


def kernels() -> tuple[list[str], dict[str, str]]:
    """Return the kernels that can run here, and why each other one of KERNELS cannot."""
    machine = {"AMD64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    able, unable = [], {}
    for name in KERNELS.get(machine, ()):
        probe = Environment(name, {"OPENBLAS_CORETYPE": name, "OPENBLAS_VERBOSE": "2"})
        done = probe.run(["-c", SOLVES], check=False)
        if done.returncode:
            unable[name] = "this processor lacks its instructions"
        elif "Core: " not in done.stderr:
            unable[name] = "numpy does not use OpenBLAS with a choice of kernels here"
        elif "Core not found" in done.stderr:
            unable[name] = "not among the kernels of this OpenBLAS"
        else:
            able.append(name)
    return able, unable


@functools.cache
def environments() -> tuple[Environment, ...]:
    """Return every environment that can be had here: kernels, features on or off, threads; then elsewhere."""
    off = {"NPY_DISABLE_CPU_FEATURES": " ".join(features()), "GLIBC_TUNABLES": PLAIN_LIBM}
    made = []
    for kernel, (words, less), threads in product(
        kernels()[0] or [""], (("all features", {}), ("features off", off)), THREADS
    ):
        settings = {"OPENBLAS_NUM_THREADS": str(threads), "OMP_NUM_THREADS": str(threads), **less}
        settings |= {"OPENBLAS_CORETYPE": kernel} if kernel else {}
        name = ", ".join([kernel or "own kernel", words, f"{threads} thread{'s' * (threads > 1)}"])
        made.append(Environment(name, settings))
    return (*made, Environment("another locale, time zone and hash seed", ELSEWHERE))


def furthest() -> Environment:
    """Return the environment that is least like a new machine: the oldest kernel, features off, two threads."""
    return environments()[-2]


def numbers(where: Environment) -> dict[str, object]:
    """Return the headline numbers: every field of every one, by key and field."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "numbers.json"
        where.run(["-m", "analysis.edition", "numbers", out])
        rows = json.loads(out.read_text(encoding="utf-8"))
    return {f"{row['key']} {field}": value for row in rows for field, value in row.items()}


def lookup_files(where: Environment) -> dict[str, object]:
    """Return a digest of each file of the look-up, by path."""
    with tempfile.TemporaryDirectory() as folder:
        where.run(["-m", "analysis", "lookup", folder])
        files = sorted(path for path in Path(folder).rglob("*") if path.is_file())
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
        }


def apart(one: dict[str, object], other: dict[str, object]) -> list[str]:
    """Return the names whose values differ, numbers by more than DIGITS of themselves, or that one side lacks."""
    return [
        name for name in {**one, **other} if name not in one or name not in other or not _same(one[name], other[name])
    ]  # fmt: skip


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=DIGITS, abs_tol=1e-12)
    return one == other


def pytest_configure(config: Any) -> None:
    """Let nbval talk to its kernels by files of their own: two that start at once may be given one port."""
    import nbval.kernel
    from jupyter_client.manager import KernelManager

    def manager(**chosen: Any) -> KernelManager:
        home = Path(tempfile.mkdtemp())
        config.add_cleanup(functools.partial(shutil.rmtree, home, ignore_errors=True))
        return KernelManager(transport=TRANSPORT, connection_file=str(home / "kernel.json"), **chosen)

    nbval.kernel.KernelManager = manager


def pytest_runtest_setup(item: Any) -> None:
    """Leave out pictures, which are not committed, where pytest runs this module as its plugin."""
    if hasattr(item.parent, "skip_compare") and "image/svg+xml" not in item.parent.skip_compare:
        item.parent.skip_compare += ("image/svg+xml",)


def chapter_cells(where: Environment, chapters: Sequence[Path], workers: int) -> list[str]:
    """Run chapters with nbval and return the cells whose outputs are not the committed ones, each with what was said."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.portable"]
        command += ["--nbval", "--nbval-cell-timeout", "900"]
        command += ["-n", str(workers), "--dist", "loadfile", "--junitxml", str(report), *map(str, chapters)]
        done = where.run(command, check=False)
        if not report.exists():
            raise RuntimeError(
                f"{where.name}: pytest gave no report: {done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        cases = list(ElementTree.parse(report).iter("testcase"))
    failed = {
        f"{case.get('classname')} {case.get('name')}": _said(said)
        for case in cases
        for said in case.iter()
        if said.tag in ("failure", "error")
    }
    if not cases or (done.returncode and not failed):
        raise RuntimeError(f"{where.name}: pytest ended with {done.returncode}: {done.stdout[-2000:]}")
    return [f"{cell}: {said}" for cell, said in failed.items()]


def _said(failure: ElementTree.Element) -> str:
    """Return the start of what pytest said of a failure, in one line without colours."""
    return " ".join(COLOURS.sub("", failure.text or failure.get("message") or "").split())[:TOLD]


def found(
    asked: Sequence[Environment], parts: Sequence[str], chapters: Sequence[Path], workers: int
) -> Iterator[tuple[str, str, list[str], float]]:
    """Yield name of environment, part, what differs, and seconds; numbers and files against AS_IT_IS."""
    measures = {"numbers": numbers, "lookup": lookup_files}
    here = {part: measures[part](AS_IT_IS) for part in parts if part in measures}
    for where, part in product(asked, parts):
        began = time.perf_counter()
        differ = (
            chapter_cells(where, chapters, workers)
            if part == "chapters"
            else apart(here[part], measures[part](where))
        )
        yield where.name, part, differ, time.perf_counter() - began


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line an environment and part, then what differs; return 1 when anything does."""
    parser = argparse.ArgumentParser(prog="python -m tests.portable", description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument(
        "--only", default="", help="environments whose name holds this, such as 'Prescott, features'"
    )
    parser.add_argument(
        "--furthest", action="store_true", help="one environment: the one least like a new machine"
    )
    parser.add_argument("--chapters", nargs="+", type=Path, help="chapters; all when left out")
    parser.add_argument("--workers", type=int, default=2, help="chapters run at a time")
    given = parser.parse_args(arguments)
    asked = [furthest()] if given.furthest else [one for one in environments() if given.only in one.name]
    if not asked:
        parser.error(f"--only {given.only!r}: found none. Allowed: {[one.name for one in environments()]}.")
    book = ROOT / "book"
    every = [p for p in book.rglob("*.ipynb") if not {"_build", ".ipynb_checkpoints"} & set(p.parts)]
    for name, reason in kernels()[1].items():
        print(f"not possible here: {name}: {reason}")
    print(f"numpy {np.__version__}; switched off where said: {' '.join(features()) or 'nothing'}", flush=True)
    width = max(len(one.name) for one in asked)
    differ = []
    for name, part, names, seconds in found(
        asked, given.parts, given.chapters or sorted(every), given.workers
    ):
        differ += [(name, part, one) for one in names]
        print(
            f"{name:{width}}  {part:8}  {f'{len(names)} differ' if names else 'equal':>10}  {seconds:6.0f} s",
            flush=True,
        )
    for name, part, one in differ:
        print(f"differs: {name}: {part}: {one}")
    return int(bool(differ))


if __name__ == "__main__":
    sys.exit(main())
