"""A company in which there is something to see on every page, and the ways to pages that have no address of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.urls import reverse
from playwright.sync_api import Page

from tenants.models import ApiToken, AuditEntry, Invitation, Membership, Person, Role, SupportAccess, Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import Secret
from tests.factories import PASSWORD, PersonFactory, TenantFactory, member

TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True)
class World:
    owner: Person
    careful: Person
    """Signs in with a second factor; a member too."""
    tenant: Tenant
    closing: Tenant
    colleague: Membership
    invited: Secret
    entry: AuditEntry


def made() -> World:
    owner = PersonFactory(name="Olive Owner", email="olive@northmoor.example")
    tenant = TenantFactory(name="Northmoor Instruments", owner=owner)
    TenantFactory(name="Kestrel Analytics", owner=owner)
    closing = TenantFactory(name="Oakline Foods", owner=owner)
    staff = PersonFactory(name="Sue Support", is_staff=True)
    with tenant_scope(closing):
        closing.schedule_deletion("We merged with another company.")
    verified(owner)
    careful, colleague = member(tenant, Role.ADMIN), member(tenant, Role.OPERATOR)
    verified(careful)
    protect(careful)
    with tenant_scope(tenant):
        _, invited = Invitation.send("newcomer@northmoor.example", Role.VIEWER, owner)
        ApiToken.issue("Month-end report", Role.VIEWER, owner)
        SupportAccess.begin(staff, "Asked by Olive to look at the sign-in of a colleague.", 2)
        entry = AuditEntry.objects.order_by("-at").first()
        assert entry
        return World(
            owner, careful, tenant, closing, Membership.objects.get(person=colleague), invited, entry
        )


def verified(person: Person) -> None:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


def protect(person: Person) -> None:
    """Two-factor with an app and recovery codes, as its pages would have set it up."""
    TOTP.activate(person, TOTP_SECRET)
    RecoveryCodes.activate(person)


def sign_up(page: Page, world: World) -> None:
    page.goto(reverse("account_signup"))
    fill(page, {"email": "new@example.com", "name": "Nora Newcomer", "password1": PASSWORD})


def sign_in(page: Page, person: Person) -> None:
    page.goto(reverse("account_login"))
    fill(page, {"login": person.email, "password": PASSWORD})


def signed_in_by_hand(page: Page, world: World) -> None:
    """Only a real sign-in is listed among the sign-ins."""
    sign_in(page, world.owner)
    page.wait_for_url(lambda address: not address.endswith(reverse("account_login")))
    page.goto(reverse("usersessions_list"))


def follow_reset_link(page: Page, world: World) -> None:
    key, uid = default_token_generator.make_token(world.owner), user_pk_to_url_str(world.owner)
    page.goto(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": key}))


def fill(page: Page, values: dict[str, Any]) -> None:
    """Enter what the form asks for and send it."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(str(value))
    page.locator(f"main form:has([name={name}]) button.go").click()
