"""A connection's webhook address: shown with its events, or registered by us where the credential permits it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST

from connectors.engine.dial import dial
from connectors.errors import WireError
from connectors.models import Connection
from connectors.system import System
from connectors.systems import system
from tenants.gate import CompanyRequest, acts
from tenants.scoping import tenant_scope

SECRET = "webhook_secret"  # noqa: S105 - the name of the field
DOOR = "hook"
"""The name of the address at which events are received."""


@dataclass(frozen=True)
class Listening:
    address: str
    events: tuple[str, ...]
    registers: bool
    registered: object
    has_secret: bool


def told(request: HttpRequest, one: Connection, of: System) -> Listening | None:
    """Nothing for a system that cannot push, and nothing where no event could be received."""
    address = address_of(request, one)
    if of.webhooks is None or not address:
        return None
    stored = one.settings.get("webhook") or {}
    at = parse_datetime(stored["at"]) if stored.get("at") else None
    return Listening(address, of.webhooks.events, registers(of), at, SECRET in one.kept)


def registers(of: System) -> bool:
    """Whether its adapter is a `Subscriber`."""
    return callable(getattr(of.open, "subscribe", None))


def address_of(request: HttpRequest, one: Connection) -> str:
    try:
        return request.build_absolute_uri(reverse(DOOR, args=[one.hook]))
    except NoReverseMatch:
        return ""


@acts("connections.change", scoped=False)
@require_POST
def register(request: CompanyRequest, connection: UUID) -> HttpResponse:
    with tenant_scope(request.tenant):
        one = get_object_or_404(Connection, pk=connection)
    address = address_of(request, one)
    if registers(system(one.system)) and address and one.kept:
        _register(request, one, address)
    return redirect("connection", slug=request.tenant.slug, connection=one.pk)


def _register(request: CompanyRequest, one: Connection, address: str) -> None:
    try:
        id, secret = dial(one).subscribe(address, str(uuid4()))  # type: ignore[attr-defined]
    except WireError as trouble:
        messages.error(request, f"Not registered: {trouble.why} {trouble.remedy}")
        return
    with tenant_scope(request.tenant):
        fresh = Connection.objects.select_for_update().get(pk=one.pk)
        held, state, why = fresh.open_secrets(), fresh.state, fresh.why
        rolled = {f"{SECRET}_old": held[SECRET]} if held.get(SECRET) else {}
        fresh.keep_secrets({**rolled, SECRET: secret})
        fresh.set_settings(
            {
                **fresh.settings,
                "webhook_url": address,
                "webhook": {"id": id, "at": timezone.now().isoformat()},
            }
        )
        Connection.objects.filter(pk=fresh.pk).update(state=state, why=why)
    messages.success(
        request, "The endpoint is registered and its signing secret is sealed. Ping to prove it."
    )
