"""Fetch, translate, hold rules, resolve, render: what would be sent, or why not. It changes nothing, here or anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from connectors.canon.kind import Kind
from connectors.canon.portable import fingerprint
from connectors.engine.plan import policies_of
from connectors.engine.resolve import Unresolved, resolve
from connectors.errors import NotFound
from connectors.flow import Hold, Replace, Undo, Update, outcome, revision
from connectors.flows import BY_NAME
from connectors.models import Act, Delivery, Lane, Status
from connectors.models.delivery import OPEN
from connectors.system import Adapter, Document
from tenants.scoping import tenant_of, tenant_scope

FRESH = timedelta(minutes=15)
"""What a poll has read this recently is good enough for the first attempt."""


@dataclass(frozen=True)
class Ready:
    act: Act
    document: Document
    kind: type[Kind]
    """What is written: by it and the document's reference it is found again."""
    read: Kind
    """The source's record that it was made from."""
    written: str = ""
    target_id: str | None = None
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class Held:
    hold: Hold
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Skip:
    why: str


Prepared = Ready | Held | Skip


@dataclass(frozen=True)
class _Meant:
    act: Act
    body: Kind | None
    held: Hold | None = None
    """Asked first where the body says something else than what was delivered."""
    why: str = ""


def prepare(delivery: Delivery, source: Adapter, target: Adapter) -> Prepared:
    """No transaction is open while a vendor is asked."""
    lane: Lane = delivery.lane
    try:
        record = read(delivery, source)
    except NotFound as gone:
        return Held(_gone(lane, delivery, gone))
    with tenant_scope(tenant_of(delivery)):
        policies = policies_of(lane)
        if first := _undone_first(delivery):
            return first
        meant = _meant(delivery, record, policies)
        if not isinstance(meant, _Meant):
            return meant
        if meant.body is None:
            return _taken_back(delivery, meant, record)
        resolved = resolve(lane, meant.body, policies)
    if isinstance(resolved, Unresolved):
        return Held(resolved.hold, resolved.waits_for)
    return _rendered(delivery, meant, record, resolved.body, resolved.dropped, target)


def read(delivery: Delivery, source: Adapter) -> Kind:
    """The first attempt may use what a poll has just read; every later one reads again."""
    record = delivery.record
    if record is not None and delivery.attempt_no <= 1 and timezone.now() - record.read_at < FRESH:
        with tenant_scope(tenant_of(delivery)):
            stored: Kind = record.body()
            return stored
    return source.fetch(delivery.lane.declared.reads, delivery.source_id)


def _meant(delivery: Delivery, record: Kind, policies: dict[str, Any]) -> _Meant | Held | Skip:
    flow = delivery.lane.declared
    if delivery.of is None:
        made = outcome(flow, record, policies)
        if made is None:
            return Skip(flow.unless)
        return Held(made) if isinstance(made, Hold) else _Meant(Act.CREATE, made)
    match revision(flow, record, policies):
        case None:
            return Skip("its change means nothing there")
        case Hold() as hold:
            return Held(hold)
        case Update(body):
            return _Meant(Act.UPDATE, body)
        case Replace(body, held):
            return _Meant(Act.REPLACE, body, held)
        case Undo(why):
            return _Meant(Act.UNDO, None, why=why)


def _rendered(
    delivery: Delivery, meant: _Meant, record: Kind, body: Kind, dropped: tuple[str, ...], target: Adapter
) -> Prepared:
    written = fingerprint(body)
    if delivery.of is not None and delivery.of.written == written:
        return Skip("what stands there says just that")
    if meant.held is not None:
        return Held(meant.held)
    target_id = delivery.of.target_id if delivery.of is not None else None
    document = target.render(body)
    return Ready(meant.act, document, type(body), record, written, target_id, dropped)


def _taken_back(delivery: Delivery, meant: _Meant, record: Kind) -> Prepared:
    """The adapter knows how; what a person sees is why."""
    assert delivery.of is not None and delivery.lane.declared.writes is not None
    document = Document(
        "Undo", "Taken back", delivery.of.target_number or delivery.of.target_id, None, (), notes=(meant.why,)
    )
    return Ready(Act.UNDO, document, delivery.lane.declared.writes, record, target_id=delivery.of.target_id)


def _undone_first(delivery: Delivery) -> Held | Skip | None:
    """A flow that books another one back follows that one's delivery of the same record."""
    undone = next((f.name for f in BY_NAME.values() if f.undone_by == delivery.lane.flow), None)
    if undone is None or delivery.of is not None:
        return None
    rows = Delivery.objects.filter(
        lane__integration=delivery.lane.integration, lane__flow=undone, source_id=delivery.source_id
    )
    if rows.filter(status__in=OPEN).exists():
        kind = delivery.lane.declared.reads.__name__
        return Held(_first(kind, delivery.source_id), (f"{kind}:{delivery.source_id}",))
    return (
        None if rows.filter(status=Status.DELIVERED).exists() else Skip("nothing was delivered to take back")
    )


def _first(kind: str, id: str) -> Hold:
    return Hold(
        name="prerequisite",
        fact=f"{kind} {id} is still under way; it is taken back once that is settled.",
        releases="It goes on by itself.",
        by_itself=True,
        group=f"{kind}:{id}",
    )


def _gone(lane: Lane, delivery: Delivery, gone: NotFound) -> Hold:
    return Hold(
        name="source_gone",
        fact=f"{lane.source.name} no longer has {lane.declared.reads.__name__} {delivery.source_id}: {gone.why}",
        releases="Look there; if it was removed on purpose, ignore this record with a reason.",
        by_itself=False,
    )
