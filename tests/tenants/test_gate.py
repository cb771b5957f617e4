"""Who gets in, generated from the route table: a page that is added without saying whom it is for fails here."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from connectors.models import Connection
from connectors.system import Mode
from tenants.access import ACTIONS, may
from tenants.models import (
    ApiToken,
    AuditEntry,
    Invitation,
    Membership,
    Person,
    Role,
    SupportAccess,
    Tenant,
)
from tenants.scoping import tenant_scope
from tests.factories import TenantFactory, member
from tests.tenants.roads import Road, roads

COMPANY_ROADS = [road for road in roads() if road.of_company]
OUTSIDE = ("account/", "admin/", "static/", "_/")
"""Guarded elsewhere: allauth's own pages ask for sign-in, the admin has its own site, the last is for developers."""


def ids_of(tenant: Tenant) -> dict[str, UUID]:
    """One row of each kind that an address can name."""
    with tenant_scope(tenant):
        owner = Membership.objects.select_related("person").filter(role=Role.OWNER).first()
        assert owner is not None
        invitation, _ = Invitation.send("guest@example.com", Role.VIEWER, owner.person)
        token, _ = ApiToken.issue("books", Role.VIEWER, owner.person)
        access = SupportAccess.begin(owner.person, "asked by phone", hours=1)
        entry = AuditEntry.objects.order_by("at").first()
        assert entry is not None
        return {
            "member": owner.pk,
            "invitation": invitation.pk,
            "token": token.pk,
            "access": access.pk,
            "entry": entry.pk,
            "connection": Connection.make("qad", "Books", Mode.TEST, {}).pk,
        }


def address(road: Road, slug: str, ids: dict[str, UUID]) -> str:
    """The road with its gaps filled."""
    filled = road.route.replace("<slug:slug>", slug).replace("<str:kind>", "csv")
    return "/" + re.sub(r"<uuid:(\w+)>", lambda gap: str(ids[gap[1]]), filled)


def read(answer: HttpResponse) -> str:
    """The page without its token against forged posts, which is another one each time."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("road", [r for r in roads() if r.route.startswith("c/")], ids=lambda r: r.name)
def test_a_page_of_a_company_names_its_action(road: Road) -> None:
    assert road.view.action.name in ACTIONS


@pytest.mark.parametrize(
    "road",
    [r for r in roads() if not r.of_company and not r.route.startswith(OUTSIDE)],
    ids=lambda r: r.name or r.route,
)
def test_every_other_page_says_whom_it_is_for(road: Road) -> None:
    view = getattr(road.view, "view_class", None)
    assert hasattr(road.view, "audience") or getattr(view, "action", "") in ACTIONS


@pytest.mark.parametrize("road", COMPANY_ROADS, ids=lambda r: r.name)
def test_a_stranger_finds_no_such_page(
    road: Road, tenant: Tenant, other_tenant: Tenant, stranger: Person
) -> None:
    theirs = ids_of(tenant)
    client = signed_in(stranger)
    there = address(road, tenant.slug, theirs)
    unknown = "x" * len(tenant.slug)  # as long, for the page shortens a long address
    nowhere = address(road, unknown, theirs)
    for call in (client.get, client.post):
        answer, blank = call(there), call(nowhere)
        assert (answer.status_code, blank.status_code) == (404, 404)
        assert read(answer).replace(tenant.slug, unknown) == read(blank)


@pytest.mark.parametrize("road", [r for r in COMPANY_ROADS if "<uuid:" in r.route], ids=lambda r: r.name)
def test_ids_of_another_company_are_not_there_in_ones_own(
    road: Road, owner: Person, tenant: Tenant, other_tenant: Tenant
) -> None:
    client = signed_in(owner)
    theirs = ids_of(other_tenant)
    with tenant_scope(other_tenant):
        entries = AuditEntry.objects.count()
    there = address(road, tenant.slug, theirs)
    assert {client.get(there).status_code, client.post(there).status_code} <= {404, 405}
    assert 404 in {client.get(there).status_code, client.post(there).status_code}
    with tenant_scope(other_tenant):
        assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("road", COMPANY_ROADS, ids=lambda r: r.name)
def test_each_role_may_do_just_what_the_table_says(road: Road, role: Role, tenant: Tenant) -> None:
    client = signed_in(member(tenant, role))
    answer = client.get(address(road, tenant.slug, ids_of(tenant)))
    if may(role, road.view.action.name):
        assert answer.status_code in (
            200,
            302,
            404,
            405,
        )  # 404: only owners touch owners; 405: it takes a post
    else:
        assert answer.status_code == 403
        assert escape(road.view.action.sentence) in answer.content.decode()


def test_a_refusal_is_written_down(tenant: Tenant, teammate: Person) -> None:
    signed_in(teammate).get(reverse("company_close", args=[tenant.slug]))
    with tenant_scope(tenant):
        entry = AuditEntry.objects.get(what="access.refused")
    assert entry.actor == f"person:{teammate.pk}"


def test_whoever_is_removed_is_refused_at_the_next_click(tenant: Tenant, teammate: Person) -> None:
    client = signed_in(teammate)
    page = reverse("home", args=[tenant.slug])
    assert client.get(page).status_code == 200
    with tenant_scope(tenant):
        Membership.objects.get(person=teammate).end()
    assert client.get(page).status_code == 404


def test_a_lower_role_counts_at_the_next_click(tenant: Tenant) -> None:
    admin = member(tenant, Role.ADMIN)
    client, page = signed_in(admin), reverse("company", args=[tenant.slug])
    assert client.get(page).status_code == 200
    with tenant_scope(tenant):
        Membership.objects.get(person=admin).change_role(Role.VIEWER)
    assert client.get(page).status_code == 403


def test_nobody_reaches_a_company_without_signing_in(tenant: Tenant) -> None:
    answer = Client().get(reverse("home", args=[tenant.slug]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("account_login"))


def test_where_two_factor_is_required_only_its_set_up_is_reached(tenant: Tenant, teammate: Person) -> None:
    with tenant_scope(tenant):
        tenant.change(requires_two_factor=True)
    client = signed_in(teammate)
    for road in COMPANY_ROADS:
        answer = client.get(address(road, tenant.slug, dict.fromkeys(ids_of(tenant), UUID(int=0))))
        assert answer.status_code == 403, road
        assert reverse("mfa_activate_totp") in answer.content.decode()


def test_an_owner_without_two_factor_cannot_require_it(tenant: Tenant, owner: Person) -> None:
    signed_in(owner).post(reverse("require_two_factor", args=[tenant.slug]), {"required": "yes"})
    tenant_now = Membership.of_person(owner.pk)[0].tenant
    assert not tenant_now.requires_two_factor


def test_one_person_works_in_several_companies(tenant: Tenant, owner: Person) -> None:
    second = TenantFactory(name="Second House", owner=owner)
    page = signed_in(owner).get(reverse("home", args=[second.slug])).content.decode()
    assert reverse("home", args=[tenant.slug]) in page
    assert "Second House" in page
