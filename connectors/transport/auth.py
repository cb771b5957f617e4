"""Credentials as objects that are put on a prepared request, and the keeper of tokens that age.

A keeper lets one caller at a time refresh, across threads, processes and machines; everybody else waits and reads what
that one stored. A failed refresh never costs the tokens that are there.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import requests

from connectors.errors import LockedOut, Said, TryLater
from connectors.transport.masking import Secret

REST_SECONDS = 1.0


def _put(request: requests.PreparedRequest, header: str, value: str) -> requests.PreparedRequest:
    """A line break in a pasted key would end the header and begin another."""
    if not value.isascii() or not value.isprintable():
        raise LockedOut(
            "The credential contains a character that no credential has.",
            remedy="Copy it again, without line breaks or spaces around it.",
        )
    request.headers[header] = Secret(value)
    return request


class _Fixed:
    def renew(self, _: requests.PreparedRequest) -> bool:
        return False


@dataclass(frozen=True, repr=False)
class Basic(_Fixed):
    user: str
    password: str = ""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        both = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return _put(request, "Authorization", f"Basic {both}")


@dataclass(frozen=True, repr=False)
class Bearer(_Fixed):
    token: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _put(request, "Authorization", f"Bearer {self.token}")


@dataclass(frozen=True, repr=False)
class Header(_Fixed):
    name: str
    value: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _put(request, self.name, self.value)


@dataclass(frozen=True, repr=False)
class Tokens:
    """What a token endpoint gave: stored as one value, so that access and refresh token can only change together."""

    access: str
    issued: datetime
    expires: datetime
    refresh: str = ""
    refresh_expires: datetime | None = None


class TokenStore(Protocol):
    """Where an account's tokens live. In production a row, so that its lock ends with whoever held it."""

    def load(self) -> Tokens | None: ...

    def save(self, tokens: Tokens) -> None:
        """One commit for all of it; called under the lock only."""

    def locked(self, within_seconds: float) -> AbstractContextManager[None]:
        """One holder at a time among all processes. Raises TryLater when it is not free in time."""


Fetch = Callable[[Tokens | None], Tokens]
"""Asks the vendor: with the stored tokens to refresh, or None to sign in anew with the credential itself.

Raises LockedOut when the vendor says that the grant is gone, TryLater for everything that may pass.
"""


@dataclass(repr=False)
class TokenKeeper:
    store: TokenStore
    fetch: Fetch
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    margin_seconds: float = 60.0
    """Renewed this long before its end, or at three quarters of a short life: a margin must not eat the whole token."""
    lock_seconds: float = 40.0
    ripe_seconds: float = 0.0
    """Some vendors refuse a token in its first seconds."""
    sleep: Callable[[float], None] = time.sleep
    _held: Tokens | None = None
    _rest_until: datetime | None = None

    def token(self) -> str:
        held = self._held
        if held is None or not self._is_fresh(held):
            self._held = held = self._stored_or_renewed()
        self._ripen(held)
        return held.access

    def renewed(self, refused: str) -> bool:
        """This access token was answered with 401. True if there is another one to try now."""
        with self.store.locked(self.lock_seconds):
            stored = self.store.load()
            if stored is not None and stored.access != refused and self._is_fresh(stored):
                self._held = stored
            else:
                self._held = self._renew(stored)
        return self._held.access != refused

    def _stored_or_renewed(self) -> Tokens:
        stored = self.store.load()
        if stored is not None and self._is_fresh(stored):
            return stored
        with self.store.locked(self.lock_seconds):
            stored = self.store.load()
            if stored is not None and self._is_fresh(stored):
                return stored
            return self._renew(stored)

    def _renew(self, stored: Tokens | None) -> Tokens:
        """Under the lock. What fails leaves the stored tokens as they are."""
        self._rest()
        said = Said()
        try:
            tokens = self.fetch(stored)
            self.store.save(tokens)
            return tokens
        except TryLater as error:
            self._rest_until = self.now() + timedelta(seconds=error.after_seconds or REST_SECONDS)
            raise
        except LockedOut as error:
            said = error.said
        return self._stored_meanwhile(stored, said)

    def _stored_meanwhile(self, refused: Tokens | None, said: Said) -> Tokens:
        """One look whether somebody signed in again while we asked with the old grant."""
        stored = self.store.load()
        if stored is not None and (refused is None or stored != refused) and self._is_fresh(stored):
            return stored
        raise LockedOut(
            "The system no longer accepts the sign-in of this connection.",
            remedy="Sign in again on the connection's page; waiting work goes on by itself afterwards.",
            said=said,
        )

    def _rest(self) -> None:
        """Callers queue behind a token endpoint that is down; they must not knock there one after another."""
        if self._rest_until is not None and (left := (self._rest_until - self.now()).total_seconds()) > 0:
            raise TryLater(
                "The system's sign-in service does not answer; the next try is near.", after_seconds=left
            )

    def _is_fresh(self, tokens: Tokens) -> bool:
        lifetime = (tokens.expires - tokens.issued).total_seconds()
        margin = min(self.margin_seconds, lifetime / 4)
        return self.now() + timedelta(seconds=margin) < tokens.expires

    def _ripen(self, tokens: Tokens) -> None:
        young = self.ripe_seconds - (self.now() - tokens.issued).total_seconds()
        if young > 0:
            self.sleep(young)


@dataclass(frozen=True, repr=False)
class Kept:
    """The bearer token that a keeper has at the moment of the call."""

    keeper: TokenKeeper

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return _put(request, "Authorization", f"Bearer {self.keeper.token()}")

    def renew(self, request: requests.PreparedRequest) -> bool:
        refused = str(request.headers.get("Authorization", "")).removeprefix("Bearer ")
        return self.keeper.renewed(refused)
