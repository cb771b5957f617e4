"""How a connection signs in to an instance: four ways to a bearer token, and a token pasted by hand.

A token's life is told by its answer, else by itself, else taken to be short: it is never assumed to be long.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.errors import LockedOut, Refused, Unreadable, WireError
from connectors.system import Account
from connectors.systems.qad.profile import Signing
from connectors.systems.qad.wording import SIGN_IN_DIALECT
from connectors.transport.auth import Basic, Bearer, Kept, TokenKeeper, Tokens
from connectors.transport.http import Auth, Http
from connectors.transport.reading import NotJson, load

LIFE_SECONDS_DEFAULT = 300
LIFE_SECONDS_MIN = 1


def auth_for(account: Account, signing: Signing, base: str) -> Auth:
    secrets = account.secrets
    if signing.mode == "basic":
        return Basic(secrets.get("username", ""), secrets.get("password", ""))
    if signing.mode == "static_bearer":
        return Bearer(_needed(secrets, "token"))
    if account.tokens is None:
        raise Refused("This connection has nowhere to keep its tokens.", system="qad")
    http = account.http.at(base, system="qad", dialect=SIGN_IN_DIALECT, secrets=tuple(secrets.values()))
    return Kept(TokenKeeper(account.tokens, SignIn(http, signing, secrets, account), now=account.now))


class SignIn:
    """Asks for tokens: with the refresh token where there is one, with the credential when that is over."""

    def __init__(self, http: Http, signing: Signing, secrets: Mapping[str, str], account: Account) -> None:
        self._http, self._signing, self._secrets, self._now = http, signing, secrets, account.now

    def __call__(self, stored: Tokens | None) -> Tokens:
        if stored and stored.refresh and self._signing.mode == "oauth_password":
            try:
                return self._token(
                    {"grant_type": "refresh_token", "refresh_token": stored.refresh}, stored.refresh
                )
            except (LockedOut, Refused):
                # A refresh token ends with its session, and some instances take none: the password is still ours.
                pass
        return self._sign_in()

    def _sign_in(self) -> Tokens:
        match self._signing.mode:
            case "oauth_client_credentials":
                return self._token({"grant_type": "client_credentials"}, "")
            case "jwt_login":
                return self._login()
        user, password = _needed(self._secrets, "username"), _needed(self._secrets, "password")
        return self._token({"grant_type": "password", "username": user, "password": password}, "")

    def _token(self, grant: Mapping[str, str], refresh: str) -> Tokens:
        """In the body, never in the address: addresses end up in logs."""
        form = {**grant, "client_id": self._secrets.get("client_id") or None}
        if self._secrets.get("client_secret"):
            form["client_secret"] = self._secrets["client_secret"]
        answer = self._http.call("POST", self._signing.token_path, form=form, reads_only=True)
        return self._read(answer.json, answer.headers, refresh)

    def _login(self) -> Tokens:
        body = {name: _needed(self._secrets, name) for name in ("username", "password")}
        answer = self._http.call("POST", self._signing.login_path, json=body, reads_only=True)
        return self._read(answer.json, answer.headers, "")

    def _read(self, body: Any, headers: Mapping[str, str], refresh: str) -> Tokens:
        access = next((found for path in self._signing.token_pointers if (found := _at(body, path))), "")
        access = access or headers.get("Authorization", "").removeprefix("Bearer ")
        if not access:
            raise Unreadable(
                "The sign-in answered without a token.",
                system="qad",
                remedy="Check the sign-in mode of the profile.",
            )
        now = self._now()
        return Tokens(
            access=access,
            issued=now,
            expires=_expiry(body, access, now),
            refresh=_at(body, "/refresh_token") or refresh,
        )


def _expiry(body: Any, access: str, now: datetime) -> datetime:
    stated = body.get("expires_in") if isinstance(body, Mapping) else None
    if isinstance(stated, int) and not isinstance(stated, bool) and stated >= LIFE_SECONDS_MIN:
        return now + timedelta(seconds=stated)
    own = _own_expiry(access)
    if own is not None:
        return datetime.fromtimestamp(own, now.tzinfo)
    return now + timedelta(seconds=LIFE_SECONDS_DEFAULT)


def _own_expiry(access: str) -> int | None:
    """The `exp` of a JWT. Nothing else in it is believed; it is ours and only its end interests us."""
    parts = access.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = load(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, NotJson):
        return None
    found = claims.get("exp") if isinstance(claims, Mapping) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _at(body: Any, pointer: str) -> str:
    for name in pointer.strip("/").split("/"):
        body = body.get(name) if isinstance(body, Mapping) else None
    return body if isinstance(body, str) else ""


def _needed(secrets: Mapping[str, str], name: str) -> str:
    value = secrets.get(name, "")
    if not value:
        problem: WireError = LockedOut(
            f"The {name} of this connection is empty.",
            system="qad",
            remedy=f"Enter the {name} and ping again.",
        )
        raise problem
    return value
