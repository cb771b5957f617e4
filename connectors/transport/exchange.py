"""One request and its answer, as the adapter gets it and as the record of an attempt keeps it.

What is kept is masked before anybody sees it; sealing the personal data in it is the keeper's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from connectors.transport.pace import Turn


@dataclass(frozen=True)
class Deadlines:
    """How long a call may take and how much it may bring."""

    connect_seconds: float = 5
    read_seconds: float = 30
    total_seconds: float = 60
    answer_bytes_max: int = 20_000_000


@dataclass(frozen=True, repr=False)
class Call:
    request: requests.PreparedRequest
    reads: bool
    expects: type | tuple[type, ...] | None
    key: str
    times: Deadlines
    endpoint: str = ""
    turn: Turn | None = None


@dataclass(frozen=True, repr=False)
class Raw:
    """What came back before anybody read it."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, repr=False)
class Answer:
    """A good answer. `json` has Decimals for numbers with a point."""

    status: int
    headers: Mapping[str, str]
    json: Any
    body: bytes
    request_id: str
    took_seconds: float

    def __repr__(self) -> str:
        return f"Answer({self.status}, {len(self.body)} bytes, {self.request_id or 'no request id'})"


@dataclass(frozen=True, repr=False)
class Exchange:
    """What an Attempt keeps of one call. Masked; may hold personal data, so it has no repr of its bodies."""

    system: str
    method: str
    address: str
    sent_headers: Mapping[str, str]
    sent_body: str
    key: str
    status: int | None
    answer_headers: Mapping[str, str]
    answer_body: str
    request_id: str
    began: datetime
    took_seconds: float
    sent: bool
    """False: provably not one byte of the request left."""
    outcome: str
    """`fine`, or the name of the error, as the line of an attempt shows it."""
    why: str = ""

    def __repr__(self) -> str:
        return f"Exchange({self.method} {self.address} -> {self.status}, {self.outcome})"
