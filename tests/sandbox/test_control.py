"""The control channel over HTTP does what the stage does in its own process."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World


@pytest.fixture
def tell(stage: Stage) -> Any:
    def say(method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(method, f"{stage.wire.address}/_control{path}", json=body, timeout=5)
        return answer.json()

    return say


def test_make_a_world_act_in_it_and_read_it(tell: Any) -> None:
    made = tell("POST", "/worlds/shop/zenith", {"seed": 3})
    assert made["credentials"]["base_url"].endswith("/shop")
    tell("POST", "/worlds/shop/zenith/acts/add", {"name": "lathe"})
    tables = tell("GET", "/worlds/shop/zenith/snapshot")["state"]["tables"]
    assert [row["name"] for row in tables["things"].values()] == ["lathe"]


def test_effects_calls_and_checks(tell: Any, things: str) -> None:
    requests.post(things, json={}, timeout=5)
    assert len(tell("GET", "/worlds/shop/acme/effects")["effects"]) == 1
    assert tell("GET", "/worlds/shop/acme/calls")["most_in_one_second"] == 1
    assert len(tell("GET", "/worlds/shop/acme/check")["broken"]) == 1


def test_faults_are_put_listed_and_cleared(tell: Any, things: str) -> None:
    assert tell("POST", "/faults", {"kind": "error", "args": {"status": 503}, "nth": 1}) == {"numbers": [1]}
    assert requests.get(things, timeout=5).status_code == 503
    assert [fired["kind"] for fired in tell("GET", "/faults")["fired"]] == ["error"]
    tell("DELETE", "/faults")
    assert tell("GET", "/faults")["faults"] == []


def test_the_clock_is_frozen_and_advanced(tell: Any, acme: World) -> None:
    assert tell("POST", "/clock", {"freeze": 1_762_300_000, "advance": 60}) == [
        {"now": "2025-11-04T23:47:40+00:00"}
    ]
    assert acme.clock.time() == 1_762_300_060


def test_a_wrong_word_is_answered_with_what_is_wrong(tell: Any, acme: World) -> None:
    assert "explode" in tell("POST", "/worlds/shop/acme/acts/explode", {})["wrong"]
    assert "earthquake" in tell("POST", "/faults", {"kind": "earthquake"})["wrong"]


def test_a_clock_that_is_wrong_lets_nothing_happen(tell: Any, acme: World) -> None:
    acme.clock.freeze(1_762_300_000)
    assert tell("POST", "/worlds/shop/acme/clock", {"shift": -600}) == {"now": "2025-11-04T23:36:40+00:00"}


def test_what_is_not_json_is_refused_and_not_dropped(stage: Stage) -> None:
    answer = requests.post(f"{stage.wire.address}/_control/faults", data="{", timeout=5)
    assert answer.status_code == 400 and "JSONDecodeError" in answer.json()["wrong"]
