"""What a secret looks like from outside: four dots, never itself.

Errors about secrets name a key's fingerprint and a place; nothing here can carry the value into a log or a traceback.
"""

from __future__ import annotations

import hashlib

SHOWN = 4
SHOWN_FROM = 12
"""A shorter secret shows nothing: four of its characters would be too much of it."""


class Secret(str):
    """Text that goes where it is sent and shows itself nowhere: repr, format and debug pages see only dots."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(••••)"


class VaultError(Exception):
    """Something sealed could not be opened. Nothing was overwritten."""


class KeyMissing(VaultError):
    """The key it was sealed with is not among the keys held."""


class Tampered(VaultError):
    """The key is right and the bytes are not what was written."""


class SealedElsewhere(VaultError):
    """It was sealed for another tenant or another place, and copied here."""


def masked(secret: str) -> str:
    """For a person to recognise which secret it is: its last characters, if it is long enough to spare them."""
    return "••••" + (secret[-SHOWN:] if len(secret) >= SHOWN_FROM else "")


def digest(token: str) -> str:
    """What is stored of a token that somebody presents: long random text needs no salt and no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def fingerprint(key: str | bytes) -> str:
    """Names a key without telling it: 16 hex digits."""
    raw = key.encode() if isinstance(key, str) else key
    return hashlib.sha256(b"ml-connector key " + raw).hexdigest()[:16]
