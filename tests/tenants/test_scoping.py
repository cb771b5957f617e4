"""Whose rows a query sees: those behind the one open door, and an error when none is open."""

from typing import Any

import pytest

from tenants.models import AuditEntry, Crossing, Membership, Person, Tenant
from tenants.scoping import OutsideScope, WrongScope, as_person, everywhere, tenant_scope

pytestmark = pytest.mark.django_db


def test_a_query_without_a_scope_is_a_loud_error() -> None:
    with pytest.raises(OutsideScope, match="Membership belongs to a tenant"):
        Membership.objects.count()


def test_a_scope_shows_its_own_rows_only(tenant: Tenant, other_tenant: Tenant, owner: Person) -> None:
    with tenant_scope(tenant):
        assert [m.person_id for m in Membership.objects.all()] == [owner.pk]


def test_entering_the_same_scope_again_changes_nothing(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        with tenant_scope(tenant.pk):
            pass
        assert Membership.objects.count() == 1


def test_another_tenants_scope_inside_a_scope_is_refused(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant):
        with pytest.raises(WrongScope), tenant_scope(other_tenant):
            pass
        assert Membership.objects.count() == 1


def test_a_scope_ends_with_an_exception_too(tenant: Tenant) -> None:
    with pytest.raises(RuntimeError, match="half-way"), tenant_scope(tenant):
        raise RuntimeError("half-way")
    with pytest.raises(OutsideScope):
        Membership.objects.count()


def test_a_person_sees_their_own_memberships_and_nothing_else(
    tenant: Tenant, teammate: Person, other_tenant: Tenant
) -> None:
    assert [m.tenant for m in Membership.of_person(teammate.pk)] == [tenant]
    with as_person(teammate.pk), pytest.raises(OutsideScope):
        AuditEntry.objects.count()


def test_working_everywhere_is_noted_with_its_reason(tenant: Tenant, other_tenant: Tenant) -> None:
    with everywhere("count members"):
        assert Membership.objects.count() == 2
    assert Crossing.objects.get().reason == "count members"


def test_working_everywhere_wants_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"), everywhere(" "):
        pass


def test_a_join_into_a_tenants_rows_without_a_scope_is_a_loud_error(tenant: Tenant) -> None:
    with pytest.raises(OutsideScope, match="tenants_membership"):
        Person.objects.filter(memberships__role="owner").count()


def test_a_queryset_made_in_a_scope_and_read_after_it_is_a_loud_error(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        late = Membership.objects.all()
    with pytest.raises(OutsideScope):
        list(late)


@pytest.mark.parametrize(
    "act",
    [
        lambda tenant: Tenant.objects.count(),
        lambda tenant: Tenant.objects.update(name="x"),
        lambda tenant: Tenant.objects.all().delete(),
        lambda tenant: Tenant(name="x", entry=tenant.entry).save(),
        lambda tenant: tenant.save(),
        lambda tenant: tenant.refresh_from_db(),
        lambda tenant: Person.objects.filter(pk__in=Membership._base_manager.values("person")).exists(),
    ],
)
def test_no_statement_over_tenants_is_compiled_without_a_scope(tenant: Tenant, act: Any) -> None:
    with pytest.raises(OutsideScope):
        act(tenant)
