"""A webhook receiver that remembers what it was sent and answers as told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Box:
    url: str = ""
    statuses: list[int] = field(default_factory=list)
    """Answers to give, in order; 200 when there are none left."""
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Box]:
    box = Box()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if len(body) == int(self.headers["Content-Length"]):
                box.bodies.append(body)
                box.headers.append(dict(self.headers))
            self.send_response(box.statuses.pop(0) if box.statuses else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    ThreadingHTTPServer.request_queue_size = 64
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    box.url = f"http://127.0.0.1:{server.server_port}/hook"
    try:
        yield box
    finally:
        server.shutdown()
        server.server_close()
