"""Forged, altered, stale and early knocks are told from true ones."""

import base64
import hashlib
import hmac
import time
from datetime import UTC, datetime

import pytest

from connectors.errors import Forged
from connectors.transport.signatures import check_basic, check_hmac, check_time, check_token, sign

BODY = b'{"id":"evt_1","type":"invoice.paid"}'
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
STAMP = int(NOW.timestamp())


@pytest.mark.parametrize("form", ["hex", "base64"])
def test_a_true_signature_passes_with_any_current_secret(form: str) -> None:
    signature = sign(BODY, "secret-new", form=form)
    check_hmac(BODY, [signature], ["secret-old", "secret-new"], form=form)
    check_hmac(BODY, ["wrong", signature], ["secret-new"], form=form)


def test_the_signature_is_the_one_everybody_computes() -> None:
    expected = hmac.new(b"secret", BODY, hashlib.sha256)
    assert sign(BODY, "secret") == expected.hexdigest()
    assert sign(BODY, "secret", form="base64") == base64.b64encode(expected.digest()).decode()


@pytest.mark.parametrize(
    ("body", "given", "secrets"),
    [
        (BODY, [], ["secret"]),
        (BODY, [" "], ["secret"]),
        (BODY, ["0" * 64], ["secret"]),
        (BODY, [sign(BODY, "retired")], ["secret"]),
        (BODY, [sign(BODY, "")], [""]),
        (BODY, [sign(BODY, "secret")], []),
        (BODY.replace(b"evt_1", b"evt_2"), [sign(BODY, "secret")], ["secret"]),
        (BODY.replace(b":", b": "), [sign(BODY, "secret")], ["secret"]),
        (BODY, ["é" * 10], ["secret"]),
        (BODY, [sign(BODY, "secret").upper()], ["secret"]),
    ],
)
def test_anything_else_is_forged(body: bytes, given: list[str], secrets: list[str]) -> None:
    with pytest.raises(Forged):
        check_hmac(body, given, secrets)


@pytest.mark.parametrize("age", [-300, -1, 0, 299, 300])
def test_a_time_within_the_tolerance_passes(age: int) -> None:
    check_time(str(STAMP - age), NOW)


@pytest.mark.parametrize(
    ("stamp", "reason"),
    [
        (str(STAMP - 301), "too old"),
        (str(STAMP + 301), "future"),
        (str(STAMP * 1000), "missing or not a number"),
        ("", "missing"),
        ("-1", "missing"),
        ("1e9", "missing"),
        ("٣", "missing"),
    ],
)
def test_a_time_outside_of_it_is_forged_with_the_reason_for_our_log(stamp: str, reason: str) -> None:
    with pytest.raises(Forged, match=reason):
        check_time(stamp, NOW)


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_user_and_password_pass_old_and_new_during_a_change() -> None:
    pairs = [("hook", "old-word"), ("hook", "new-word")]
    check_basic(basic("hook", "old-word"), pairs)
    check_basic(basic("hook", "new-word").replace("Basic", "basic"), pairs)


@pytest.mark.parametrize(
    "header", ["", "Basic", basic("hook", "wrong"), basic("x", "word"), "Bearer word", "Basic é"]
)
def test_another_user_or_password_is_forged(header: str) -> None:
    with pytest.raises(Forged):
        check_basic(header, [("hook", "word"), ("hook", "")])


def test_an_empty_password_never_vouches() -> None:
    with pytest.raises(Forged):
        check_basic(basic("hook", ""), [("hook", "")])


def test_a_token_in_the_address_is_compared_whole() -> None:
    check_token("tok-123", ["tok-000", "tok-123"])
    for given in ("", "tok-12", "tok-1234", "TOK-123"):
        with pytest.raises(Forged):
            check_token(given, ["tok-123", ""])


def test_no_time_tells_how_much_of_a_signature_was_right() -> None:
    true = sign(BODY, "secret")
    nearly, far = true[:-1] + ("0" if true[-1] != "0" else "1"), "f" * 64

    def least_seconds(given: str) -> float:
        best = 1.0
        for _ in range(2000):
            started = time.perf_counter()
            try:
                check_hmac(BODY, [given], ["secret"])
            except Forged:
                best = min(best, time.perf_counter() - started)
        return best

    ratios = [least_seconds(nearly) / least_seconds(far) for _ in range(5)]
    assert 0.5 < sorted(ratios)[2] < 2
