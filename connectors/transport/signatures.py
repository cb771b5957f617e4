"""Who really sent this: the checks that webhooks of all vendors are made of, each in constant time.

A check raises Forged with the reason for our own log; the answer to the sender never says which part was wrong.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from connectors.errors import Forged

TOLERANCE_SECONDS = 300


def check_hmac(message: bytes, given: Iterable[str], secrets: Iterable[str], *, form: str = "hex") -> None:
    """One of the given HMAC-SHA256 signatures must be made with one of the secrets over exactly these bytes."""
    given = [signature.strip() for signature in given if signature.strip()]
    if not given:
        raise Forged("no signature")
    expected = [sign(message, secret, form=form) for secret in secrets if secret]
    if not _any_same(given, expected):
        raise Forged("signature does not match")


def sign(message: bytes, secret: str, *, form: str = "hex") -> str:
    digest = hmac.new(secret.encode(), message, hashlib.sha256).digest()
    return digest.hex() if form == "hex" else base64.b64encode(digest).decode()


def check_time(stamp: str, now: datetime, *, tolerance_seconds: int = TOLERANCE_SECONDS) -> None:
    """Whole Unix seconds, not too old and not from a future beyond the tolerance."""
    if not stamp.isascii() or not stamp.isdigit() or len(stamp) > 12:
        raise Forged("signature time is missing or not a number")
    age = int(now.timestamp()) - int(stamp)
    if age > tolerance_seconds:
        raise Forged("signature too old")
    if age < -tolerance_seconds:
        raise Forged("signature from the future")


def check_basic(header: str, accepted: Iterable[tuple[str, str]]) -> None:
    """The header must carry one of the accepted pairs of user and password; several are valid during a change."""
    scheme, _, given = header.strip().partition(" ")
    expected = [
        base64.b64encode(f"{user}:{password}".encode()).decode() for user, password in accepted if password
    ]
    if scheme.lower() != "basic" or not _any_same([given.strip()], expected):
        raise Forged("user or password does not match")


def check_token(given: str, accepted: Iterable[str]) -> None:
    """An unguessable part of the address, or a shared header value."""
    if not _any_same([given], [token for token in accepted if token]):
        raise Forged("token does not match")


def _any_same(given: list[str], expected: list[str]) -> bool:
    """Every pair is compared, in constant time each, so that neither place nor number of secrets shows in the time."""
    matches = [hmac.compare_digest(one.encode(), other.encode()) for one in given for other in expected]
    return any(matches)
