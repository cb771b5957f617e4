"""The last seen state of one object in one connection. Its body holds personal data and is sealed; its fingerprint compares."""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone

from connectors.canon.kind import Kind
from connectors.canon.portable import fingerprint, from_json, to_json
from connectors.models.connection import Connection
from tenants import vault
from tenants.fields import SealedColumn
from tenants.scoping import TenantOwned, Within, current_tenant_id


class Record(TenantOwned):
    connection = Within(Connection, models.CASCADE, related_name="records")
    kind = models.CharField(max_length=40, editable=False)
    source_id = models.CharField(max_length=200, editable=False)
    sealed = SealedColumn()
    fingerprint = models.CharField(max_length=64)
    read_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "kind", "source_id"], name="one_record_per_object"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.source_id}"

    @classmethod
    def stating(cls, connection_id: UUID, body: Kind) -> Record:
        """The row that says so, not yet stored."""
        made = cls(connection_id=connection_id, kind=type(body).__name__, source_id=body.id)
        made.state(body)
        return made

    def state(self, body: Kind) -> None:
        self.sealed = vault.seal(current_tenant_id(), self.place, to_json(body))
        self.fingerprint = fingerprint(body)
        self.read_at = timezone.now()

    @property
    def place(self) -> str:
        """By what it is and not by the row: one that is written over keeps its own id."""
        return f"record:{self.connection_id}:{self.kind}:{self.source_id}"

    def body(self) -> Kind:
        return from_json(vault.open_sealed(current_tenant_id(), self.place, self.sealed))
