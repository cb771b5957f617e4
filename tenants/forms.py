"""What people may send us, checked; a field that is not here cannot be set, whatever a request carries."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from tenants.access import ROLE_SENTENCES
from tenants.models import Role, Tenant
from tenants.models.support import HOURS_MAX
from tenants.numbers import WRITINGS

ZONES = tuple(
    sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/")))
)
TOKEN_DAYS = {30: "30 days", 90: "90 days", 365: "One year"}


class Profile(forms.Form):
    name = forms.CharField(label="Your name", max_length=100, help_text="As colleagues read it.")


class NewCompany(forms.Form):
    name = forms.CharField(
        label="Name of the company",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    time_zone = forms.TypedChoiceField(
        label="Time zone",
        choices=[("UTC", "UTC"), *((z, z.replace("_", " ")) for z in ZONES)],
        help_text="All times, reports and schedules of the company are in this zone.",
    )


class CompanySettings(NewCompany):
    locale = forms.ChoiceField(
        label="How numbers are written",
        choices=[(locale, way.words) for locale, way in WRITINGS.items()],
        help_text="On pages and printed reports. Exports are always 1234.50.",
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        now = {"name": tenant.name, "time_zone": tenant.time_zone, "locale": tenant.locale}
        super().__init__(*args, **(kwargs | {"initial": now}))


class CloseCompany(forms.Form):
    name = forms.CharField(label="Type the name of the company", max_length=100)
    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the audit trail.",
    )

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tenant = tenant
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_name(self) -> str:
        typed: str = self.cleaned_data["name"]
        if typed.strip() != self.tenant.name:
            raise forms.ValidationError(f"This is not its name. Type exactly: {self.tenant.name}")
        return typed


class RoleChoice(forms.Form):
    """A role out of those that the one who asks may give."""

    role = forms.ChoiceField(label="Role", widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(r.value, f"{r.label}: {ROLE_SENTENCES[r]}") for r in roles]  # type: ignore[attr-defined]


class Invite(RoleChoice):
    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text="Only this address can accept, within seven days.",
    )
    field_order = ("email", "role")


class NewToken(RoleChoice):
    name = forms.CharField(
        label="What is it for?", max_length=100, help_text="So that you know later which to revoke."
    )
    days = forms.TypedChoiceField(label="Good for", coerce=int, choices=list(TOKEN_DAYS.items()), initial=90)
    field_order = ("name", "role", "days")

    def expires_at(self) -> datetime:
        return timezone.now() + timedelta(days=self.cleaned_data["days"])


class TrailFilter(forms.Form):
    """Which part of the audit trail: in the address, so that it can be sent to a colleague."""

    who = forms.CharField(required=False, max_length=100)
    what = forms.CharField(required=False, max_length=100)
    since = forms.DateField(required=False)
    until = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            raise forms.ValidationError("The first day is after the last.")
        return data


class OpenAccess(forms.Form):
    """What support must say before it may look into a company."""

    reason = forms.CharField(
        label="Reason",
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The owners get it by mail and it stays in their audit trail. Name who asked, and for what.",
    )
    hours = forms.TypedChoiceField(
        label="For",
        coerce=int,
        choices=[(1, "1 hour"), (4, "4 hours"), (HOURS_MAX, f"{HOURS_MAX} hours")],
        initial=1,
    )
