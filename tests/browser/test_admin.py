"""The admin of support staff, walked like every other page: its lists, a company, and the question before it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenants import admin
from tenants.models import AuditEntry, Membership, Person, SupportAccess, Tenant
from tenants.scoping import tenant_scope
from tests.browser import world
from tests.browser.conftest import Opened
from tests.browser.walk import Walk
from tests.factories import PersonFactory, TenantFactory

LISTS = [
    f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry
]


def faults_of(opened: Opened, staff: Person, address: str) -> str:
    return "\n".join(Walk(opened(staff)).faults(address))


@pytest.fixture
def there() -> world.World:
    return world.made()


@pytest.fixture
def staff(there: world.World) -> Person:
    """Signed in with a second factor, and let into one company."""
    person = PersonFactory(name="Stan Staff", is_staff=True)
    world.protect(person)
    with tenant_scope(there.tenant):
        SupportAccess.begin(person, "Asked by Olive to look at a sign-in.", 2)
    return person


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_a_list_of_the_admin_is_fit_for_everybody(name: str, opened: Opened, staff: Person) -> None:
    faults = faults_of(opened, staff, reverse(name))
    assert not faults, faults


@pytest.mark.parametrize("model", [Tenant, Membership, AuditEntry])
def test_a_row_of_the_admin_is_fit_for_everybody(
    model: type[Tenant | Membership | AuditEntry], opened: Opened, staff: Person, there: world.World
) -> None:
    row = {Tenant: there.tenant, Membership: there.colleague, AuditEntry: there.entry}[model]
    faults = faults_of(
        opened, staff, reverse(f"admin:tenants_{model._meta.model_name}_change", args=[row.pk])
    )
    assert not faults, faults


def test_the_question_before_a_company_is_fit_for_everybody(opened: Opened, staff: Person) -> None:
    closed = TenantFactory(name="Halden Robotics")
    address = reverse("admin:open_support_access", args=[closed.pk])
    faults = faults_of(opened, staff, address)
    assert not faults, faults
