"""Build and page figures of this book beside stock Jupyter Book: `python -m tests.bench_site`. Nothing is asserted.

Both build the same chapters from a copy of the repository. Ours is built as `make book` builds it. The stock one has the
theme's own settings, none of our extensions, styles or scripts, and `execute_notebooks: cache`; its warnings do not
count. What each change makes ours run again is what a right build must run: ours keeps a record of what every chapter
used. A chapter that stock does not run then shows numbers of before the change; only a build from nothing puts it right.

All chapters take some twenty minutes. `--chapters regime costs` takes these alone, with the pages that are text.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import yaml

from analysis.site import pdf
from tests.local_web import static_host

ROOT = Path(__file__).resolve().parents[1]
TOOL = str(Path(sys.executable).with_name("jupyter-book"))
BUILD = ("build", "-n", "-W", "--keep-going", "-q", "book")
OURS = (sys.executable, "-m", "analysis.site.build", *BUILD)
STOCK = (TOOL, "build", "book")
TYPICAL = ("protocol", "regime", "metrics/trajectories", "costs", "lookup")
TABLE, MODULE = "price_indices", "analysis/study/regime.py"
RUN = re.compile(r"\[fresh\] (\S+): run in|(\S+): Executing notebook using")
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LEFT_OUT = ["mystnb.unknown_mime_type", "myst.xref_missing", "ref.doc", "ref.ref", "ref.term", "toc.excluded"]
EVERY = 0.3  # seconds between looks at the memory in use
LIMIT = 3600


@dataclass(frozen=True, slots=True)
class Built:
    """One build. seconds: by the clock; cpu: of all its processes; peak: MiB of all at once; ran: chapters run."""

    seconds: float
    cpu: float
    peak: float
    ran: frozenset[str]
    status: int


def main() -> None:
    """Print builds, pages and scores side by side."""
    wanted = arguments()
    with tempfile.TemporaryDirectory() as folder:
        sites = {"ours": Path(folder) / "ours", "stock": Path(folder) / "stock"}
        for name, copy in sites.items():
            copied(copy)
            contents(copy, wanted.chapters)
            if name == "stock":
                stock(copy)
        print(f"{len(chapters(sites['ours']))} chapters; this machine: {os.cpu_count()} processors")
        builds(sites, wanted.table)
        html = {name: copy / "book/_build/html" for name, copy in sites.items()}
        shown = [page for page in TYPICAL if all((one / f"{page}.html").is_file() for one in html.values())]
        weights(html, shown or chapters(sites["ours"])[:5])
        if not wanted.no_lighthouse:
            scores(html, shown or chapters(sites["ours"])[:5])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench_site", description=__doc__)
    parser.add_argument("--chapters", nargs="+", metavar="NAME", help="these chapters alone, as in _toc.yml")
    parser.add_argument("--table", default=TABLE, help=f"table that is revised (default: {TABLE})")
    parser.add_argument("--no-lighthouse", action="store_true")
    return parser.parse_args()


def copied(to: Path) -> None:
    """Copy the files of the repository, changes not yet committed included, what is built left out."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, found.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def contents(copy: Path, names: list[str] | None) -> None:
    """Leave `names` and the pages without code in the contents of a copy; None leaves all. Raises SystemExit."""
    if names is None:
        return
    toc, config = copy / "book/_toc.yml", copy / "book/_config.yml"
    known = pdf.pages(toc.read_text(encoding="utf-8"))
    if unknown := sorted(set(names) - set(known)):
        raise SystemExit(f"no such chapter: {', '.join(unknown)}. There are: {', '.join(known)}.")
    texts = [name for name in known if (copy / f"book/{name}.md").is_file()]
    root, *others = [name for name in known if name in names] + texts
    made = {"format": "jb-book", "root": root, "chapters": [{"file": name} for name in others]}
    toc.write_text(yaml.safe_dump(made), encoding="utf-8")
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["sphinx"]["config"]["suppress_warnings"] = LEFT_OUT  # links to the chapters that are left out
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")


def stock(copy: Path) -> None:
    """Turn a copy into a stock Jupyter Book of the same chapters."""
    config = copy / "book/_config.yml"
    ours = yaml.safe_load(config.read_text(encoding="utf-8"))
    made = {key: ours[key] for key in ("title", "author", "only_build_toc_files", "exclude_patterns")}
    made |= {key: ours[key] for key in ("parse", "bibtex_bibfiles")}
    made["execute"] = {"execute_notebooks": "cache", "timeout": 900}
    config.write_text(yaml.safe_dump(made), encoding="utf-8")
    for folder in ("_ext", "_static", "_scripts"):
        shutil.rmtree(copy / "book" / folder)


def chapters(copy: Path) -> list[str]:
    names = pdf.pages((copy / "book/_toc.yml").read_text(encoding="utf-8"))
    return [name for name in names if (copy / f"book/{name}.ipynb").is_file()]


def builds(sites: dict[str, Path], table: str) -> None:
    """Build both after each change and print time, processor time, memory and the chapters run."""
    print(
        f"\n{'build':28} {'':6} {'seconds':>8} {'cpu s':>8} {'peak MiB':>9} {'run':>5} {'stale':>6}",
        flush=True,
    )
    ratios, afresh = [], 0.0
    for what, change in steps(table):
        done: dict[str, Built] = {}
        for name, copy in sites.items():
            change(copy)
            done[name] = build(copy, OURS if name == "ours" else STOCK)
        needed = done["ours"].ran
        for name, one in done.items():
            stale = len(needed - one.ran)
            failed = f"  ended with {one.status}" if one.status else ""
            line = f"{one.seconds:8.1f} {one.cpu:8.1f} {one.peak:9.0f} {len(one.ran):5} {stale:6}"
            print(f"{what:28} {name:6} {line}{failed}", flush=True)
        ours, other = done["ours"], done["stock"]
        afresh = afresh or other.cpu
        row = [ours.seconds / other.seconds, ours.cpu / other.cpu, ours.peak / other.peak]
        wrong = f"  stock is stale; ours / its build from nothing: cpu {ours.cpu / afresh:.2f}"
        ratios.append((what, row, wrong if needed - other.ran else ""))
    print("\nOurs / stock (below 1: ours is faster or smaller)")
    print(f"{'':28} {'seconds':>8} {'cpu':>8} {'peak':>8}")
    for what, row, note in ratios:
        print(f"{what:28} " + " ".join(f"{value:8.2f}" for value in row) + note)


def steps(table: str) -> Iterator[tuple]:
    yield "cold", lambda copy: shutil.rmtree(copy / "book/_build", ignore_errors=True)
    yield "nothing changed", lambda copy: None
    yield f"{table} revised", lambda copy: revise(copy / "data", table)
    yield f"{MODULE} changed", lambda copy: comment(copy / MODULE)
    yield "nothing changed again", lambda copy: None


def revise(data: Path, table: str) -> None:
    """Revise one published number of a table in its last digit, as a release would, file and description alike.

    Raises ValueError when the table has no number with a decimal part.
    """
    package = json.loads((data / "datapackage.json").read_text(encoding="utf-8"))
    resource = next(one for one in package["resources"] if one["name"] == table)
    path = data / resource["path"]
    rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))
    free = [field["name"] for field in resource["schema"]["fields"] if field["type"] == "number"]
    found = next(((row, name) for row in reversed(rows) for name in free if "." in row[name]), None)
    if found is None:
        raise ValueError(f"{table} has no number with a decimal part. Choose another: --table NAME.")
    row, name = found
    row[name] = row[name][:-1] + ("1" if row[name][-1] == "2" else "2")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    content = out.getvalue().encode()
    path.write_bytes(content)
    resource |= {"hash": f"sha256:{hashlib.sha256(content).hexdigest()}", "bytes": len(content)}
    (data / "datapackage.json").write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", "utf-8")


def comment(module: Path) -> None:
    module.write_text(module.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8")


def build(copy: Path, command: tuple[str, ...]) -> Built:
    """Build a copy with its own `analysis`; return what it took and which chapters it ran."""
    env = {**os.environ, "PYTHONPATH": str(copy), "NO_COLOR": "1"}
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=copy, env=env, stdout=log, stderr=subprocess.STDOUT)
        peak, over = [0.0], threading.Event()
        watcher = threading.Thread(target=watch, args=(process.pid, peak, over), daemon=True)
        watcher.start()
        killer = threading.Timer(LIMIT, process.kill)
        killer.start()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        killer.cancel()
        over.set()
        watcher.join()
        process.returncode = os.waitstatus_to_exitcode(status)
        log.seek(0)
        told = log.read()
    if process.returncode and command != STOCK:
        print(told[-2000:], file=sys.stderr)
    return Built(seconds, used.ru_utime + used.ru_stime, peak[0], ran(told, copy), process.returncode)


def ran(log: str, copy: Path) -> frozenset[str]:
    """Return the chapters that a build says it ran, as in the contents."""
    found = [ours or other for ours, other in RUN.findall(COLOUR.sub("", log))]
    book = f"{copy / 'book'}/"
    return frozenset(name.removeprefix(book).removesuffix(".ipynb") for name in found)


def watch(pid: int, peak: list[float], over: threading.Event) -> None:
    """Keep the most memory (MiB) that a process and its descendants held at one time, shared pages shared out."""
    while not over.wait(EVERY):
        try:
            family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        except psutil.Error:
            return
        peak[0] = max(peak[0], sum(held(one) for one in family) / 1024**2)


def held(process: psutil.Process) -> float:
    try:
        full = process.memory_full_info()
        return getattr(full, "pss", full.rss)
    except psutil.Error:
        return 0.0


def weights(html: dict[str, Path], pages: list[str]) -> None:
    """Print what a reader's browser loads of each page, scrolled to its end, over a line with gzip."""
    from playwright.sync_api import sync_playwright

    try:
        where = pdf.browser()
    except FileNotFoundError as error:
        print(f"\nNo page figures: {error}")
        return
    print(
        "\nKB over the line (gzip, with styles, scripts and pictures); requests to other hosts are not let out"
    )
    print(f"{'page':28} {'ours':>8} {'stock':>8} {'ratio':>7} {'other hosts: ours':>19} {'stock':>6}")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=where, args=["--no-sandbox", "--disable-gpu"])
        for page in pages:
            ours, own = loaded(browser, html["ours"], page)
            other, asked = loaded(browser, html["stock"], page)
            print(f"{page:28} {ours:8.0f} {other:8.0f} {ours / other:7.2f} {own:19} {asked:6}", flush=True)
        browser.close()


def loaded(browser, html: Path, page: str) -> tuple[float, int]:
    """Return KB that a page loads from its own host, and how many requests it makes to others."""
    sent: list[tuple[str, int]] = []
    outside = []
    with static_host(html, sent) as address:
        context = browser.new_context(viewport={"width": 412, "height": 823})
        tab = context.new_page()

        def only_here(route) -> None:
            if route.request.url.startswith((address, "data:", "blob:")):
                return route.continue_()
            outside.append(route.request.url)
            return route.abort()

        tab.route("**/*", only_here)
        tab.goto(f"{address}/{page}.html", wait_until="load")
        for picture in tab.locator("img:visible").all():
            picture.scroll_into_view_if_needed()
        tab.wait_for_timeout(1000)
        context.close()
    return sum(size for _, size in sent) / 1000, len(outside)


def scores(html: dict[str, Path], pages: list[str]) -> None:
    """Print Lighthouse's mobile scores of one run each, where Node and Lighthouse are installed."""
    from tests.browser import test_lighthouse as lighthouse

    if shutil.which("node") is None or not (lighthouse.HERE / "node_modules/lighthouse").is_dir():
        print("\nNo Lighthouse: it needs Node and `npm ci --prefix tests/browser`.")
        return
    print("\nLighthouse, mobile: " + " / ".join(lighthouse.SHORT.values()) + ", one run each")
    rows = {}
    for name, folder in html.items():
        with static_host(folder) as address:
            found = lighthouse.measured(address, [f"{page}.html" for page in pages], chromium=pdf.browser())
        rows[name] = [" / ".join(str(row[part]) for part in lighthouse.SHORT) for row in found]
    for page, ours, other in zip(pages, rows["ours"], rows["stock"], strict=True):
        print(f"{page:28} ours {ours:24} stock {other}")


if __name__ == "__main__":
    main()
