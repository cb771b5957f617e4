"""What another site, or a name with a script in it, can do to somebody who is signed in: nothing."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import Membership, Person, Tenant
from tenants.scoping import tenant_scope
from tests.factories import TenantFactory
from tests.tenants.roads import Road
from tests.tenants.test_gate import COMPANY_ROADS, address, ids_of, signed_in

SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>"


@pytest.mark.parametrize("road", COMPANY_ROADS, ids=lambda r: r.name)
def test_a_post_from_another_site_is_refused(road: Road, tenant: Tenant, owner: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answer = client.post(
        address(road, tenant.slug, ids_of(tenant)), headers={"Origin": "https://evil.example"}
    )
    assert answer.status_code == 403
    assert [m.role for m in Membership.of_person(owner.pk)] == ["owner"]


@pytest.mark.parametrize("name", ["account_login", "account_signup", "companies", "account", "api"])
def test_no_page_is_shown_inside_another(name: str, owner: Person) -> None:
    answer = signed_in(owner).get(reverse(name), follow=True)
    assert answer.headers["X-Frame-Options"] == "DENY"
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_name_is_text_wherever_it_stands(owner: Person) -> None:
    tenant = TenantFactory(name=SCRIPT, owner=owner)
    owner.name = SCRIPT
    owner.save()
    with tenant_scope(tenant):
        tenant.change(name=SCRIPT + "!")
    client = signed_in(owner)
    for road in COMPANY_ROADS:
        page = client.get(address(road, tenant.slug, ids_of(tenant)))
        if page.get("Content-Type", "").startswith("text/html"):
            assert SCRIPT not in page.content.decode(), road.name


def test_a_way_back_never_leads_to_another_site(owner: Person) -> None:
    for away in ("https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"):
        sent = signed_in(owner).get(reverse("account_login"), {"next": away})
        assert "evil" not in sent.headers.get("Location", "")
