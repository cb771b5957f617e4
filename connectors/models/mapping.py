"""A reviewed line “this here is that there”: customers by kind, accounts and codes by table. Only an approved one counts."""

from __future__ import annotations

from django.db import models

from connectors.models.connection import Connection
from connectors.models.delivery import Delivery
from connectors.models.integration import Integration
from tenants import audit
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, Within


class Review(models.TextChoices):
    SUGGESTED = "suggested", "Suggested"
    APPROVED = "approved", "Approved"


class Mapping(TenantOwned):
    integration = Within(Integration, models.CASCADE, related_name="mappings")
    source = Within(Connection, models.CASCADE, related_name="+")
    """Whose word `key` is; `target_key` is the other connection's."""
    table = models.CharField(max_length=40)
    """The name of a kind (`Customer`) or of a table of codes (`gl_account`)."""
    key = models.CharField(max_length=200)
    target_key = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=Review, default=Review.SUGGESTED, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(fields=["tenant", "integration", "table", "target_key"], name="mapping_backwards")
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "integration", "source", "table", "key"], name="one_mapping_per_key"
            )
        ]

    def __str__(self) -> str:
        return f"{self.table}:{self.key} is {self.target_key}"

    @classmethod
    def suggest(
        cls, integration: Integration, source: Connection, table: str, key: str, target_key: str
    ) -> Mapping:
        made = cls(integration=integration, source=source, table=table, key=key, target_key=target_key)
        made.entry = audit.record("mapping.suggested", about=made, after=made._line())
        made.save(force_insert=True)
        return made

    def approve(self) -> int:
        """How many deliveries it set free at once."""
        self.state = Review.APPROVED
        self.entry = audit.record("mapping.approved", about=self, after=self._line())
        self.save(update_fields=["state", "entry"])
        needs = [f"{self.table}:{self.key}", f"{self.table}:{self.target_key}"]
        return Delivery.release(self.integration, needs)

    def _line(self) -> dict[str, str]:
        return {"table": self.table, "key": self.key, "target_key": self.target_key}
