"""Tokens that age: one refresh at a time, and nothing that fails costs the ones that are there."""

from __future__ import annotations

import base64
import json
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import LockedOut, Refused, TryLater
from connectors.transport.auth import Kept, TokenKeeper, Tokens
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Deadlines, Http
from connectors.transport.oauth import OAUTH, ask_for_tokens, jwt_end, tokens_in
from connectors.transport.wire import WayOut
from tests.transport.loopback import Manner, hangs, says, serving, way_to
from tests.transport.stores import TokenFile

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Memory:
    """A token row in memory."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self.tokens, self.saved = tokens, 0
        self._lock = threading.Lock()

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        assert self._lock.locked()
        self.tokens, self.saved = tokens, self.saved + 1

    @contextmanager
    def locked(self, within_seconds: float) -> Any:
        if not self._lock.acquire(timeout=within_seconds):
            raise TryLater("Another worker is renewing the sign-in.")
        try:
            yield
        finally:
            self._lock.release()


class Clock:
    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class Vendor:
    """Gives tokens out, counting; answers with an error where one is set."""

    def __init__(self, clock: Callable[[], datetime], lifetime_seconds: int = 3600) -> None:
        self.clock, self.lifetime_seconds = clock, lifetime_seconds
        self.asked_with: list[str] = []
        self.error: Exception | None = None

    def __call__(self, old: Tokens | None) -> Tokens:
        self.asked_with.append(old.refresh if old else "")
        if self.error:
            raise self.error
        number = len(self.asked_with)
        return tokens(f"access-{number}", self.clock(), self.lifetime_seconds, f"refresh-{number}")


def tokens(access: str, issued: datetime = NOON, seconds: float = 3600, refresh: str = "refresh-0") -> Tokens:
    return Tokens(access, issued, issued + timedelta(seconds=seconds), refresh)


def keeper_of(store: Memory, lifetime_seconds: int = 3600, **how: Any) -> tuple[TokenKeeper, Vendor, Clock]:
    clock = Clock()
    vendor = Vendor(clock, lifetime_seconds)
    return TokenKeeper(store, vendor, clock, **how), vendor, clock


def test_the_first_call_signs_in_and_the_next_ones_do_not() -> None:
    keeper, vendor, _ = keeper_of(Memory())
    assert [keeper.token(), keeper.token()] == ["access-1", "access-1"]
    assert vendor.asked_with == [""]


def test_an_aged_token_is_refreshed_once_before_its_end() -> None:
    keeper, vendor, clock = keeper_of(Memory(tokens("access-0")))
    assert keeper.token() == "access-0"
    clock.forward(3541)
    assert [keeper.token(), keeper.token()] == ["access-1", "access-1"]
    assert vendor.asked_with == ["refresh-0"]


def test_a_token_that_expires_mid_run_costs_one_refresh_and_one_repeat() -> None:
    store = Memory(tokens("access-0", datetime.now(UTC)))
    vendor = Vendor(lambda: datetime.now(UTC))
    with serving(says({}, 401), says({"ok": 1})) as server:
        http = way_to(server, auth=Kept(TokenKeeper(store, vendor)))
        assert http.call("POST", "/v1/thing").json == {"ok": 1}
    assert [b"access-0" in server.requests[0], b"access-1" in server.requests[1]] == [True, True]
    assert len(server.requests) == 2
    assert vendor.asked_with == ["refresh-0"]


def test_a_token_refused_though_fresh_is_renewed_once_then_locked_out() -> None:
    store = Memory(tokens("access-0", datetime.now(UTC)))
    vendor = Vendor(lambda: datetime.now(UTC))
    with serving(says({}, 401)) as server, pytest.raises(LockedOut):
        way_to(server, auth=Kept(TokenKeeper(store, vendor))).call("GET", "/v1/thing")
    assert len(server.requests) == 2
    assert len(vendor.asked_with) == 1


def test_a_missing_permission_never_costs_a_refresh() -> None:
    store = Memory(tokens("access-0", datetime.now(UTC)))
    vendor = Vendor(lambda: datetime.now(UTC))
    with serving(says({}, 403)) as server, pytest.raises(LockedOut):
        way_to(server, auth=Kept(TokenKeeper(store, vendor))).call("GET", "/v1/thing")
    assert not vendor.asked_with


def call_once(base: str, path: Path, gate: Any, results: Any) -> None:
    """One worker process: 12 threads that all find the token expired."""
    http = Http(WayOut(Egress(opened=frozenset({base.removeprefix("http://")})))).at(base, dialect=OAUTH)
    keeper = TokenKeeper(
        TokenFile(path),
        lambda old: ask_for_tokens(http, "/token", {"refresh_token": old.refresh if old else ""}, old=old),
    )
    gate.wait()
    got: list[str] = []
    threads = [threading.Thread(target=lambda: got.append(keeper.token())) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put(got)


def test_a_hundred_callers_in_eight_processes_make_exactly_one_refresh(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    TokenFile(path).save(tokens("access-0", NOON - timedelta(days=1)))
    given = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_in": 3600}
    fork = multiprocessing.get_context("fork")
    with serving(says(given)) as server:
        gate, results = fork.Barrier(8), fork.Queue()
        workers = [
            fork.Process(target=call_once, args=(f"http://{server.address}", path, gate, results))
            for _ in range(8)
        ]
        for worker in workers:
            worker.start()
        got = [access for _ in workers for access in results.get(timeout=20)]
        for worker in workers:
            worker.join(10)
    assert got == ["access-1"] * 96
    assert len(server.requests) == 1
    assert b"refresh-0" in server.requests[0]


def test_the_loser_of_a_race_reads_what_the_winner_stored() -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    winner, vendor, _ = keeper_of(store)
    loser = replace(winner)
    assert winner.token() == "access-1"
    assert loser.token() == "access-1"
    assert vendor.asked_with == ["refresh-0"]


def test_a_renewal_forced_by_two_callers_with_the_same_refused_token_happens_once() -> None:
    store = Memory(tokens("access-0"))
    first, vendor, _ = keeper_of(store)
    second = replace(first)
    assert first.renewed("access-0")
    assert second.renewed("access-0")
    assert vendor.asked_with == ["refresh-0"]
    assert [first.token(), second.token()] == ["access-1", "access-1"]


def test_a_lost_answer_is_asked_again_with_the_old_refresh_token() -> None:
    keeper, vendor, clock = keeper_of(Memory(tokens("access-0", NOON - timedelta(days=1))))
    vendor.error = TryLater("it fell silent")
    with pytest.raises(TryLater):
        keeper.token()
    vendor.error = None
    clock.forward(2)
    assert keeper.token() == "access-2"
    assert vendor.asked_with == ["refresh-0", "refresh-0"]


def test_a_grant_that_is_gone_locks_out_and_a_new_sign_in_resumes() -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    keeper, vendor, clock = keeper_of(store)
    vendor.error = LockedOut("invalid_grant")
    with pytest.raises(LockedOut, match="no longer accepts the sign-in"):
        keeper.token()
    assert store.tokens is not None
    store.tokens = tokens("access-new", clock.time, refresh="refresh-new")
    assert keeper.token() == "access-new"


def test_a_sign_in_stored_while_we_asked_with_the_old_grant_is_used() -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    keeper, _, clock = keeper_of(store)

    def meanwhile(old: Tokens | None) -> Tokens:
        store.tokens = tokens("access-signed-in", clock.time, refresh="refresh-new")
        raise LockedOut("invalid_grant")

    keeper.fetch = meanwhile
    assert keeper.token() == "access-signed-in"


def test_both_tokens_change_in_one_commit() -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    keeper, _, _ = keeper_of(store)
    keeper.token()
    assert store.saved == 1
    assert store.tokens is not None
    assert (store.tokens.access, store.tokens.refresh) == ("access-1", "refresh-1")


def hold_and_die(path: Path, ready: Any) -> None:
    with TokenFile(path).locked(1):
        ready.set()
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_lock_ends_with_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "tokens"
    TokenFile(path).save(tokens("access-0", NOON - timedelta(days=1)))
    fork = multiprocessing.get_context("fork")
    ready = fork.Event()
    owner = fork.Process(target=hold_and_die, args=(path, ready))
    owner.start()
    assert ready.wait(5)
    owner.join(5)
    keeper = TokenKeeper(TokenFile(path), Vendor(lambda: datetime.now(UTC)), lock_seconds=2)
    assert keeper.token() == "access-1"


def test_callers_behind_a_slow_refresh_wait_with_a_limit_and_start_no_second_one() -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    keeper, vendor, _ = keeper_of(store, lock_seconds=0.1)
    release, asked = threading.Event(), []

    def slow_fetch(old: Tokens | None) -> Tokens:
        asked.append(old)
        release.wait(5)
        return vendor(old)

    keeper.fetch = slow_fetch
    winner = threading.Thread(target=keeper.token)
    winner.start()
    time.sleep(0.05)
    with pytest.raises(TryLater):
        replace(keeper).token()
    release.set()
    winner.join()
    assert replace(keeper).token() == "access-1"
    assert len(asked) == 1


@pytest.mark.parametrize(
    "manner", [says({}, 500), says({"message": "slow down"}, 429), says(b"<html>"), hangs()]
)
def test_a_sign_in_service_in_trouble_costs_no_tokens(manner: Manner) -> None:
    store = Memory(tokens("access-0", NOON - timedelta(days=1)))
    with serving(manner) as server:
        http = way_to(server, dialect=OAUTH, times=Deadlines(0.3, 0.3, 0.5))
        keeper = TokenKeeper(
            store, lambda old: ask_for_tokens(http, "/token", {"refresh_token": "r"}, old=old), Clock()
        )
        with pytest.raises(TryLater):
            keeper.token()
    assert store.tokens == tokens("access-0", NOON - timedelta(days=1))


def test_a_sign_in_service_that_is_down_is_not_knocked_at_by_everybody_in_turn() -> None:
    keeper, vendor, clock = keeper_of(Memory())
    vendor.error = TryLater("down", after_seconds=7)
    for _ in range(50):
        with pytest.raises(TryLater):
            keeper.token()
    assert len(vendor.asked_with) == 1
    clock.forward(7)
    vendor.error = None
    assert keeper.token() == "access-2"


@pytest.mark.parametrize("code", ["invalid_grant", "invalid_client"])
@pytest.mark.parametrize("status", [400, 401, 200])
def test_only_the_vendors_plain_word_locks_out(code: str, status: int) -> None:
    revoked = says({"error": code, "error_description": "Token revoked"}, status)
    with serving(revoked) as server, pytest.raises(LockedOut) as caught:
        ask_for_tokens(way_to(server, dialect=OAUTH), "/token", {}, old=None)
    assert caught.value.said.code == code


def test_a_bad_request_for_tokens_is_our_mistake_and_no_lock_out() -> None:
    with serving(says({"error": "invalid_request"}, 400)) as server, pytest.raises(Refused):
        ask_for_tokens(way_to(server, dialect=OAUTH), "/token", {}, old=None)


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one() -> None:
    kept = tokens_in({"access_token": "a", "expires_in": "1800"}, tokens("old", refresh="refresh-old"), NOON)
    assert (kept.access, kept.refresh) == ("a", "refresh-old")
    assert kept.expires == NOON + timedelta(seconds=1800)


@pytest.mark.parametrize(
    "said", [{}, {"error": "server_error"}, {"access_token": ""}, {"access_token": None}, {"access_token": 7}]
)
def test_a_good_status_without_a_token_keeps_what_is_stored(said: dict[str, object]) -> None:
    with pytest.raises(TryLater, match="kept"):
        tokens_in(said, tokens("old"), NOON)


def test_a_token_shorter_lived_than_the_margin_works_without_a_storm_of_refreshes() -> None:
    keeper, vendor, clock = keeper_of(Memory(), lifetime_seconds=60, margin_seconds=300)
    for _ in range(60):
        keeper.token()
        clock.forward(1)
    assert len(vendor.asked_with) == 2


def test_a_vendor_that_refuses_newborn_tokens_is_given_its_seconds() -> None:
    slept: list[float] = []
    keeper, _, clock = keeper_of(Memory(), ripe_seconds=5, sleep=slept.append)
    keeper.token()
    clock.forward(6)
    keeper.token()
    assert slept == [5]


def test_the_end_inside_a_token_is_read_where_nobody_states_it() -> None:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1_777_899_600}).encode()).decode().rstrip("=")
    assert jwt_end(f"head.{claims}.sign") == datetime.fromtimestamp(1_777_899_600, UTC)
    assert jwt_end("opaque") is None
    assert jwt_end("a.b.c") is None


def test_the_record_of_a_token_call_holds_no_token() -> None:
    seen: list[Exchange] = []
    given = {"access_token": "hidden-access", "refresh_token": "hidden-refresh", "expires_in": 60}
    with serving(says(given)) as server:
        http = way_to(server, seen, dialect=OAUTH)
        ask_for_tokens(http, "/token", {"grant_type": "password", "password": "hidden-word"}, old=None)
    assert "grant_type=password" in seen[0].sent_body
    assert "hidden" not in seen[0].sent_body + seen[0].answer_body
