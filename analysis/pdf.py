"""Print the built book as one PDF with Chromium: `python -m analysis.pdf`, or `make pdf`."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HTML = ROOT / "book" / "_build" / "html"
CONTENTS = ROOT / "book" / "_toc.yml"
REPORT = ROOT / "dist" / "report.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-pdf-header-footer",
    "--virtual-time-budget=8000",
)
SECONDS = 180


def pages(contents: str) -> list[str]:
    """Return the pages named in the text of `_toc.yml`, in reading order, without ending."""
    return re.findall(r"^\s*(?:-\s+)?(?:root|file):\s*(\S+)", contents, re.MULTILINE)


def browser() -> str:
    """Return the path of the machine's Chromium. Raises FileNotFoundError when there is none."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError(
            f"no browser found. Looked for: {', '.join(BROWSERS)}. Install Chromium first."
        )
    return found


def book(names: Sequence[str], *, html: Path = HTML, to: Path = REPORT) -> int:
    """Print pages and join them, each with its bookmark; return the number of sheets.

    names: pages without ending. Nothing is left half written: the file appears when it is whole. Raises
    FileNotFoundError for a page that is not built, CalledProcessError when Chromium fails.
    """
    from pypdf import PdfReader, PdfWriter

    absent = [name for name in names if not (html / f"{name}.html").is_file()]
    if absent:
        raise FileNotFoundError(f"not built: {', '.join(absent)}. Run `make book` first.")
    chromium, joined = browser(), PdfWriter()
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate(names, start=1):
            sheet = Path(folder) / f"{number}.pdf"
            address = (html / f"{name}.html").as_uri()
            command = [
                chromium,
                *FLAGS,
                f"--user-data-dir={folder}/profile",
                f"--print-to-pdf={sheet}",
                address,
            ]
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            joined.append(
                PdfReader(sheet), outline_item=title((html / f"{name}.html").read_text(encoding="utf-8"))
            )
            print(f"[{number}/{len(names)}] {name}", flush=True)
        to.parent.mkdir(parents=True, exist_ok=True)
        part = to.with_suffix(".part")
        joined.write(part)
        part.replace(to)
    return len(joined.pages)


def title(page: str) -> str:
    """Return the top heading of a page's HTML as text."""
    found = re.search(r"<h1[^>]*>(.*?)(?:<a class=\"headerlink\"|</h1>)", page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found.group(1)).strip() if found else "Untitled"


if __name__ == "__main__":
    try:
        count = book(pages(CONTENTS.read_text(encoding="utf-8")))
    except (FileNotFoundError, subprocess.SubprocessError) as error:
        sys.exit(f"Refused: {error}")
    print(f"Printed: {REPORT.relative_to(ROOT)}, {count} sheets, {REPORT.stat().st_size / 1e6:.1f} MB")
