"""An edition as one file to keep: pages, source, manifest, citation and RO-Crate metadata; the same bytes each time."""

import datetime as dt
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

from analysis.edition import crate, trees
from analysis.edition.compare import EditionError
from analysis.edition.store import Edition

MANIFEST = "manifest-sha256.txt"
SITE, SOURCE = "site", "source"
UNFINISHED = (".buildinfo", ".doctrees")


def archive(root: Path, site: Path, newest: Edition | None, *, out: Path) -> list[Path]:
    """Write the newest edition with its pages into the folder `out`; see `contents` and `write`.

    Raises EditionError when there is no edition.
    """
    if newest is None:
        raise EditionError("editions: found none. Allowed: at least one (make edition).")
    return write(contents(root, site, newest), newest, out=out)


def contents(root: Path, site: Path, edition: Edition, *, commit: str = "HEAD") -> dict[str, bytes]:
    """Return the files of the archive by path: pages, source of `commit`, citation, metadata, manifest.

    Raises EditionError when the site is not built or the source at `commit` does not hold the edition.
    """
    if not (site / "index.html").is_file():
        raise EditionError(f"{site}: found no index.html. Allowed: the built pages (make book).")
    files = {f"{SITE}/{path.relative_to(site).as_posix()}": path.read_bytes() for path in _pages(site)}
    files |= {f"{SOURCE}/{name}": content for name, content in _source(root, commit).items()}
    record = f"{SOURCE}/data/editions/{edition.number}/edition.json"
    if record not in files:
        raise EditionError(
            f"{commit}: found no record of edition {edition.number}. Allowed: the commit that holds it."
        )
    files["CITATION.cff"] = files[f"{SOURCE}/data/editions/{edition.number}/CITATION.cff"]
    package = json.loads(files[f"{SOURCE}/data/datapackage.json"])
    tables: dict[str, dict[str, Any]] = {f"{SOURCE}/data/{one['path']}": one for one in package["resources"]}
    files[crate.FILE] = crate.crate(files, edition.about, tables=tables)
    files[MANIFEST] = manifest(files)
    return files


def manifest(files: dict[str, bytes]) -> bytes:
    """Return one line a file, as `sha256sum --check` reads it."""
    lines = [f"{hashlib.sha256(content).hexdigest()}  {path}" for path, content in sorted(files.items())]
    return ("\n".join(lines) + "\n").encode()


def write(files: dict[str, bytes], edition: Edition, *, out: Path) -> list[Path]:
    """Write the archive as .zip and .tar.gz with a checksum file beside them; return the three paths.

    Names, order, times (the day of the edition) and modes are fixed: the same files give the same bytes.
    """
    name = f"special-measures-report-{edition.number}"
    out.mkdir(parents=True, exist_ok=True)
    day = dt.datetime.fromisoformat(edition.about["date"]).replace(tzinfo=dt.UTC)
    made = {f"{name}.zip": as_zip(files, name, day), f"{name}.tar.gz": as_tar(files, name, day)}
    made[f"{name}.sha256"] = manifest(made)
    for path, content in made.items():
        (out / path).write_bytes(content)
    return [out / path for path in made]


def mode(content: bytes) -> int:
    """Return the rights of a file in an archive: what begins with `#!` can be run, with git and without."""
    return 0o755 if content.startswith(b"#!") else 0o644


def as_zip(files: dict[str, bytes], name: str, day: dt.datetime) -> bytes:
    """Return files as a .zip under one folder, in order of their names, all of one moment."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as opened:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{name}/{path}", day.timetuple()[:6])
            entry.compress_type, entry.external_attr, entry.create_system = (
                zipfile.ZIP_DEFLATED,
                mode(content) << 16,
                3,
            )
            opened.writestr(entry, content)
    return out.getvalue()


def as_tar(files: dict[str, bytes], name: str, day: dt.datetime) -> bytes:
    """Return files as a .tar.gz under one folder, in order of their names, all of one moment and owner."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as opened:
        for path, content in sorted(files.items()):
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size, entry.mode, entry.mtime = len(content), mode(content), int(day.timestamp())
            opened.addfile(entry, io.BytesIO(content))
    return gzip.compress(out.getvalue(), mtime=0)


def _pages(site: Path) -> list[Path]:
    found = sorted(path for path in site.rglob("*") if path.is_file())
    return [path for path in found if not set(path.relative_to(site).parts) & set(UNFINISHED)]


def _source(root: Path, commit: str) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(trees.packed(root, commit))) as opened:
        members = [(one.name, opened.extractfile(one)) for one in opened if one.isfile()]
        return {name: stream.read() for name, stream in members if stream is not None}
