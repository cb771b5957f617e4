"""One record going through one lane: the row is the truth, the queue only rings the bell.

A status changes only by the methods here. Each is one conditional update, so that of two workers one sees no row and leaves,
and each leaves an audit entry. Whoever sends holds a lease, and settles only while the lease is still theirs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils import timezone

from connectors.flow import Hold
from connectors.models.integration import Integration, Lane
from connectors.models.record import Record
from tenants import audit, vault
from tenants.fields import SealedColumn
from tenants.ids import new_id
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, Within, current_tenant_id

LEASE = timedelta(seconds=180)
"""Longer than one call may take altogether; it is renewed before each write."""
LOOK_AGAIN = timedelta(minutes=15)
"""When a hold that ends by itself, and that nothing of ours will end, is looked at again."""


class Status(models.TextChoices):
    WAITING = "waiting", "Waiting"
    HELD = "held", "Held"
    SENDING = "sending", "Sending"
    IN_DOUBT = "in_doubt", "In doubt"
    DELIVERED = "delivered", "Delivered"
    REFUSED = "refused", "Refused"
    SKIPPED = "skipped", "Skipped"
    UNDONE = "undone", "Undone"


class Act(models.TextChoices):
    """What is done in the target, decided before the first byte leaves."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    UNDO = "undo"


OPEN = (Status.WAITING, Status.HELD, Status.SENDING, Status.IN_DOUBT, Status.REFUSED)
RESTING = (Status.WAITING, Status.HELD, Status.REFUSED)
"""Open, and nothing of it is under way or uncertain."""
EVERY = models.Q()


def lines(what: str, hold: Hold) -> dict[str, Any]:
    """The lines that a person reads."""
    return {
        "name": hold.name,
        "what": what,
        "why": hold.fact,
        "releases": hold.releases,
        "by_itself": hold.by_itself,
        "who": hold.who,
        "since": timezone.now().isoformat(),
    }


class Delivery(TenantOwned):
    lane = Within(Lane, models.CASCADE, related_name="deliveries")
    record = Within(Record, models.SET_NULL, null=True, related_name="deliveries")
    """None for a row that could not be read."""
    source_id = models.CharField(max_length=200, editable=False)
    of = Within("self", models.SET_NULL, null=True, related_name="followed_by")
    """The delivered one that this one changes or takes back."""
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING, editable=False)
    seen = models.CharField(max_length=64, blank=True, editable=False)
    """The fingerprint of the record that was last planned for."""
    generation = models.IntegerField(default=1, editable=False)
    attempt_no = models.IntegerField(default=0, editable=False)
    due_at = models.DateTimeField(default=timezone.now, null=True)
    """None: only what it waits for, or a person, sets it free."""
    lease = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    hold = models.JSONField(null=True, editable=False)
    """What, why, what releases it and who can: the lines that a person reads."""
    group = models.CharField(max_length=250, blank=True, editable=False)
    waits_for = ArrayField(models.CharField(max_length=250), default=list, editable=False)

    act = models.CharField(max_length=8, choices=Act, blank=True, editable=False)
    key = models.CharField(max_length=60, blank=True, editable=False)
    began_at = models.DateTimeField(null=True, editable=False)
    """When a write began whose outcome is not known; None when nothing of ours can be under way there."""
    sealed = SealedColumn(null=True, editable=False)
    """The document of this generation, as it was sent: a second send says the very same."""
    sent_for = models.CharField(max_length=64, blank=True, editable=False)
    """The fingerprint of the record that the document was made from."""
    written = models.CharField(max_length=64, blank=True, editable=False)
    """The fingerprint of what was written, to know it again."""
    target_id = models.CharField(max_length=200, blank=True, editable=False)
    target_number = models.CharField(max_length=200, blank=True, editable=False)
    made_at = models.DateTimeField(default=timezone.now, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(fields=["tenant", "lane", "source_id"], name="delivery_by_source"),
            models.Index(fields=["tenant", "lane", "target_id"], name="delivery_by_target"),
            models.Index(
                fields=["tenant", "due_at", "id"],
                name="delivery_by_due",
                condition=models.Q(status__in=("waiting", "in_doubt", "held")),
            ),
            models.Index(
                fields=["tenant", "lease_until"],
                name="delivery_by_lease",
                condition=models.Q(status="sending"),
            ),
            GinIndex(fields=["waits_for"], name="delivery_by_need", condition=models.Q(status="held")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "lane", "source_id"],
                name="one_open_delivery",
                condition=models.Q(status__in=("waiting", "held", "sending", "in_doubt", "refused")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.status}"

    @property
    def place(self) -> str:
        return f"delivery:{self.pk}"

    @classmethod
    def make(
        cls,
        lane: Lane,
        source_id: str,
        status: Status,
        *,
        record: Record | None = None,
        of: Delivery | None = None,
        **more: Any,
    ) -> Delivery:
        made = cls(lane=lane, source_id=source_id, record=record, of=of, status=status)
        made.seen = record.fingerprint if record else ""
        for name, value in more.items():
            setattr(made, name, value)
        facts = {
            "lane": lane.flow,
            "source_id": source_id,
            "status": status,
            "why": (made.hold or {}).get("name"),
        }
        made.entry = audit.record("delivery.made", about=made, after=facts)
        made.save(force_insert=True)
        return made

    @classmethod
    def claim(cls, pk: UUID) -> Delivery | None:
        """For whoever gets it: with a lease, by the database's clock, and only where the lane may send."""
        lease, entry = uuid4(), new_id()
        rows = cls.objects.filter(
            pk=pk,
            status__in=(Status.WAITING, Status.IN_DOUBT),
            due_at__lte=Now(),
            lane__in=Lane.sending(),
        )
        taken = rows.update(
            status=Status.SENDING,
            lease=lease,
            lease_until=Now() + LEASE,
            attempt_no=models.F("attempt_no") + 1,
            entry=entry,
        )
        if not taken:
            return None
        mine: Delivery = cls.objects.select_related(
            "record", "of", "lane__integration__left", "lane__integration__right"
        ).get(pk=pk)
        facts = {"status": Status.SENDING, "attempt": mine.attempt_no}
        audit.record("delivery.claimed", about=mine, after=facts, entry=entry)
        return mine

    def begin(self, act: Act, document: Any, sent_for: str, written: str, *, fresh_generation: bool) -> bool:
        """Committed before the first byte leaves: what is sent and under which key. False: the lease is gone."""
        generation = self.generation + (1 if fresh_generation else 0)
        return self._move(
            "begun",
            Status.SENDING,
            {"act": act, "generation": generation},
            lease_until=Now() + LEASE,
            act=act,
            generation=generation,
            key=self.key_of(generation),
            began_at=timezone.now(),
            sealed=vault.seal(current_tenant_id(), self.place, document),
            sent_for=sent_for,
            written=written,
        )

    def key_of(self, generation: int) -> str:
        return f"{self.pk}.{generation}"

    def see(self, fingerprint: str) -> None:
        """The state of the source that the holder of the lease is sending."""
        if type(self).objects.filter(pk=self.pk, lease=self.lease).update(seen=fingerprint):
            self.seen = fingerprint

    def document(self) -> Any:
        return (
            None if self.sealed is None else vault.open_sealed(current_tenant_id(), self.place, self.sealed)
        )

    def deliver(self, target_id: str, number: str, facts: Mapping[str, Any]) -> bool:
        """What it has changed or taken back before is no longer what stands there."""
        settled = self._settle(
            "delivered",
            Status.DELIVERED,
            {"target_id": target_id, "number": number, **facts},
            target_id="" if self.act == Act.UNDO else target_id,
            target_number=number,
            hold=None,
            group="",
            waits_for=[],
        )
        if settled and self.of is not None and self.act in (Act.UNDO, Act.REPLACE):
            self.of.undo()
        return settled

    def skip(self, why: str) -> bool:
        hold = {"name": "skipped", "why": why}
        return self._settle("skipped", Status.SKIPPED, {"why": why}, hold=hold, group="", waits_for=[])

    def hold_for(self, hold: Hold, waits_for: Iterable[str] = ()) -> bool:
        waits = list(waits_for)
        due = Now() + LOOK_AGAIN if hold.by_itself and not waits else None
        facts = {"hold": hold.name, "group": hold.group}
        return self._settle(
            "held",
            Status.HELD,
            facts,
            hold=lines(self.source_id, hold),
            group=hold.group,
            waits_for=waits,
            due_at=due,
        )

    def refuse(self, hold: Hold) -> bool:
        """Nothing of it is there. A person mends the cause and replays, under a key of its own."""
        facts = {"why": hold.name}
        return self._settle(
            "refused", Status.REFUSED, facts, hold=lines(self.source_id, hold), group=hold.group
        )

    def wait(self, seconds: float, why: str) -> bool:
        """Nothing happened there: again later, under the same key."""
        due = Now() + timedelta(seconds=seconds)
        return self._settle(
            "waits", Status.WAITING, {"why": why}, due_at=due, hold={"name": "later", "why": why}
        )

    def doubt(self, seconds: float, why: str, releases: str) -> bool:
        """It may have happened: `began_at` stays, and with it the duty to look before anything is sent again."""
        hold: dict[str, Any] = {"name": "in_doubt", "what": self.source_id, "why": why, "releases": releases}
        hold |= {"by_itself": True, "who": "operator", "since": timezone.now().isoformat()}
        due = Now() + timedelta(seconds=seconds)
        return self._settle("in doubt", Status.IN_DOUBT, {"why": why}, keeps=True, due_at=due, hold=hold)

    def undo(self) -> bool:
        return self._move("undone", Status.UNDONE, {}, of=(Status.DELIVERED,))

    def replay(self) -> bool:
        """A person has mended the cause: once more, under a key of its own. False where it is not refused any more."""
        return self._move(
            "replayed",
            Status.WAITING,
            {},
            of=(Status.REFUSED,),
            generation=models.F("generation") + 1,
            due_at=Now(),
            group="",
        )

    def renew(self, record: Record) -> bool:
        """Its source says something else now. What is under way is settled first: then it is planned anew."""
        more: dict[str, Any] = (
            {"generation": models.F("generation") + 1} if self.status == Status.REFUSED else {}
        )
        return self._move(
            "renewed",
            Status.WAITING,
            {"seen": record.fingerprint},
            of=RESTING,
            seen=record.fingerprint,
            record=record,
            due_at=Now(),
            waits_for=[],
            **more,
        )

    @classmethod
    def release(cls, integration: Integration, needs: Iterable[str]) -> int:
        """What waited for one of these goes on at once; how many did."""
        held = cls.objects.filter(
            status=Status.HELD, lane__integration=integration, waits_for__overlap=list(needs)
        )
        return sum(one.look_again() for one in held)

    def look_again(self) -> bool:
        """It is prepared anew, and held again if nothing has changed."""
        return self._move("released", Status.WAITING, {}, of=(Status.HELD,), due_at=Now(), waits_for=[])

    def take_back(self) -> bool:
        """From a worker that is gone. Where a write had begun nobody knows how it ended."""
        to = Status.IN_DOUBT if self.began_at else Status.WAITING
        gone = models.Q(lease_until__lt=Now(), began_at=self.began_at)
        return self._move("taken back", to, {}, gone, lease=None, lease_until=None, due_at=Now())

    def _settle(
        self, what: str, to: Status, facts: Mapping[str, Any], *, keeps: bool = False, **changes: Any
    ) -> bool:
        """By the holder of the lease only; it ends with this. Unless it `keeps`, nothing is under way any more."""
        ended: dict[str, Any] = {} if keeps else {"began_at": None}
        return self._move(what, to, facts, lease=None, lease_until=None, **ended, **changes)

    def _move(
        self,
        what: str,
        to: Status,
        facts: Mapping[str, Any],
        only: models.Q = EVERY,
        *,
        of: tuple[Status, ...] = (Status.SENDING,),
        **changes: Any,
    ) -> bool:
        entry = new_id()
        rows = type(self).objects.filter(only, pk=self.pk, status__in=of)
        if Status.SENDING in of:
            rows = rows.filter(lease=self.lease)
        if not rows.update(status=to, entry=entry, **changes):
            return False
        before = {"status": self.status}
        audit.record(
            f"delivery.{what}", about=self, before=before, after={"status": to, **facts}, entry=entry
        )
        self.status, self.entry = to, entry
        for name, value in changes.items():
            if not isinstance(value, Combinable):
                setattr(self, name, value)
        return True
