"""Show the built pages on this machine."""

import functools
import socket
from collections.abc import Callable
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = "127.0.0.1"
LAST = 65535  # the highest port there is


class ServeError(ValueError):
    """The pages cannot be shown; the message says why and what to do."""


def serve(folder: Path, port: int, *, say: Callable[[str], None] = print) -> None:
    """Serve a folder of pages to this machine alone until Ctrl+C; no line is written for each request.

    Raises ServeError when the folder holds no pages, or the port is none, is taken or may not be used.
    """
    if not (folder / "index.html").is_file():
        raise ServeError(f"{folder}: found no index.html. Allowed: the built pages (make book).")
    if not 0 < port <= LAST:
        raise ServeError(f"port: found {port}. Allowed: 1 to {LAST}, as in: make serve PORT=8001")
    server = None if answers(port) else bound(folder, port)
    if server is None:
        raise ServeError(f"Port {port} is taken by another program, or not allowed. {another(port)}")
    with server:
        say(f"http://{HERE}:{port}  (Ctrl+C stops)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("")


def bound(folder: Path, port: int) -> ThreadingHTTPServer | None:
    """Return a server of a folder that holds a port, None when the port cannot be had."""
    try:
        return ThreadingHTTPServer((HERE, port), functools.partial(_Quiet, directory=str(folder)))
    except OSError:
        return None


def answers(port: int) -> bool:
    """Tell whether a program on this machine answers at a port; some systems let two hold the same one."""
    try:
        socket.create_connection((HERE, port), timeout=0.5).close()
    except OSError:
        return False
    return True


def another(port: int) -> str:
    """Say how to choose another port: one that is free now."""
    start = port if 1024 <= port < LAST else 8000
    for other in range(start + 1, min(start + 100, LAST + 1)):
        with socket.socket() as free:
            try:
                free.bind((HERE, other))
            except OSError:
                continue
            return f"Choose another one: make serve PORT={other}"
    return "Choose another one, as in: make serve PORT=8001"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Write nothing."""
