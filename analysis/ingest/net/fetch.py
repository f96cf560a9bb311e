"""Download a page or a release file: resumed, checked, and put in place whole or not at all."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

import requests

from analysis.ingest.net import asking, ways
from analysis.ingest.net.asking import Again, Manners as Manners, Session as Session
from analysis.ingest.net.content import PAGE, FetchError, check, is_page
from analysis.ingest.net.ways import Way

CHUNK = 16 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in place. `resumed`: bytes that an earlier attempt had left."""

    path: Path
    address: str
    bytes: int
    sha256: str
    resumed: int


def page(address: str, *, using: Session, way: Way | None = None) -> tuple[str, str]:
    """Return (HTML, final address) of a publication's page.

    way: where it and its redirects may lead; without one, the scheme, host and port of `address` alone.
    Raises FetchError when the server refuses, keeps failing, stalls or is slow, leads elsewhere, or sends a page
    that is too large, in a charset that is not known, or something else than HTML.
    """
    way = way or Way(mirror=ways.origin(address))

    def once() -> tuple[str, str]:
        with asking.get(address, {}, using=using, way=way) as answer:
            kind = answer.headers.get("Content-Type", "")
            body = _read(answer, using.manners.largest_page, address=address)
            if "html" not in kind and not is_page(body):
                raise FetchError(address, found=f"Content-Type {kind!r}", allowed=PAGE)
            return body.decode(asking.charset(answer, address), errors="replace"), answer.url

    return asking.patiently(once, address, using=using, total=using.manners.total_page)


def fetch(address: str, target: Path, *, using: Session, way: Way | None = None) -> Fetched:
    """Download `address` to `target`; what an earlier attempt left in `target`.part is continued.

    way: as for `page`.

    Continued only when the server proves by its ETag or date that the file is still the same; else begun
    anew. Raises FetchError when it cannot be had whole: the server refuses or keeps failing, the length is
    not the announced one, the file is too large, or it is not what its name says (HTML in place of a table,
    a workbook cut short). `target` is then as it was before.
    """
    way = way or Way(mirror=ways.origin(address))
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")

    def once() -> int:
        return _continue(address, part, using=using, way=way)

    resumed = asking.patiently(once, address, using=using, total=using.manners.total)
    try:
        check(part, target.name, address=address)
    except FetchError:
        part.unlink()
        _note(part).unlink(missing_ok=True)
        raise
    digest = hashlib.sha256(part.read_bytes()).hexdigest()
    size = part.stat().st_size
    os.replace(part, target)
    _note(part).unlink(missing_ok=True)
    using.say(f"  {target.name}: {size:,} bytes, sha256 {digest[:12]}")
    return Fetched(target, address, size, digest, resumed)


def _read(answer: requests.Response, most: int, *, address: str) -> bytes:
    body = b""
    for chunk in answer.iter_content(CHUNK):
        body += chunk
        if len(body) > most:
            raise FetchError(address, found="a larger page", allowed=f"{most:,} bytes at most")
    return body


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _continue(address: str, part: Path, *, using: Session, way: Way) -> int:
    """Make `part` whole; return the bytes it had already. Raises Again when more is to come."""
    proof, largest = _proof(part, address), using.manners.largest
    have = part.stat().st_size if proof else 0
    headers = {"Range": f"bytes={have}-", "If-Range": proof} if have else {}
    with asking.get(address, headers, using=using, way=way) as answer:
        if answer.status_code == 416 or (answer.status_code == 206 and not _same(answer, have, proof)):
            part.unlink(missing_ok=True)
            raise Again("the file is another one than before", 0)
        if "html" in answer.headers.get("Content-Type", ""):
            raise FetchError(address, found=PAGE, allowed="a release file")
        have = have if answer.status_code == 206 else 0
        announced = asking.whole(answer.headers.get("Content-Length", ""))
        whole = None if announced is None else have + announced
        if whole is not None and whole > largest:
            raise FetchError(address, found=f"{whole:,} bytes", allowed=f"{largest:,} at most")
        mark = {"address": address, "proof": _mark(answer)}
        _note(part).write_text(json.dumps(mark), encoding="utf-8")
        size = _write(answer, part, have, whole, address=address, using=using)
    if whole is not None and size != whole:
        raise Again(f"{size:,} of {whole:,} bytes came")
    return have


def _write(
    answer: requests.Response, part: Path, have: int, whole: int | None, *, address: str, using: Session
) -> int:
    """Write the body after the first `have` bytes; return the size. Says how far it is at each quarter."""
    largest = using.manners.largest
    size, told = have, have // max(1, (whole or 0) // 4) if whole else 0
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        file.truncate()
        for chunk in answer.iter_content(CHUNK):
            file.write(chunk)
            size += len(chunk)
            if size > largest:
                raise FetchError(address, found=f"over {size:,} bytes", allowed=f"{largest:,} at most")
            if whole and size * 4 // whole > told and whole > 32 * CHUNK:
                told = size * 4 // whole
                using.say(f"  {size:,} of {whole:,} bytes")
        file.flush()
        os.fsync(file.fileno())
    return size


def _mark(answer: requests.Response) -> str:
    """Return what proves that a file is still the same: a strong ETag, else its date, else ''."""
    tag = answer.headers.get("ETag", "")
    return tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")


def _proof(part: Path, address: str) -> str:
    """Return the mark of what is in `part`, '' when it cannot be continued."""
    if not part.is_file() or not _note(part).is_file():
        return ""
    try:
        note = json.loads(_note(part).read_text(encoding="utf-8"))
    except ValueError:
        return ""
    return str(note.get("proof", "")) if note.get("address") == address else ""


def _same(answer: requests.Response, have: int, proof: str) -> bool:
    """Say whether a partial answer goes on where we are, in the same file."""
    begins = answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
    return begins and _mark(answer) in ("", proof)
