"""A server on raw sockets that misbehaves to order, so that the real client meets real faults."""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Deadlines, Http
from connectors.transport.wire import WayOut

Manner = Callable[["Loopback", socket.socket], bool]
"""Answers one request; True keeps the connection open for the next."""


@dataclass
class Loopback:
    """Answers the n-th request in the n-th manner, the last manner for ever."""

    manners: tuple[Manner, ...]
    tls: ssl.SSLContext | None = None
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                conn, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(conn,), daemon=True).start()

    def _serve(self, conn: socket.socket) -> None:
        try:
            if self.tls:
                conn = self.tls.wrap_socket(conn, server_side=True)
            while request := read_request(conn):
                self.requests.append(request)
                manner = self.manners[min(len(self.requests), len(self.manners)) - 1]
                if not manner(self, conn):
                    break
        except OSError:
            pass
        finally:
            conn.close()


def read_request(conn: socket.socket) -> bytes:
    raw = b""
    while b"\r\n\r\n" not in raw:
        more = conn.recv(65536)
        if not more:
            return b""
        raw += more
    head, _, body = raw.partition(b"\r\n\r\n")
    length = next(
        (
            int(v)
            for k, _, v in (line.partition(b":") for line in head.split(b"\r\n"))
            if k.lower() == b"content-length"
        ),
        0,
    )
    while len(body) < length:
        body += conn.recv(65536)
    return head + b"\r\n\r\n" + body


def head(status: int = 200, headers: Mapping[str, str] | None = None) -> bytes:
    lines = {"Content-Type": "application/json", **(headers or {})}
    return (
        f"HTTP/1.1 {status} Said\r\n" + "".join(f"{k}: {v}\r\n" for k, v in lines.items()) + "\r\n"
    ).encode()


def says(body: Any = None, status: int = 200, headers: Mapping[str, str] | None = None) -> Manner:
    """A sane answer; the body is bytes as they are, or anything to be made JSON."""
    raw = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()

    def manner(_: Loopback, conn: socket.socket) -> bool:
        conn.sendall(head(status, {"Content-Length": str(len(raw)), **(headers or {})}) + raw)
        return True

    return manner


def closes(raw: bytes) -> Manner:
    """Sends just these bytes and closes."""

    def manner(_: Loopback, conn: socket.socket) -> bool:
        conn.sendall(raw)
        return False

    return manner


def then_closes(manner: Manner) -> Manner:
    def closing(server: Loopback, conn: socket.socket) -> bool:
        manner(server, conn)
        return False

    return closing


def drips(raw: bytes, every_seconds: float) -> Manner:
    def manner(server: Loopback, conn: socket.socket) -> bool:
        for byte in raw:
            conn.sendall(bytes([byte]))
            if server.over.wait(every_seconds):
                return False
        return True

    return manner


def hangs(first: bytes = b"") -> Manner:
    def manner(server: Loopback, conn: socket.socket) -> bool:
        conn.sendall(first)
        server.over.wait(20)
        return False

    return manner


def resets(first: bytes = b"") -> Manner:
    def manner(_: Loopback, conn: socket.socket) -> bool:
        conn.sendall(first)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        conn.close()
        return False

    return manner


@contextmanager
def serving(*manners: Manner, tls: ssl.SSLContext | None = None) -> Iterator[Loopback]:
    server = Loopback(manners, tls)
    try:
        yield server
    finally:
        server.over.set()
        server.listener.close()


def way_to(server: Loopback, seen: list[Exchange] | None = None, **how: Any) -> Http:
    """An Http pointed at the server, with short limits; `seen` collects what an Attempt would keep."""
    times = how.pop("times", Deadlines(connect_seconds=5, read_seconds=5, total_seconds=15))
    out = how.pop("out", None) or WayOut(Egress(opened=frozenset({server.address})))
    http = Http(out, times=times, observe=seen.append if seen is not None else None)
    return http.at(how.pop("base", f"http://{server.address}"), system="testing", **how)
