"""One pace for everybody who calls an account: nearly all of the vendor's limit, and never more."""

from __future__ import annotations

import heapq
import multiprocessing
import random
import threading
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from connectors.errors import Said, TryLater
from connectors.transport.classify import Dialect
from connectors.transport.egress import Egress
from connectors.transport.http import Http
from connectors.transport.pace import (
    USED_SHARE,
    Ask,
    Bucket,
    Claim,
    Grant,
    MemoryPace,
    Pace,
    Rule,
    leave,
    reserve,
    slow,
    slowness,
)
from connectors.transport.wire import WayOut
from tests.transport.loopback import says, serving, way_to
from tests.transport.stores import PaceFile


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    time: float = 1000.0
    slept: list[float] = field(default_factory=list)
    sleeping: Callable[[float], None] = lambda until: None

    def __call__(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.sleeping(self.time + seconds)
        self.time += seconds


def most_in(arrivals: Sequence[float], seconds: float) -> int:
    """The most arrivals in any window of that length, as a vendor counts that looks back from each call."""
    times = sorted(arrivals)
    return max(at + 1 - bisect_right(times, time - seconds, 0, at + 1) for at, time in enumerate(times))


def pace_of(clock: Clock, *rules: Rule, at_once: int = 0, **how: float) -> Pace:
    return Pace(MemoryPace(clock), "vendor:acct_1", rules, at_once, sleep=clock.sleep, monotonic=clock, **how)


class SharedTime:
    """One time for several processes: it passes when all of them sleep, up to the first that wakes."""

    def __init__(self, workers: int) -> None:
        fork = multiprocessing.get_context("fork")
        self.turn, self.wakes = fork.Condition(), fork.Array("d", workers, lock=False)

    def seen_by(self, worker: int) -> Clock:
        return Clock(0.0, sleeping=lambda until: self._sleep(worker, until))

    def _sleep(self, worker: int, until: float) -> None:
        with self.turn:
            self.wakes[worker] = until
            self.turn.notify_all()
            self.turn.wait_for(lambda: until <= min(self.wakes), 20)


def work(path: Path, time: SharedTime, worker: int, calls: int, results: object) -> None:
    """One process: it waits for each slot, and its calls are late by up to 40 ms on the way to the vendor."""
    clock, noise, arrivals = time.seen_by(worker), random.Random(worker), []
    pace = Pace(
        PaceFile(path, clock), "vendor:acct_1", (Rule(25),), 4, 1e6, sleep=clock.sleep, monotonic=clock
    )
    for _ in range(calls):
        with pace.turn():
            arrivals.append(clock.time + noise.uniform(0, 0.040))
            clock.sleep(0.1)
    results.put(arrivals)  # type: ignore[attr-defined]
    clock.sleep(1e9)


def test_four_processes_make_a_thousand_calls_in_forty_seconds_and_never_26_in_one(tmp_path: Path) -> None:
    fork = multiprocessing.get_context("fork")
    results, time = fork.Queue(), SharedTime(4)
    workers = [fork.Process(target=work, args=(tmp_path / "pace", time, n, 250, results)) for n in range(4)]
    for worker in workers:
        worker.start()
    arrivals = [arrival for _ in workers for arrival in results.get(timeout=30)]
    for worker in workers:
        worker.terminate()
        worker.join(10)
    assert len(arrivals) == 1000
    assert 38 <= max(arrivals) - min(arrivals) <= 42
    assert most_in(arrivals, 1.0) <= 25


@dataclass
class Crowd:
    """Many workers on one clock, each calling as fast as it may; the vendor answers after its time."""

    pace: Pace
    clock: Clock
    answer_seconds: float = 0.1
    arrivals: list[float] = field(default_factory=list)
    endpoints: list[str] = field(default_factory=list)
    running: list[float] = field(default_factory=list)
    most_at_once: int = 0

    def call_for(self, seconds: float, workers: int, endpoints: Sequence[str] = ("",)) -> None:
        start = self.clock.time
        queue = [(start, n) for n in range(workers)]
        leases: list[tuple[float, str]] = []
        while queue and queue[0][0] < start + seconds:
            self.clock.time, worker = heapq.heappop(queue)
            while leases and leases[0][0] <= self.clock.time:
                self.pace.store.leave(self.pace.account, heapq.heappop(leases)[1])
            endpoint = endpoints[worker % len(endpoints)]
            grant = self.pace.store.reserve(self.pace.ask(endpoint, 1e9))
            begins = self.clock.time + grant.wait_seconds
            if not grant.granted:
                heapq.heappush(queue, (begins, worker))
                continue
            self.arrivals.append(begins)
            self.endpoints.append(endpoint)
            heapq.heappush(leases, (begins + self.answer_seconds, grant.lease))
            heapq.heappush(queue, (begins + self.answer_seconds, worker))
            self.most_at_once = max(self.most_at_once, self._running_at(begins))

    def _running_at(self, begins: float) -> int:
        self.running = [until for until in self.running if until > begins] + [begins + self.answer_seconds]
        return len(self.running)


@pytest.mark.parametrize(
    ("rules", "at_once", "workers", "endpoints", "seconds", "most", "least_share"),
    [
        ((Rule(25, per_endpoint=True), Rule(100)), 0, 40, ("a", "b", "c", "d"), 60, 100, 0.9),
        ((Rule(25, per_endpoint=True), Rule(100)), 0, 40, ("a",), 60, 25, 0.9),
        ((Rule(500, 60),), 10, 30, ("",), 240, 500, 0.9),
        ((Rule(25),), 0, 30, ("",), 60, 25, 0.9),
        ((Rule(150, 60),), 0, 30, ("",), 240, 150, 0.9),
        ((Rule(1000),), 40, 60, ("",), 20, 400, 0.9),
    ],
    ids=[
        "each endpoint and the account",
        "one endpoint",
        "minute and at once",
        "second",
        "minute",
        "at once",
    ],
)
def test_nine_tenths_of_every_limit_are_used_and_no_window_is_exceeded(
    rules: tuple[Rule, ...],
    at_once: int,
    workers: int,
    endpoints: Sequence[str],
    seconds: float,
    most: int,
    least_share: float,
) -> None:
    clock = Clock()
    crowd = Crowd(pace_of(clock, *rules, at_once=at_once), clock)
    crowd.call_for(seconds, workers, endpoints)
    for rule in rules:
        for endpoint in set(endpoints) if rule.per_endpoint else [None]:
            mine = [
                at
                for at, name in zip(crowd.arrivals, crowd.endpoints, strict=True)
                if endpoint in (None, name)
            ]
            assert most_in(mine, rule.per_seconds) <= rule.calls
    if at_once:
        assert crowd.most_at_once <= at_once
    window = 1.0 if rules[0].per_seconds == 1 else 60.0
    assert len(crowd.arrivals) >= least_share * most * seconds / window


def test_a_wait_that_the_vendor_asked_for_is_shared_by_all_workers() -> None:
    clock = Clock()
    one = pace_of(clock, Rule(25))
    other = Pace(one.store, one.account, one.rules, sleep=clock.sleep, monotonic=clock)
    one.slow(7)
    started = clock.time
    with other.turn():
        assert clock.time - started >= 7


def test_a_wait_too_long_to_sit_out_is_handed_to_the_caller() -> None:
    pace = pace_of(Clock(), Rule(25), wait_seconds_max=30)
    pace.slow(86_400)
    with pytest.raises(TryLater) as caught, pace.turn():
        pass
    assert caught.value.after_seconds == pytest.approx(86_400)
    assert pace.store._buckets["vendor:acct_1"].leases == {}  # type: ignore[attr-defined]


def test_many_complaints_at_one_time_count_as_one() -> None:
    bucket = Bucket()
    for _ in range(50):
        bucket = slow(bucket, None, 1000.0)
    assert bucket.strikes == 1
    assert bucket.slowed == 2
    assert bucket.shut_until <= 1000.5


def test_a_storm_of_complaints_falls_to_a_probe_and_the_pace_comes_back() -> None:
    clock = Clock()
    pace = pace_of(clock, Rule(25))
    crowd = Crowd(pace, clock)
    until, calls = clock.time + 600, 0
    while clock.time < until:
        grant = pace.store.reserve(pace.ask("", 1e9))
        clock.time += grant.wait_seconds
        calls += 1
        pace.slow(None)
    assert calls < 60
    clock.time += 600
    crowd.call_for(20, 10)
    assert len(crowd.arrivals) > 0.85 * 25 * 20


def test_workers_do_not_return_in_a_wave() -> None:
    clock = Clock()
    pace = pace_of(clock, Rule(25))
    pace.slow(7)
    crowd = Crowd(pace, clock)
    crowd.call_for(20, 50)
    assert most_in(crowd.arrivals, 0.1) <= 3


def test_a_limit_that_the_vendor_lowers_is_found_within_ten_seconds() -> None:
    clock = Clock()
    pace, noise = pace_of(clock, Rule(25)), random.Random(7)
    taken: list[float] = []
    refused: list[float] = []
    start = clock.time
    while clock.time < start + 40:
        grant = pace.store.reserve(pace.ask("", 1e9))
        clock.time += grant.wait_seconds
        allowed = 25 if clock.time < start + 10 else 5
        if len([at for at in taken if at > clock.time - 1]) >= allowed:
            refused.append(clock.time)
            pace.slow(None)
        else:
            taken.append(clock.time)
        clock.time += noise.uniform(0, 0.001)
    late = [at for at in refused if at > start + 20]
    assert refused
    assert len(late) <= 2
    assert len([at for at in taken if at > start + 20]) > 20


def test_two_connections_to_one_vendor_account_share_its_limit() -> None:
    clock = Clock()
    store = MemoryPace(clock)
    of_tenant_a = Pace(store, "vendor:acct_1", (Rule(1),), sleep=clock.sleep, monotonic=clock)
    of_tenant_b = Pace(store, "vendor:acct_1", (Rule(1),), sleep=clock.sleep, monotonic=clock)
    elsewhere = Pace(store, "vendor:acct_2", (Rule(1),), sleep=clock.sleep, monotonic=clock)
    with of_tenant_a.turn(), elsewhere.turn():
        assert clock.slept == []
    with of_tenant_b.turn():
        assert clock.slept == [pytest.approx(1 / USED_SHARE)]


def test_a_token_endpoint_counted_by_address_has_a_pace_beside_the_account() -> None:
    clock = Clock()
    tokens = pace_of(clock, Rule(25)).beside("vendor:tokens", (Rule(100, 60),))
    crowd = Crowd(tokens, clock)
    crowd.call_for(240, 200)
    assert most_in(crowd.arrivals, 60) <= 100


def test_slots_are_given_in_the_order_of_asking() -> None:
    store = MemoryPace(Clock())
    claim = (Claim("vendor:acct_1", 0.0), Claim("vendor:acct_1:25/1s", 0.04))
    waits = [store.reserve(Ask(claim, 1e9, 0, 120)).wait_seconds for _ in range(5)]
    assert waits == pytest.approx([0, 0.04, 0.08, 0.12, 0.16])


def test_a_refused_reservation_takes_nothing() -> None:
    ask = Ask((Claim("a", 0.0), Claim("a:1/60s", 60.0)), 10, 0, 120)
    first, buckets = reserve({}, ask, 1000.0)
    second, changed = reserve(buckets, ask, 1001.0)
    assert first.granted
    assert second == Grant(False, 59.0)
    assert changed == {}


def test_the_lease_of_a_worker_that_died_is_given_back_in_time() -> None:
    ask = Ask((Claim("a", 0.0),), 10, 1, 120)
    _, buckets = reserve({}, ask, 1000.0)
    assert reserve(buckets, ask, 1119.0)[0].full
    assert reserve(buckets, ask, 1121.0)[0].granted
    lease = next(iter(buckets["a"].leases))
    assert reserve({"a": leave(buckets["a"], lease)}, ask, 1001.0)[0].granted


def test_an_overslept_slot_is_not_used() -> None:
    clock = Clock()
    pace = pace_of(clock, Rule(25))
    times = iter([0.5, 0.0, 0.0])

    def oversleeping(seconds: float) -> None:
        clock.sleep(seconds + next(times))

    late = Pace(pace.store, pace.account, pace.rules, sleep=oversleeping, monotonic=clock)
    begun = []
    for _ in range(3):
        with late.turn():
            begun.append(clock.time)
    assert begun[2] - begun[1] >= 1 / 25


def test_threads_of_one_process_keep_at_once_together() -> None:
    pace = Pace(MemoryPace(), "vendor:acct_1", (), 3)
    lock, running, most = threading.Lock(), 0, 0

    def call() -> None:
        nonlocal running, most
        with pace.turn():
            with lock:
                running += 1
                most = max(most, running)
            threading.Event().wait(0.01)
            with lock:
                running -= 1

    threads = [threading.Thread(target=call) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most <= 3


def test_the_old_pace_comes_back_by_itself() -> None:
    bucket = slow(Bucket(), None, 1000.0)
    assert slowness(bucket, 1000.0) == 2
    assert slowness(bucket, 1060.0) == 1.5
    assert slowness(bucket, 10_000.0) == pytest.approx(1.0)


def test_a_429_slows_everybody_and_a_busy_object_nobody() -> None:
    clock = Clock()
    pace = pace_of(clock, Rule(25))
    dialect = Dialect(lambda reply: Said(code=reply.json["code"]), busy_codes=("lock_timeout",))
    with serving(
        says({"code": "lock_timeout"}, 429), says({"code": "rate_limit"}, 429, {"Retry-After": "7"})
    ) as server:
        http = way_to(server, dialect=dialect, pace=pace)
        with pytest.raises(TryLater):
            http.call("POST", "/x")
        assert pace.store._buckets.get("vendor:acct_1") is None  # type: ignore[attr-defined]
        with pytest.raises(TryLater):
            http.call("POST", "/x")
    started = clock.time
    with pace.turn():
        assert clock.time - started >= 7


def test_a_connection_that_takes_longer_than_the_slot_takes_another_before_its_first_byte() -> None:
    clock = Clock()
    pace = pace_of(clock, Rule(25))

    def slow_names(host: str, port: int) -> list[str]:
        clock.time += 0.5
        return ["127.0.0.1"]

    with serving(says()) as server:
        address = f"erp.example.com:{server.port}"
        http = Http(WayOut(Egress(slow_names, opened=frozenset({address}))), pace=pace).at(
            f"http://{address}"
        )
        http.call("GET", "/x")
        sent_at = clock.time
        http.call("GET", "/x")
    assert clock.time - sent_at >= 1 / 25
