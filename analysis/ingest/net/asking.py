"""Ask a publisher's server: patiently, politely, within a time in all, along redirects that are looked at first."""

import codecs
import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_any,
    stop_before_delay,
)

from analysis.data import exact
from analysis.ingest.net import ways
from analysis.ingest.net.content import FetchError
from analysis.ingest.net.ways import Way

AGENT = "special-measures-report/1.0 (refresh of official statistics; python-requests)"
TRY_AGAIN = (408, 425, 429, 500, 502, 503, 504)
BROKEN = (
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
CHARSETS = ("utf-8", "ascii", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "utf-16-le", "utf-16-be")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Manners:
    """How patient and how polite: seconds, except `attempts`, `redirects` and `largest`, `largest_page` (bytes).

    pause: between any two requests to publishers; back_off: after the first failure, doubled after each;
    longest: the longest wait that is accepted, also when the server asks for it; total, total_page: for one
    file and one page in all, attempts and waits included, however little comes at a time.
    """

    connect: float = 10
    read: float = 60
    attempts: int = 5
    pause: float = 1
    back_off: float = 2
    longest: float = 120
    total: float = 1800
    total_page: float = 180
    redirects: int = 5
    largest: int = 200_000_000
    largest_page: int = 10_000_000


class Session(requests.Session):
    """A session that names itself, keeps to its manners and goes to public machines alone (`ways.Guard`).

    say: called with a line of what it waits for and brings.
    """

    def __init__(self, manners: Manners, say: Callable[[str], None] = lambda line: None) -> None:
        super().__init__()
        self.manners, self.say, self.guard = manners, say, ways.Guard()
        for scheme in ("http://", "https://"):
            self.mount(scheme, self.guard)
        self.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close"})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return nothing: `get` looks at where an answer leads, and requests is not to read it before."""


class Again(Exception):
    """This attempt failed in a way that another may not. `after`: seconds that the server asks for."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


def patiently(act: Callable[[], T], address: str, *, using: Session, total: float) -> T:
    """Return what `act` returns, after at most `attempts` attempts with growing waits, `total` seconds in all."""
    manners, guard = using.manners, using.guard

    def wait(state: RetryCallState) -> float:
        asked = getattr(_failure(state), "after", None)
        return manners.back_off * 2 ** (state.attempt_number - 1) if asked is None else asked

    def too_long(state: RetryCallState) -> bool:
        return state.upcoming_sleep > manners.longest

    def tell(state: RetryCallState) -> None:
        said = f"attempt {state.attempt_number} of {manners.attempts} failed ({_plain(_failure(state))})"
        using.say(f"  {said}; again in {exact(state.upcoming_sleep)} s")

    def give_up(state: RetryCallState) -> T:
        error, found = _failure(state), _plain(_failure(state))
        allowed = f"an answer within {manners.attempts} attempts"
        if too_long(state):
            found += f"; wait {state.upcoming_sleep:.0f} seconds"
            allowed = f"a wait of at most {exact(manners.longest)} seconds: try again later"
        raise FetchError(address, found=found, allowed=allowed) from error

    limits = stop_any(stop_after_attempt(manners.attempts), stop_before_delay(total))
    time.sleep(manners.pause)
    try:
        with guard.within(total, address):
            return Retrying(
                retry=retry_if_exception_type((*BROKEN, Again)),
                wait=wait,
                stop=lambda state: guard.late or too_long(state) or limits(state),
                before_sleep=tell,
                retry_error_callback=give_up,
            )(act)
    except requests.RequestException as error:
        raise FetchError(address, found=str(error), allowed="an answer of the server") from error


def _failure(state: RetryCallState) -> BaseException:
    assert state.outcome is not None
    return state.outcome.exception() or Again("")


def _plain(error: BaseException) -> str:
    """Say what went wrong with a connection, without the library's own words."""
    text = str(error)
    if isinstance(error, Again):
        return text
    if isinstance(error, requests.Timeout) or "timed out" in text:
        return "the server fell silent"
    if "resolve" in text:
        return "the host's name is not found: is there a network?"
    return "the server is not there" if "refused" in text else "the connection broke off"


def get(address: str, headers: Mapping[str, str], *, using: Session, way: Way) -> requests.Response:
    """Return the answer at the end of the redirects; each address is looked at before it is asked."""
    manners = using.manners
    at, wait = address, (manners.connect, manners.read)
    using.guard.trust(way)
    for _ in range(manners.redirects + 1):
        way.check(at, of=address)
        answer = using.get(at, headers=dict(headers), stream=True, timeout=wait, allow_redirects=False)
        following = ways.next_of(answer)
        if following is None:
            break
        answer.close()
        at = following
    else:
        raise FetchError(address, found="one redirect more", allowed=f"{manners.redirects} redirects")
    if answer.status_code in TRY_AGAIN:
        answer.close()
        raise Again(f"the server answers {answer.status_code}", _asked(answer))
    if answer.status_code not in (200, 206, 416):
        answer.close()
        found = f"the server answers {answer.status_code} {answer.reason[:80]}"
        allowed = "200: if the page has moved, see analysis/ingest/net/pages.py"
        raise FetchError(address, found=found, allowed=allowed)
    return answer


def charset(answer: requests.Response, address: str) -> str:
    """Return the charset of a page; FetchError for one that is not of CHARSETS."""
    named = answer.encoding or "utf-8"
    try:
        known = codecs.lookup(named).name
    except (LookupError, ValueError):
        known = ""
    if known not in CHARSETS:
        raise FetchError(address, found=f"charset {named[:40]!r}", allowed=f"one of {list(CHARSETS)}")
    return known


def _asked(answer: requests.Response) -> float | None:
    """Return the seconds that Retry-After asks for (a number or a date), None without it."""
    text = answer.headers.get("Retry-After", "").strip()
    if (seconds := whole(text)) is not None:
        return float(seconds)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(text).timestamp() - time.time()) if text else None
    except (ValueError, TypeError, OverflowError):
        return None


def whole(text: str) -> int | None:
    """Return the number that a header states, None for another text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None
