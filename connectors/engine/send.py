"""Claim, prepare, find where needed, write, settle: the only place in the product that writes to a vendor.

No transaction is open during a call. What is sent, and under which key, is committed before the first byte leaves; what came
of it is settled by whoever still holds the lease. Where the outcome is not known it is looked for before anything is sent again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from uuid import UUID

from django.db.models.functions import Now

from connectors.canon.kind import Kind
from connectors.canon.portable import fingerprint
from connectors.engine.dial import dial
from connectors.engine.plan import plan_again
from connectors.engine.prepare import Held, Ready, Skip, prepare
from connectors.errors import LockedOut, OutcomeUnknown, Refused, TryLater, WireError
from connectors.flow import Hold
from connectors.flows import ALL_FLOWS
from connectors.models import Act, Attempt, Connection, Delivery, Status
from connectors.models.documents import document_from_json, document_to_json
from connectors.system import Adapter, Document, Once, Written
from connectors.systems import system
from connectors.transport.exchange import Exchange
from connectors.transport.patience import Patience
from tenants.scoping import tenant_of, tenant_scope

log = logging.getLogger(__name__)

PATIENCE = Patience(first_seconds=2, step_seconds_max=600)
UNKNOWN_SECONDS = 1.0
"""How soon an unknown outcome is looked for; the vendor's own time of visibility is kept besides."""


class Phase(StrEnum):
    LOOKING = "looking"
    """For what became of a write before: until that is certain, every trouble leaves it in doubt."""
    PREPARING = "preparing"
    WRITING = "writing"


@dataclass
class _Send:
    """One claimed delivery on its way, with both ends and what went over the wire to each."""

    delivery: Delivery
    source: Connection
    target: Connection
    phase: Phase = Phase.PREPARING
    calls: dict[UUID, list[Exchange]] = field(default_factory=dict)

    def dialled(self, connection: Connection) -> Adapter:
        return dial(connection, self.calls.setdefault(connection.pk, []).append)


Settle = Callable[[], None]


def send(tenant: UUID, delivery_id: UUID) -> Status | None:
    """How it stands afterwards; None where somebody else has it, or it may not be sent now."""
    with tenant_scope(tenant):
        delivery = Delivery.claim(delivery_id)
        if delivery is None:
            return None
        one = _Send(delivery, delivery.lane.source, delivery.lane.target)
    error: WireError | None = None
    try:
        settle = _line(one)
    except WireError as wire:
        error, settle = wire, partial(_failed, one, wire)
    except Exception as bug:  # the queue moves on, whatever is wrong with one record
        log.exception("delivery %s", delivery.pk)
        settle = partial(_ours, one, bug)
    with tenant_scope(tenant):
        _tell(one, error)
        settle()
    return Status(delivery.status)


def _line(one: _Send) -> Settle:
    delivery, target = one.delivery, one.dialled(one.target)
    if delivery.began_at is not None:
        one.phase = Phase.LOOKING
        if settle := _former(one, target):
            return settle
        one.phase = Phase.PREPARING
    prepared = prepare(delivery, one.dialled(one.source), target)
    match prepared:
        case Held(hold, waits_for):
            return lambda: _then(delivery.hold_for(hold, waits_for), one)
        case Skip(why):
            return lambda: _then(delivery.skip(why), one)
        case Ready():
            return _write(one, prepared, target)


def _former(one: _Send, target: Adapter) -> Settle | None:
    """What became of the write before. None when it is certain that nothing did: then the line starts anew."""
    delivery = one.delivery
    with tenant_scope(tenant_of(delivery)):
        document = document_from_json(delivery.document())
    if delivery.act in (Act.UPDATE, Act.UNDO):
        return _sent(one, target, document)  # the same again, under the same key, changes nothing twice
    if found := _found(one, target, document):
        return lambda: _delivered(one, found, ())
    if not _certain(one):
        hidden = system(one.target.system).limits.visible_after_seconds
        return lambda: _doubt(one, max(hidden / 4, UNKNOWN_SECONDS), "It is not to be seen there yet.")
    return None


def _found(one: _Send, target: Adapter, document: Document) -> Written | None:
    """What is replaced carries the same reference and is not what we look for."""
    delivery, kind = one.delivery, one.delivery.lane.declared.writes
    assert kind is not None
    found = target.find(kind, document.reference, document, delivery.began_at)
    if found is None or (delivery.of is not None and found == delivery.of.target_id):
        return None
    return Written(found, said="Found there by our reference.")


def _certain(one: _Send) -> bool:
    """A new document may stay hidden from look-ups for as long as the system's limits say."""
    hidden = timedelta(seconds=system(one.target.system).limits.visible_after_seconds)
    with tenant_scope(tenant_of(one.delivery)):
        return Delivery.objects.filter(pk=one.delivery.pk, began_at__lte=Now() - hidden).exists()


def _write(one: _Send, ready: Ready, target: Adapter) -> Settle:
    delivery, sent_for = one.delivery, fingerprint(ready.read)
    document, another = _document(delivery, ready, sent_for)
    by_reference = system(one.target.system).writes.get(ready.kind) is Once.BY_REFERENCE
    if ready.act == Act.CREATE and (by_reference or another) and (found := _found(one, target, document)):
        return lambda: _delivered(one, found, ready.dropped)
    with tenant_scope(tenant_of(delivery)):
        _note(delivery, ready.read)
        sent = document_to_json(document)
        begun = delivery.begin(ready.act, sent, sent_for, ready.written, fresh_generation=another)
    if not begun:
        return lambda: None
    one.phase = Phase.WRITING
    return _sent(one, target, document, ready.dropped)


def _sent(one: _Send, target: Adapter, document: Document, dropped: tuple[str, ...] = ()) -> Settle:
    delivery = one.delivery
    before = delivery.of.target_id if delivery.of is not None else None
    kind = delivery.lane.declared.writes
    if delivery.act == Act.UNDO and kind is not None and before is not None:
        written = target.reverse(kind, before, delivery.key)
    else:
        written = target.write(document, before, delivery.key)
    return lambda: _delivered(one, written, dropped)


def _document(delivery: Delivery, ready: Ready, sent_for: str) -> tuple[Document, bool]:
    """The very document of this generation while its source says the same; else another one, under another key."""
    if delivery.key != delivery.key_of(delivery.generation):
        return ready.document, False
    if (delivery.act, delivery.sent_for, delivery.written) != (ready.act, sent_for, ready.written):
        return ready.document, True
    with tenant_scope(tenant_of(delivery)):
        return document_from_json(delivery.document()), False


def _note(delivery: Delivery, read: Kind) -> None:
    """What was read for it is the newest state of its record, and what this delivery is for."""
    record, now = delivery.record, fingerprint(read)
    if record is None or record.fingerprint == now:
        return
    record.state(read)
    record.save(update_fields=["sealed", "fingerprint", "read_at"])
    delivery.see(now)


def _delivered(one: _Send, written: Written, dropped: tuple[str, ...]) -> None:
    facts = {"said": written.said, "on account": list(dropped)}
    told = {name: value for name, value in facts.items() if value}
    _then(one.delivery.deliver(written.id, written.number, told), one)


def _then(settled: bool, one: _Send) -> None:
    """What waited for it goes on at once; what its source has said meanwhile is planned."""
    delivery, flow = one.delivery, one.delivery.lane.declared
    if not settled:
        return
    if delivery.status == Status.DELIVERED:
        _undo_other(delivery)
    if delivery.status in (Status.DELIVERED, Status.SKIPPED):
        needs = [f"{flow.reads.__name__}:{delivery.source_id}"]
        if flow.writes and delivery.target_id:
            needs.append(f"{flow.writes.__name__}:{delivery.target_id}")
        Delivery.release(delivery.lane.integration, needs)
    plan_again(delivery)


def _undo_other(delivery: Delivery) -> None:
    """A flow that books another one back has done so."""
    undone = next((flow.name for flow in ALL_FLOWS if flow.undone_by == delivery.lane.flow), None)
    if undone:
        rows = Delivery.objects.filter(
            lane__integration=delivery.lane.integration, lane__flow=undone, source_id=delivery.source_id
        )
        for other in rows.filter(status=Status.DELIVERED):
            other.undo()


def _failed(one: _Send, error: WireError) -> None:
    """By what we do next. Where a write may have happened it stays in doubt, whatever went wrong since."""
    delivery = one.delivery
    later = PATIENCE.wait(delivery.attempt_no, getattr(error, "after_seconds", None), 0) or UNKNOWN_SECONDS
    if isinstance(error, LockedOut):
        _at_fault(one, error).lock_out(error.why)
    if isinstance(error, OutcomeUnknown):
        _doubt(one, error.after_seconds or UNKNOWN_SECONDS, error.why)
    elif one.phase is Phase.LOOKING and not isinstance(error, Refused):
        _doubt(one, later, error.why)
    elif isinstance(error, TryLater | LockedOut):
        _then(delivery.wait(later, error.why), one)
    else:
        _then(delivery.refuse(_refusal(one, error)), one)


def _ours(one: _Send, bug: Exception) -> None:
    if one.phase is not Phase.PREPARING:
        _doubt(one, PATIENCE.step_seconds_max, f"A fault of ours: {type(bug).__name__}.")
        return
    hold = Hold(
        name="internal",
        fact=f"A fault of ours ({type(bug).__name__}) while {one.delivery.source_id} was prepared.",
        releases="It is in the log under this record's id; replay it once it is mended.",
        by_itself=False,
        who="support",
    )
    _then(one.delivery.refuse(hold), one)


def _doubt(one: _Send, seconds: float, why: str) -> None:
    releases = f"It is looked for in {one.target.name} by our reference before anything is sent again."
    one.delivery.doubt(seconds, why, releases)


def _refusal(one: _Send, error: WireError) -> Hold:
    said = error.said
    vendor = " ".join(
        part for part in (said.code, said.message, said.field) if part and part not in error.why
    )
    request = f" (request {said.request_id})" if said.request_id else ""
    return Hold(
        name="refused",
        fact=f"{_at_fault(one, error).name}: {error.why} {vendor}".strip() + request,
        releases=error.remedy or "Correct the cause, then replay it.",
        by_itself=False,
    )


def _at_fault(one: _Send, error: WireError) -> Connection:
    return one.source if error.system == one.source.system else one.target


def _tell(one: _Send, error: WireError | None) -> None:
    """What went over the wire, for each end that was called; the error with the end that gave it."""
    for connection, what in ((one.source, "read"), (one.target, "write")):
        calls = one.calls.get(connection.pk, [])
        mine = error if error is not None and _at_fault(one, error) is connection else None
        if calls or mine:
            Attempt.keep(connection, what, calls, mine, one.delivery)
