"""Rotating a key without a gap: the new one is proved by a ping before it takes the old one's place.

Another address is another account, so its credentials are asked for anew and no stored secret is ever sent there.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from connectors.engine import dial
from connectors.models import Connection, State
from connectors.system import GATES, Check, Colour, Mode, System
from connectors.systems import system
from connectors.web.connection import FORM, found
from connectors.web.fields import Values, shown
from connectors.web.guide import guide
from connectors.web.standing import is_disconnected, lines, sealed
from tenants.gate import CompanyRequest, acts
from tenants.scoping import tenant_scope

OLD = "_old"
"""A credential of this ending keeps the one before it valid while it is being rolled."""


class Keys(Values):
    """All secrets, each empty; with them what says where they are sent."""

    def __init__(self, data: Any, *, of: System, one: Connection) -> None:
        wanted = [
            field for field in of.credentials if field.secret or self._leads(field.name, field.within, one)
        ]
        super().__init__(data, initial=shown(wanted, one.settings))
        self.one = one
        self.draw(wanted, all_optional=not is_disconnected(one))

    @staticmethod
    def _leads(name: str, within: str, one: Connection) -> bool:
        return not within and one.mode != Mode.SANDBOX and bool(name)

    @property
    def moves(self) -> bool:
        """Whether what was entered leads to another place than before."""
        before = self.one.settings
        return any(
            not field.secret and before.get(field.name) != self.cleaned_data.get(field.name)
            for field in self.wanted
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for field in self.wanted:
            empty = not cleaned.get(field.name) and field.name not in self.errors
            if not field.secret and field.required and empty:
                self.add_error(field.name, "It cannot be empty.")
            elif field.secret and field.required and empty and self.moves:
                self.add_error(field.name, "Enter it anew: a stored secret is not sent to another address.")
        if (
            not self.errors
            and not self.moves
            and not any(cleaned[field.name] for field in self.wanted if field.secret)
        ):
            self.add_error(None, "Nothing was entered, so nothing changes.")
        return cleaned


@acts("connections.change", scoped=False)
@sensitive_post_parameters()
@require_http_methods(FORM)
def connection_keys(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one = found(request, connection)
    of = system(one.system)
    form = Keys(request.POST if request.method == "POST" else None, of=of, one=one)
    against: list[dict[str, str]] = []
    if form.is_valid():
        given, moves = form.secrets(), form.moves
        one.settings = form.into(one.settings) if moves else one.settings
        proved = dial.prove(one, given, alone=moves or is_disconnected(one))
        against = [_row(check) for check in spoil(proved, one.checks)]
        if not against:
            _replace(request, one, form, proved)
            messages.success(request, f"{one.name} works with what you entered. It is in use from now on.")
            return redirect("connection", slug=request.tenant.slug, connection=one.pk)
        one = found(request, connection)
    with tenant_scope(request.tenant):
        context = {
            "one": one,
            "of": of,
            "form": form,
            "guide": guide(of),
            "against": lines(against, of),
            "sealed": [kept for kept in sealed(one, of) if kept.fingerprint],
            "disconnected": is_disconnected(one),
        }
        return render(request, "connections/keys.html", context, status=200)


def spoil(proved: Iterable[Check], last: list[dict[str, str]]) -> list[Check]:
    """The red checks that speak against the new credential: it is not accepted, or something worked before and would not now.

    What was red with the old one as well (an unfinished verification, say) is no reason to keep a key that must go.
    """
    known = {row["name"] for row in last}
    red_before = {row["name"] for row in last if row["colour"] == Colour.RED}
    stuck_before = bool(red_before & set(GATES)) or not known
    red = [check for check in proved if check.colour is Colour.RED]
    return [
        check
        for check in red
        if check.name in GATES or check.name == "opened" or not (stuck_before or check.name in red_before)
    ]


def _replace(request: CompanyRequest, one: Connection, form: Keys, proved: Iterable[Check]) -> None:
    """In one transaction: whoever reads the row sees the old credential or the new one, never half of each."""
    with tenant_scope(request.tenant):
        fresh: Connection = Connection.objects.select_for_update().get(pk=one.pk)
        paused = fresh.state == State.PAUSED and not is_disconnected(fresh)
        given = {**_rolled(fresh, form), **form.secrets()}
        if form.moves:
            fresh.wipe()
            fresh.set_settings(form.into(fresh.settings))
        fresh.keep_secrets(given)
        fresh.note_ping(proved)
        if paused:
            fresh.pause()


def _rolled(one: Connection, form: Keys) -> dict[str, str]:
    """While the vendor rolls a secret it may still use the one before: both stay valid."""
    held, names = one.open_secrets(), {field.name for field in form.wanted}
    replaced = [name for name in form.secrets() if f"{name}{OLD}" in names and held.get(name)]
    return {f"{name}{OLD}": held[name] for name in replaced} if not form.moves else {}


def _row(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "label": check.label,
        "colour": check.colour.value,
        "seen": check.seen,
        "remedy": check.remedy,
    }
