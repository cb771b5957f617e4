"""The tables of the audit trail: entries that never change, their parts that may be erased, and the seals that chain them.

Entries are written by `tenants.audit.record`, seals by the one sealer in `tenants.audit.seal`; nothing else writes here.
"""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.db import models

from tenants.fields import SealedColumn
from tenants.scoping import TenantOwned, Within, WithinOne


class AuditEntry(TenantOwned):
    """Who did what, to what, when; before, after and why. Refused by the database: any change, any removal."""

    at = models.DateTimeField()
    what = models.CharField(max_length=100)
    """A verb on a noun: "membership.role changed"."""
    actor = models.CharField(max_length=100)
    """Kind and id, such as "person:0190…"; the name is in the actor's erasable part."""
    about = models.CharField(max_length=200)
    """Kind and id of the row it concerns."""
    facts = models.TextField()
    """Canonical JSON of before, after and reason: text, so that what was hashed is what is stored."""
    parts = models.TextField(default="[]")
    """Digests of this entry's `AuditPart`s, in order."""
    mac = models.BinaryField()
    """Keyed hash made by the writer: an entry altered before it is sealed is found too."""

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="audit_by_time"),
            models.Index(fields=["tenant", "about", "-at"], name="audit_by_about"),
            models.Index(fields=["tenant", "actor", "-at"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.what}"

    @property
    def before(self) -> dict[str, Any] | None:
        return self._facts.get("before")

    @property
    def after(self) -> dict[str, Any] | None:
        return self._facts.get("after")

    @property
    def reason(self) -> str:
        return str(self._facts.get("reason", ""))

    @property
    def _facts(self) -> dict[str, Any]:
        facts: dict[str, Any] = json.loads(self.facts)
        return facts


class AuditPart(TenantOwned):
    """Personal data of an entry, sealed and salted: it can be erased and the chain still holds, for that has only its digest."""

    entry = Within(AuditEntry, models.PROTECT, related_name="personal")
    at = models.DateTimeField()
    subject = models.CharField(max_length=200)
    """Whose data it is, by kind and id."""
    body = SealedColumn()

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(fields=["tenant", "subject"], name="audit_part_by_subject"),
            models.Index(fields=["tenant", "at"], name="audit_part_by_time"),
        ]


class AuditPending(TenantOwned):
    """Entries that wait for the sealer."""

    id = None  # type: ignore[assignment]
    entry = WithinOne(AuditEntry, models.PROTECT, primary_key=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "at"], name="audit_pending_by_time")]


class AuditSeal(TenantOwned):
    """One link of a tenant's chain: the number of an entry and the hash over it and all before it."""

    id = None  # type: ignore[assignment]
    entry = WithinOne(AuditEntry, models.PROTECT, primary_key=True, related_name="seal")
    number = models.BigIntegerField()
    hash = models.BinaryField()
    mac = models.BinaryField()
    """Keyed hash of the link: whoever can write to the database, but has no key, cannot make another chain."""

    class Meta(TenantOwned.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["tenant", "number"], name="audit_one_chain"),
        ]


class EntryField(models.UUIDField):
    """The audit entry that tells of a row's last change of state; verification names a row whose entry is gone.

    Not a foreign key: an entry removed by force shall leave its mark and not be refused.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"editable": False}))
