"""The sockets under requests: dialled only at judged numbers, and bounded in total time however slowly bytes drip.

A Passage is one call's way through here; it notes how far the call got, so that "was it sent?" has a provable answer.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import certifi
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.ssl_ import create_urllib3_context

from connectors.transport.egress import Egress

IDLE_SECONDS_MAX = 20.0
"""Vendors close idle connections after 60 s or less: one that rested this long is not trusted with a write."""
POOL_CONNECTIONS = 64
KEEPALIVE_SECONDS = 15


@dataclass
class Passage:
    """One call's way through the wire. It is refused to connect outside of one."""

    egress: Egress
    until: float
    """On the monotonic clock: the total deadline of the call, whatever the pace of its bytes."""
    connect_seconds: float
    read_seconds: float
    confirm: Callable[[], None] | None = None
    """Called when the first byte is about to leave; may wait, and its wait is not the vendor's."""
    dialled: bool = False
    sent_bytes: int = 0
    received_bytes: int = 0

    def left(self, at_most: float) -> float:
        seconds = min(self.until - time.monotonic(), at_most)
        if seconds <= 0:
            raise TimeoutError("total deadline")
        return seconds

    def begin(self) -> None:
        if self.confirm and not self.sent_bytes:
            started = time.monotonic()
            self.confirm()
            self.until += time.monotonic() - started


_passage: ContextVar[Passage] = ContextVar("passage")


@contextmanager
def passing(passage: Passage) -> Iterator[None]:
    token = _passage.set(passage)
    try:
        yield
    finally:
        _passage.reset(token)


class _Timed:
    """Every read and write ends at the call's deadline, so a dripping server cannot hold a worker."""

    def recv_into(self: Any, *args: Any, **kwargs: Any) -> int:
        passage = _passage.get()
        self.settimeout(passage.left(passage.read_seconds))
        count: int = super().recv_into(*args, **kwargs)  # type: ignore[misc]
        passage.received_bytes += count
        return count

    def sendall(self: Any, data: Any, flags: int = 0) -> None:
        passage, view = _passage.get(), memoryview(data).cast("B")
        passage.begin()
        while view:
            self.settimeout(passage.left(passage.read_seconds))
            count = self.send(view, flags)
            passage.sent_bytes += count
            view = view[count:]


class TimedSocket(_Timed, socket.socket):
    pass


class TimedTls(_Timed, ssl.SSLSocket):
    pass


def dial(host: str, port: int, tls: bool) -> TimedSocket:
    """Connect to the first number that answers of those judged just now; they share one connect timeout evenly."""
    passage = _passage.get()
    passage.dialled = True
    until = time.monotonic() + passage.left(passage.connect_seconds)
    numbers = passage.egress.numbers(host, port, tls, passage.connect_seconds)
    failure: OSError = TimeoutError("connect")
    for nth, number in enumerate(numbers):
        sock = TimedSocket(socket.AF_INET6 if ":" in number else socket.AF_INET, socket.SOCK_STREAM)
        try:
            sock.settimeout(max((until - time.monotonic()) / (len(numbers) - nth), 0.001))
            sock.connect((number, port))
            _keep_alive(sock)
            return sock
        except OSError as error:
            failure = error
            sock.close()
    raise failure


def _keep_alive(sock: socket.socket) -> None:
    """A peer that vanished without a word is noticed by the kernel, also between calls."""
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", KEEPALIVE_SECONDS), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class PlainConnection(HTTPConnection):
    used_at = 0.0

    def _new_conn(self) -> socket.socket:
        self.used_at = time.monotonic()
        return dial(self.host, self.port or 80, tls=False)

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self.used_at < IDLE_SECONDS_MAX and super().is_connected

    def getresponse(self) -> Any:
        self.used_at = time.monotonic()
        return super().getresponse()


class TlsConnection(HTTPSConnection):
    used_at = 0.0

    def _new_conn(self) -> socket.socket:
        self.used_at = time.monotonic()
        return dial(self.host, self.port or 443, tls=True)

    @property
    def is_connected(self) -> bool:
        return time.monotonic() - self.used_at < IDLE_SECONDS_MAX and super().is_connected

    def getresponse(self) -> Any:
        self.used_at = time.monotonic()
        return super().getresponse()


class PlainPool(HTTPConnectionPool):
    ConnectionCls = PlainConnection


class TlsPool(HTTPSConnectionPool):
    ConnectionCls = TlsConnection


class WireAdapter(HTTPAdapter):
    """requests' own adapter on these sockets. It always verifies, never retries, knows no proxy."""

    def __init__(self, ca_file: str) -> None:
        self._tls = create_urllib3_context(ssl_minimum_version=ssl.TLSVersion.TLSv1_2)
        self._tls.load_verify_locations(cafile=ca_file)
        self._tls.sslsocket_class = TimedTls
        super().__init__(pool_connections=POOL_CONNECTIONS, pool_maxsize=16)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": TlsPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:  # noqa: ARG002
        return super().build_connection_pool_key_attributes(request, True, None)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ARG002
        """The context carries the trust already; loading the bundle again for each connection costs 10 ms."""
        conn.cert_reqs = "CERT_REQUIRED"


@dataclass
class WayOut:
    """The pooled connections of one process. A forked child starts with none of its parent's."""

    egress: Egress = field(default_factory=Egress)
    ca_file: str = field(default_factory=certifi.where)
    mounts: Mapping[str, BaseAdapter] = field(default_factory=dict)
    """Address prefixes answered by another adapter: simulators in this very process."""
    _adapters: dict[int, WireAdapter] = field(default_factory=dict, repr=False)

    def mounted(self, url: str) -> BaseAdapter | None:
        return next((adapter for prefix, adapter in self.mounts.items() if url.startswith(prefix)), None)

    def adapter(self, url: str) -> BaseAdapter:
        if mounted := self.mounted(url):
            return mounted
        pid = os.getpid()
        if pid not in self._adapters:
            self._adapters = {pid: WireAdapter(self.ca_file)}
        return self._adapters[pid]
