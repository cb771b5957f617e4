"""How people sign in: the few places where we differ from allauth.

Guessing is limited per address without locking out its owner, and two-factor secrets never lie in the database in clear.
"""

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core import signing
from django.http import HttpRequest, HttpResponse

from tenants import second_factors
from tenants.mail import UNDELIVERABLE
from tenants.models import Person

log = structlog.get_logger(__name__)

KNOWN_BROWSER = "known"
KNOWN_BROWSER_SECONDS = 180 * 24 * 3600
_salt = "tenants.known-browser"


class AccountAdapter(DefaultAccountAdapter):
    """Our wording, and a limit on guessing that the real owner of an address can get past."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": "This address and password do not belong together.",
        "too_many_login_attempts": "Too many attempts. Wait five minutes, use a passkey, or reset the password.",
        "rate_limited": "Too many attempts. Wait a minute and try again.",
        "incorrect_code": "This code is not right, or it has expired.",
        "incorrect_password": "This is not your password.",
    }

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that is down stops nobody: the page that waits for the mail can send another."""
        try:
            super().send_mail(template_prefix, email, context)
        except UNDELIVERABLE as refusal:
            log.error("mail not sent", mail=template_prefix, reason=type(refusal).__name__)
            words = "The mail could not be sent just now. Wait a minute, then ask for another."
            self.add_message(self.request, messages.ERROR, message=words)

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        _count_as_proof(request, user)
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(response, user)
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """A browser that has signed in to this address before counts its failures apart from everybody else's.

        So a stranger who guesses for hours closes the door to strangers only.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{_known_browser(request, credentials.get('email', ''))}"


def _count_as_proof(request: HttpRequest, person: Person) -> None:
    """Who has signed in or signed up just now need not prove at once again who they are."""
    records = get_authentication_records(request, person)
    method = records[-1]["method"] if records else "password"
    record_authentication(request, person, method, reauthenticated=True)


def remember_browser(response: HttpResponse, person: Person) -> None:
    """Mark the browser as one that this person has signed in with. The mark opens nothing by itself."""
    mark = signing.dumps([person.email.lower(), secrets.token_urlsafe(9)], salt=_salt)
    response.set_cookie(
        KNOWN_BROWSER,
        mark,
        max_age=KNOWN_BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known_browser(request: HttpRequest, email: str) -> str:
    try:
        known, mark = signing.loads(
            request.COOKIES.get(KNOWN_BROWSER, ""), salt=_salt, max_age=KNOWN_BROWSER_SECONDS
        )
    except (signing.BadSignature, ValueError):
        return ""
    return str(mark) if known == email.lower() else ""


class TwoFactorAdapter(DefaultMFAAdapter):
    """Seals the secrets of authenticator apps and recovery codes with the deployment's keys."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change every 30 seconds: type the one shown now.",
    }

    def encrypt(self, text: str) -> str:
        return second_factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return second_factors.unseal(encrypted_text)


def has_two_factor(person: Person | AnonymousUser) -> bool:
    """Whether this person has set up a second factor (recovery codes alone are none)."""
    return isinstance(person, Person) and bool(with_two_factor([person.pk]))


def with_two_factor(people: Iterable[UUID]) -> set[UUID]:
    """Those of them who have."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return set(
        Authenticator.objects.filter(user__in=people, type__in=kinds).values_list("user_id", flat=True)
    )


def used_two_factor(request: HttpRequest) -> bool:
    """Whether this very sign-in went through a second factor or a passkey."""
    person = request.user if isinstance(request.user, Person) else None
    return any(r.get("method") == "mfa" for r in get_authentication_records(request, person))
