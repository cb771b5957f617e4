"""One try at something in another system: what was asked and answered, how long it took, how it ended.

Requests and answers come masked from the transport; they may hold personal data, so here they are sealed as one value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import models
from django.utils import timezone

from connectors.errors import WireError
from connectors.models.connection import Connection
from connectors.models.delivery import Delivery
from connectors.transport.exchange import Exchange
from tenants import vault
from tenants.fields import SealedColumn
from tenants.scoping import TenantOwned, Within, current_tenant_id

FINE = "fine"


class Attempt(TenantOwned):
    connection = Within(Connection, models.CASCADE, related_name="attempts")
    delivery = Within(Delivery, models.CASCADE, null=True, related_name="attempts")
    what = models.CharField(max_length=60)
    """A verb: `ping`, `write`, `find`."""
    at = models.DateTimeField(default=timezone.now, editable=False)
    took_ms = models.IntegerField(default=0)
    calls = models.IntegerField(default=0)
    outcome = models.CharField(max_length=40, default=FINE)
    """`fine`, or the name of the error."""
    why = models.TextField(blank=True)
    sealed = SealedColumn(null=True, editable=False)

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(fields=["tenant", "connection", "-at"], name="attempt_by_time"),
            models.Index(fields=["tenant", "delivery"], name="attempt_by_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M:%S}: {self.outcome}"

    @property
    def place(self) -> str:
        return f"attempt:{self.pk}"

    @classmethod
    def keep(
        cls,
        connection: Connection,
        what: str,
        exchanges: Sequence[Exchange],
        error: WireError | None = None,
        delivery: Delivery | None = None,
    ) -> Attempt:
        """In the scope of the connection's tenant, after the calls: never in a transaction around them."""
        made = cls(connection=connection, delivery=delivery, what=what, calls=len(exchanges))
        if exchanges:
            made.at = exchanges[0].began
            made.took_ms = sum(round(one.took_seconds * 1000) for one in exchanges)
        if error is not None:
            made.outcome, made.why = type(error).__name__, error.why
        made.sealed = vault.seal(current_tenant_id(), made.place, [_stored(one) for one in exchanges])
        made.save(force_insert=True)
        return made

    def exchanges(self) -> list[dict[str, Any]]:
        """As they were kept, masked; for the page that shows the story to people who may see it."""
        if self.sealed is None:
            return []
        found: list[dict[str, Any]] = vault.open_sealed(current_tenant_id(), self.place, self.sealed)
        return found


def _stored(exchange: Exchange) -> dict[str, Any]:
    return {
        **asdict(exchange),
        "sent_headers": dict(exchange.sent_headers),
        "answer_headers": dict(exchange.answer_headers),
        "began": exchange.began.isoformat(),
        "took_seconds": f"{exchange.took_seconds:.3f}",
    }
