"""Memberships, invitations and API tokens keep their own rules, whoever calls them."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from tenants.models import (
    ApiToken,
    AuditEntry,
    Invitation,
    LastOwner,
    Membership,
    NotInvited,
    Person,
    Role,
    Tenant,
)
from tenants.scoping import tenant_scope
from tests.factories import PersonFactory, member

pytestmark = pytest.mark.django_db


def mine(tenant: Tenant, person: Person) -> Membership:
    return Membership.objects.get(person=person)


@pytest.mark.parametrize("act", [lambda m: m.end(), lambda m: m.change_role(Role.VIEWER)])
def test_the_last_owner_can_neither_leave_nor_step_down(
    act: Callable[[Membership], None], tenant: Tenant, owner: Person, teammate: Person
) -> None:
    with pytest.raises(LastOwner), tenant_scope(tenant):
        act(mine(tenant, owner))
    with tenant_scope(tenant):
        mine(tenant, teammate).change_role(Role.OWNER)
        act(mine(tenant, owner))
        assert Membership.objects.filter(role=Role.OWNER).get().person == teammate


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once_do_not_both_get_away(tenant: Tenant, owner: Person) -> None:
    second = member(tenant, Role.OWNER)

    def leave(person: Person) -> str:
        try:
            with tenant_scope(tenant):
                mine(tenant, person).end()
            return "left"
        except LastOwner:
            return "stayed"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, (owner, second))) == ["left", "stayed"]


def test_an_invitation_makes_a_member_once(tenant: Tenant, owner: Person) -> None:
    guest = PersonFactory(email="guest@example.com")
    with tenant_scope(tenant):
        _, token = Invitation.send("Guest@Example.com", Role.VIEWER, owner)
    invitation = Invitation.find(token)
    assert invitation
    with tenant_scope(tenant):
        assert invitation.accept(guest).role == Role.VIEWER
    with pytest.raises(NotInvited, match="already used"), tenant_scope(tenant):
        invitation.accept(guest)


@pytest.mark.parametrize("spoiled", ["revoked", "expired", "resent", "another address"])
def test_a_spoiled_invitation_lets_nobody_in(spoiled: str, tenant: Tenant, owner: Person) -> None:
    guest = PersonFactory(email="guest@example.com")
    address = "other@example.com" if spoiled == "another address" else guest.email
    with tenant_scope(tenant):
        invitation, _ = Invitation.send(address, Role.VIEWER, owner)
        followed = Invitation.objects.get(pk=invitation.pk)
        if spoiled == "revoked":
            invitation.revoke()
        elif spoiled == "expired":
            Invitation.objects.update(expires_at=timezone.now())
        elif spoiled == "resent":
            invitation.resend()
    with pytest.raises(NotInvited), tenant_scope(tenant):
        followed.accept(guest)
    with tenant_scope(tenant):
        assert not Membership.objects.filter(person=guest).exists()


def test_an_api_token_opens_its_own_tenant_and_shows_when_it_was_used(tenant: Tenant, owner: Person) -> None:
    with tenant_scope(tenant):
        issued, text = ApiToken.issue("script", Role.VIEWER, owner)
    found = ApiToken.find(text)
    assert found and (found.tenant_id, found.role) == (tenant.pk, Role.VIEWER)
    assert found.last_used_at and timezone.now() - found.last_used_at < timedelta(minutes=1)
    assert text not in f"{vars(issued)} {text!r}" and issued.prefix == text[:12]


@pytest.mark.parametrize("spoiled", ["revoked", "expired", "prefix only", "one letter off"])
def test_a_spoiled_api_token_opens_nothing(spoiled: str, tenant: Tenant, owner: Person) -> None:
    with tenant_scope(tenant):
        issued, text = ApiToken.issue("script", Role.OWNER, owner)
        if spoiled == "revoked":
            issued.revoke()
        elif spoiled == "expired":
            ApiToken.objects.update(expires_at=timezone.now())
    tried = {"prefix only": issued.prefix, "one letter off": text[:-1] + ("A" if text[-1] != "A" else "B")}
    assert ApiToken.find(tried.get(spoiled, text)) is None


def test_only_digests_of_tokens_are_stored(tenant: Tenant, owner: Person) -> None:
    with tenant_scope(tenant), connection.cursor() as cursor:
        _, api = ApiToken.issue("script", Role.VIEWER, owner)
        _, link = Invitation.send("guest@example.com", Role.VIEWER, owner)
        cursor.execute(
            "select (select string_agg(t::text, '') from tenants_apitoken t) || string_agg(i::text, '') from tenants_invitation i"
        )
        stored = cursor.fetchone()[0]
    assert api not in stored and link not in stored


def test_every_change_names_its_entry(tenant: Tenant, owner: Person, teammate: Person) -> None:
    with tenant_scope(tenant):
        membership = mine(tenant, teammate)
        membership.change_role(Role.ADMIN)
        entry = AuditEntry.objects.get(pk=membership.entry)
    assert (entry.before, entry.after) == ({"role": "operator"}, {"role": "admin"})
