"""The time inside one simulated account: it runs with the machine's, and can be shifted, frozen and advanced.

Everything a simulator does "later" asks this clock, so a month of vendor behaviour fits into one test.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TypedDict


class ClockState(TypedDict):
    shift: float
    frozen: float | None


class Clock:
    def __init__(self, start: float | None = None, *, frozen: bool = False) -> None:
        """`start` is a Unix time; a clock without one shows the machine's time."""
        at = time.time() if start is None else start
        self._shift = 0.0 if start is None else start - time.time()
        self._frozen: float | None = at if frozen else None

    def time(self) -> float:
        return time.time() + self._shift if self._frozen is None else self._frozen

    def seconds(self) -> int:
        return int(self.time())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        if self._frozen is None:
            self._shift += seconds
        else:
            self._frozen += seconds

    def freeze(self, at: float | None = None) -> None:
        """Stand still: rows made from now on share one timestamp."""
        self._frozen = self.time() if at is None else at

    def run(self) -> None:
        """Go on from where the clock stands."""
        if self._frozen is not None:
            self._shift = self._frozen - time.time()
            self._frozen = None

    def state(self) -> ClockState:
        return {"shift": self._shift, "frozen": self._frozen}

    def restore(self, state: ClockState) -> None:
        self._shift, self._frozen = state["shift"], state["frozen"]
