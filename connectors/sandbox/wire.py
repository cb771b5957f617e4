"""A small HTTP/1.1 server on loopback that can also behave as badly as real networks do.

Raw sockets, one thread a connection: a fault needs the bytes in hand, to drip them, cut them or reset in the middle.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

HEAD_BYTES_MAX = 64_000
BODY_BYTES_MAX = 50_000_000
READ_BYTES = 65_536
TICK_SECONDS = 0.05
LINGER_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Head:
    method: str
    target: str
    headers: Mapping[str, str]
    """Names in lower case."""
    version: str = "HTTP/1.1"

    def keeps_alive(self) -> bool:
        wish = self.headers.get("connection", "").lower()
        return wish == "keep-alive" if self.version == "HTTP/1.0" else wish != "close"


class Talk:
    """One client's connection."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self._sock = sock
        self._stopping = stopping
        self._buffer = b""

    def read_head(self) -> Head | None:
        while b"\r\n\r\n" not in self._buffer:
            if len(self._buffer) > HEAD_BYTES_MAX or not self._more():
                return None
        raw, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        first, *lines = raw.decode("latin-1").split("\r\n")
        parts = first.split(" ")
        if len(parts) != 3:
            return None
        fields = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in fields}
        return Head(parts[0], parts[1], headers, parts[2])

    def read_body(self, head: Head) -> bytes:
        if head.headers.get("expect", "").lower() == "100-continue":
            self.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        if "chunked" in head.headers.get("transfer-encoding", "").lower():
            return self._chunks()
        return self._exactly(min(int(head.headers.get("content-length") or 0), BODY_BYTES_MAX))

    def send(self, raw: bytes) -> None:
        self._sock.sendall(raw)

    def drip(self, raw: bytes, bytes_per_second: float) -> None:
        """One byte at a time; a read time-out on the other side never fires, only its deadline."""
        for byte in raw:
            if self._gone(1 / bytes_per_second):
                return
            self.send(bytes([byte]))

    def hang(self, seconds: float) -> None:
        """Stay silent until the time is over, the client gives up, or the server stops."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0 and not self._gone(min(left, TICK_SECONDS)):
            pass

    def reset(self) -> None:
        """End with RST rather than FIN: the client sees the connection break."""
        with contextlib.suppress(OSError):
            plain = self._sock
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
        self.close()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._sock.close()

    def _gone(self, seconds: float) -> bool:
        if self._stopping.is_set():
            return True
        try:
            readable, _, _ = select.select([self._sock], [], [], seconds)
            if not readable:
                return False
            if isinstance(self._sock, ssl.SSLSocket):
                return not self._more()
            if self._sock.recv(1, socket.MSG_PEEK):
                time.sleep(seconds)  # the client has sent more than we were asked to read: it is still there
                return False
        except (OSError, ValueError):
            return True
        return True

    def _more(self) -> bool:
        piece = self._sock.recv(READ_BYTES)
        self._buffer += piece
        return bool(piece)

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            if not self._more():
                raise ConnectionResetError("the client stopped in the middle of a body")
        body, self._buffer = self._buffer[:count], self._buffer[count:]
        return body

    def _line(self) -> bytes:
        while b"\r\n" not in self._buffer:
            if not self._more():
                raise ConnectionResetError("the client stopped in the middle of a body")
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self._line().partition(b";")[0], 16):
            body += self._exactly(size)
            self._exactly(2)
            if len(body) > BODY_BYTES_MAX:
                raise ConnectionResetError("body too large")
        while self._line():
            pass
        return body


def head_bytes(status: int, headers: Mapping[str, str]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Unknown"
    lines = [f"HTTP/1.1 {status} {phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


class Wire:
    """Listens on loopback only; `converse` handles one request and says whether the connection goes on."""

    def __init__(
        self,
        converse: Callable[[Talk, Head], bool],
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._converse = converse
        self._tls = tls
        self._stopping = threading.Event()
        self._open: set[socket.socket] = set()
        self._socket = socket.create_server((host, port), backlog=256)
        self.host, self.port = self._socket.getsockname()[:2]
        self.scheme = "https" if tls else "http"
        self.address = f"{self.scheme}://{self.host}:{self.port}"
        self._thread = threading.Thread(target=self._accept, name=f"wire {self.port}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for sock in tuple(self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        if self._thread.is_alive():
            self._thread.join(2)

    def _accept(self) -> None:
        while not self._stopping.is_set():
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        self._open.add(sock)
        with contextlib.suppress(OSError, ValueError):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                plain, sock = sock, self._tls.wrap_socket(sock, server_side=True)
                self._open.discard(plain)
                self._open.add(sock)
            talk = Talk(sock, self._stopping)
            while (head := talk.read_head()) and self._converse(talk, head) and head.keeps_alive():
                pass
        self._open.discard(sock)
        with contextlib.suppress(OSError):
            sock.close()
