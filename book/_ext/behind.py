"""Files behind the pages: made by a command in a process of its own, kept beside the built pages with a record.

They are made again only when what they rest on has changed, as `analysis.site` judges it for each chapter too.
Those of "Look up a trust" and of "Try another choice" are put into the site where a page shows them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import scripts
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

from analysis import trace
from analysis.site import judge, record, run

FOLDER, RECORD = "files", "record.json"
SHOWN = ("lookup", "choices")
BESIDE = ThreadPoolExecutor(max(1, run.AT_ONCE - 1))  # Sphinx keeps one processor
BEGUN: dict[Path, Future[None]] = {}


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx; other extensions call `files`."""
    app.connect("env-before-read-docs", begin)
    app.connect("build-finished", finish)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def files(out: Path, name: str) -> Path:
    """Return the folder of the files that `python -m analysis NAME FOLDER` makes, made anew if need be.

    out: folder of the pages; the files are kept beside it.
    """
    kept = out.parent / f".{name}"
    if kept in BEGUN:
        BEGUN.pop(kept).result()
    why = reason(kept, judge.now())
    if why:
        make(kept, name, why)
    return kept / FOLDER


def begin(app: Sphinx, env: Any, docnames: list[str]) -> None:
    """Start to make the files of SHOWN, where need be, beside the reading and writing of pages."""
    if app.builder.format != "html":
        return
    for name in shown(app):
        kept = Path(app.outdir).parent / f".{name}"
        if why := reason(kept, judge.now()):
            BEGUN[kept] = BESIDE.submit(make, kept, name, why)


def shown(app: Sphinx) -> list[str]:
    """Return which of SHOWN a page of this book shows."""
    pages = app.env.found_docs
    return [name for name in SHOWN if any(name in (page, *scripts.SHARED.get(page, ())) for page in pages)]


def finish(app: Sphinx, error: Exception | None) -> None:
    """Put the files of SHOWN into the site, made anew if need be; take them away when no page shows them."""
    if error is not None or app.builder.format != "html":
        return
    out = Path(app.outdir)
    for name in SHOWN:
        if name in shown(app):
            put(files(out, name), out / f"{name}-data", f"{name}File")
        else:
            shutil.rmtree(out / f"{name}-data", ignore_errors=True)


def make(kept: Path, name: str, why: str) -> None:
    """Make the files and their record; what was there goes first, so that a failure leaves no old file."""
    print(f"[{name}] making the files ({why})", flush=True)
    began = time.monotonic()
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    stood = record.before()  # before the run: what is edited meanwhile counts
    with run.home() as place:
        command = [sys.executable, "-m", "analysis", name, str(kept / FOLDER)]
        where: dict[str, Any] = {"cwd": trace.ROOT, "env": run.environment(place)}
        done = subprocess.run(command, **where, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ExtensionError(f"the files of {name} could not be made:\n{done.stderr[-3000:]}")
        notes = trace.collect(place / "notes")
    record.whole(kept / RECORD, json.dumps(record.made(stood, notes), sort_keys=True))
    print(f"[{name}] made in {time.monotonic() - began:.1f} s: {done.stdout.strip()}", flush=True)


def reason(kept: Path, now: judge.Now) -> str:
    """Say why the files must be made, '' when the kept ones are still those of their inputs."""
    try:
        return judge.reason(json.loads((kept / RECORD).read_text(encoding="utf-8")), now)
    except (OSError, ValueError):
        return judge.NOTHING


def put(kept: Path, out: Path, call: str) -> None:
    """Bring kept files into the site as scripts that hand over their content: a page on disk can fetch nothing.

    call: name of the function of the page that is handed a name and its content. A file that is no JSON comes as it is.
    """
    due = {}
    for name in listed(kept):
        if name.endswith(".json"):
            due[f"{name.removesuffix('.json')}.js"] = script(call, name, kept)
        else:
            due[name] = (kept / name).read_bytes()
    mirror(due, out)


def script(call: str, name: str, kept: Path) -> bytes:
    """Return the script of a kept file, as a script of the page runs or reads it."""
    content = (kept / name).read_text(encoding="utf-8")
    return f'{call}("{name.removesuffix(".json")}",{content})\n'.encode()


def mirror(due: Mapping[str, bytes], out: Path) -> None:
    """Let a folder hold these files and no other; what is there already is left alone."""
    for name in listed(out).keys() - due.keys():
        (out / name).unlink()
    for name, content in due.items():
        target = out / name
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)


def listed(folder: Path) -> dict[str, int]:
    """Return the size of every file below a folder, by path."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in found}
