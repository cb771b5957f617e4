"""Every page of the product and how a test gets there; an address that is neither here nor among the acts fails a test.

A page is walked as the person who sees most of it, in a company in which there is something to see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from playwright.sync_api import Page

from tests.browser import connected, world
from tests.browser.passkeys import add_passkey
from tests.browser.world import World
from tests.tenants.roads import roads

Who = Literal["owner", "careful", "nobody"]


@dataclass(frozen=True)
class Place:
    """`kwargs` are those of its address, `query` what follows; `way` leads there where an address alone does not."""

    kwargs: Callable[[World], dict[str, Any]] = lambda there: {}
    query: str = ""
    who: Who = "owner"
    status: int = 200
    way: Callable[[Page, World], None] | None = None


def of_company(**more: Callable[[World], Any]) -> Callable[[World], dict[str, Any]]:
    return lambda there: {"slug": there.tenant.slug} | {name: value(there) for name, value in more.items()}


NOBODY = Place(who="nobody")
COMPANY = Place(of_company())
SECOND_FACTOR = Place(who="careful")
COLLEAGUE = Place(of_company(member=lambda there: there.colleague.pk))

PAYMENTS = Place(of_company(connection=lambda there: connected.payments(there).pk))
BOOKS = Place(of_company(connection=lambda there: connected.books(there).pk))

PAGES: dict[str, Place] = {
    "landing": NOBODY,
    "keys": NOBODY,
    "components": Place(query="?toast=1&sort=amount"),
    "component_dialog": Place(),
    # signing in
    "account_login": NOBODY,
    "account_signup": NOBODY,
    "account_email_verification_sent": Place(who="nobody", way=world.sign_up),
    "account_reset_password": NOBODY,
    "account_reset_password_done": NOBODY,
    "account_reset_password_from_key": Place(who="nobody", way=world.follow_reset_link),
    "account_reset_password_from_key_done": NOBODY,
    "account_inactive": NOBODY,
    "mfa_authenticate": Place(who="nobody", way=lambda page, there: world.sign_in(page, there.careful)),
    "invitation": Place(lambda there: {"token": there.invited}, who="nobody"),
    # one's own account
    "account": Place(),
    "account_logout": Place(),
    "account_email": Place(),
    "account_change_password": Place(),
    "account_reauthenticate": Place(),
    "usersessions_list": Place(who="nobody", way=world.signed_in_by_hand),
    "mfa_index": SECOND_FACTOR,
    "mfa_activate_totp": Place(),
    "mfa_deactivate_totp": SECOND_FACTOR,
    "mfa_view_recovery_codes": SECOND_FACTOR,
    "mfa_generate_recovery_codes": SECOND_FACTOR,
    "mfa_reauthenticate": SECOND_FACTOR,
    "mfa_add_webauthn": Place(),
    "mfa_list_webauthn": Place(way=add_passkey("mfa_list_webauthn")),
    "mfa_edit_webauthn": Place(way=add_passkey("mfa_edit_webauthn", of_one=True)),
    "mfa_remove_webauthn": Place(way=add_passkey("mfa_remove_webauthn", of_one=True)),
    "mfa_reauthenticate_webauthn": Place(way=add_passkey("mfa_reauthenticate_webauthn")),
    # companies
    "companies": Place(query="?all"),
    "company_new": Place(),
    "home": COMPANY,
    "people": COMPANY,
    "invite": COMPANY,
    "change_role": COLLEAGUE,
    "remove": COLLEAGUE,
    "company": COMPANY,
    "company_close": COMPANY,
    "company_closing": Place(lambda there: {"slug": there.closing.slug}),
    "leave": COMPANY,
    "tokens": COMPANY,
    "token_new": COMPANY,
    "audit": COMPANY,
    "audit_entry": Place(of_company(entry=lambda there: there.entry.pk)),
    "support": COMPANY,
    # connections
    "connections": Place(lambda there: {"slug": connected.with_payments(there)}),
    "connection_new": Place(of_company(), query="?system=qad"),
    "connection": PAYMENTS,
    "connection_keys": PAYMENTS,
    "connection_disconnect": PAYMENTS,
    "connection_settings": BOOKS,
    "connection_profile": BOOKS,
    # others
    "mailbox": Place(),
    "api": Place(),
}

ACTS = {
    "theme": "only posts",
    "hook": "where vendors knock",
    "require_two_factor": "only posts",
    "invitation_resend": "only posts",
    "invitation_revoke": "only posts",
    "company_keep": "only posts",
    "token_revoke": "only posts",
    "support_end": "only posts",
    "end_signin": "only posts",
    "connection_ping": "only posts",
    "connection_pause": "only posts",
    "connection_resume": "only posts",
    "connection_webhook": "only posts",
    "connection_profile_check": "only posts",
    "audit_verify": "only posts",
    "audit_export": "a file",
    "account_confirm_login_code": "codes by mail are not offered at sign-in: leads to sign-in",
    "account_set_password": "everybody has a password: leads to the page that changes it",
    "mfa_login_webauthn": "answers the passkey script",
    "mfa_download_recovery_codes": "a text file",
    "api_me": "for programs",
    "api_audit": "for programs",
    "api_connections": "for programs",
    "api_connection": "for programs",
    "api_connection_ping": "for programs",
    "api_schema": "for programs",
}
"""Addresses that show no page of ours, each with its reason."""

ELSEWHERE = ("admin/", "static/")
"""Whole families that are judged by their own tests."""


def names() -> Iterator[str]:
    """The name of every address of the product; one without a name stands for itself."""
    for road in roads():
        if not road.route.startswith(ELSEWHERE):
            yield road.name or road.route
