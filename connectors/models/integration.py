"""Two connections of one tenant, joined, and the lanes between them: what moves, since when, and how far each has come.

Which lanes there are follows from what the two systems can do; nothing is sent before the integration is live.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from connectors.flow import Flow
from connectors.flows import BY_NAME, flows_between
from connectors.models.connection import Connection, State
from connectors.system import System
from connectors.systems import system
from tenants import audit
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, Within

LANE_LEASE = timedelta(minutes=5)


class Stage(models.TextChoices):
    DRAFT = "draft", "Draft"
    LIVE = "live", "Live"
    PAUSED = "paused", "Paused"


class Integration(TenantOwned):
    name = models.CharField(max_length=100)
    left = Within(Connection, models.PROTECT, related_name="+")
    right = Within(Connection, models.PROTECT, related_name="+")
    policies = models.JSONField(default=dict)
    cut_over = models.DateField(null=True, blank=True)
    """What is dated earlier is skipped: it was booked before we came."""
    state = models.CharField(max_length=8, choices=Stage, default=Stage.DRAFT, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "name"], name="integration_by_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def make(
        cls,
        name: str,
        left: Connection,
        right: Connection,
        policies: Mapping[str, Any],
        cut_over: date | None = None,
    ) -> Integration:
        """A draft with every lane that fits both systems, switched on where its flow starts so."""
        flows = flows_between(system(left.system), system(right.system))
        if not flows:
            raise ValueError(f"nothing moves between {left.system} and {right.system}")
        if beside := [flow.name for flow in flows if flow.beside]:
            raise ValueError(f"records to look at beside others are not read yet: {', '.join(beside)}")
        made = cls(name=name, left=left, right=right, policies=dict(policies), cut_over=cut_over)
        facts = {"left": left.system, "right": right.system, "cut_over": cut_over}
        made.entry = audit.record("integration.made", about=made, after=facts)
        made.save(force_insert=True)
        Lane.objects.bulk_create(Lane(integration=made, flow=flow.name, on=flow.on) for flow in flows)
        return made

    def go_live(self) -> None:
        self._move("integration.live", Stage.LIVE)

    def pause(self) -> None:
        self._move("integration.paused", Stage.PAUSED)

    def _move(self, what: str, to: Stage) -> None:
        before, self.state = self.state, to
        self.entry = audit.record(what, about=self, before={"state": before}, after={"state": to})
        self.save(update_fields=["state", "entry"])


class Lane(TenantOwned):
    integration = Within(Integration, models.CASCADE, related_name="lanes")
    flow = models.CharField(max_length=60, editable=False)
    on = models.BooleanField(default=True)
    cursor = models.TextField(blank=True, default="")
    next_due = models.DateTimeField(default=timezone.now)
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "next_due"], name="lane_by_due")]
        constraints = [models.UniqueConstraint(fields=["integration", "flow"], name="one_lane_per_flow")]

    def __str__(self) -> str:
        return self.flow

    @property
    def declared(self) -> Flow:
        return BY_NAME[self.flow]

    @property
    def source(self) -> Connection:
        return self._end(self.declared.source)

    @property
    def target(self) -> Connection:
        return self._end(self.declared.target)

    def _end(self, role: str) -> Connection:
        left: Connection = self.integration.left
        return left if _system(left).role == role else self.integration.right

    @classmethod
    def sending(cls) -> models.QuerySet[Lane]:
        """The lanes whose deliveries may go out now: on, of a live integration, both accounts usable."""
        usable = Connection.objects.exclude(state__in=(State.PAUSED, State.LOCKED_OUT))
        return cls.objects.filter(
            on=True,
            integration__state=Stage.LIVE,
            integration__left__in=usable,
            integration__right__in=usable,
        )

    def take(self) -> UUID | None:
        """The right to poll, for as long as the lease lasts; None while somebody else has it."""
        lease = uuid4()
        free = models.Q(lease=None) | models.Q(lease_until__lt=Now())
        rows = type(self).objects.filter(free, pk=self.pk)
        taken = rows.update(lease=lease, lease_until=Now() + LANE_LEASE)
        return lease if taken else None

    def move(self, lease: UUID, cursor: str) -> bool:
        """Part of the transaction that stores the page: false for one whose lease ended meanwhile."""
        rows = type(self).objects.filter(pk=self.pk, lease=lease)
        if not rows.update(cursor=cursor, lease_until=Now() + LANE_LEASE):
            return False
        self.cursor = cursor
        return True

    def give_back(self, lease: UUID) -> None:
        type(self).objects.filter(pk=self.pk, lease=lease).update(lease=None, lease_until=None)


def _system(connection: Connection) -> System:
    return system(connection.system)
