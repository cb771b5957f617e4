"""How fast we may call one vendor account, agreed among all workers and machines that call it.

Calls are given evenly spaced slots in advance instead of being counted afterwards: nobody can be early, nobody is starved
(slots are given in the order of asking), and the vendor's limit is used to nearly its full whatever the number of workers.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import uuid4

from connectors.errors import TryLater

log = logging.getLogger(__name__)

USED_SHARE = 0.955
"""What is left is for jitter on the way: a call may reach the vendor 45 ms later than the slot it was given."""
SLOW_FACTOR_MAX = 32.0
SLOW_HALF_LIFE_SECONDS = 60.0
STRIKE_SECONDS_FIRST, STRIKE_SECONDS_MAX = 0.5, 30.0
FULL_LOOK_AGAIN_SECONDS = 0.05
SLOTS_MISSED_MAX = 5
"""A machine that misses more in a row is so busy that it will not exceed anything."""


@dataclass(frozen=True)
class Rule:
    """A vendor's promise: so many calls in any window of so many seconds."""

    calls: float
    per_seconds: float = 1.0
    per_endpoint: bool = False

    @property
    def interval_seconds(self) -> float:
        return self.per_seconds / (self.calls * USED_SHARE)

    @property
    def slack_seconds(self) -> float:
        return self.per_seconds * (1 - USED_SHARE)


@dataclass(frozen=True)
class Claim:
    """One slot wanted in one bucket."""

    key: str
    interval_seconds: float


@dataclass(frozen=True)
class Bucket:
    """What is remembered under a key, by the store's own clock. A row keeps exactly this."""

    free_at: float = 0.0
    """When the next slot begins."""
    shut_until: float = 0.0
    slowed: float = 1.0
    """Slots are this much wider since the vendor complained; fades by half a minute, see `slowness`."""
    slowed_at: float = 0.0
    strikes: int = 0
    leases: Mapping[str, float] = field(default_factory=dict)
    """Calls running now, each with the moment at which it counts as lost."""


@dataclass(frozen=True)
class Grant:
    """`granted`: go after `wait_seconds`, and give the lease back. Otherwise ask again after them."""

    granted: bool
    wait_seconds: float
    lease: str = ""
    full: bool = False


@dataclass(frozen=True)
class Ask:
    """All that one call wants at once. The first claim's bucket is the account's own: it holds leases and penalties."""

    claims: tuple[Claim, ...]
    within_seconds: float
    at_once: int
    lease_seconds: float


class PaceStore(Protocol):
    """Each method is one atomic step over the buckets named; the clock is the store's, so machines need not agree."""

    def reserve(self, ask: Ask) -> Grant: ...

    def leave(self, key: str, lease: str) -> None: ...

    def slow(self, key: str, asked_seconds: float | None) -> None: ...


@dataclass(frozen=True)
class Pace:
    """The pace of one vendor account, as one process sees it."""

    store: PaceStore
    account: str
    """Names the account at the vendor, not our row: two connections to one account share its limit."""
    rules: tuple[Rule, ...] = ()
    at_once: int = 0
    """0: the vendor does not limit calls that run at the same time."""
    wait_seconds_max: float = 30.0
    lease_seconds: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic

    @contextmanager
    def turn(self, endpoint: str = "") -> Iterator[Turn]:
        """Waits for the slot. Raises TryLater with the time when it is too far away to wait for here."""
        turn = Turn(self, endpoint)
        try:
            turn.take()
            yield turn
        finally:
            turn.leave()

    def slow(self, asked_seconds: float | None) -> None:
        """The vendor said that we are too fast: everybody who shares this account waits, then goes slower."""
        with _not_in_the_way("a complaint about our pace could not be shared"):
            self.store.slow(self.account, asked_seconds)

    def beside(self, name: str, rules: tuple[Rule, ...], at_once: int = 0) -> Pace:
        """Another counter of the same vendor on the same store: its token endpoint, its uploads."""
        return replace(self, account=name, rules=rules, at_once=at_once)

    def ask(self, endpoint: str, within_seconds: float) -> Ask:
        claims = [Claim(self.account, 0.0)]
        for rule in self.rules:
            where = f"{self.account}/{endpoint}" if rule.per_endpoint else self.account
            claims.append(Claim(f"{where}:{rule.calls:g}/{rule.per_seconds:g}s", rule.interval_seconds))
        return Ask(tuple(claims), max(within_seconds, 0.0), self.at_once, self.lease_seconds)

    @property
    def slack_seconds(self) -> float:
        return min((rule.slack_seconds for rule in self.rules), default=float("inf"))


@dataclass
class Turn:
    """One call's slot, good for a moment only: whoever comes late takes another, or he would crowd those behind."""

    pace: Pace
    endpoint: str
    begins: float = 0.0
    lease: str = ""

    def take(self) -> None:
        pace = self.pace
        until = pace.monotonic() + pace.wait_seconds_max
        for _ in range(SLOTS_MISSED_MAX):
            self._take_one(until)
            if not self.is_past():
                return
            self.leave()
        self._take_one(until)

    def confirm(self) -> None:
        """Asked when the first byte is about to leave: opening a connection may have taken longer than the slot."""
        if self.is_past():
            self.leave()
            self.take()

    def is_past(self) -> bool:
        return self.pace.monotonic() - self.begins > self.pace.slack_seconds

    def _take_one(self, until: float) -> None:
        pace = self.pace
        while True:
            asked = pace.monotonic()
            grant = pace.store.reserve(pace.ask(self.endpoint, until - asked))
            # The store's answer took its time: the slot began no earlier than this, and perhaps just then.
            self.begins, self.lease = asked + grant.wait_seconds, grant.lease
            if not grant.granted and (not grant.full or pace.monotonic() >= until):
                raise TryLater(
                    "The limit of calls that the vendor allows is used up.", after_seconds=grant.wait_seconds
                )
            if grant.wait_seconds > 0:
                pace.sleep(grant.wait_seconds)
            if grant.granted:
                return

    def leave(self) -> None:
        """The call is over whatever becomes of the lease, which ends by itself."""
        if self.lease:
            with _not_in_the_way("a lease could not be given back"):
                self.pace.store.leave(self.pace.account, self.lease)
        self.lease = ""


@contextmanager
def _not_in_the_way(what: str) -> Iterator[None]:
    """After a call its outcome is all that counts: a store that fails now must not cover it up."""
    try:
        yield
    except Exception:
        log.exception(what)


def reserve(buckets: Mapping[str, Bucket], ask: Ask, now: float) -> tuple[Grant, dict[str, Bucket]]:
    """The whole algorithm: the grant, and the buckets that changed. A store wraps its lock or statement around this."""
    own = buckets.get(ask.claims[0].key, Bucket())
    running = {lease: until for lease, until in own.leases.items() if until > now}
    if ask.at_once and len(running) >= ask.at_once:
        return Grant(False, FULL_LOOK_AGAIN_SECONDS, full=True), {}
    slot = max(now, own.shut_until, *(buckets.get(claim.key, Bucket()).free_at for claim in ask.claims))
    if slot - now > ask.within_seconds:
        return Grant(False, slot - now), {}
    wider = slowness(own, now)
    changed = {
        claim.key: replace(buckets.get(claim.key, Bucket()), free_at=slot + claim.interval_seconds * wider)
        for claim in ask.claims
        if claim.interval_seconds
    }
    lease = uuid4().hex if ask.at_once else ""
    if lease:
        changed[ask.claims[0].key] = replace(own, leases={**running, lease: slot + ask.lease_seconds})
    return Grant(True, slot - now, lease), changed


def slowness(bucket: Bucket, now: float) -> float:
    """How much wider slots are now: the excess halves with time, so the old pace is found again by itself."""
    fading: float = 0.5 ** ((now - bucket.slowed_at) / SLOW_HALF_LIFE_SECONDS)
    return 1.0 + (bucket.slowed - 1.0) * min(fading, 1.0)


def slow(
    bucket: Bucket,
    asked_seconds: float | None,
    now: float,
    spread: Callable[[float, float], float] = random.uniform,
) -> Bucket:
    """After a "too many": calls that were under way at the same time count as one complaint, not as many."""
    if now < bucket.shut_until:
        return replace(bucket, shut_until=max(bucket.shut_until, now + (asked_seconds or 0.0)))
    strikes = bucket.strikes + 1 if now - bucket.shut_until < SLOW_HALF_LIFE_SECONDS else 1
    step = min(STRIKE_SECONDS_MAX, STRIKE_SECONDS_FIRST * 2.0 ** min(strikes - 1, 20))
    return replace(
        bucket,
        shut_until=now + (asked_seconds or spread(step / 2, step)),
        slowed=min(SLOW_FACTOR_MAX, slowness(bucket, now) * 2),
        slowed_at=now,
        strikes=strikes,
    )


def leave(bucket: Bucket, lease: str) -> Bucket:
    return replace(bucket, leases={name: until for name, until in bucket.leases.items() if name != lease})


class MemoryPace:
    """The store of a single process: tests, demo."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._clock = threading.Lock(), clock
        self._buckets: dict[str, Bucket] = {}

    def reserve(self, ask: Ask) -> Grant:
        with self._lock:
            grant, changed = reserve(self._buckets, ask, self._clock())
            self._buckets.update(changed)
            return grant

    def leave(self, key: str, lease: str) -> None:
        with self._lock:
            self._buckets[key] = leave(self._buckets.get(key, Bucket()), lease)

    def slow(self, key: str, asked_seconds: float | None) -> None:
        with self._lock:
            self._buckets[key] = slow(self._buckets.get(key, Bucket()), asked_seconds, self._clock())
