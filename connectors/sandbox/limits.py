"""How many calls a vendor takes, and how many it really got.

The limit decides a request's fate; the meter only counts, so that a test can say "never more than 25 in any second".
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate

CALLS_KEPT = 200_000


@dataclass(frozen=True)
class Limit:
    """None means no limit. `retry_after`: seconds, "date", any other text as it is, or None for no header."""

    per_second: int | None = None
    per_minute: int | None = None
    per_endpoint_second: int | None = None
    at_once: int | None = None
    retry_after: int | str | None = None
    retry_date_seconds: int = 7

    def headers(self, now: float) -> dict[str, str]:
        if self.retry_after is None:
            return {}
        if self.retry_after == "date":
            return {"Retry-After": formatdate(now + self.retry_date_seconds, usegmt=True)}
        return {"Retry-After": str(self.retry_after)}


class Meter:
    """Counts calls by the world's clock: those let through, those turned away, and how many ran at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: list[float] = []
        self._by_endpoint: dict[str, list[float]] = {}
        self.turned_away: list[float] = []
        self.running = 0
        self.most_at_once = 0

    def admit(self, limit: Limit, now: float, endpoint: str = "") -> str:
        """Take the call and return "", or name the limit that it would break. Whoever is admitted calls `leave`."""
        with self._lock:
            broken = self._broken(limit, now, endpoint)
            if broken:
                self.turned_away.append(now)
                return broken
            for taken in (self._taken, self._by_endpoint.setdefault(endpoint, [])):
                del taken[: max(0, len(taken) - CALLS_KEPT)]
                taken.insert(bisect_right(taken, now), now)
            self.running += 1
            self.most_at_once = max(self.most_at_once, self.running)
            return ""

    def leave(self) -> None:
        with self._lock:
            self.running -= 1

    def calls(self, since: float = 0) -> int:
        with self._lock:
            return len(self._taken) - bisect_left(self._taken, since)

    def most_in(self, seconds: float = 1.0) -> int:
        """The most calls in any window of that length, wherever it starts."""
        with self._lock:
            return max(_windows(self._taken, seconds), default=0)

    def forget(self) -> None:
        with self._lock:
            self._taken.clear()
            self._by_endpoint.clear()
            self.turned_away.clear()
            self.most_at_once = self.running

    def _broken(self, limit: Limit, now: float, endpoint: str) -> str:
        if limit.at_once is not None and self.running >= limit.at_once:
            return "concurrency"
        here = self._by_endpoint.get(endpoint, [])
        windows = (
            ("second", limit.per_second, self._taken, 1.0),
            ("minute", limit.per_minute, self._taken, 60.0),
            ("endpoint", limit.per_endpoint_second, here, 1.0),
        )
        for name, most, taken, seconds in windows:
            if most is not None and len(taken) - bisect_right(taken, now - seconds) >= most:
                return name
        return ""


def _windows(times: list[float], seconds: float) -> Iterator[int]:
    first = 0
    for last, time in enumerate(times):
        while times[first] <= time - seconds:
            first += 1
        yield last - first + 1


@contextmanager
def admitted(meter: Meter) -> Iterator[None]:
    try:
        yield
    finally:
        meter.leave()
