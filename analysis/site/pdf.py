"""Print the built book as one PDF with Chromium: `python -m analysis.site.pdf [FILE]`, or `make pdf`."""

import argparse
import io
import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from playwright.sync_api import Browser, Error, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject

from analysis.site import take_report

ROOT = Path(__file__).resolve().parents[2]
HTML = ROOT / "book" / "_build" / "html"
CONTENTS = ROOT / "book" / "_toc.yml"
REPORT = ROOT / "dist" / "report.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MILLISECONDS = 180_000


def pages(contents: str) -> list[str]:
    """Return the pages named in the text of `_toc.yml`, in reading order, without ending."""
    return re.findall(r"^\s*(?:-\s+)?(?:root|file):\s*(\S+)", contents, re.MULTILINE)


def browser() -> str:
    """Return the path of the machine's Chromium. Raises FileNotFoundError when there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        looked = ", ".join(BROWSERS)
        raise FileNotFoundError(f"no browser found. Looked for: {looked}. Install Chromium first.")
    return found


@contextmanager
def opened() -> Iterator[Browser]:
    """Open the machine's Chromium for a while. Raises FileNotFoundError without one, playwright's Error when it fails."""
    where = browser()
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=where, args=list(FLAGS))
        try:
            yield chromium
        finally:
            chromium.close()


def printed(chromium: Browser, page: Path) -> bytes:
    """Return a built page as PDF, printed from disk without its scripts: all folds open, static text of the look-up."""
    context = chromium.new_context(java_script_enabled=False)
    try:
        sheet = context.new_page()
        sheet.goto(page.as_uri(), wait_until="load", timeout=MILLISECONDS)
        return sheet.pdf(prefer_css_page_size=True, print_background=True, outline=False)
    finally:
        context.close()


def book(names: Sequence[str], *, html: Path = HTML, to: Path = REPORT) -> int:
    """Print pages and join them, each with its bookmark; return the number of sheets.

    names: pages without ending. Nothing is left half written: the file appears when it is whole. Raises
    FileNotFoundError for a page that is not built, playwright's Error when Chromium fails.
    """
    absent = [name for name in names if not (html / f"{name}.html").is_file()]
    if absent:
        raise FileNotFoundError(f"not built: {', '.join(absent)}. Run `make book` first.")
    joined, first = PdfWriter(), {}
    with opened() as chromium:
        for number, name in enumerate(names, start=1):
            page = html / f"{name}.html"
            first[name] = len(joined.pages)
            sheets = PdfReader(io.BytesIO(printed(chromium, page)))
            joined.append(sheets, outline_item=title(page.read_text(encoding="utf-8")))
            print(f"[{number}/{len(names)}] {name}", flush=True)
    link_inside(joined, html, first)
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_suffix(".part")
    joined.write(part)
    part.replace(to)
    return len(joined.pages)


def link_inside(joined: PdfWriter, html: Path, first: Mapping[str, int]) -> None:
    """Turn links to built pages into links to their first sheets; a link to another file on this machine goes.

    first: number of the first sheet by page.
    """
    for sheet in joined.pages:
        kept = ArrayObject()
        for reference in sheet.get("/Annots", ArrayObject()):
            link = reference.get_object()
            address = link.get("/A", {}).get("/URI", "")
            if address.startswith("file:"):
                path = address.removeprefix(html.as_uri()).partition("#")[0].lstrip("/")
                name = PurePosixPath(unquote(path)).with_suffix("").as_posix()
                if name not in first:
                    continue
                target = ArrayObject([joined.pages[first[name]].indirect_reference, NameObject("/Fit")])
                inside = {NameObject("/S"): NameObject("/GoTo"), NameObject("/D"): target}
                link[NameObject("/A")] = DictionaryObject(inside)
            kept.append(reference)
        if "/Annots" in sheet:
            sheet[NameObject("/Annots")] = kept


def title(page: str) -> str:
    """Return the top heading of a page's HTML as text."""
    found = re.search(r"<h1[^>]*>(.*?)(?:<a class=\"headerlink\"|</h1>)", page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else "Untitled"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m analysis.site.pdf", description=__doc__)
    parser.add_argument("report", nargs="?", type=Path, default=REPORT, help="the file to write")
    report, names = parser.parse_args().report, pages(CONTENTS.read_text(encoding="utf-8"))
    try:
        count = book(names, to=report)
    except (FileNotFoundError, Error) as error:
        sys.exit(f"Refused: {error}")
    # Where the next build finds it, while the pages say the same.
    offered = HTML.parent / ".report" / report.name
    offered.parent.mkdir(exist_ok=True)
    shutil.copyfile(report, offered)
    take_report.stamp(offered, HTML, names)
    print(f"Printed: {os.path.relpath(report)}, {count} sheets, {report.stat().st_size / 1e6:.1f} MB")
