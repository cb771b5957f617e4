"""No secret in anything that is kept, shown, logged or raised."""

import base64
import logging
import sys
import traceback
from types import TracebackType
from urllib.parse import quote

import pytest

from connectors.errors import Refused, Said, WireError
from connectors.transport.auth import Basic, Bearer, Header
from connectors.transport.classify import Dialect, Reply
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Deadlines, Http
from connectors.transport.masking import MASKED, Mask, Secret
from connectors.transport.wire import WayOut
from tests.transport.loopback import Manner, closes, hangs, resets, says, serving, way_to

CANARY = 'can/ary+"secret" 9f2a7c'


@pytest.mark.parametrize(
    "text",
    [
        f"before {CANARY} after",
        f"https://x/y?key={quote(CANARY, safe='')}&z=1",
        f"key={quote(CANARY, safe='').replace('%20', '+')}",
        base64.b64encode(f"{CANARY}:".encode()).decode(),
        base64.b64encode(f"user:{CANARY}".encode()).decode(),
        base64.b64encode(f"us:{CANARY}!".encode()).decode(),
        base64.urlsafe_b64encode(f"u:{CANARY}".encode()).decode(),
        r'{"echo": "can/ary+\"secret\" 9f2a7c"}',
        CANARY.encode().hex(),
    ],
)
def test_a_known_secret_is_masked_in_every_form(text: str) -> None:
    masked = Mask(frozenset({CANARY}))(text)
    assert MASKED in masked
    assert "9f2a7c" not in masked
    assert base64.b64encode(CANARY.encode()).decode()[4:12] not in masked


@pytest.mark.parametrize(
    "text",
    [
        '{"access_token": "hidden-1", "x": 1}',
        '{"client_secret":"hidden-1"}',
        '{"Password" : "hid\\"den-1"}',
        '{"refresh_token": "hidden-1',
        "grant_type=password&password=hidden-1&x=1",
        "https://x/y?api_key=hidden-1&limit=3",
        "sent with Bearer hidden-1-and-longer",
        '{"webhookVerifier": "hidden-1"}',
    ],
)
def test_an_unknown_secret_is_masked_by_the_name_it_stands_under(text: str) -> None:
    assert "den-1" not in Mask()(text)


def test_ordinary_content_stays_readable() -> None:
    text = '{"id": "in_1", "amount": 100.00, "next": "page_2", "currency": "eur"}'
    assert Mask(frozenset({"", "abc"}))(text) == text


def test_a_long_body_is_cut_and_its_length_kept() -> None:
    assert Mask()("x" * 100_000).endswith("(100000 characters)")


def test_an_exchange_keeps_what_matters_and_no_secret() -> None:
    seen: list[Exchange] = []
    echo = {"echo": CANARY, "refresh_token": "rt-from-the-vendor", "id": "in_1"}
    with serving(says(echo, headers={"Request-Id": "req_7", "Set-Cookie": f"s={CANARY}"})) as server:
        http = way_to(server, seen, auth=Bearer("tok-not-on-any-list"), secrets=[CANARY])
        http.call(
            "POST",
            "/v1/thing",
            params={"secret": CANARY},
            form={"name": "Larkfield", "password": CANARY, "again": "tok-not-on-any-list"},
            headers={"X-Api-Key": CANARY, "X-Note": f"see {CANARY}"},
            key="k-1",
        )
    kept = seen[0]
    everything = repr([getattr(kept, name) for name in kept.__dataclass_fields__])
    for secret in ("9f2a7c", "rt-from-the-vendor", "tok-not-on-any-list"):
        assert secret not in everything
    assert (kept.method, kept.status, kept.request_id, kept.key) == ("POST", 200, "req_7", "k-1")
    assert "Larkfield" in kept.sent_body
    assert "in_1" in kept.answer_body
    assert kept.outcome == "fine"
    assert kept.sent
    assert "Larkfield" not in repr(kept)


def test_a_vendors_text_that_echoes_the_secret_is_masked_in_the_error() -> None:
    def said(reply: Reply) -> Said:
        return Said(message=reply.json["error"])

    echoing = says({"error": f"Invalid API key provided: {CANARY}"}, 400)
    with serving(echoing) as server, pytest.raises(Refused) as caught:
        way_to(server, dialect=Dialect(said), secrets=[CANARY]).call("GET", "/x")
    assert "9f2a7c" not in str(caught.value) + caught.value.said.message
    assert "Invalid API key provided" in str(caught.value)


def frames(trace: TracebackType | None) -> list[str]:
    """What a debugger could find in every frame that is not this test's own, three steps deep."""
    shown: list[str] = []
    while trace is not None:
        frame = trace.tb_frame
        if "/tests/" not in frame.f_code.co_filename:
            for value in frame.f_locals.values():
                shown += within(value, 3)
        trace = trace.tb_next
    return shown


def within(value: object, steps: int) -> list[str]:
    shown = [repr(value)]
    if steps and hasattr(value, "__dict__"):
        for inner in vars(value).values():
            shown += within(inner, steps - 1)
    return shown


@pytest.mark.parametrize(
    "manner", [says({}, 401), says({}, 500), hangs(), resets(), closes(b"garbage\r\n"), says(b"<html>")]
)
@pytest.mark.parametrize("auth", [Bearer, Basic, lambda value: Header("X-Key", value)])
def test_no_error_carries_a_secret_in_text_traceback_or_frames(
    manner: Manner, auth: object, caplog: pytest.LogCaptureFixture
) -> None:
    secret = Secret("can-ary-9f2a7c")
    encoded = base64.b64encode(b"can-ary-9f2a7c").decode()[:16]
    with serving(manner) as server, caplog.at_level(logging.DEBUG):
        http = way_to(server, auth=auth(secret), times=Deadlines(0.3, 0.3, 0.5), secrets=[secret])  # type: ignore[operator]
        try:
            http.call("POST", "/x", form={"password": secret}, params={"token": secret})
        except WireError as error:
            shown = [
                *traceback.format_exception(error),
                *frames(sys.exc_info()[2]),
                repr(error),
                repr(vars(error)),
            ]
            assert error.__context__ is None
    for text in (*shown, caplog.text, repr(http), repr(auth(secret))):  # type: ignore[operator]
        assert "9f2a7c" not in text
        assert encoded not in text


def test_an_unreachable_host_leaves_no_request_on_the_error() -> None:
    secret = Secret("can-ary-9f2a7c")
    http = Http(WayOut(Egress(lambda *_: ["10.0.0.1"]))).at("https://erp.example.com", auth=Bearer(secret))
    with pytest.raises(Refused) as caught:
        http.call("GET", "/x", params={"token": secret})
    assert "9f2a7c" not in "".join([*traceback.format_exception(caught.value), *frames(caught.tb)])


def test_a_secret_travels_as_text_and_shows_as_nothing() -> None:
    secret = Secret("can-ary")
    assert f"{secret!r} {[secret]}" == f"{MASKED} [{MASKED}]"
    assert secret == "can-ary"
    assert f"{secret}" == "can-ary"
