"""Connecting a system: choose it, fill in what it asks for, and see at once whether it answers.

The form is drawn from the registry; a sandbox account asks for nothing but a name.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connectors.engine import simulated
from connectors.errors import WireError
from connectors.models import Connection
from connectors.system import Mode, System
from connectors.systems import systems
from connectors.web.connection import FORM, allowed, helpers, pinged
from connectors.web.fields import Values
from connectors.web.guide import guide
from tenants.gate import CompanyRequest, acts
from tenants.scoping import tenant_scope

CHOICES = {
    Mode.LIVE: "Live: the real account",
    Mode.TEST: "The vendor’s own test account",
    Mode.SANDBOX: "Sandbox: a simulated account that needs no credentials",
}


class NewConnection(Values):
    name = forms.CharField(
        max_length=100,
        label="Name",
        help_text="How you tell it from your other accounts.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    mode = forms.ChoiceField(label="Which account is this?", widget=forms.RadioSelect)

    def __init__(self, data: Any, *, of: System, mode: str) -> None:
        super().__init__(data, initial={"name": of.name, "mode": mode})
        self.fields["mode"].choices = [  # type: ignore[attr-defined]
            (one.value, words) for one, words in CHOICES.items() if one != Mode.SANDBOX or simulated.offered()
        ]
        self.simulates = simulated.offered() and self.data.get("mode", mode) == Mode.SANDBOX
        self.draw(() if self.simulates else of.credentials)

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if Connection.objects.filter(name=name).exists():
            raise forms.ValidationError("Another connection has this name.")
        return name


@acts("connections.make", scoped=False)
@sensitive_post_parameters()
@require_http_methods(FORM)
def connection_new(request: CompanyRequest) -> HttpResponse:
    of = next((one for one in systems() if one.slug == request.GET.get("system")), None)
    if of is None:
        context = {"systems": systems(), "simulates": simulated.offered(), "may": allowed(request)}
        return render(request, "connections/choose.html", context)
    form = NewConnection(request.POST or None, of=of, mode=_mode(request))
    with tenant_scope(request.tenant):
        good = form.is_valid()
    made = _made(request, of, form) if good else None
    if made:
        pinged(request, made)
        return redirect("connection", slug=request.tenant.slug, connection=made.pk)
    with tenant_scope(request.tenant):
        context = {"of": of, "form": form, "guide": guide(of), "helpers": helpers("connections.make")}
        return render(request, "connections/new.html", context)


def _mode(request: CompanyRequest) -> str:
    asked = request.GET.get("mode", "")
    return asked if asked in set(Mode) else Mode.LIVE.value


def _made(request: CompanyRequest, of: System, form: NewConnection) -> Connection | None:
    secrets, chosen = form.secrets(), form.into({})
    if form.simulates:
        try:
            told = simulated.account(of, request.tenant.slug)
        except WireError as trouble:
            form.add_error(None, f"{trouble.why} {trouble.remedy}")
            return None
        secrets, chosen = dict(told.secrets), dict(told.settings)
    with tenant_scope(request.tenant):
        made = Connection.make(of.slug, form.cleaned_data["name"], Mode(form.cleaned_data["mode"]), chosen)
        made.keep_secrets(secrets)
    return made
