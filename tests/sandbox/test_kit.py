"""What every simulator gets from the kit: worlds, clocks, ids, the ledger of effects, limits and meters."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from connectors.sandbox.clock import Clock
from connectors.sandbox.limits import Limit, Meter
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.shop import SHOP


def test_a_write_changes_the_world_and_stands_in_the_ledger_of_effects(acme: World, things: str) -> None:
    answer = requests.post(things, json={"name": "lathe"}, headers={"Idempotency-Key": "k1"}, timeout=5)
    [effect] = acme.effects
    assert answer.status_code == 201
    assert (effect.key, effect.made, effect.answer) == ("k1", f"thing {answer.json()['id']}", answer.json())


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second, other = (World("shop", "acme", seed).new_id("th_", 20) for seed in (7, 7, 8))
    assert first == second != other


def test_what_happens_later_happens_when_the_clock_gets_there(stage: Stage, acme: World, things: str) -> None:
    id = requests.post(things, json={"name": "lathe"}, timeout=5).json()["id"]
    stage.advance(59)
    assert "ripe" not in acme.table("things")[id]
    stage.advance(1)
    assert acme.table("things")[id]["ripe"]


def test_a_world_taken_back_is_the_world_of_the_snapshot(acme: World, things: str) -> None:
    requests.post(things, json={"name": "lathe"}, timeout=5)
    kept = acme.snapshot()
    requests.post(things, json={"name": "mill"}, timeout=5)
    acme.restore(kept)
    assert [row["name"] for row in acme.table("things").values()] == ["lathe"]
    assert len(acme.effects) == 1


def test_whoever_listens_hears_of_every_change_and_of_no_read(acme: World, things: str) -> None:
    heard: list[str] = []
    acme.listeners.append(lambda world: heard.append(world.name))
    requests.get(things, timeout=5)
    requests.post(things, json={"name": "lathe"}, timeout=5)
    assert heard == ["acme"]


def test_two_worlds_of_one_vendor_do_not_see_each_other(stage: Stage, things: str) -> None:
    other = stage.world("shop", "zenith")
    requests.post(things, json={"name": "lathe"}, timeout=5)
    assert other.table("things") == {}


def test_a_frozen_clock_stands_still_and_goes_on_from_there() -> None:
    clock = Clock(1_762_300_000, frozen=True)
    clock.advance(5)
    assert clock.time() == 1_762_300_005
    clock.run()
    assert 1_762_300_005 <= clock.time() < 1_762_300_006


def test_calls_over_the_limit_are_turned_away_until_the_clock_moves(
    stage: Stage, acme: World, things: str
) -> None:
    acme.clock.freeze()
    stage.limit(acme, Limit(per_second=2, retry_after=7))
    statuses = [requests.get(things, timeout=5) for _ in range(3)]
    assert [answer.status_code for answer in statuses] == [200, 200, 429]
    assert statuses[2].headers["Retry-After"] == "7"
    stage.advance(1)
    assert requests.get(things, timeout=5).status_code == 200


def test_the_meter_knows_the_most_calls_of_any_second_wherever_it_starts() -> None:
    meter = Meter()
    for at in (10.0, 10.6, 10.9, 11.2, 11.59):
        meter.admit(Limit(), at)
    assert meter.most_in(1.0) == 4


def test_calls_at_once_are_counted_and_limited(stage: Stage, acme: World, things: str) -> None:
    stage.limit(acme, Limit(at_once=1))
    stage.fault("slow_commit", seconds=0.3, times=0)
    with ThreadPoolExecutor(2) as pool:
        answers = pool.map(lambda name: requests.post(things, json={"name": name}, timeout=5), ("a", "b"))
    assert sorted(answer.status_code for answer in answers) == [201, 429]
    assert stage.meter(acme).most_at_once == 1


def test_the_vendors_own_check_names_what_is_broken(stage: Stage, acme: World, things: str) -> None:
    id = requests.post(things, json={}, timeout=5).json()["id"]
    assert stage.check(acme) == [f"{id} is nameless"]


def test_a_bug_in_a_simulator_is_a_500_that_the_stage_remembers(stage: Stage, things: str) -> None:
    assert requests.post(things, data="not json", timeout=5).status_code == 500
    assert "JSONDecodeError" in stage.bugs.pop()


def test_time_that_passes_stops_at_each_timer_on_the_way(stage: Stage, acme: World, things: str) -> None:
    acme.clock.freeze(1_762_300_000)
    requests.post(things, json={"name": "lathe"}, timeout=5)
    seen: list[float] = []
    acme.pass_time(3600, {"ripen": lambda world, thing: seen.append(world.clock.time())})
    assert (seen, acme.clock.time()) == ([1_762_300_060], 1_762_303_600)


def test_a_kept_world_goes_on_elsewhere_as_if_nothing_had_been(
    stage: Stage, acme: World, things: str
) -> None:
    kept: list[dict[str, Any]] = []
    with Stage([SHOP], listener=lambda world: kept.append(world.snapshot())) as first:
        first.world("shop", "acme", seed=7)
        requests.post(f"{first.base('shop')}/t/acme/things", json={"name": "lathe"}, timeout=5)
    world = stage.adopt(json.loads(json.dumps(kept[-1])))
    assert world is acme and len(acme.effects) == 1
    assert [row["name"] for row in requests.get(things, timeout=5).json()["rows"]] == ["lathe"]
    stage.advance(60)
    assert all(row["ripe"] for row in acme.table("things").values())


def test_answers_carry_the_worlds_own_time(stage: Stage, acme: World, things: str) -> None:
    acme.clock.freeze(1_762_300_000)
    assert requests.get(things, timeout=5).headers["Date"] == "Tue, 04 Nov 2025 23:46:40 GMT"
