"""Every fault on cue, seen from the other end of a real connection."""

from __future__ import annotations

import time

import pytest
import requests

from connectors.sandbox.faults import Call, Fault, Script
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def post(things: str, name: str = "lathe", timeout: float = 5) -> requests.Response:
    return requests.post(things, json={"name": name}, timeout=timeout)


@pytest.mark.parametrize("kind", ["reset_before_reading", "hang_before_reading"])
def test_nothing_is_committed_before_the_body_is_read(
    stage: Stage, acme: World, things: str, kind: str
) -> None:
    stage.fault(kind)
    with pytest.raises((*BROKEN, requests.ReadTimeout)):
        post(things, timeout=0.3)
    assert acme.effects == []


@pytest.mark.parametrize("how", ["reset", "close"])
def test_committed_and_then_no_answer(stage: Stage, acme: World, things: str, how: str) -> None:
    stage.fault("drop_answer", how=how)
    with pytest.raises(BROKEN):
        post(things)
    assert len(acme.effects) == 1


def test_an_error_now_and_the_commit_later(stage: Stage, acme: World, things: str) -> None:
    stage.fault("answer_then_commit", status=504, seconds=0.2)
    assert post(things).status_code == 504
    assert acme.effects == []
    stage.settle()
    assert len(acme.effects) == 1


def test_committed_and_an_error_answered(stage: Stage, acme: World, things: str) -> None:
    stage.fault("error_after_commit", status=500)
    assert post(things).status_code == 500
    assert len(acme.effects) == 1


def test_a_good_answer_and_nothing_kept(stage: Stage, acme: World, things: str) -> None:
    stage.fault("not_stored")
    assert post(things).status_code == 201
    assert acme.table("things") == {} and acme.effects == []


@pytest.mark.parametrize(
    ("retry_after", "header"), [(7, "7"), ("soon", "soon"), (None, None), (0, "0"), (86400, "86400")]
)
def test_429_with_any_retry_after(stage: Stage, things: str, retry_after: object, header: str | None) -> None:
    stage.fault("rate_limited", retry_after=retry_after)
    answer = post(things)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, header)


def test_429_with_an_http_date(stage: Stage, acme: World, things: str) -> None:
    acme.clock.freeze(1_762_300_000)
    stage.fault("rate_limited", retry_after="date", seconds=60)
    assert post(things).headers["Retry-After"] == "Tue, 04 Nov 2025 23:47:40 GMT"


def test_a_hang_after_the_headers_ends_when_the_client_gives_up(stage: Stage, things: str) -> None:
    stage.fault("hang_after_headers")
    with pytest.raises(BROKEN):
        requests.get(things, timeout=0.3)
    assert requests.get(things, timeout=1).status_code == 200


def test_a_drip_outlasts_the_read_time_out(stage: Stage, things: str) -> None:
    stage.fault("drip", bytes_per_second=40)
    begun = time.monotonic()
    assert requests.get(things, timeout=0.3).json() == {"rows": [], "offset": 0}
    assert time.monotonic() - begun > 0.5


def test_a_connection_closed_in_the_middle_of_the_answer(stage: Stage, things: str) -> None:
    stage.fault("close_after", bytes=80)
    with pytest.raises(BROKEN):
        requests.get(things, timeout=5)


def test_a_truncated_body_with_its_length_announced(stage: Stage, things: str) -> None:
    stage.fault("truncate", bytes=5)
    with pytest.raises(BROKEN):
        requests.get(things, timeout=5)


def test_a_truncated_body_without_its_length_looks_complete(stage: Stage, things: str) -> None:
    stage.fault("truncate", bytes=5, content_length=False)
    answer = requests.get(things, timeout=5)
    assert (answer.status_code, answer.text) == (200, '{"row')


def test_odd_answers(stage: Stage, things: str) -> None:
    stage.fault("html_page", status=503)
    stage.fault("redirect", to="http://127.0.0.1:1/", status=307, nth=2)
    stage.fault("content_type", value="text/plain", nth=3)
    stage.fault("body", text="null", nth=4)
    answers = [requests.get(things, timeout=5, allow_redirects=False) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 307, 200, 200]
    assert answers[2].headers["Content-Type"] == "text/plain"
    assert answers[3].text == "null"


def test_a_compressed_bomb_is_small_on_the_wire(stage: Stage, things: str) -> None:
    stage.fault("bomb", megabytes=20)
    with requests.get(things, timeout=5, stream=True) as answer:
        assert len(answer.raw.read(decode_content=False)) < 100_000


def test_reads_that_are_stale_for_a_while(stage: Stage, acme: World, things: str) -> None:
    acme.clock.freeze(1_762_300_000)
    stage.fault("stale", seconds=30, times=0)
    post(things)
    assert requests.get(things, timeout=5).json()["rows"] == []
    stage.advance(30)
    assert len(requests.get(things, timeout=5).json()["rows"]) == 1


def test_new_rows_hidden_from_listings_for_a_while(stage: Stage, acme: World, things: str) -> None:
    acme.clock.freeze(1_762_300_000)
    stage.fault("hide_new", seconds=30, times=0)
    post(things)
    assert requests.get(things, timeout=5).json()["rows"] == []
    stage.advance(30)
    assert len(requests.get(things, timeout=5).json()["rows"]) == 1


def test_rows_vanish_and_appear_between_two_pages(stage: Stage, things: str) -> None:
    first, *_ = [post(things, name).json()["id"] for name in "abcd"]
    stage.fault("act_after", act="remove", args={"thing": first}, method="GET")
    stage.fault("act_after", act="add", args={"name": "late"}, method="GET")
    pages = [requests.get(f"{things}?offset={offset}", timeout=5).json()["rows"] for offset in (0, 2)]
    assert [[row["name"] for row in page] for page in pages] == [["a", "b"], ["d", "late"]]


def test_rows_come_twice_and_a_page_comes_again(stage: Stage, things: str) -> None:
    for name in "abcd":
        post(things, name)
    stage.fault("duplicate_rows", rows=1, nth=2)
    stage.fault("repeat_page", nth=3)
    offsets = [requests.get(f"{things}?offset={offset}", timeout=5).json()["offset"] for offset in (0, 2, 4)]
    assert offsets == [0, 1, 1]


def test_a_cue_names_method_path_world_and_turn() -> None:
    script = Script(1, [Fault("drop_answer", method="POST", path="/v1/inv*", world="acme", nth=(2,))])
    calls = [Call("s", "acme", "POST", "/v1/invoices"), Call("s", "acme", "GET", "/v1/invoices")]
    calls += [Call("s", "zenith", "POST", "/v1/invoices"), calls[0], calls[0]]
    assert [len(script.take(call)) for call in calls] == [0, 0, 0, 1, 0]


def test_seed_and_script_replay_exactly() -> None:
    def run(seed: int) -> list[int]:
        script = Script(seed, [Fault("drop_answer", probability="0.3", times=0)])
        for _ in range(200):
            script.take(Call("s", "w", "GET", "/"))
        return [fired.nth for fired in script.fired]

    assert run(5) == run(5) != run(6)
    assert 40 < len(run(5)) < 80


def test_an_unknown_fault_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no fault is called 'earthquake'"):
        Fault("earthquake")


def test_text_in_the_real_answer_is_edited(stage: Stage, things: str) -> None:
    post(things)
    stage.fault("edit", old='"name": "lathe"', new='"name": "lathe", "name": 1e-7')
    assert '"name": "lathe", "name": 1e-7' in requests.get(things, timeout=5).text


def test_an_act_that_fails_between_two_pages_is_told_and_not_lost(stage: Stage, things: str) -> None:
    stage.fault("act_first", act="remove", args={"thing": "th_none"})
    assert requests.get(things, timeout=5).status_code == 500
    assert "th_none" in stage.bugs.pop()
