"""Write the files behind the page "Look up a trust" into the site, again only when what they rest on has changed.

They are made by `python -m analysis lookup` in a process of its own and kept beside the built pages, with the
record that `analysis.site` keeps of each chapter too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from analysis import trace
from analysis.site import judge, record, run

PAGE = "lookup"
FOLDER = "lookup-data"
RECORD = "record.json"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files into the site, made anew if need be; take them away when the page is not built."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir) / FOLDER
    if PAGE not in app.env.found_docs:
        shutil.rmtree(out, ignore_errors=True)
        return
    kept = Path(app.outdir).parent / f".{PAGE}"
    why = reason(kept, judge.now())
    if why:
        make(kept, why)
    if why or not same(kept / FOLDER, out):
        shutil.rmtree(out, ignore_errors=True)
        hand_over(kept / FOLDER, out)


def hand_over(kept: Path, out: Path) -> None:
    """Put the kept files into the site as scripts that hand over their content: a page on disk can fetch nothing."""
    for name in listed(kept):
        target = out / f"{name.removesuffix('.json')}.js"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(script(name, (kept / name).read_text(encoding="utf-8")), encoding="utf-8")


def script(name: str, content: str) -> str:
    """Return the script of a kept file, as `_scripts/lookup.js` runs or reads it."""
    return f'lookupFile("{name.removesuffix(".json")}",{content})\n'


def make(kept: Path, why: str) -> None:
    """Make the files and their record; what was there goes first, so that a failure leaves no old file."""
    print(f"[lookup] making the files ({why})", flush=True)
    began = time.monotonic()
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    stood = record.before()  # before the run: what is edited meanwhile counts
    with run.home() as place:
        command = [sys.executable, "-m", "analysis", "lookup", str(kept / FOLDER)]
        done = subprocess.run(
            command,
            cwd=trace.ROOT,
            env=run.environment(place),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ExtensionError(f"the files of {PAGE} could not be made:\n{done.stderr[-3000:]}")
        notes = trace.collect(place / "notes")
    record.whole(kept / RECORD, json.dumps(record.made(stood, notes), sort_keys=True))
    print(f"[lookup] made in {time.monotonic() - began:.1f} s: {done.stdout.strip()}", flush=True)


def reason(kept: Path, now: judge.Now) -> str:
    """Say why the files must be made, '' when the kept ones are still those of their inputs."""
    try:
        return judge.reason(json.loads((kept / RECORD).read_text(encoding="utf-8")), now)
    except (OSError, ValueError):
        return judge.NOTHING


def same(kept: Path, out: Path) -> bool:
    """Tell whether the site already has the kept files, by names and sizes."""
    due = {
        f"{name.removesuffix('.json')}.js": size + len(script(name, ""))
        for name, size in listed(kept).items()
    }
    return due == listed(out)


def listed(folder: Path) -> dict[str, int]:
    """Return the size of every file below a folder, by path."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}
