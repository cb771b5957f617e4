"""How long to wait before trying again, and when to stop: pure values, so that rows can keep them.

Waiting is always bounded, and random over its whole length, so that many who failed together do not return together.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RETRY_AFTER_SECONDS_MAX = 7 * 86_400.0
Spread = Callable[[float, float], float]


@dataclass(frozen=True)
class Patience:
    """A back-off with full jitter: each wait lies anywhere between nothing and the step, which doubles up to its cap."""

    first_seconds: float = 1.0
    step_seconds_max: float = 600.0
    total_seconds_max: float = 3 * 86_400.0

    def wait(
        self, tries: int, asked_seconds: float | None, spent_seconds: float, spread: Spread = random.uniform
    ) -> float | None:
        """Seconds until the next try after so many; None when patience is at its end.

        What the vendor asked for is a floor: the jitter comes on top of it, never below.
        """
        if spent_seconds >= self.total_seconds_max:
            return None
        step = min(self.step_seconds_max, self.first_seconds * 2.0 ** min(tries, 30))
        if asked_seconds:
            return asked_seconds + spread(0, min(step, asked_seconds / 10))
        return spread(0, step)


@dataclass(frozen=True)
class Circuit:
    """Stops calling what keeps failing, and sends one probe an interval until it answers again."""

    failures: int = 0
    shut_until: datetime | None = None
    asked: bool = False
    """True when the vendor itself named the time: the page says so."""

    FAILURES_MAX = 5
    PROBE_SECONDS_FIRST = 15.0
    PROBE_SECONDS_MAX = 300.0

    def is_shut(self, now: datetime) -> bool:
        return self.shut_until is not None and now < self.shut_until

    def failed(self, now: datetime, asked_seconds: float | None = None) -> Circuit:
        failures = self.failures + 1
        if asked_seconds:
            return Circuit(failures, now + timedelta(seconds=asked_seconds), asked=True)
        if failures < self.FAILURES_MAX:
            return replace(self, failures=failures, asked=False)
        return Circuit(failures, now + timedelta(seconds=self._interval(failures)))

    def probing(self, now: datetime) -> Circuit:
        """Taken by whoever calls first when the time is up: shut again for everybody else while the probe runs."""
        if self.shut_until is None:
            return self
        return replace(self, shut_until=now + timedelta(seconds=self._interval(self.failures)), asked=False)

    def succeeded(self) -> Circuit:
        return Circuit()

    def _interval(self, failures: int) -> float:
        beyond = max(failures - self.FAILURES_MAX, 0)
        return min(self.PROBE_SECONDS_MAX, self.PROBE_SECONDS_FIRST * 2.0 ** min(beyond, 10))


def retry_after(header: str | None, now_epoch: float) -> float | None:
    """Seconds that the vendor asked for; None for absent, zero, past and garbage: then our own back-off decides."""
    if not header:
        return None
    text = header.strip()
    seconds = float(text) if text.isascii() and text.isdigit() and len(text) < 12 else _until(text, now_epoch)
    if seconds is None or seconds <= 0:
        return None
    return min(seconds, RETRY_AFTER_SECONDS_MAX)


def _until(text: str, now_epoch: float) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return moment.timestamp() - now_epoch
