"""Takes a knock in: find whose door it is, verify the bytes, store what it points at, ring the worker; later, look there.

Nothing in a pushed body is ever posted: the object is read again, and what it says now is what counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import F
from django.utils import timezone
from django_q.tasks import async_task

from connectors.canon.kind import kind_named
from connectors.engine.dial import dial
from connectors.engine.poll import keep
from connectors.engine.run import drain
from connectors.errors import Forged, NotFound, Unreadable, WireError
from connectors.models import Connection, Event, Integration, Lane, Standing
from connectors.models.connection import State
from connectors.system import Mode, Notice
from connectors.systems import system
from tenants.scoping import presenting, tenant_of, tenant_scope

SECRETS = ("webhook_secret", "webhook_secret_old")
UNREADABLE = "unreadable"


def receive(door: str, raw: bytes, headers: Mapping[str, str]) -> bool:
    """False: no such door. Raises Forged when no secret of this door vouches for the bytes."""
    with presenting(door):
        found = Connection.objects.filter(hook=door).first()
    if found is None or (hooks := system(found.system).webhooks) is None or found.sealed is None:
        return False
    try:
        with tenant_scope(tenant_of(found)):
            held = found.open_secrets()
            hooks.verify(
                raw, headers, tuple(held[name] for name in SECRETS if held.get(name)), timezone.now()
            )
            _store(found, raw)
    except Forged:
        with tenant_scope(tenant_of(found)):
            Connection.objects.filter(pk=found.pk).update(forged=F("forged") + 1)
        raise
    return True


def _store(found: Connection, raw: bytes) -> None:
    """One short transaction; the bell rings when it commits, and not at all if it does not."""
    hooks = system(found.system).webhooks
    assert hooks is not None
    try:
        notices = tuple(hooks.notices(raw))
    except Unreadable as odd:
        mark = f"{UNREADABLE}:{timezone.now().isoformat()}"
        Event.keep(found, Notice(mark, UNREADABLE, None, ""), raw).settle(Standing.FAILED, odd.why)
        return
    for notice in notices:
        event = Event.keep(found, notice, raw, _ignored(found, notice))
        if event.standing in (Standing.WAITING, Standing.FAILED):
            async_task("connectors.tasks.attend", str(event.tenant_id), str(event.pk))  # type: ignore[no-untyped-call]


def _ignored(found: Connection, notice: Notice) -> str:
    if notice.kind is None:
        return f"Nothing here acts on {notice.event_type}."
    sandbox = found.mode == Mode.SANDBOX
    if notice.mode is not None and not sandbox and notice.mode.value != found.mode:
        return f"An event of {notice.mode} mode at a door of {found.mode} mode."
    return ""


def attend(tenant: UUID, pk: UUID) -> None:
    """Look at the object now, plan for every lane that reads it, and send what is due. Harmless when it runs twice."""
    with tenant_scope(tenant):
        event = Event.objects.select_related("connection").filter(pk=pk).first()
        if event is None or event.standing in (Standing.DONE, Standing.IGNORED):
            return
        source = event.connection
        paused = source.state in (State.PAUSED, State.LOCKED_OUT)
    if paused:
        return
    standing, why = _look(event, source)
    with tenant_scope(tenant):
        event.settle(standing, why)
        integrations = list(Integration.objects.filter(lanes__in=_lanes(event)).distinct())
    for one in integrations if standing is Standing.DONE else ():
        drain(one)


def _look(event: Event, source: Connection) -> tuple[Standing, str]:
    try:
        body = dial(source).fetch(kind_named(event.kind), event.object_id)
    except NotFound as gone:
        return Standing.DONE, gone.why
    except WireError as error:
        return Standing.FAILED, error.why
    with tenant_scope(tenant_of(source)):
        for lane in _lanes(event):
            keep(lane, source, body)
    return Standing.DONE, ""


def _lanes(event: Event) -> list[Lane]:
    rows = Lane.objects.filter(on=True).select_related("integration__left", "integration__right")
    return [
        lane
        for lane in rows
        if lane.source.pk == event.connection_id and lane.declared.reads.__name__ == event.kind
    ]
