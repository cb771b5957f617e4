"""What a customer's own instance calls things: the administrator's corrections, beside the defaults that they correct.

Each correction is checked by name when it is saved, and against the instance when somebody asks.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST

from connectors.engine.dial import dial
from connectors.errors import WireError
from connectors.models import Connection
from connectors.system import System
from connectors.systems import system
from connectors.web.connection import FORM, found
from connectors.web.standing import is_disconnected, lines, summary
from tenants.gate import CompanyRequest, acts
from tenants.scoping import tenant_scope

PROFILE_CHARACTERS_MAX = 200_000
DESCRIPTION_BYTES_MAX = 20_000_000


class Corrections(forms.Form):
    """Only what differs from the defaults."""

    profile = forms.CharField(
        label="Corrections, as JSON",
        required=False,
        max_length=PROFILE_CHARACTERS_MAX,
        widget=forms.Textarea(attrs={"rows": 18, "spellcheck": "false", "class": "id"}),
        help_text="Only what your instance calls differently; what is left out keeps its default.",
    )

    def __init__(self, data: Any, *, of: System, stored: Any) -> None:
        super().__init__(data, initial={"profile": written(stored) if stored else ""})
        self.of = of

    def clean_profile(self) -> dict[str, Any]:
        text = self.cleaned_data["profile"].strip() or "{}"
        try:
            read = json.loads(text)
        except json.JSONDecodeError as wrong:
            raise forms.ValidationError(f"Line {wrong.lineno} is no JSON: {wrong.msg}.") from None
        except (RecursionError, ValueError):
            raise forms.ValidationError("This is no JSON.") from None
        if not isinstance(read, dict):
            raise forms.ValidationError("It begins with { and ends with }.")
        try:
            assert self.of.profile is not None
            self.of.profile(read)
        except WireError as refused:
            raise forms.ValidationError(f"{refused.why} {refused.remedy}") from None
        except (AttributeError, TypeError, ValueError):
            raise forms.ValidationError("A part is not of the kind that the defaults show.") from None
        return read


@acts("connections.change", scoped=False)
@require_http_methods(FORM)
def connection_profile(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one, of = _profiled(request, connection)
    form = Corrections(request.POST or None, of=of, stored=one.settings.get("profile"))
    if form.is_valid():
        with tenant_scope(request.tenant):
            fresh = Connection.objects.select_for_update().get(pk=one.pk)
            fresh.set_settings({**fresh.settings, "profile": form.cleaned_data["profile"]})
        messages.success(request, "The profile is saved. Check it against your instance.")
        return redirect("connection_profile", slug=request.tenant.slug, connection=one.pk)
    assert of.profile is not None
    last = one.settings.get("profile_check") or {}
    context = {
        "one": one,
        "of": of,
        "form": form,
        "defaults": written(asdict(of.profile({}))),
        "checks": lines(last.get("checks", ()), of),
        "summary": summary(last.get("checks", ())),
        "checked_at": parse_datetime(last["at"]) if last else None,
        "changed": last.get("changed", ()),
        "disconnected": is_disconnected(one),
    }
    return render(request, "connections/profile.html", context)


@acts("connections.change", scoped=False)
@require_POST
def check(request: CompanyRequest, connection: UUID) -> HttpResponse:
    one, _ = _profiled(request, connection)
    try:
        checks = tuple(dial(one).check_profile(_uploaded(request)))  # type: ignore[attr-defined]
    except WireError as trouble:
        messages.error(request, f"Not checked: {trouble.why} {trouble.remedy}")
    else:
        with tenant_scope(request.tenant):
            fresh = Connection.objects.select_for_update().get(pk=one.pk)
            fresh.note_profile(checks)
        messages.success(request, f"Checked: {summary(fresh.settings['profile_check']['checks'])}.")
    return redirect("connection_profile", slug=request.tenant.slug, connection=one.pk)


def written(profile: Any) -> str:
    return json.dumps(profile, indent=2, ensure_ascii=False)


def _profiled(request: CompanyRequest, connection: UUID) -> tuple[Connection, System]:
    one = found(request, connection)
    of = system(one.system)
    if of.profile is None:
        raise Http404
    return one, of


def _uploaded(request: CompanyRequest) -> bytes | None:
    """The administrator's own file, where the instance does not publish it to us."""
    file = request.FILES.get("description")
    if not isinstance(file, UploadedFile):
        return None
    if (file.size or 0) > DESCRIPTION_BYTES_MAX:
        raise TooLarge("The file is larger than 20 MB.", remedy="Upload the part for business entities.")
    return file.read() or None


class TooLarge(WireError):
    """Said in the same place and way as what the instance refuses."""
