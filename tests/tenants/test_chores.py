"""What every worker does in passing: due chores only, and none of them can stop it."""

import pytest

from connectors.bell import Bell
from tenants import chores
from tenants.chores import Chore
from tenants.models import AuditPending, Tenant
from tenants.scoping import tenant_scope


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def fail() -> None:
        names.append("fails")
        raise LookupError

    monkeypatch.setattr(
        chores, "CHORES", [Chore("fail", 60, fail), Chore("often", 0, lambda: names.append("often"))]
    )
    return names


def test_a_chore_is_done_when_due_and_its_failure_stops_nothing(done: list[str]) -> None:
    chores.run_due()
    chores.run_due()
    assert done == ["fails", "often", "often"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_listens_for_work_seals_the_trail(tenant: Tenant) -> None:
    for chore in chores.CHORES:
        chore.last = float("-inf")
    Bell().dequeue()
    with tenant_scope(tenant):
        assert not AuditPending.objects.exists()
