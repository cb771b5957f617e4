"""Migrations over tenants' rows run as the owner, whom the policies bind too: they reach every row, or fail aloud."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps.registry import Apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q, QuerySet

from mlconnector.ownership import as_owner
from tenants.models import Invitation, Tenant
from tenants.rowlevel import ChangeRows
from tenants.scoping import OutsideScope, tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)


def then() -> Apps:
    """The models as a migration sees them: without our managers."""
    state = MigrationLoader(connection).project_state(("tenants", "0001_initial"))
    return state.apps


def migrate(change: Callable[[QuerySet], int]) -> None:
    operation = ChangeRows("tenants.Invitation", "call operators viewers", Q(role="operator"), change)
    with as_owner(connection), connection.schema_editor() as editor:
        operation.code(then(), editor)


@pytest.fixture
def invited(tenant: Tenant, other_tenant: Tenant) -> list[Tenant]:
    for each in (tenant, other_tenant):
        with tenant_scope(each):
            Invitation.send("new@example.com", "operator", None)
    return [tenant, other_tenant]


def roles(tenants: list[Tenant]) -> list[str]:
    found = []
    for each in tenants:
        with tenant_scope(each):
            found += Invitation.objects.values_list("role", flat=True)
    return found


def test_a_data_migration_changes_the_rows_of_every_tenant(invited: list[Tenant]) -> None:
    migrate(lambda rows: rows.update(role="viewer"))
    assert roles(invited) == ["viewer", "viewer"]


def test_a_data_migration_that_misses_rows_fails_and_changes_none(invited: list[Tenant]) -> None:
    with pytest.raises(RuntimeError, match="1 of 2 rows changed"):
        migrate(lambda rows: rows.filter(tenant_id=invited[0].pk).update(role="viewer"))
    assert roles(invited) == ["operator", "operator"]


def test_a_data_migration_that_forgets_the_door_fails_instead_of_finding_nothing(
    invited: list[Tenant],
) -> None:
    with as_owner(connection), pytest.raises(OutsideScope, match="tenants_invitation"):
        then().get_model("tenants.Invitation").objects.update(role="viewer")
