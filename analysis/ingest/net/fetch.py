"""Download a page or a release file: resumed, checked, and put in place whole or not at all."""

from __future__ import annotations

import email.utils
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
)

from analysis.ingest.net.content import PAGE, FetchError, check, is_page

AGENT = "special-measures-report/1.0 (refresh of official statistics; python-requests)"
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
CHUNK = 16 * 1024
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how polite: seconds, except `attempts`, `redirects` and `largest` (bytes).

    pause: between any two requests to publishers; back_off: after the first failure, doubled after each;
    longest: the longest wait that is accepted, also when the server asks for it; total: for one file.
    """

    connect: float = 10
    read: float = 60
    attempts: int = 5
    pause: float = 1
    back_off: float = 2
    longest: float = 120
    total: float = 1800
    redirects: int = 5
    largest: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that is in place. `resumed`: bytes that an earlier attempt had left."""

    path: Path
    address: str
    bytes: int
    sha256: str
    resumed: int


def session(manners: Manners) -> requests.Session:
    """Return a session that names itself and follows a bounded number of redirects."""
    made = requests.Session()
    made.max_redirects = manners.redirects
    made.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
    return made


def page(
    address: str, *, manners: Manners, using: requests.Session, say: Callable[[str], None] = lambda line: None
) -> tuple[str, str]:
    """Return (HTML, final address) of a publication's page.

    Raises FetchError when the server refuses, keeps failing or stalls, or sends something else than HTML.
    """

    def once() -> tuple[str, str]:
        with _get(address, {}, manners=manners, using=using) as answer:
            kind = answer.headers.get("Content-Type", "")
            body = _read(answer, manners=manners, address=address)
            if "html" not in kind and not is_page(body):
                raise FetchError(address, found=f"Content-Type {kind!r}", allowed=PAGE)
            return body.decode(answer.encoding or "utf-8", errors="replace"), answer.url

    return _patiently(once, address, manners=manners, say=say)


def fetch(
    address: str,
    target: Path,
    *,
    manners: Manners,
    using: requests.Session,
    say: Callable[[str], None] = lambda line: None,
) -> Fetched:
    """Download `address` to `target`; what an earlier attempt left in `target`.part is continued.

    Continued only when the server proves by its ETag or date that the file is still the same; else begun
    anew. Raises FetchError when it cannot be had whole: the server refuses or keeps failing, the length is
    not the announced one, the file is too large, or it is not what its name says (HTML in place of a table,
    a workbook cut short). `target` is then as it was before.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f"{target.name}.part")
    resumed = _patiently(
        lambda: _continue(address, part, manners=manners, using=using, say=say),
        address,
        manners=manners,
        say=say,
    )
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
    say(f"  {target.name}: {size:,} bytes, sha256 {digest[:12]}")
    return Fetched(target, address, size, digest, resumed)


class _Again(Exception):
    """This attempt failed in a way that another may not. `after`: seconds that the server asks for."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


def _patiently(act: Callable[[], T], address: str, *, manners: Manners, say: Callable[[str], None]) -> T:
    """Return what `act` returns, after at most `attempts` attempts with growing waits."""

    def wait(state: RetryCallState) -> float:
        asked = getattr(_failure(state), "after", None)
        return manners.back_off * 2 ** (state.attempt_number - 1) if asked is None else asked

    def too_long(state: RetryCallState) -> bool:
        return state.upcoming_sleep > manners.longest

    def tell(state: RetryCallState) -> None:
        said = f"attempt {state.attempt_number} of {manners.attempts} failed ({_plain(_failure(state))})"
        say(f"  {said}; again in {state.upcoming_sleep:g} s")

    def give_up(state: RetryCallState) -> T:
        error, found = _failure(state), _plain(_failure(state))
        allowed = f"an answer within {manners.attempts} attempts"
        if too_long(state):
            found += f"; wait {state.upcoming_sleep:.0f} seconds"
            allowed = f"a wait of at most {manners.longest:g} seconds: try again later"
        raise FetchError(address, found=found, allowed=allowed) from error

    limits = stop_any(stop_after_attempt(manners.attempts), stop_before_delay(manners.total))
    time.sleep(manners.pause)
    try:
        return Retrying(
            retry=retry_if_exception_type((*BROKEN, _Again)),
            wait=wait,
            stop=lambda state: too_long(state) or limits(state),
            before_sleep=tell,
            retry_error_callback=give_up,
        )(act)
    except requests.TooManyRedirects as error:
        raise FetchError(address, found=str(error), allowed=f"{manners.redirects} redirects") from error
    except requests.RequestException as error:
        raise FetchError(address, found=str(error), allowed="an answer of the server") from error


def _failure(state: RetryCallState) -> BaseException:
    assert state.outcome is not None
    return state.outcome.exception() or _Again("")


def _plain(error: BaseException) -> str:
    """Say what went wrong with a connection, without the library's own words."""
    text = str(error)
    if isinstance(error, _Again):
        return text
    if isinstance(error, requests.Timeout) or "timed out" in text:
        return "the server fell silent"
    if "resolve" in text:
        return "the host's name is not found: is there a network?"
    return "the server is not there" if "refused" in text else "the connection broke off"


def _get(
    address: str, headers: Mapping[str, str], *, manners: Manners, using: requests.Session
) -> requests.Response:
    if urlsplit(address).scheme not in ("http", "https"):
        raise FetchError(address, found=urlsplit(address).scheme, allowed="http or https")
    answer = using.get(address, headers=dict(headers), stream=True, timeout=(manners.connect, manners.read))
    if address.startswith("https:") and not answer.url.startswith("https:"):
        answer.close()
        raise FetchError(address, found=f"a redirect to {answer.url}", allowed="https throughout")
    if answer.status_code in TRY_AGAIN:
        answer.close()
        raise _Again(f"the server answers {answer.status_code}", _asked(answer))
    if answer.status_code not in (200, 206, 416):
        answer.close()
        found = f"the server answers {answer.status_code} {answer.reason}"
        raise FetchError(
            address, found=found, allowed="200: if the page has moved, see analysis/ingest/net/pages.py"
        )
    return answer


def _asked(answer: requests.Response) -> float | None:
    """Return the seconds that Retry-After asks for (a number or a date), None without it."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time()) if text else None
    except ValueError:
        return None


def _read(answer: requests.Response, *, manners: Manners, address: str) -> bytes:
    body = b""
    for chunk in answer.iter_content(CHUNK):
        body += chunk
        if len(body) > manners.largest:
            raise FetchError(address, found="a larger page", allowed=f"{manners.largest:,} bytes at most")
    return body


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _continue(
    address: str, part: Path, *, manners: Manners, using: requests.Session, say: Callable[[str], None]
) -> int:
    """Make `part` whole; return the bytes it had already. Raises _Again when more is to come."""
    proof = _proof(part, address)
    have = part.stat().st_size if proof else 0
    headers = {"Range": f"bytes={have}-", "If-Range": proof} if have else {}
    with _get(address, headers, manners=manners, using=using) as answer:
        if answer.status_code == 416 or (answer.status_code == 206 and not _same(answer, have, proof)):
            part.unlink(missing_ok=True)
            raise _Again("the file is another one than before", 0)
        if "html" in answer.headers.get("Content-Type", ""):
            raise FetchError(address, found=PAGE, allowed="a release file")
        have = have if answer.status_code == 206 else 0
        announced = answer.headers.get("Content-Length", "")
        whole = have + int(announced) if announced.isdigit() else None
        if whole is not None and whole > manners.largest:
            raise FetchError(address, found=f"{whole:,} bytes", allowed=f"{manners.largest:,} at most")
        mark = {"address": address, "proof": _mark(answer)}
        _note(part).write_text(json.dumps(mark), encoding="utf-8")
        size = _write(answer, part, have, whole, address=address, manners=manners, say=say)
    if whole is not None and size != whole:
        raise _Again(f"{size:,} of {whole:,} bytes came")
    return have


def _write(
    answer: requests.Response,
    part: Path,
    have: int,
    whole: int | None,
    *,
    address: str,
    manners: Manners,
    say: Callable[[str], None],
) -> int:
    """Write the body after the first `have` bytes; return the size. Says how far it is at each quarter."""
    size, told = have, have // max(1, (whole or 0) // 4) if whole else 0
    until = time.monotonic() + manners.total
    with part.open("r+b" if have else "wb") as file:
        file.seek(have)
        file.truncate()
        for chunk in answer.iter_content(CHUNK):
            file.write(chunk)
            size += len(chunk)
            if size > manners.largest:
                raise FetchError(
                    address, found=f"over {size:,} bytes", allowed=f"{manners.largest:,} at most"
                )
            if time.monotonic() > until:
                raise FetchError(
                    address, found=f"{size:,} bytes in {manners.total:g} s", allowed="a faster answer"
                )
            if whole and size * 4 // whole > told and whole > 32 * CHUNK:
                told = size * 4 // whole
                say(f"  {size:,} of {whole:,} bytes")
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
