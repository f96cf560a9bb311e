"""A web server on this machine that behaves well or badly, as each test says."""

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Item:
    """One address: what it answers. `faults` are used up one a request, in order; then it answers well.

    A fault is ("status", 429, {"Retry-After": "0"}), ("cut", 100) = 100 bytes, then the line drops,
    ("stall", 100) = 100 bytes, then silence, or ("drop",) = no answer at all.
    """

    body: bytes = b""
    kind: str = "text/csv"
    etag: str = '"one"'
    ranges: bool = True
    location: str = ""
    faults: list = field(default_factory=list)
    asked: list = field(default_factory=list)
    length: bool = True


@contextmanager
def serving(items):
    """Serve `items` (Item by path); yield the base address."""
    stop = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def log_message(self, *_):
            pass

        def do_GET(self):
            item = items.get(self.path)
            if item is None:
                return self.send_error(404, "Not Found")
            item.asked.append((dict(self.headers), time.monotonic()))
            fault = item.faults.pop(0) if item.faults else None
            if fault and fault[0] == "drop":
                return self.connection.close()
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
            if item.etag:
                self.send_header("ETag", item.etag)
            if item.length:
                self.send_header("Content-Length", str(len(body)))
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(item.body) - 1}/{len(item.body)}")
            self.end_headers()
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
