"""One pass over an integration: why it was made, when, and what came of it in counts."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.utils import timezone

from connectors.models.integration import Integration
from tenants.scoping import TenantOwned, Within


class Run(TenantOwned):
    integration = Within(Integration, models.CASCADE, related_name="runs")
    why = models.CharField(max_length=20)
    """`schedule`, `webhook`, `person`, `replay`."""
    began = models.DateTimeField(default=timezone.now, editable=False)
    ended = models.DateTimeField(null=True, editable=False)
    counts = models.JSONField(default=dict, editable=False)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "integration", "-began"], name="run_by_time")]

    def __str__(self) -> str:
        return f"{self.why} at {self.began:%Y-%m-%d %H:%M}"

    def end(self, counts: Mapping[str, int]) -> None:
        self.counts, self.ended = dict(counts), timezone.now()
        self.save(update_fields=["counts", "ended"])
