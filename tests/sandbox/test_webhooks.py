"""The postman: real POSTs, retries on the world's clock, and every fault that webhooks can have."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from connectors.sandbox.faults import Fault
from connectors.sandbox.stage import Stage
from connectors.sandbox.webhooks import post
from connectors.sandbox.world import World
from tests.sandbox.hook import Box, listening


@pytest.fixture
def box() -> Iterator[Box]:
    with listening() as box:
        yield box


def write(world: World, box: Box, number: int = 1, event: str = "thing.made") -> None:
    body = json.dumps(
        {"id": f"evt_{number}", "type": event, "data": {"object": {"id": "th_1", "name": "lathe"}}}
    )
    note = {"retired": "old"}
    post(
        world, url=box.url, event=event, event_id=f"evt_{number}", body=body, secrets=["new", "next"], **note
    )


def ids(box: Box) -> list[str]:
    return [json.loads(body)["id"] for body in box.bodies]


def signatures(box: Box) -> list[str | None]:
    return [headers.get("X-Signature") for headers in box.headers]


def test_a_letter_arrives_signed_with_every_current_secret(stage: Stage, acme: World, box: Box) -> None:
    write(acme, box)
    assert [posted.status for posted in stage.postman.round()] == [200]
    assert ids(box) == ["evt_1"]
    assert signatures(box) == ["0 new,next"]
    assert stage.postman.waiting() == 0


def test_a_failed_letter_is_tried_again_on_the_worlds_clock(stage: Stage, acme: World, box: Box) -> None:
    box.statuses = [500, 302]
    write(acme, box)
    assert [posted.status for posted in stage.postman.round()] == [500]
    assert stage.postman.round() == []
    stage.advance(60)
    assert [posted.status for posted in stage.postman.round()] == [302]
    stage.advance(600)
    assert [posted.status for posted in stage.postman.round()] == [200]
    assert stage.postman.waiting() == 0


def test_tries_end(stage: Stage, acme: World, box: Box) -> None:
    box.statuses = [500] * 9
    write(acme, box)
    for _ in range(9):
        stage.postman.round()
        stage.advance(3600)
    assert len(stage.postman.posted) == 4 and stage.postman.waiting() == 0


def test_dropped_duplicated_delayed_and_sent_again(stage: Stage, acme: World, box: Box) -> None:
    stage.fault("hook_drop", nth=1)
    stage.put(Fault("hook_duplicate", {"times": 1}, nth=(2,)))
    stage.fault("hook_delay", nth=3, seconds=100)
    stage.fault("hook_resend", nth=4, seconds=259_200)
    for number in range(1, 5):
        write(acme, box, number)
    stage.postman.round()
    assert ids(box) == ["evt_2", "evt_2", "evt_4"]
    stage.advance(100)
    stage.postman.round()
    stage.advance(259_200)
    stage.postman.round()
    assert ids(box)[3:] == ["evt_3", "evt_4"]


def test_shuffled_but_the_same_way_for_the_same_seed(stage: Stage, acme: World, box: Box) -> None:
    stage.fault("hook_reorder", times=0, events=6)
    for number in range(6):
        write(acme, box, number)
    stage.postman.round()
    assert sorted(ids(box)) != ids(box)
    assert sorted(ids(box)) == [f"evt_{number}" for number in range(6)]


def test_a_burst_over_many_connections(stage: Stage, acme: World, box: Box) -> None:
    stage.put(Fault("hook_burst", {"times": 50, "at_once": 8}))
    write(acme, box)
    assert [posted.status for posted in stage.postman.round()] == [200] * 50
    assert ids(box) == ["evt_1"] * 50


@pytest.mark.parametrize(
    ("how", "signature"),
    [
        ("wrong", "0 wrong000000000000000000000000000"),
        ("missing", None),
        ("old", "-400 new,next"),
        ("future", "400 new,next"),
        ("retired", "0 old"),
    ],
)
def test_signatures_gone_wrong(stage: Stage, acme: World, box: Box, how: str, signature: str | None) -> None:
    stage.fault("hook_signature", how=how, seconds=400)
    write(acme, box)
    stage.postman.round()
    assert signatures(box) == [signature]


def test_bodies_gone_wrong(stage: Stage, acme: World, box: Box) -> None:
    for nth, how in enumerate(("altered", "reserialised", "oversized", "ids_only", "text", "partial"), 1):
        stage.fault("hook_body", how=how, nth=nth, bytes=5000, text="not json \ud800")
        write(acme, box)
    stage.postman.round()
    altered, reserialised, oversized, ids_only, text = box.bodies
    assert json.loads(altered) != json.loads(oversized)
    assert b"\n" in reserialised and json.loads(reserialised)["data"]["object"]["name"] == "lathe"
    assert len(oversized) == 5000 and json.loads(oversized)["id"] == "evt_1"
    assert json.loads(ids_only)["data"] == {"object": {"id": "th_1"}}
    assert text.startswith(b"not json")


def test_nothing_is_posted_to_other_machines(stage: Stage, acme: World) -> None:
    post(acme, url="https://example.com/hook", event="e", event_id="evt_1", body="{}", secrets=[])
    assert [posted.status for posted in stage.postman.round()] == [0]


def test_a_letter_stays_in_the_box_until_its_fate_is_known(stage: Stage, acme: World, box: Box) -> None:
    seen: list[int] = []
    acme.listeners.append(lambda world: seen.append(len(world.snapshot()["state"]["letters"])))
    write(acme, box, 1)
    write(acme, box, 2)
    stage.postman.round()
    assert seen == [1, 0]


def test_the_postman_walks_by_himself(stage: Stage, acme: World, box: Box) -> None:
    stage.postman.walk()
    write(acme, box)
    until = time.monotonic() + 5
    while stage.postman.waiting() and time.monotonic() < until:
        time.sleep(0.02)
    assert ids(box) == ["evt_1"]
