"""What a record that was seen means for a lane: a delivery that waits, one that is skipped with its reason, or nothing new.

Only what has not been planned for yet is planned; a record that says what it said before creates nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.utils import timezone

from connectors.canon.kind import Kind
from connectors.flow import Hold, revision
from connectors.flows.terms import when
from connectors.models import Delivery, Integration, Lane, Record, Status
from connectors.models.delivery import OPEN, RESTING, lines
from connectors.system import Spoiled


@dataclass(frozen=True)
class Known:
    """What the lane has of one source object: the delivery under way, the one that stands, the last one of all."""

    under_way: Delivery | None = None
    stands: Delivery | None = None
    last: Delivery | None = None


def known(lane: Lane, source_ids: Iterable[str]) -> dict[str, Known]:
    """One question for a whole page."""
    rows: QuerySet[Delivery] = Delivery.objects.filter(lane=lane, source_id__in=list(source_ids)).order_by(
        "id"
    )
    found: dict[str, Known] = {}
    for row in rows:
        before = found.get(row.source_id, Known())
        standing = row.status == Status.DELIVERED and row.target_id
        found[row.source_id] = Known(
            under_way=row if row.status in OPEN else before.under_way,
            stands=row if standing else before.stands,
            last=row,
        )
    return found


def plan(lane: Lane, record: Record, body: Kind, before: Known) -> Delivery | None:
    """In the transaction that stored the record. The delivery that was made or set going again, if any."""
    if before.under_way is not None:
        return _renewed(before.under_way, record)
    if before.last is not None and before.last.seen == record.fingerprint:
        return None
    policies = policies_of(lane)
    if before.stands is not None:
        return _changed(lane, record, body, policies, before.stands)
    if why := _beyond(lane, body, policies):
        return _skipped(lane, record, why)
    return Delivery.make(lane, record.source_id, Status.WAITING, record=record)


def plan_again(delivery: Delivery) -> Delivery | None:
    """After one has settled: what its source has said meanwhile is the next one's matter."""
    record = Record.objects.filter(pk=delivery.record_id).first()
    if record is None or record.fingerprint == delivery.seen:
        return None
    before = known(delivery.lane, [delivery.source_id])[delivery.source_id]
    return plan(delivery.lane, record, record.body(), before)


def plan_spoiled(lane: Lane, row: Spoiled, before: Known) -> Delivery | None:
    """A row that cannot be read is refused by name; the rows beside it go on."""
    if before.under_way is not None:
        return None
    hold = Hold(
        name="unreadable",
        fact=f"{row.kind} {row.id}: {row.field or 'the row'} could not be read: {row.why}",
        releases="Correct it at its source; the next look takes it up again.",
        by_itself=True,
    )
    said = lines(row.id, hold) | {"field": row.field}
    return Delivery.make(lane, row.id, Status.REFUSED, hold=said, group=f"unreadable:{row.field}")


def policies_of(lane: Lane, now: datetime | None = None) -> dict[str, Any]:
    """The integration's choices and what the engine knows beside them."""
    chosen: Mapping[str, Any] = _integration(lane).policies
    zone = str(chosen.get("time_zone") or "UTC")
    today = (now or timezone.now()).astimezone(ZoneInfo(zone)).date()
    own = {"source": lane.source.system, "target": lane.target.system, "time_zone": zone, "today": today}
    return {"beside": {}, "accepted": (), **chosen, **own}


def _renewed(delivery: Delivery, record: Record) -> Delivery | None:
    """One that is being sent, or whose outcome is not known, is settled first; `plan_again` follows then."""
    if delivery.seen == record.fingerprint or delivery.status not in RESTING:
        return None
    return delivery if delivery.renew(record) else None


def _changed(
    lane: Lane, record: Record, body: Kind, policies: Mapping[str, Any], stands: Delivery
) -> Delivery | None:
    if revision(lane.declared, body, policies) is None:
        Delivery.objects.filter(pk=stands.pk).update(seen=record.fingerprint)
        return None
    return Delivery.make(lane, record.source_id, Status.WAITING, record=record, of=stands)


def _beyond(lane: Lane, body: Kind, policies: Mapping[str, Any]) -> str:
    """Why a record is not for this lane; empty when it is."""
    dated, cut_over = when(body, policies), _integration(lane).cut_over
    if dated and cut_over and dated < cut_over:
        return f"dated {dated.isoformat()}, before the cut-over date {cut_over.isoformat()}"
    return "" if lane.declared.takes(body, policies) else lane.declared.unless


def _skipped(lane: Lane, record: Record, why: str) -> Delivery:
    hold = {"name": "skipped", "why": why}
    return Delivery.make(lane, record.source_id, Status.SKIPPED, record=record, hold=hold)


def _integration(lane: Lane) -> Integration:
    found: Integration = lane.integration
    return found
