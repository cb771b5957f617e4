"""Knocks, as the vendor's own sender sends them: true ones are heard, all others refused before anything is read."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.errors import Forged
from connectors.system import Webhooks
from tests.conformance.stand import Stand

Letter = tuple[bytes, dict[str, str]]


@pytest.fixture
def letters() -> Iterator[tuple[str, list[Letter]]]:
    """An address of ours that keeps what arrives."""
    kept: list[Letter] = []

    class Box(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            kept.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Box)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", kept
    server.shutdown()
    server.server_close()


def hooks_of(stand: Stand) -> Webhooks:
    assert stand.system.webhooks
    return stand.system.webhooks


def subscribed(stand: Stand, url: str) -> str:
    adapter = stand.adapter()
    assert hasattr(adapter, "subscribe")
    _, secret = adapter.subscribe(url, "key-hook")
    return str(secret)


def delivered(stand: Stand, kept: list[Letter]) -> Letter:
    _, rows = next(iter(stand.rows.items()))
    rows.make(1)
    stand.stage.advance(1, stand.world)
    stand.stage.postman.round()
    return kept[-1]


def test_a_true_knock_is_heard_and_points_at_the_object(
    knocker: Stand, letters: tuple[str, list[Letter]]
) -> None:
    hooks = hooks_of(knocker)
    secret = subscribed(knocker, letters[0])
    raw, headers = delivered(knocker, letters[1])
    hooks.verify(raw, headers, (secret,), knocker.now())
    (notice,) = hooks.notices(raw)
    assert notice.kind is not None
    assert knocker.adapter().fetch(notice.kind, notice.id).id == notice.id
    assert notice.event_type in hooks.events


@pytest.mark.parametrize("how", ["wrong", "missing", "old", "future"])
def test_a_knock_with_a_bad_signature_is_forged(
    knocker: Stand, letters: tuple[str, list[Letter]], how: str
) -> None:
    hooks = hooks_of(knocker)
    secret = subscribed(knocker, letters[0])
    knocker.fault("hook_signature", how=how, seconds=400)
    raw, headers = delivered(knocker, letters[1])
    with pytest.raises(Forged):
        hooks.verify(raw, headers, (secret,), knocker.now())


@pytest.mark.parametrize("how", ["altered", "reserialised"])
def test_a_knock_whose_bytes_changed_is_forged(
    knocker: Stand, letters: tuple[str, list[Letter]], how: str
) -> None:
    hooks = hooks_of(knocker)
    secret = subscribed(knocker, letters[0])
    knocker.fault("hook_body", how=how, bytes=40)
    raw, headers = delivered(knocker, letters[1])
    with pytest.raises(Forged):
        hooks.verify(raw, headers, (secret,), knocker.now())


def test_a_replayed_knock_is_refused_when_it_is_stale(
    knocker: Stand, letters: tuple[str, list[Letter]]
) -> None:
    """Inside the tolerance it is the same event by its id, which whoever stores events sees."""
    hooks = hooks_of(knocker)
    secret = subscribed(knocker, letters[0])
    raw, headers = delivered(knocker, letters[1])
    assert [one.event_id for one in hooks.notices(raw)] == [one.event_id for one in hooks.notices(raw)]
    with pytest.raises(Forged):
        hooks.verify(raw, headers, (secret,), knocker.now() + timedelta(days=1))


def test_both_secrets_of_a_roll_vouch_and_a_stranger_does_not(
    knocker: Stand, letters: tuple[str, list[Letter]]
) -> None:
    hooks = hooks_of(knocker)
    secret = subscribed(knocker, letters[0])
    raw, headers = delivered(knocker, letters[1])
    hooks.verify(raw, headers, ("whsec_new_one_of_a_roll", secret), knocker.now())
    with pytest.raises(Forged):
        hooks.verify(raw, headers, ("whsec_new_one_of_a_roll",), knocker.now())
    with pytest.raises(Forged):
        hooks.verify(raw, headers, (), knocker.now())
