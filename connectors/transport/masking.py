"""Nothing that is kept or shown of a call may carry a secret: known ones go by value, unknown ones by the name they stand under.

What is masked here is what lands in the record of an attempt, in an error and in a log.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, quote_plus

MASKED = "•••"
SECRET_CHARS_MIN = 4
"""Shorter values would be found in every amount; no vendor gives out such secrets."""
KEPT_CHARS_MAX = 32_000


class Secret(str):
    """A text that may travel but not be shown: its repr, which is what tracebacks and debug pages print, is masked."""

    __slots__ = ()

    def __repr__(self) -> str:
        return MASKED


@dataclass(frozen=True, repr=False)
class Mask:
    """Knows an account's secrets in every form in which a request or an echo may carry them."""

    secrets: frozenset[str] = frozenset()

    def __call__(self, text: str) -> str:
        kept = text if len(text) <= KEPT_CHARS_MAX else text[:KEPT_CHARS_MAX] + f" … ({len(text)} characters)"
        for form in self._all_forms:
            kept = kept.replace(form, MASKED)
        return _by_name(kept)

    def knowing(self, secrets: Iterable[str]) -> Mask:
        return Mask(self.secrets | frozenset(secrets))

    def headers(self, headers: Mapping[str, Any]) -> dict[str, str]:
        return {
            name: MASKED if _SECRET_HEADER.search(name) else self(_text(value))
            for name, value in headers.items()
        }

    @cached_property
    def _all_forms(self) -> list[str]:
        """Longest first: a short form may be part of a longer one."""
        return sorted({form for secret in self.secrets for form in _forms(secret)}, key=len, reverse=True)


def carried_by(headers: Mapping[str, Any]) -> tuple[str, ...]:
    """The credentials in a request's own headers: a refreshed token is on no list of known secrets."""
    found: list[str] = []
    for name, value in headers.items():
        if _SECRET_HEADER.search(name):
            found += _text(value).split(" ")
    return tuple(found)


_WORDS = r"(?:secret|password|passwd|token|authorization|api[_-]?key|access[_-]?key|credential|assertion|jwt|cookie|verifier)"
_SECRET_HEADER = re.compile(rf"{_WORDS}|signature", re.IGNORECASE)
_JSON_MEMBER = re.compile(rf'("[^"]{{0,40}}{_WORDS}[^"]{{0,40}}"\s*:\s*)"(?:[^"\\]|\\.)*"?', re.IGNORECASE)
_FORM_MEMBER = re.compile(
    rf"((?:^|[?&\s])[^=&\s\"]{{0,40}}{_WORDS}[^=&\s\"]{{0,40}}=)[^&\s\"]+", re.IGNORECASE
)
_BEARER = re.compile(r"\b(Bearer|Basic) +[A-Za-z0-9._~+/=-]{8,}")


def _by_name(text: str) -> str:
    text = _JSON_MEMBER.sub(rf'\1"{MASKED}"', text)
    text = _FORM_MEMBER.sub(rf"\1{MASKED}", text)
    return _BEARER.sub(rf"\1 {MASKED}", text)


def _forms(secret: str) -> set[str]:
    if len(secret) < SECRET_CHARS_MIN:
        return set()
    plain = str(secret)
    return {
        plain,
        quote(plain, safe=""),
        quote_plus(plain),
        json.dumps(plain)[1:-1],
        *_encoded(plain.encode()),
    }


def _encoded(raw: bytes) -> set[str]:
    """Base64 at each of the three places where the secret may begin inside what was encoded with it."""
    found = {raw.hex()} if len(raw) >= 8 else set()
    for before in range(3):
        text = base64.b64encode(b"\0" * before + raw).decode().rstrip("=")
        sure = text[(0, 2, 3)[before] : len(text) - ((before + len(raw)) % 3 > 0)]
        if len(sure) >= SECRET_CHARS_MIN:
            found |= {sure, sure.replace("+", "-").replace("/", "_")}
    return found


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
