"""A company's connections: the list, the page of each, and what is done there with a button."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from connectors.engine import dial, simulated
from connectors.errors import WireError
from connectors.models import Connection, State
from connectors.system import Mode
from connectors.systems import system
from connectors.web import listening
from connectors.web.standing import (
    MODES,
    chosen,
    dependents,
    is_disconnected,
    lines,
    sealed,
    standing,
    summary,
)
from tenants import trail
from tenants.access import ACTIONS, may
from tenants.gate import CompanyRequest, acts
from tenants.models import AuditEntry, Membership
from tenants.scoping import tenant_scope

FORM = ("GET", "HEAD", "POST")
HISTORY = 12
CONNECTIONS_SHOWN_MAX = 500
trail.NAMED["connection"] = (Connection, str)
"""So that the audit trail calls a connection by its name."""


@acts("connections.read")
def connections(request: CompanyRequest) -> HttpResponse:
    rows = Connection.objects.defer("sealed", "tokens").order_by("name", "pk")[:CONNECTIONS_SHOWN_MAX]
    context = {
        "rows": [(one, system(one.system), standing(one), MODES[Mode(one.mode)]) for one in rows],
        "may": allowed(request),
    }
    return render(request, "connections/list.html", context)


@acts("connections.read")
def connection(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = get_object_or_404(Connection.objects.defer("sealed", "tokens"), pk=connection)
    of = system(one.system)
    context = {
        "one": one,
        "of": of,
        "standing": standing(one),
        "mode": MODES[Mode(one.mode)],
        "checks": lines(one.checks, of),
        "summary": summary(one.checks),
        "sealed": sealed(one, of),
        "address": one.settings.get("address"),
        "chosen": chosen(one, of),
        "profiled": of.profile is not None,
        "webhook": listening.told(request, one, of),
        "history": trail.told(list(_history(one))),
        "disconnected": is_disconnected(one),
        "paused": one.state == State.PAUSED,
        "may": allowed(request),
        "helpers": helpers("connections.change"),
    }
    return render(request, "connections/page.html", context)


@acts("connections.ping", scoped=False)
@require_POST
def ping(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = found(request, connection)
    if is_disconnected(one):
        messages.error(request, "Not pinged: it has no credentials. Enter them first.")
    else:
        pinged(request, one)
    return redirect("connection", slug=request.tenant.slug, connection=one.pk)


@acts("connections.pause")
@require_POST
def pause(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = get_object_or_404(Connection, pk=connection)
    if one.state != State.PAUSED:
        one.pause()
        messages.success(request, f"{one.name} is paused. Nothing is read or sent through it.")
    return redirect("connection", slug=request.tenant.slug, connection=one.pk)


@acts("connections.pause")
@require_POST
def resume(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = get_object_or_404(Connection, pk=connection)
    if is_disconnected(one):
        messages.error(request, "It was disconnected: enter its credentials again.")
    elif one.state == State.PAUSED:
        one.resume()
        messages.success(request, f"{one.name} goes on.")
    return redirect("connection", slug=request.tenant.slug, connection=one.pk)


class Disconnect(forms.Form):
    """The name typed by hand, so that it is not the wrong one of two."""

    name = forms.CharField(label="Type the name of the connection", max_length=100)

    def __init__(self, *args: object, of: Connection) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.of = of
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.strip() != self.of.name:
            raise forms.ValidationError(f"This is not its name. Type exactly: {self.of.name}")
        return typed


@acts("connections.disconnect")
@require_http_methods(FORM)
def disconnect(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = get_object_or_404(Connection, pk=connection)
    form = Disconnect(request.POST or None, of=one)
    if form.is_valid():
        one.wipe()
        messages.success(
            request, f"{one.name} is disconnected. Its credentials are destroyed, its history stays."
        )
        return redirect("connection", slug=request.tenant.slug, connection=one.pk)
    context = {"one": one, "of": system(one.system), "form": form, "dependents": dependents(one)}
    return render(request, "connections/disconnect.html", context)


def found(request: CompanyRequest, connection: UUID) -> Connection:
    """For a view that talks to the vendor: the row, read in a scope that closes at once."""
    with tenant_scope(request.tenant):
        one: Connection = get_object_or_404(Connection, pk=connection)
        return one


def pinged(request: CompanyRequest, one: Connection) -> None:
    """Outside of any transaction. A simulated account that a restart took away is stood up again first."""
    if one.mode == Mode.SANDBOX:
        try:
            _stand_up(request, one)
        except WireError as trouble:
            messages.error(request, f"{trouble.why} {trouble.remedy}")
    dial.ping(one)
    now = standing(one)
    say = messages.error if now.kind == "red" else messages.success
    say(request, f"Pinged {one.name}: {summary(one.checks)}.")


def _stand_up(request: CompanyRequest, one: Connection) -> None:
    """Where the simulators moved to another port, the connection follows them."""
    told = simulated.account(system(one.system), request.tenant.slug)
    if told.settings["address"] != one.settings.get("address"):
        with tenant_scope(request.tenant):
            one.set_settings({**one.settings, "address": told.settings["address"]})
            one.keep_secrets(told.secrets)


def allowed(request: CompanyRequest) -> dict[str, bool]:
    """`may.ping` in a template."""
    role = request.membership.role
    return {name.partition(".")[2]: may(role, name) for name in ACTIONS if name.startswith("connections.")}


def helpers(action: str) -> list[Membership]:
    """Who could do it: for whoever may not, and for a link sent to the one who holds the key."""
    rows = Membership.objects.filter(role__in=ACTIONS[action].roles).select_related("person")
    return list(rows.order_by("person__name")[:8])


def _history(one: Connection) -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(about=f"connection:{one.pk}").order_by("-at", "-pk")
    return list(rows[:HISTORY])
