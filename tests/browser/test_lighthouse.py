"""Lighthouse, mobile, on every chapter: what a reader on a slow phone meets, in numbers.

Best practices and search must be 100, speed at least ENOUGH; accessibility is axe's matter, in `test_pages`. Speed
depends on what else the machine does: a page below ENOUGH is measured again, at most TRIES times in all, and its best
run stands. The table says how often each page was measured. On a machine that Lighthouse rates below SLOW, speed is
printed and not judged, since the page cannot be told from the machine. REPORT_LIGHTHOUSE=all measures every chapter
(six minutes; the workflows do), else the HEAVIEST. Needs Node and `npm ci --prefix tests/browser`; the report itself needs neither.
"""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.browser.conftest import BROWSERS, HTML, absent
from tests.browser.test_pages import TOC
from tests.local_web import static_host

HERE = Path(__file__).parent
TABLE = HTML.parent / "lighthouse.csv"
ENOUGH, TRIES, SLOW = 95, 4, 1000
FULL = ("best-practices", "seo")
COLUMNS = ("page", "performance", *FULL, "tries", "first-contentful-paint", "largest-contentful-paint")
COLUMNS += ("total-blocking-time", "speed-index", "layout-shift", "bytes", "machine", "seconds", "lost")
SHORT = {"performance": "speed", "best-practices": "practice", "seo": "search"}
SECONDS = 1200
HEAVIEST = 8
pytestmark = pytest.mark.browser


def chosen(pages: list[str], root: Path, *, every: bool) -> list[str]:
    """Return the pages to measure, in order: all, or the HEAVIEST by the bytes of their HTML."""
    heavy = sorted(pages, key=lambda page: -(root / page).stat().st_size)[:HEAVIEST]
    return [page for page in pages if every or page in heavy]


def measured(address: str, pages: list[str], *, chromium: str) -> list[dict]:
    """Return one row a page, in order. chromium: path of the browser."""
    command = ["node", str(HERE / "lighthouse.mjs"), chromium, address, *pages]
    env = {**os.environ, "CI": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False, env=env)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def best(measure, pages: list[str]) -> dict[str, dict]:
    """Measure pages, the slow ones again; return the row of each page's fastest run with its number of tries."""
    rows, todo = {}, list(pages)
    for tries in range(1, TRIES + 1):
        for row in measure(todo) if todo else []:
            kept = rows.get(row["page"], row)
            rows[row["page"]] = max(kept, row, key=lambda one: one["performance"]) | {"tries": tries}
        todo = [page for page in pages if page not in rows or rows[page]["performance"] < ENOUGH]
    return rows


def faults(rows: dict[str, dict], pages: list[str]) -> list[str]:
    """Name what falls short, page by page."""
    wrong = [f"{page}: not measured" for page in pages if page not in rows]
    for page, row in rows.items():
        if row["error"]:
            wrong.append(f"{page}: {row['error']}")
        if row["performance"] < ENOUGH and row["machine"] >= SLOW:
            wrong.append(f"{page}: performance {row['performance']} in {row['tries']} runs ({row['lost']})")
        wrong += [f"{page}: {name} {row[name]} ({row['lost']})" for name in FULL if row[name] != 100]
    return wrong


def lines(rows: dict[str, dict]) -> list[str]:
    """Return the table of all pages as text."""
    out = [f"{'page':44}" + "".join(f"{short:>9}" for short in SHORT.values()) + "     runs       KB"]
    for page, row in rows.items():
        scores = "".join(f"{row[name]:9}" for name in SHORT)
        out.append(f"{page:44}{scores}{row['tries']:9}{row['bytes'] / 1000:9.0f}")
    low = {name: min(row[name] for row in rows.values()) for name in SHORT}
    out.append(f"{'lowest':44}" + "".join(f"{value:9}" for value in low.values()))
    return [*out, f"speed: the best of at most {TRIES} runs; a page at {ENOUGH} or more is run once"]


def keep(rows: dict[str, dict]) -> None:
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({**row, "lost": " ".join(row["lost"])} for row in rows.values())


@pytest.fixture(scope="module")
def ready():
    """Path of the browser, when all that Lighthouse needs is there."""
    if not (HTML / "index.html").is_file():
        absent("the site is not built (make book)")
    if shutil.which("node") is None:
        absent("Lighthouse needs Node")
    if not (HERE / "node_modules" / "lighthouse").is_dir():
        absent("Lighthouse is not installed (npm ci --prefix tests/browser)")
    where = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    return where or absent(f"no browser found; looked for {', '.join(BROWSERS)}")


def test_chapters_are_fast_open_and_found(ready, capsys):
    every = os.environ.get("REPORT_LIGHTHOUSE") == "all"
    pages = chosen([f"{name}.html" for name in TOC], HTML, every=every)
    with static_host(HTML) as address:
        rows = best(lambda some: measured(address, some, chromium=ready), pages)
    rows = {page: rows[page] for page in pages if page in rows}
    keep(rows)
    with capsys.disabled():
        print("", *lines(rows), sep="\n")
    assert faults(rows, pages) == []


def row(page: str, performance: int, **other: object) -> dict:
    return {
        "page": page,
        "performance": performance,
        **dict.fromkeys(FULL, 100),
        "lost": [],
        "error": "",
        "machine": SLOW,
        **other,
    }


def test_a_slow_run_is_repeated_and_the_best_one_stands():
    scores, asked = {"a": [100], "b": [80, 97], "c": [50, 94, 70, 60, 99]}, []

    def measure(pages):
        asked.append(list(pages))
        return [row(page, scores[page].pop(0)) for page in pages]

    rows = best(measure, ["a", "b", "c"])
    assert asked == [["a", "b", "c"], ["b", "c"], ["c"], ["c"]]
    assert {page: (one["performance"], one["tries"]) for page, one in rows.items()} == {
        "a": (100, 1),
        "b": (97, 2),
        "c": (94, 4),
    }
    assert faults(rows, ["a", "b", "c", "d"]) == ["d: not measured", "c: performance 94 in 4 runs ([])"]


def test_the_heaviest_pages_are_measured_or_all(tmp_path):
    pages = [f"{number}.html" for number in range(HEAVIEST + 3)]
    for number, page in enumerate(pages):
        (tmp_path / page).write_text("x" * number)
    assert chosen(pages, tmp_path, every=True) == pages
    assert chosen(pages, tmp_path, every=False) == pages[3:]


def test_what_falls_short_is_named():
    low = row("a", 100, seo=92, lost=["meta-description"], tries=1)
    assert faults({"a": low}, ["a"]) == ["a: seo 92 (['meta-description'])"]
    slow = row("a", 60, tries=4)
    assert faults({"a": slow}, ["a"]) == ["a: performance 60 in 4 runs ([])"]
    assert faults({"a": slow | {"machine": SLOW - 1}}, ["a"]) == []
