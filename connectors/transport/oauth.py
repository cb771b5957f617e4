"""The token call of OAuth 2 as vendors really answer it: errors as JSON with good statuses, tokens with holes.

Only an answer that certainly holds a token replaces what is stored; only a plain "this grant is gone" locks out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import LockedOut, Said, TryLater
from connectors.transport.auth import Tokens
from connectors.transport.classify import Dialect, Reply, Rule, Then
from connectors.transport.http import Http, Pairs
from connectors.transport.masking import Secret
from connectors.transport.reading import NotJson, load

LIFETIME_SECONDS_UNSTATED = 300
GRANT_GONE = ("invalid_grant", "invalid_client", "unauthorized_client", "invalid_scope")


def read_error(reply: Reply) -> Said:
    said = reply.json
    return Said(
        code=str(said.get("error", "")),
        message=str(said.get("error_description") or said.get("message") or ""),
    )


OAUTH = Dialect(read_error, tuple(Rule(Then.LOCKED_OUT, (400, 401, 403), code) for code in GRANT_GONE))


def ask_for_tokens(
    http: Http, path: str, form: Pairs, *, old: Tokens | None, headers: Mapping[str, str] | None = None
) -> Tokens:
    """POST the form. `http` points at the sign-in service and speaks OAUTH."""
    pairs = form.items() if isinstance(form, Mapping) else form
    sealed = [(name, Secret(value)) for name, value in pairs]
    answer = http.call("POST", path, form=sealed, headers=headers, reads_only=True)
    return tokens_in(answer.json, old, http.now())


def tokens_in(said: Mapping[str, Any], old: Tokens | None, now: datetime) -> Tokens:
    """The tokens of an answer. One without a new refresh token keeps the old one."""
    access, refresh = said.get("access_token"), said.get("refresh_token")
    if said.get("error") in GRANT_GONE:
        raise LockedOut("The sign-in service refused the sign-in.", said=Said(200, str(said["error"])))
    if not isinstance(access, str) or not access.strip():
        raise TryLater(
            "The sign-in service answered without a token; the stored sign-in is kept.",
            said=Said(200, str(said.get("error", "no_token"))),
        )
    return Tokens(
        access=Secret(access),
        issued=now,
        expires=_after(now, said.get("expires_in"))
        or jwt_end(access)
        or now + timedelta(seconds=LIFETIME_SECONDS_UNSTATED),
        refresh=Secret(refresh) if isinstance(refresh, str) and refresh else old.refresh if old else Secret(),
        refresh_expires=_after(now, said.get("x_refresh_token_expires_in"))
        or (old.refresh_expires if old else None),
    )


def _after(now: datetime, seconds: Any) -> datetime | None:
    text = str(seconds)
    if not text.isascii() or not text.isdigit() or not 0 < int(text[:12]) < 10**10:
        return None
    return now + timedelta(seconds=int(text))


def jwt_end(token: str) -> datetime | None:
    """The end that a token states inside itself, where it is of that form. Read as a hint, trusted for nothing else."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = load(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (binascii.Error, NotJson, KeyError, TypeError, ValueError, OverflowError, OSError):
        return None
