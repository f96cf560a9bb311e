"""Where a request may go: a publication's own hosts by https, or a mirror that the caller names; never inward."""

import ipaddress
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from analysis.data import exact
from analysis.ingest.net.content import FetchError

LONGEST = 2000  # characters of an address
NETLOC = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Way:
    """hosts: names whose own and lower hosts are asked by https. mirror: beginning of other addresses allowed:
    '<mirror>/<host>/<path>' with one of `hosts`, or any path when there are no hosts."""

    hosts: tuple[str, ...] = ()
    mirror: str = ""

    def check(self, address: str, *, of: str) -> None:
        """Raise FetchError unless `address` may be asked; `of` is the address that led to it."""
        own = [f"https to {', '.join(self.hosts)}"] if self.hosts else []
        allowed = " or ".join([*own, *([f"an address below {self.mirror}"] if self.mirror else [])])
        found = address if of == address else f"a redirect to {address}"
        found, parts = _short(found), split(address)
        if parts is None:
            proper = "an http or https address like https://host/path"
            raise FetchError(_short(of), found=found, allowed=proper)
        scheme, host, port, path = parts
        start = self.mirror.rstrip("/") + "/"
        if self.mirror and address.startswith(start) and ".." not in unquote(path).split("/"):
            below = address.removeprefix(start).partition("/")[0]
            if not self.hosts or belongs(below, self.hosts):
                return
        if not (scheme == "https" and port == 443 and belongs(host, self.hosts)):
            raise FetchError(_short(of), found=found, allowed=allowed or "a publication's own host")


def split(address: str) -> tuple[str, str, int, str] | None:
    """Return (scheme, host, port, path) of an http or https address, None for anything else.

    What two readers of addresses could take for two different hosts (back-slashes, blanks, a user's name) is
    no address here.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    odd = len(address) > LONGEST or re.search(r"[\x00-\x20\x7f\\]", address) or not address.isascii()
    if odd or parts.scheme not in PORTS or not NETLOC.fullmatch(parts.netloc):
        return None
    return parts.scheme, str(parts.hostname), port or PORTS[parts.scheme], parts.path


def belongs(host: str, hosts: tuple[str, ...]) -> bool:
    """Say whether a host is one of `hosts` or below one."""
    return any(host == known or host.endswith(f".{known}") for known in hosts)


def origin(address: str) -> str:
    """Return the scheme, host and port of an address as its beginning."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def next_of(answer: requests.Response) -> str | None:
    """Return the address to which an answer sends on, None for an answer that does not."""
    if answer.status_code not in (301, 302, 303, 307, 308):
        return None
    given = answer.headers.get("Location", "").encode("latin-1", "replace").decode("utf-8", "replace")
    try:
        whole = urljoin(answer.url, given.strip().replace(" ", "%20"))
    except ValueError:
        return given
    return str(requests.utils.requote_uri(whole)) if split(whole) is None else whole


class Guard(HTTPAdapter):
    """Connections that go to public machines alone, those in `trusted` excepted, and end when time is over.

    The machine is looked at when the connection stands and before a byte is sent, so that a name that leads
    inward, now or on the second asking, gains nothing. Behind a proxy the proxy decides.
    """

    def __init__(self) -> None:
        self.trusted: set[tuple[str, int]] = set()
        self.late = False
        self._open: list[socket.socket] = []
        super().__init__()

    def trust(self, way: Way) -> None:
        """Let connections to a mirror pass, wherever it is: the caller named it."""
        if (parts := split(f"{way.mirror}/")) is not None:
            self.trusted.add(parts[1:3])

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make pools whose connections are looked at."""
        super().init_poolmanager(*args, **kwargs)
        guard = self

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return guard._seen(super()._new_conn(), self.host, self.port)

        class Secure(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return guard._seen(super()._new_conn(), self.host, self.port)

        plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
        secure = type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": Secure})
        self.poolmanager.pool_classes_by_scheme = {"http": plain, "https": secure}

    def _seen(self, connected: socket.socket, host: str, port: int | None) -> socket.socket:
        address = ipaddress.ip_address(connected.getpeername()[0].partition("%")[0])
        address = getattr(address, "ipv4_mapped", None) or address
        if (host, port) not in self.trusted and (not address.is_global or address.is_multicast):
            connected.close()
            raise FetchError(host, found=f"a machine of this network ({address})", allowed="a public one")
        self._open.append(connected.dup())
        if self.late:
            self.cut()
        return connected

    def cut(self) -> None:
        """End all connections: who waits for a byte on one gets none."""
        self.late = True
        for twin in self._open:
            with suppress(OSError):
                twin.shutdown(socket.SHUT_RDWR)

    @contextmanager
    def within(self, seconds: float, address: str) -> Iterator[None]:
        """Cut off what takes longer than `seconds` in all, by however little it comes; then raise FetchError."""
        self.late = False
        timer = threading.Timer(seconds, self.cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (FetchError, requests.RequestException):
            if not self.late:
                raise
        finally:
            timer.cancel()
            for twin in self._open:
                twin.close()
            self._open.clear()
        if self.late:
            found = f"not whole after {exact(seconds)} seconds"
            raise FetchError(_short(address), found=found, allowed="a faster answer")


def _short(address: str) -> str:
    return address if len(address) <= 200 else f"{address[:200]} and more"
