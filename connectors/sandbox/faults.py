"""Faults on cue: which call goes wrong, and how; given by a script that replays exactly from its seed.

Matching counts each fault's own calls, so the n-th matching call is the same one in every run of the same traffic.
"""

from __future__ import annotations

import hashlib
import json
import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

log = logging.getLogger(__name__)

KINDS: dict[str, str] = {
    # nothing is committed
    "reset_before_reading": "the connection is reset before the body is read",
    "hang_before_reading": "{seconds} nothing is read and nothing is answered",
    "answer": "{status, json|text, headers, content_type} instead of the vendor's answer",
    "error": "{status, code, message} in the vendor's own error shape",
    "rate_limited": "{retry_after: seconds|'date'|text|null} 429 in the vendor's shape",
    "html_page": "{status, text} a maintenance or login page",
    "redirect": "{to, status}",
    "not_stored": "a good answer, but the vendor keeps nothing",
    # committed, or read, as usual
    "delay": "{seconds} before the vendor begins",
    "slow_commit": "{seconds} between taking the idempotency key and committing",
    "answer_then_commit": "{status, code, seconds} an error now, the commit later all the same",
    "drop_answer": "{how: reset|close} committed, and no answer",
    "error_after_commit": "{status, code, message} committed, and an error",
    "hang_after_headers": "{seconds}",
    "drip": "{bytes_per_second}",
    "close_after": "{bytes} of head and body together",
    "truncate": "{bytes, content_length: bool} the body ends early, announced in full or not announced",
    "headers": "{headers} added to the answer",
    "content_type": "{value}",
    "body": "{json|text} in place of the real body",
    "edit": "{old, new, times} text in the real body replaced, as often as `times` says (1)",
    "bomb": "{megabytes} a small compressed body that unpacks to so much",
    # the data is odd
    "stale": "{seconds} reads see the world as it was so long ago",
    "hide_new": "{seconds} listings leave out rows younger than that",
    "repeat_page": "the page last given for this path comes again",
    "cap_rows": "{rows} a page gets no more than that, whatever was asked for",
    "duplicate_rows": "{rows} a page begins with so many rows of the page before",
    "act_first": "{act, args} somebody does this at the vendor just before the call is handled",
    "act_after": "{act, args} … just after it: rows appear, vanish or change between two pages",
    # webhooks; the cue's method is POST and its path the event type
    "hook_drop": "never sent",
    "hook_duplicate": "{times}",
    "hook_delay": "{seconds}",
    "hook_reorder": "{events} held until so many are there, then sent in a shuffled order",
    "hook_burst": "{times, at_once} sent so often over so many connections at the same instant",
    "hook_resend": "{seconds} sent again that much later, freshly signed",
    "hook_signature": "{how: wrong|missing|old|future|retired, seconds}",
    "hook_body": "{how: altered|reserialised|partial|oversized|ids_only|text|edit, bytes, text, old, new}",
}


@dataclass(frozen=True)
class Fault:
    """What happens and when. Patterns are shell-like; `nth` counts matching calls from 1; `times` 0 is for ever."""

    kind: str
    args: Mapping[str, Any] = field(default_factory=dict)
    system: str = "*"
    world: str = "*"
    method: str = "*"
    path: str = "*"
    nth: tuple[int, ...] = ()
    probability: str = ""
    """A decimal as text, so that a script is the same text everywhere; empty means always."""
    times: int = 1

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no fault is called {self.kind!r}; there are: {', '.join(KINDS)}")

    def matches(self, call: Call) -> bool:
        pairs = ((self.system, call.system), (self.world, call.world), (self.method, call.method))
        return all(fnmatchcase(text, pattern) for pattern, text in (*pairs, (self.path, call.path)))


@dataclass(frozen=True)
class Call:
    system: str
    world: str
    method: str
    path: str


@dataclass(frozen=True)
class Fired:
    fault: int
    nth: int
    kind: str
    call: Call


class Script:
    """The faults of a run. The same seed, script and traffic give the same run."""

    def __init__(self, seed: int = 1, faults: Iterable[Fault] = ()) -> None:
        self.seed = seed
        self.fired: list[Fired] = []
        self._lock = threading.Lock()
        self._faults: dict[int, Fault] = {}
        self._seen: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._next = 1
        for fault in faults:
            self.put(fault)

    def put(self, fault: Fault) -> int:
        with self._lock:
            number, self._next = self._next, self._next + 1
            self._faults[number] = fault
        log.warning("sandbox faults: %s", self.describe())
        return number

    def remove(self, number: int) -> None:
        with self._lock:
            self._faults.pop(number, None)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def take(self, call: Call, *, hooks: bool = False) -> list[Fault]:
        """The faults that this call meets, in the order they were put."""
        if not self._faults:
            return []
        with self._lock:
            return [fault for number in sorted(self._faults) if (fault := self._meets(number, call, hooks))]

    def has(self, kind: str) -> bool:
        return any(fault.kind == kind for fault in tuple(self._faults.values()))

    def describe(self) -> str:
        return json.dumps({"seed": self.seed, "faults": self.to_json()}, default=str)

    def to_json(self) -> list[dict[str, Any]]:
        return [{"number": number, **asdict(fault)} for number, fault in sorted(self._faults.items())]

    def _meets(self, number: int, call: Call, hooks: bool) -> Fault | None:
        fault = self._faults[number]
        if fault.kind.startswith("hook_") is not hooks or not fault.matches(call):
            return None
        nth = self._seen[number] = self._seen.get(number, 0) + 1
        done = self._done.get(number, 0)
        most = len(fault.nth) or fault.times
        if not self._turn(number, nth, fault) or (most and done >= most):
            return None
        self._done[number] = done + 1
        self.fired.append(Fired(number, nth, fault.kind, call))
        return fault

    def _turn(self, number: int, nth: int, fault: Fault) -> bool:
        if fault.nth:
            return nth in fault.nth
        return not fault.probability or self.dice(number, nth) < float(fault.probability)

    def dice(self, *what: object) -> float:
        """A number in [0, 1) that depends on the seed and on `what` only, never on the moment."""
        digest = hashlib.sha256(repr((self.seed, *what)).encode()).digest()
        return int.from_bytes(digest[:8]) / 2**64


def fault_from(value: Mapping[str, Any]) -> Fault:
    """From the control channel's JSON."""
    known = {name: value[name] for name in value if name != "number"}
    if "nth" in known:
        nth = known["nth"]
        known["nth"] = (nth,) if isinstance(nth, int) else tuple(nth)
    if "probability" in known:
        known["probability"] = str(known["probability"])
    return Fault(**known)
