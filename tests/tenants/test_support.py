"""Support looks only where it said why, for as long as it said, and each look stands in the company's own trail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth import BACKEND_SESSION_KEY, login
from django.core import mail
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tenants import admin
from tenants.models import AuditEntry, Person, SupportAccess, Tenant
from tenants.scoping import tenant_scope
from tests.factories import PersonFactory
from tests.tenants.test_gate import signed_in

LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
    if model is not Tenant
]


@pytest.fixture
def helper(db: None) -> Person:
    """One of the support staff, with a second factor."""
    person = PersonFactory(name="Sue Support", is_staff=True)
    TOTP.activate(person, generate_totp_secret())
    return person


@pytest.fixture
def desk(helper: Person) -> Client:
    """Signed in through the second factor."""
    client = Client()
    request = HttpRequest()
    request.session = client.session
    login(request, helper, "allauth.account.auth_backends.AuthenticationBackend")
    record_authentication(request, helper, "mfa", type="totp")
    request.session.save()
    client.cookies["sessionid"] = str(request.session.session_key)
    assert BACKEND_SESSION_KEY in request.session
    return client


def looks(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant):
        return list(AuditEntry.objects.filter(what="support.looked").values_list("about", flat=True))


def open_access(desk: Client, tenant: Tenant, **more: Any) -> None:
    asked = {"reason": "Ruth called about held invoices", "hours": 1} | more
    desk.post(reverse("admin:open_support_access", args=[tenant.pk]), asked)


def test_nothing_of_a_company_is_seen_before_its_access_is_open(
    desk: Client, tenant: Tenant, owner: Person
) -> None:
    for page in LISTS:
        shown = desk.get(page).content.decode()
        assert not [word for word in (owner.email, owner.name, tenant.name) if word in shown]
    answer = desk.get(reverse("admin:tenants_tenant_change", args=[tenant.pk]))
    assert answer.status_code == 302
    assert answer.headers["Location"] == reverse("admin:open_support_access", args=[tenant.pk])


def test_access_wants_a_reason(desk: Client, tenant: Tenant) -> None:
    open_access(desk, tenant, reason="  ")
    with tenant_scope(tenant):
        assert not SupportAccess.objects.exists()


def test_an_open_access_shows_and_records_every_look(
    desk: Client, tenant: Tenant, owner: Person, helper: Person, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        open_access(desk, tenant)
    assert [m.to for m in mail.outbox] == [[owner.email]]
    for page in LISTS:
        assert desk.get(page).status_code == 200
    assert owner.email in desk.get(reverse("admin:tenants_person_changelist")).content.decode()
    assert desk.get(reverse("admin:tenants_person_change", args=[owner.pk])).status_code == 200
    assert desk.get(reverse("admin:tenants_tenant_change", args=[tenant.pk])).status_code == 200
    assert {f"person:{owner.pk}", f"tenant:{tenant.pk}", "list of memberships"} <= set(looks(tenant))
    with tenant_scope(tenant):
        entry = AuditEntry.objects.filter(what="support.looked").latest("at")
    assert entry.actor == f"support:{helper.pk}"


def test_an_access_shows_no_other_company(
    desk: Client, tenant: Tenant, other_tenant: Tenant, stranger: Person
) -> None:
    open_access(desk, tenant)
    for page in LISTS:
        shown = desk.get(page).content.decode()
        assert not [word for word in (stranger.email, stranger.name, other_tenant.name) if word in shown]
    desk.get(reverse("admin:tenants_person_change", args=[stranger.pk]))
    assert looks(other_tenant) == []


def test_an_access_ends_by_itself(desk: Client, tenant: Tenant, owner: Person) -> None:
    open_access(desk, tenant)
    with tenant_scope(tenant):
        SupportAccess.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert owner.email not in desk.get(reverse("admin:tenants_person_changelist")).content.decode()


def test_the_company_sees_the_access_and_ends_it(desk: Client, tenant: Tenant, owner: Person) -> None:
    open_access(desk, tenant)
    client = signed_in(owner)
    page = client.get(reverse("support", args=[tenant.slug])).content.decode()
    assert "Ruth called about held invoices" in page
    with tenant_scope(tenant):
        access = SupportAccess.objects.get()
    client.post(reverse("support_end", args=[tenant.slug, access.pk]))
    assert owner.email not in desk.get(reverse("admin:tenants_person_changelist")).content.decode()


@pytest.mark.parametrize("page", [reverse("admin:index"), *LISTS])
def test_the_admin_is_closed_without_a_second_factor(page: str, helper: Person, owner: Person) -> None:
    assert Client().get(page, follow=True).redirect_chain[-1][0].startswith(reverse("account_login"))
    assert signed_in(owner).get(page, follow=True).status_code == 404
    without = signed_in(PersonFactory(is_staff=True)).get(page, follow=True)
    assert without.redirect_chain[-1][0] == reverse("mfa_index")
    assert signed_in(helper).get(page, follow=True).redirect_chain[-1][0] == reverse("account_logout")


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda m: m.__name__)
def test_the_admin_only_reads_and_shows_no_secret(model: Any, desk: Client) -> None:
    shown = {*admin.site._registry[model].fields, *admin.site._registry[model].list_display}
    assert not shown & {"keys", "audit_key", "digest", "password", "session_key", "mac", "data"}
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert desk.get(reverse(f"{base}_add")).status_code == 403
    assert desk.post(reverse(f"{base}_changelist"), {"action": "delete_selected"}).status_code in (
        200,
        302,
        403,
    )


@pytest.mark.parametrize("id", ["no-id", "00000000-0000-0000-0000-000000000000/history-x", "1"])
def test_what_is_no_id_is_no_page(id: str, desk: Client) -> None:
    assert desk.get(f"/admin/tenants/tenant/{id}/change/").status_code == 404
