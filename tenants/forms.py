"""What people may send us, checked; a field that is not here cannot be set, whatever a request carries."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from tenants.access import ROLE_SENTENCES
from tenants.models import Role, Tenant

LOCALES = {
    "en": "1,234.50 (English)",
    "de": "1.234,50 (German)",
    "fr": "1 234,50 (French)",
    "de-ch": "1’234.50 (Swiss)",
}
ZONES = tuple(
    sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/")))
)
TOKEN_DAYS = {30: "30 days", 90: "90 days", 365: "One year"}


class SignUp(SignupForm):
    """Name, address and password, each asked once."""

    name = forms.CharField(
        label="Your name",
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text="As colleagues should read it.",
    )
    field_order = ("name", "email", "password1")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, email="E-mail address", password1="Password")
        self.fields["password1"].help_text = "12 characters or more. A sentence of a few words is good."

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """An address that is taken costs as much time as a new one, so that the answer does not tell."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[Any, HttpResponse | None] = super().try_save(request)
        return saved

    def custom_signup(self, request: HttpRequest, user: Any) -> None:  # noqa: ARG002
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])


class SignIn(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login="E-mail address", password="Password")  # noqa: S106
        self.fields["login"].widget.attrs["autocomplete"] = "username webauthn"
        self.fields["password"].help_text = ""


class AskForReset(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, email="E-mail address")


class AddPasskey(AddWebAuthnForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].help_text = "By the device that it is on: “Work laptop”, “Phone”."
        self.fields["passwordless"].label = "Sign in with it alone, without the password"
        self.fields["passwordless"].help_text = "The device then asks for your finger, face or PIN each time."
        self.fields["passwordless"].initial = True


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
        choices=list(LOCALES.items()),
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


def _plain(form: forms.Form, **labels: str) -> None:
    """Our labels, and no grey text inside the fields that vanishes when one begins to type."""
    for name, label in labels.items():
        form.fields[name].label = label
        form.fields[name].widget.attrs.pop("placeholder", None)
