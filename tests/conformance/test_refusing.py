"""Credentials that do not fit are told apart, each with what to do about it, and never shown."""

from __future__ import annotations

import base64
from urllib.parse import quote

import pytest

from connectors.canon.kind import Kind
from connectors.errors import LockedOut, Refused, TryLater, WireError
from connectors.system import Colour
from tests.conformance.stand import Stand


def one_kind(stand: Stand) -> tuple[type[Kind], str]:
    kind, rows = next(iter(stand.rows.items()))
    return kind, rows.make(1)


def test_a_bad_key_locks_out(stand: Stand) -> None:
    kind, id = one_kind(stand)
    with pytest.raises(LockedOut) as told:
        stand.adapter(stand.bad_secrets).fetch(kind, id)
    assert told.value.system == stand.system.slug
    red = [check for check in stand.adapter(stand.bad_secrets).ping() if check.colour is Colour.RED]
    assert [check.name for check in red] == ["auth"]
    assert red[0].remedy


def test_a_key_of_the_wrong_mode_is_refused_at_once(stand: Stand) -> None:
    if stand.wrong_mode is None:
        assert not any("live" in one.pattern for one in stand.system.credentials), (
            "keys that tell modes apart"
        )
        return
    kind, id = one_kind(stand)
    before = stand.stage.meter(stand.world).calls()
    with pytest.raises(Refused, match="mode"):
        stand.adapter(stand.wrong_mode).fetch(kind, id)
    assert stand.stage.meter(stand.world).calls() == before, "nothing was sent with it"
    red = [check.name for check in stand.adapter(stand.wrong_mode).ping() if check.colour is Colour.RED]
    assert red == ["mode"]


def test_a_missing_permission_is_named(stand: Stand) -> None:
    for kind, rows in stand.rows.items():
        id = rows.make(1)
        right = stand.forbid(kind)
        with pytest.raises(LockedOut) as told:
            stand.adapter().fetch(kind, id)
        assert told.value.permission == right
        red = [check for check in stand.adapter().ping() if check.colour is Colour.RED]
        assert [check.name for check in red if check.name.startswith("permission:")]
        assert all(check.remedy for check in red)


def test_a_busy_vendor_is_tried_later_when_reading(stand: Stand) -> None:
    kind, id = one_kind(stand)
    stand.adapter().fetch(kind, id)
    stand.fault("rate_limited", method="GET", retry_after=7)
    with pytest.raises(TryLater) as told:
        stand.adapter().fetch(kind, id)
    assert told.value.after_seconds == 7


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_vendor_that_is_down_is_tried_later_when_reading(stand: Stand, status: int) -> None:
    kind, id = one_kind(stand)
    stand.adapter().fetch(kind, id)
    stand.fault("error", method="GET", status=status)
    with pytest.raises(TryLater):
        stand.adapter().fetch(kind, id)
    assert stand.adapter().fetch(kind, id).id == id


def test_no_secret_shows_anywhere(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """In no repr, log, error or kept exchange, plain or in the forms it travels in."""
    caplog.set_level("DEBUG")
    kind, id = one_kind(stand)
    shown = [repr(stand.account())]
    stand.adapter().fetch(kind, id)
    document = stand.adapter().render(next(iter(stand.writings.values())).body("ACME:s", _hundred(), "USD"))
    stand.adapter().write(document, None, "key-s")
    shown += [repr(stand.adapter()), repr(document)]
    for fault, args in (
        ("error", {"status": 400, "message": f"bad {_all(stand)[0]}"}),
        ("html_page", {"status": 200}),
    ):
        stand.fault(fault, method="GET", **args)
        with pytest.raises(WireError) as told:
            stand.adapter().fetch(kind, id)
        shown += [repr(told.value), str(told.value), repr(told.value.said), told.value.remedy]
    for one in stand.exchanges:
        shown += [
            one.address,
            str(one.sent_headers),
            one.sent_body,
            str(one.answer_headers),
            one.answer_body,
            one.why,
        ]
    shown += [
        record.getMessage() for record in caplog.records if not record.name.startswith("connectors.sandbox")
    ]
    tokens = stand.tokens.load()
    secrets = _all(stand) + ([tokens.access, tokens.refresh] if tokens else [])
    for secret in filter(None, secrets):
        for form in (secret, quote(secret, safe=""), base64.b64encode(f"{secret}:".encode()).decode()):
            assert [text for text in shown if form in text] == []


def _all(stand: Stand) -> list[str]:
    """Those that are marked secret, long enough not to be a word of the answers."""
    marked = {one.name for one in stand.system.credentials if one.secret}
    return [value for name, value in stand.secrets.items() if name in marked and len(value) > 11]


def _hundred():  # type: ignore[no-untyped-def]
    from decimal import Decimal

    return Decimal(100)
