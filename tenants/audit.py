"""Writing the trail: one insert inside the caller's own transaction, so that a change and its entry commit or vanish together.

with acting(Actor("person", str(person.pk), person.email, address)):
    audit.record("membership.role changed", about=membership, before={…}, after={…})
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import connection, models
from django.utils import timezone

from tenants.ids import new_id
from tenants.scoping import afterwards, current_tenant_id
from tenants.secrets import digest

if TYPE_CHECKING:
    from tenants.models import AuditPart, Person

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Actor:
    """Who acts: kind and id stay in the entry for good; name and address are personal, and may be erased from it."""

    kind: str
    id: str = ""
    label: str = ""
    address: str = ""

    @property
    def name(self) -> str:
        return f"{self.kind}:{self.id}" if self.id else self.kind


SYSTEM = Actor("system")
_quoted = json.encoder.encode_basestring_ascii
_actor: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Everything recorded inside is this actor's doing."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


def acting_now() -> Actor:
    return _actor.get()


def record(
    what: str,
    *,
    about: models.Model | str,
    before: Facts | None = None,
    after: Facts | None = None,
    reason: str = "",
    of: Person | None = None,
    personal: Mapping[str, Facts] | None = None,
    entry: UUID | None = None,
) -> UUID:
    """One entry in the trail of the tenant in scope; returns its id, for the `EntryField` of the row that changed.

    `before`, `after` and `reason` stay for good: no secret, and no personal data. That goes into `personal`, by subject
    ("person:<id>"), and can be erased; `of` adds a person's name and address there.
    """
    from tenants import vault

    tenant, actor = current_tenant_id(), _actor.get()
    entry, at = entry or new_id(), timezone.now()
    parts = {subject: part_body(subject, data) for subject, data in _personal(actor, of, personal).items()}
    facts = {"before": before, "after": after, "reason": reason}
    row = (
        str(entry),
        str(tenant),
        stamp(at),
        what,
        actor.name,
        about if isinstance(about, str) else name_of(about),
        canonical({k: v for k, v in facts.items() if v not in (None, "")}),
        canonical([digest(body) for body in parts.values()]),
    )
    mac = hmac.digest(vault.audit_key(tenant), text_of(*row).encode(), "sha256")
    bodies = [vault.seal(tenant, f"audit:{entry}", body) for body in parts.values()]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, [*row, mac, [*parts], bodies, [new_id() for _ in parts]])
    return entry


def refused(what: str, *, about: models.Model | str, reason: str, **more: Any) -> None:
    """An entry about something that was not allowed: written even though what surrounds it is rolled back."""
    actor, name = _actor.get(), about if isinstance(about, str) else name_of(about)

    def write() -> None:
        with acting(actor):
            record(what, about=name, reason=reason, **more)

    afterwards(write)


def name_of(row: models.Model) -> str:
    return f"{row._meta.model_name}:{row.pk}"


def text_of(
    entry: str, tenant: str, at: str, what: str, actor: str, about: str, facts: str, parts: str
) -> str:
    """An entry as the one text that is hashed and exported: canonical JSON, its keys in order."""
    return (
        f'{{"about":{_quoted(about)},"actor":{_quoted(actor)},"at":"{at}","facts":{_quoted(facts)},"id":"{entry}",'
        f'"parts":{_quoted(parts)},"tenant":"{tenant}","what":{_quoted(what)}}}'
    )


def canonical(value: Any) -> str:
    """One text for one value: sorted keys, no spaces, no floats."""
    return json.dumps(_exact(value), sort_keys=True, separators=(",", ":"))


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def part_body(subject: str, data: Facts) -> str:
    """What is sealed of a personal part, salted: its digest in the entry betrays nothing once the part is erased."""
    return canonical({"data": data, "salt": secrets.token_hex(16), "subject": subject})


def read_part(part: AuditPart) -> dict[str, Any]:
    """The personal data of one part, in its tenant's scope."""
    from tenants import vault

    body: str = vault.open_sealed(current_tenant_id(), f"audit:{part.entry_id}", part.body)
    data: dict[str, Any] = json.loads(body)["data"]
    return data


def _personal(actor: Actor, of: Person | None, more: Mapping[str, Facts] | None) -> dict[str, dict[str, Any]]:
    subjects: dict[str, dict[str, Any]] = {}
    if actor.label or actor.address:
        subjects[actor.name] = {"actor": actor.label, "address": actor.address}
    if of is not None:
        subjects.setdefault(f"person:{of.pk}", {}).update(name=of.name, email=of.email)
    for subject, data in (more or {}).items():
        subjects.setdefault(subject, {}).update(data)
    return subjects


def _exact(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            return value
        case Mapping():
            return {str(key): _exact(each) for key, each in value.items()}
        case list() | tuple():
            return [_exact(each) for each in value]
        case datetime():
            return stamp(value)
        case float():
            raise TypeError("a float is no figure: give the audit trail a Decimal or a text")
        case _:
            return str(value)


_RECORD = """
with entry as (
    insert into tenants_auditentry (id, tenant_id, at, what, actor, about, facts, parts, mac)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s) returning id, tenant_id, at
), parts as (
    insert into tenants_auditpart (id, tenant_id, entry_id, at, subject, body)
    select p.id, entry.tenant_id, entry.id, entry.at, p.subject, p.body
    from entry, unnest(%s::text[], %s::bytea[], %s::uuid[]) as p (subject, body, id)
)
insert into tenants_auditpending (entry_id, tenant_id, at) select id, tenant_id, at from entry
"""
