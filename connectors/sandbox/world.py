"""The state of one simulated account: plain JSON that can be kept, taken back and compared.

Beside the vendor's objects stands the ledger of effects: every write that was accepted, which no request can change
and which an oracle reads to see what really happened.
"""

from __future__ import annotations

import copy
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from connectors.sandbox.clock import Clock

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

Row = dict[str, Any]
Table = dict[str, Row]
Timers = Mapping[str, Callable[..., None]]


@dataclass(frozen=True)
class Effect:
    """One accepted write."""

    at: float
    key: str
    method: str
    path: str
    request_hash: str
    made: str
    """What it made or changed, e.g. `invoice in_1 finalize`."""
    status: int
    answer: Any


@dataclass
class World:
    """Handlers run while `lock` is held; whatever they keep lives in `state`, as JSON."""

    system: str
    name: str
    seed: int = 1
    clock: Clock = field(default_factory=Clock)
    state: dict[str, Any] = field(default_factory=dict, repr=False)
    effects: list[Effect] = field(default_factory=list, repr=False)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    listeners: list[Callable[[World], None]] = field(default_factory=list, repr=False)

    def table(self, name: str) -> Table:
        """Rows by id, oldest first."""
        tables: dict[str, Table] = self.state.setdefault("tables", {})
        return tables.setdefault(name, {})

    def new_id(self, prefix: str, length: int = 14) -> str:
        """The same seed gives the same ids in the same order."""
        counters: dict[str, int] = self.state.setdefault("counters", {})
        counters[prefix] = counters.get(prefix, 0) + 1
        digest = hashlib.sha256(f"{self.seed}/{self.name}/{prefix}/{counters[prefix]}".encode()).digest()
        return prefix + "".join(ALPHABET[byte % 62] for byte in digest[:length])

    def count(self, name: str) -> int:
        """The next number of a running series: vouchers, invoice numbers, versions."""
        counters: dict[str, int] = self.state.setdefault("counters", {})
        counters[name] = counters.get(name, 0) + 1
        return counters[name]

    def later(self, seconds: float, timer: str, **args: Any) -> None:
        """Let the simulator's `timers[timer]` run once this world's clock has moved that far."""
        timers: list[Row] = self.state.setdefault("timers", [])
        due = self.clock.time() + seconds
        timers.append({"due": due, "order": self.count("timer"), "timer": timer, "args": args})

    def catch_up(self, timers: Timers) -> None:
        """Run what is due by now, earliest first."""
        while (timer := self._next_timer()) and timer["due"] <= self.clock.time():
            self.state["timers"].remove(timer)
            timers[timer["timer"]](self, **timer["args"])

    def pass_time(self, seconds: float, timers: Timers) -> None:
        """Move the clock, stopping at each timer on the way, so that what happens then happens at its own time."""
        until = self.clock.time() + seconds
        self.catch_up(timers)
        while (timer := self._next_timer()) and timer["due"] <= until:
            self.clock.advance(max(0.0, timer["due"] - self.clock.time()))
            self.catch_up(timers)
        self.clock.advance(max(0.0, until - self.clock.time()))

    def _next_timer(self) -> Row | None:
        waiting: list[Row] = self.state.setdefault("timers", [])
        return min(waiting, key=lambda timer: (timer["due"], timer["order"]), default=None)

    def accept(self, effect: Effect) -> None:
        self.effects.append(effect)

    def changed(self) -> None:
        for listener in self.listeners:
            listener(self)

    def snapshot(self) -> dict[str, Any]:
        with self.lock:
            return {
                "system": self.system,
                "name": self.name,
                "seed": self.seed,
                "clock": self.clock.state(),
                "state": copy.deepcopy(self.state),
                "effects": [asdict(effect) for effect in self.effects],
            }

    def restore(self, snapshot: dict[str, Any]) -> None:
        with self.lock:
            self.seed = snapshot["seed"]
            self.clock.restore(snapshot["clock"])
            self.state = copy.deepcopy(snapshot["state"])
            self.effects = [Effect(**effect) for effect in snapshot["effects"]]

    @contextmanager
    def as_it_was(self, state: dict[str, Any]) -> Iterator[None]:
        """Look at an older state for the length of a read; nothing done meanwhile is kept."""
        present, self.state = self.state, copy.deepcopy(state)
        try:
            yield
        finally:
            self.state = present
