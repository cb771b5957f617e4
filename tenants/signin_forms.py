"""The forms of signing in, in our words: labels that stay, help where it is needed, nothing asked twice."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse


class Plain:
    """Our labels and helps, and no grey text inside the fields that vanishes when one begins to type."""

    labels: ClassVar[dict[str, str]] = {}
    helps: ClassVar[dict[str, str]] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


LONG_ENOUGH = "12 characters or more. A sentence of a few words is good."


class SignUp(Plain, account.SignupForm):
    """Name, address and password, each asked once."""

    name = forms.CharField(max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    field_order = ("name", "email", "password1")
    labels: ClassVar = {"name": "Your name", "email": "E-mail address", "password1": "Password"}
    helps: ClassVar = {"name": "As colleagues should read it.", "password1": LONG_ENOUGH}

    def try_save(self, request: HttpRequest) -> tuple[Any, HttpResponse | None]:
        """An address that is taken costs as much time as a new one, so that the answer does not tell."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[Any, HttpResponse | None] = super().try_save(request)
        return saved

    def custom_signup(self, request: HttpRequest, user: Any) -> None:  # noqa: ARG002
        user.name = self.cleaned_data["name"].strip()
        user.save(update_fields=["name"])


class SignIn(Plain, account.LoginForm):
    labels: ClassVar = {"login": "E-mail address", "password": "Password"}


class Verify(Plain, account.ConfirmEmailVerificationCodeForm):
    labels: ClassVar = {"code": "Code"}


class AskForReset(Plain, account.ResetPasswordForm):
    labels: ClassVar = {"email": "E-mail address"}


class Reset(Plain, account.ResetPasswordKeyForm):
    labels: ClassVar = {"password1": "New password", "password2": "The same again"}
    helps: ClassVar = {"password1": LONG_ENOUGH}


class ChangePassword(Plain, account.ChangePasswordForm):
    labels: ClassVar = {
        "oldpassword": "Present password",
        "password1": "New password",
        "password2": "The new one again",
    }
    helps: ClassVar = {"password1": LONG_ENOUGH}


class SetPassword(Plain, account.SetPasswordForm):
    labels: ClassVar = {"password1": "Password", "password2": "The same again"}
    helps: ClassVar = {"password1": LONG_ENOUGH}


class ChangeAddress(Plain, account.AddEmailForm):
    labels: ClassVar = {"email": "New e-mail address"}
    helps: ClassVar = {
        "email": "It takes the place of the present one once you have typed the code sent there."
    }


class ProvePassword(Plain, account.ReauthenticateForm):
    labels: ClassVar = {"password": "Password"}


class ProveCode(Plain, mfa.ReauthenticateForm):
    labels: ClassVar = {"code": "Code"}


class SecondStep(Plain, mfa.AuthenticateForm):
    labels: ClassVar = {"code": "Code"}


class TurnOnApp(Plain, ActivateTOTPForm):
    labels: ClassVar = {"code": "Code that the app shows"}


class AddPasskey(Plain, AddWebAuthnForm):
    labels: ClassVar = {"name": "Name", "passwordless": "Sign in with it alone, without the password"}
    helps: ClassVar = {
        "name": "By the device that it is on: “Work laptop”, “Phone”.",
        "passwordless": "The device then asks for your finger, face or PIN each time.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].initial = True


class RenamePasskey(Plain, EditWebAuthnForm):
    labels: ClassVar = {"name": "Name"}
