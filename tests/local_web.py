"""Web servers on this machine: one that behaves well or badly, as each test says, and a plain static host."""

import functools
import gzip
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PACKED = (".html", ".css", ".js", ".json", ".svg", ".csv", ".xml", ".txt", ".inv")


@dataclass
class Item:
    """One address: what it answers. `faults` are used up one a request, in order; then it answers well.

    A fault is ("status", 429, {"Retry-After": "0"}), ("cut", 100) = 100 bytes, then the line drops,
    ("stall", 100) = 100 bytes, then silence, ("drip", 0.05) = a byte of the body each 0.05 s, ("head", 0.05) = so
    already before the headers end, or ("drop",) = no answer at all. more: further headers, or other ones.
    """

    body: bytes = b""
    kind: str = "text/csv"
    etag: str = '"one"'
    ranges: bool = True
    location: str = ""
    faults: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    length: bool = True
    more: dict = field(default_factory=dict)


@contextmanager
def serving(items):
    """Serve `items` (Item by path); yield the base address."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def log_message(self, *_):
            pass

        def drip(self, content, seconds):
            for at in range(len(content)):
                if stop.wait(seconds):
                    return
                try:
                    self.wfile.write(content[at : at + 1])
                except OSError:
                    return

        def do_GET(self):
            item = items.get(self.path)
            if item is None:
                return self.send_error(404, "Not Found")
            item.asked.append((dict(self.headers), time.monotonic()))
            fault = item.faults.pop(0) if item.faults else None
            if fault and fault[0] == "drop":
                return self.connection.close()
            if fault and fault[0] == "head":
                return self.drip(b"HTTP/1.0 200 OK\r\nX-Slow: " + b"x" * 2000, fault[1])
            if fault and fault[0] == "status":
                self.send_response(fault[1])
                for name, value in fault[2].items():
                    self.send_header(name, value)
                return self.end_headers()
            if item.location:
                self.send_response(302)
                self.send_header("Location", item.location)
                return self.end_headers()
            start = 0
            wanted = self.headers.get("Range")
            if wanted and item.ranges and self.headers.get("If-Range") == item.etag:
                start = int(wanted.removeprefix("bytes=").rstrip("-"))
            body = item.body[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Type", item.kind)
            for name, value in item.more.items():
                self.send_header(name, value)
            if item.etag:
                self.send_header("ETag", item.etag)
            if item.length and "Content-Length" not in item.more:
                self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(item.body) - 1}/{len(item.body)}")
            self.end_headers()
            if fault and fault[0] == "drip":
                return self.drip(body, fault[1])
            if fault:
                self.wfile.write(body[: fault[1]])
                self.wfile.flush()
                if fault[0] == "stall":
                    stop.wait(5)
                return None
            self.wfile.write(body)
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        stop.set()
        server.shutdown()
        server.server_close()


@functools.cache
def packed(path: str, changed: float) -> bytes:
    """Return the bytes of a file as a static host sends them: text by gzip, pictures and fonts as they are."""
    body = Path(path).read_bytes()
    return gzip.compress(body, mtime=0) if path.endswith(PACKED) else body


@contextmanager
def static_host(folder, sent: list | None = None, *, under: str = "", policy: str = ""):
    """Serve a folder as published sites are served, gzip and kept connections included; yield the address.

    sent: (path, bytes of the body) of each answer are added to it. under: path that all addresses begin with
    ("/report"); what lies beside it is not there. policy: the Content-Security-Policy sent with every answer.
    A wrong address gets `404.html`, as on hosts of static pages.
    """

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else small answers wait for one another

        def log_message(self, *_):
            pass

        def do_GET(self):
            path = Path(self.translate_path(self.path.removeprefix(under)))
            path = path / "index.html" if path.is_dir() else path
            there = path.is_file() and self.path.startswith(f"{under}/")
            path = path if there else Path(folder) / "404.html"
            if not path.is_file():
                return self.send_error(404, "Not Found")
            small = path.suffix in PACKED and "gzip" in self.headers.get("Accept-Encoding", "")
            body = packed(str(path), path.stat().st_mtime) if small else path.read_bytes()
            self.send_response(200 if there else 404)
            self.send_header("Content-Type", self.guess_type(str(path)))
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "max-age=600")
            if policy:
                self.send_header("Content-Security-Policy", policy)
                self.send_header("X-Content-Type-Options", "nosniff")
            if small:
                self.send_header("Content-Encoding", "gzip")
            self.end_headers()
            self.wfile.write(body)
            if sent is not None:
                sent.append((self.path, len(body)))
            return None

    handler = functools.partial(Handler, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{under}"
    finally:
        server.shutdown()
        server.server_close()
