"""One pass over an integration: read every lane that is on, then send what is due until nothing is.

A lane that cannot be read stops only itself; what is wrong is told to whoever owns the connection, and counted.
"""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now

from connectors.engine.poll import Overtaken, poll
from connectors.engine.send import send
from connectors.errors import LockedOut, WireError
from connectors.models import Delivery, Integration, Lane, Run, Status
from tenants.scoping import tenant_of, tenant_scope

BATCH = 25
BATCHES_MAX = 1_000


def run(integration: Integration, why: str = "schedule") -> Run:
    """Not in a transaction: vendors are called from here."""
    tenant = tenant_of(integration)
    with tenant_scope(tenant):
        made: Run = Run.objects.create(integration=integration, why=why)
    counts = read(integration) + drain(integration)
    with tenant_scope(tenant):
        made.end(counts)
    return made


def read(integration: Integration) -> Counter[str]:
    """In the order of the flows: what others depend on is read before them."""
    counts: Counter[str] = Counter()
    with tenant_scope(tenant_of(integration)):
        lanes = list(
            Lane.objects.filter(integration=integration, on=True)
            .select_related("integration__left", "integration__right")
            .order_by("id")
        )
    for lane in lanes:
        try:
            counts += poll(lane)
        except Overtaken:
            counts["overtaken lanes"] += 1
        except WireError as error:
            counts["unread lanes"] += 1
            if isinstance(error, LockedOut):
                with tenant_scope(tenant_of(integration)):
                    lane.source.lock_out(error.why)
    return counts


def drain(integration: Integration) -> Counter[str]:
    """Everything due, in batches, oldest first; what a delivery sets free is due at once and goes with the next batch."""
    counts: Counter[str] = Counter()
    for _ in range(BATCHES_MAX):
        due = _due(integration)
        if not due:
            break
        for pk in due:
            if (status := send(tenant_of(integration), pk)) is not None:
                counts[str(status)] += 1
    return counts


def _due(integration: Integration) -> list[UUID]:
    """Leases that ran out are taken back first, and holds whose time to be looked at has come are looked at."""
    with tenant_scope(tenant_of(integration)):
        mine = Delivery.objects.filter(lane__integration=integration)
        for one in mine.filter(status=Status.SENDING, lease_until__lt=Now())[:BATCH]:
            one.take_back()
        for one in mine.filter(status=Status.HELD, due_at__lte=Now())[:BATCH]:
            one.look_again()
        open_now = Q(status__in=(Status.WAITING, Status.IN_DOUBT), due_at__lte=Now())
        rows = mine.filter(open_now, lane__in=Lane.sending()).order_by("due_at", "id")
        return list(rows.values_list("pk", flat=True)[:BATCH])
