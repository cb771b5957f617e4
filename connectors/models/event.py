"""A vendor's knock on the door, stored once. Only what it points at is ever used; the bytes are kept sealed, as evidence."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from connectors.models.connection import Connection
from connectors.system import Notice
from tenants import vault
from tenants.fields import SealedColumn
from tenants.scoping import TenantOwned, Within, current_tenant_id


class Standing(models.TextChoices):
    """A failed event stays claimable: only a done or ignored one makes the next of its id a duplicate."""

    WAITING = "waiting", "Waiting"
    DONE = "done", "Done"
    IGNORED = "ignored", "Ignored"
    FAILED = "failed", "Failed"


ENDED = (Standing.DONE, Standing.IGNORED)


class Event(TenantOwned):
    connection = Within(Connection, models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=255, editable=False)
    event_type = models.CharField(max_length=100, editable=False)
    kind = models.CharField(max_length=40, blank=True, editable=False)
    object_id = models.CharField(max_length=255, blank=True, editable=False)
    sealed = SealedColumn(editable=False)
    standing = models.CharField(max_length=8, choices=Standing, default=Standing.WAITING, editable=False)
    why = models.TextField(blank=True, editable=False)
    times = models.IntegerField(default=1, editable=False)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "connection", "-received_at"], name="event_by_time")]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "event_id"], name="one_event_per_id")
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.event_id}"

    @classmethod
    def keep(cls, connection: Connection, notice: Notice, raw: bytes, ignored: str = "") -> Event:
        """The one row of this id; a second knock is counted on it, whoever came first."""
        made = cls(connection=connection, event_id=notice.event_id, event_type=notice.event_type)
        made.kind = notice.kind.__name__ if notice.kind else ""
        made.object_id, made.why = notice.id, ignored
        made.standing = Standing.IGNORED if ignored else Standing.WAITING
        made.sealed = vault.seal(current_tenant_id(), made.place, raw.decode("utf-8", "replace"))
        cls.objects.bulk_create([made], ignore_conflicts=True)
        mine = cls.objects.filter(connection=connection, event_id=notice.event_id)
        mine.exclude(pk=made.pk).update(times=models.F("times") + 1)
        kept: Event = mine.get()
        return kept

    @property
    def place(self) -> str:
        return f"event:{self.connection_id}:{self.event_id}"

    def settle(self, standing: Standing, why: str = "") -> None:
        self.standing, self.why = standing, why
        self.save(update_fields=["standing", "why"])
