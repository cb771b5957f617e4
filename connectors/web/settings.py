"""What is chosen for a connection and is not secret: each code is looked up in the account before it is kept."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from connectors.engine.dial import dial
from connectors.errors import WireError
from connectors.models import Connection
from connectors.systems import system
from connectors.web.connection import FORM, found
from connectors.web.fields import Values, shown, stored
from connectors.web.standing import is_disconnected, unsealed
from tenants.gate import CompanyRequest, acts
from tenants.scoping import tenant_scope

KNOWN_SHOWN_MAX = 12


class Chosen(Values):
    """Where its secrets are sent is not among these: that is changed together with them."""

    def __init__(self, data: Any, *, one: Connection) -> None:
        wanted = [field for field in unsealed(system(one.system)) if field.within]
        super().__init__(data, initial=shown(wanted, one.settings))
        self.draw(wanted)


@acts("connections.change", scoped=False)
@require_http_methods(FORM)
def connection_settings(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = found(request, connection)
    form = Chosen(request.POST or None, one=one)
    if form.is_valid():
        unproved = "" if is_disconnected(one) else _look_up(form, one)
        if not form.errors:
            with tenant_scope(request.tenant):
                fresh = Connection.objects.select_for_update().get(pk=one.pk)
                fresh.set_settings(form.into(fresh.settings))
            say = messages.warning if unproved else messages.success
            say(request, f"Settings saved. {unproved}".strip())
            return redirect("connection", slug=request.tenant.slug, connection=one.pk)
    return render(request, "connections/settings.html", {"one": one, "form": form, "of": system(one.system)})


def _look_up(form: Chosen, one: Connection) -> str:
    """Marks each changed code that the account does not have; says why when it could not be asked."""
    changed = [
        field
        for field in form.wanted
        if field.table and form.cleaned_data[field.name] not in ("", stored(field, one.settings))
    ]
    one.settings = form.into(one.settings)
    try:
        adapter = dial(one) if changed else None
        tables = (
            {
                name: {code.code: code.active for code in adapter.codes(name)}
                for name in {f.table for f in changed}
            }
            if adapter
            else {}
        )
    except WireError as trouble:
        return f"The codes could not be looked up: {trouble.why}"
    for field in changed:
        if problem := _problem(form.cleaned_data[field.name], tables[field.table]):
            form.add_error(field.name, forms.ValidationError(problem))
    return ""


def _problem(code: str, known: dict[str, bool]) -> str:
    if known.get(code):
        return ""
    if code in known:
        return "It is there, and not active."
    names = sorted(name for name, active in known.items() if active)
    more = " …" if len(names) > KNOWN_SHOWN_MAX else ""
    return f"The account has no {code}. It has {', '.join(names[:KNOWN_SHOWN_MAX]) or 'none'}{more}"
