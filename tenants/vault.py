"""Sealing and opening what belongs to a tenant, with the tenant's own key.

What is sealed says inside for which tenant and which place, and is refused anywhere else. Keys are read in the transaction that
uses them and never kept beyond it: that is what lets a key be rotated while the product runs.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from tenants.fields import MARK_BYTES, mark
from tenants.scoping import current, current_tenant_id
from tenants.secrets import KeyMissing, SealedElsewhere, Secret, Tampered, fingerprint

VERSION = b"\x01"
HEAD_BYTES = len(VERSION) + MARK_BYTES


def seal(tenant: UUID, place: str, value: Any) -> bytes:
    """The value (JSON) as bytes for a `SealedColumn`. The place names where it will stand, such as "connection:<id>"."""
    held = keys(tenant)
    if not held:
        raise KeyMissing(f"the key of tenant {tenant} was destroyed: nothing more can be sealed for it")
    key = held[0]
    inside = f"{tenant}\0{place}\0{json.dumps(value, separators=(',', ':'))}"
    return VERSION + mark(key) + urlsafe_b64decode(_fernet(key).encrypt(inside.encode()))


def open_sealed(tenant: UUID, place: str, sealed: bytes) -> Any:
    """The value, if it was sealed for just this tenant and place; otherwise an error that names the place or the key."""
    inside = reveal(keys(tenant), bytes(sealed), place)
    for_tenant, _, rest = inside.partition("\0")
    for_place, _, value = rest.partition("\0")
    if (for_tenant, for_place) != (str(tenant), place):
        _report_stranger(place, for_tenant, for_place)
        raise SealedElsewhere(f"what stands at {place} was sealed for another place, and is refused")
    return json.loads(value)


def reveal(held: tuple[Secret, ...], sealed: bytes, place: str) -> str:
    """What is inside, envelope and all."""
    if sealed[: len(VERSION)] != VERSION:
        raise Tampered(f"what stands at {place} is not sealed in a way this version knows")
    for key in held:
        if sealed[len(VERSION) : HEAD_BYTES] == mark(key):
            try:
                return _fernet(key).decrypt(urlsafe_b64encode(sealed[HEAD_BYTES:])).decode()
            except InvalidToken:
                name = fingerprint(key)
                raise Tampered(f"what stands at {place} was changed after key {name} sealed it") from None
    known = ", ".join(fingerprint(key) for key in held) or "none"
    raise KeyMissing(f"{place} needs key {sealed[len(VERSION) : HEAD_BYTES].hex()}; the tenant holds {known}")


def reseal(held: tuple[Secret, ...], sealed: bytes, place: str) -> bytes:
    """The same envelope under the newest key."""
    inside = reveal(held, sealed, place)
    return VERSION + mark(held[0]) + urlsafe_b64decode(_fernet(held[0]).encrypt(inside.encode()))


def keys(tenant: UUID) -> tuple[Secret, ...]:
    """Newest first. Call it in the tenant's scope."""
    return tuple(Secret(key) for key in _row(tenant)[0].split())


def audit_key(tenant: UUID) -> bytes:
    return bytes.fromhex(_row(tenant)[1])


def _row(tenant: UUID) -> tuple[str, str]:
    from tenants.models import Tenant

    scope = current()
    if scope is not None and "keys" in scope.memo:
        held: tuple[str, str] = scope.memo["keys"]
        return held
    row = Tenant.objects.filter(pk=tenant).values_list("keys", "audit_key").first()
    if row is None:
        raise KeyMissing(f"tenant {tenant} is not in scope, so its keys cannot be read")
    if scope is not None:
        scope.memo["keys"] = row
    return row


def _report_stranger(place: str, for_tenant: str, for_place: str) -> None:
    from tenants import audit

    audit.refused(
        "vault.refused",
        about=place,
        reason="sealed for another place",
        after={"sealed_for": for_place, "same_tenant": for_tenant == str(current_tenant_id())},
    )


@lru_cache(maxsize=256)
def _fernet(key: str) -> Fernet:
    return Fernet(key)
