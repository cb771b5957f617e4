"""A delivery's status moves by one conditional update at a time, under a lease, with an entry for each move."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from connectors.flow import Hold
from connectors.models import Act, Connection, Delivery, Integration, Lane, Mapping, Status
from tenants.models import AuditEntry, Tenant
from tenants.scoping import tenant_scope
from tests.models.joined import joined

MISSING = Hold("mapping_missing", "No account.", "Map it.", by_itself=False, group="gl_account:bank")


@pytest.fixture
def integration(tenant: Tenant) -> Integration:
    return joined(tenant)


def waiting(integration: Integration, source_id: str = "ch_1", flow: str = "payments") -> Delivery:
    return Delivery.make(Lane.objects.get(flow=flow), source_id, Status.WAITING)


def claimed(integration: Integration, source_id: str = "ch_1") -> Delivery:
    mine = Delivery.claim(waiting(integration, source_id).pk)
    assert mine is not None
    return mine


def test_the_lanes_follow_from_what_both_systems_can_do(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        lanes = {
            lane.flow: lane for lane in Lane.objects.select_related("integration__left", "integration__right")
        }
    assert {"customers_to_payments", "invoices_to_payments", "payments", "refunds", "payouts"} <= set(lanes)
    assert (lanes["payments"].source.system, lanes["payments"].target.system) == ("stripe", "qad")
    assert not lanes["own_invoices"].on


def test_of_two_who_claim_one_gets_it(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        one = waiting(integration)
        assert [Delivery.claim(one.pk) is not None for _ in range(2)] == [True, False]


def test_a_draft_a_lane_that_is_off_and_a_paused_account_send_nothing(tenant: Tenant) -> None:
    draft = joined(tenant, live=False)
    with tenant_scope(tenant):
        one = waiting(draft)
        assert Delivery.claim(one.pk) is None
        draft.go_live()
        Lane.objects.filter(flow="payments").update(on=False)
        assert Delivery.claim(one.pk) is None
        Lane.objects.filter(flow="payments").update(on=True)
        Connection.objects.get(system="qad").pause()
        assert Delivery.claim(one.pk) is None
        Connection.objects.get(system="qad").resume()
        assert Delivery.claim(one.pk) is not None


def test_one_open_delivery_for_a_record_in_a_lane(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        waiting(integration)
        with pytest.raises(IntegrityError), transaction.atomic():
            waiting(integration)
        waiting(integration, "ch_2")


def test_who_lost_the_lease_settles_nothing(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        late = claimed(integration)
        Delivery.objects.filter(pk=late.pk).update(lease_until=Now() - timedelta(seconds=1))
        assert Delivery.objects.get(pk=late.pk).take_back()
        other = Delivery.claim(late.pk)
        assert other is not None
        assert not late.begin(Act.CREATE, {}, "", "", fresh_generation=False)
        assert not late.deliver("2026/STRIPE/1", "", {})
        assert other.deliver("2026/STRIPE/2", "", {})
        assert Delivery.objects.get(pk=late.pk).target_id == "2026/STRIPE/2"


def test_a_worker_that_dies_before_writing_leaves_it_waiting_and_afterwards_in_doubt(
    tenant: Tenant, integration: Integration
) -> None:
    with tenant_scope(tenant):
        before, after = claimed(integration, "ch_1"), claimed(integration, "ch_2")
        assert after.begin(Act.CREATE, {"steps": []}, "f", "w", fresh_generation=False)
        Delivery.objects.update(lease_until=Now() - timedelta(seconds=1))
        for one in Delivery.objects.filter(status=Status.SENDING):
            assert one.take_back()
        assert Delivery.objects.get(pk=before.pk).status == Status.WAITING
        assert Delivery.objects.get(pk=after.pk).status == Status.IN_DOUBT


def test_a_lease_that_was_renewed_is_not_taken_back(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        mine = claimed(integration)
        stale = Delivery.objects.get(pk=mine.pk)
        assert mine.begin(Act.CREATE, {}, "", "", fresh_generation=False)
        Delivery.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert not stale.take_back()
        assert not Delivery.objects.filter(status=Status.WAITING).exists()


def test_the_key_stays_through_retries_and_changes_with_the_generation(
    tenant: Tenant, integration: Integration
) -> None:
    with tenant_scope(tenant):
        first = claimed(integration)
        assert first.begin(Act.CREATE, {}, "", "", fresh_generation=False)
        key = first.key
        assert first.wait(0, "busy")
        again = Delivery.claim(first.pk)
        assert again is not None
        assert again.begin(Act.CREATE, {}, "", "", fresh_generation=False)
        assert again.key == key
        assert again.begin(Act.CREATE, {}, "", "", fresh_generation=True)
        assert again.key != key


def test_an_approved_mapping_frees_at_once_what_waited_for_it(
    tenant: Tenant, integration: Integration
) -> None:
    with tenant_scope(tenant):
        for name in ("ch_1", "ch_2"):
            assert claimed(integration, name).hold_for(MISSING, ["gl_account:bank/USD", "gl_account:bank"])
        assert list(Delivery.objects.values_list("group", flat=True).distinct()) == ["gl_account:bank"]
        stripe = Connection.objects.get(system="stripe")
        line = Mapping.suggest(integration, stripe, "gl_account", "bank", "1010")
        assert Delivery.objects.filter(status=Status.HELD).count() == 2
        assert line.approve() == 2
        assert Delivery.objects.filter(status=Status.WAITING).count() == 2


def test_every_change_of_state_has_its_entry(tenant: Tenant, integration: Integration) -> None:
    with tenant_scope(tenant):
        mine = claimed(integration)
        assert mine.begin(Act.CREATE, {}, "", "", fresh_generation=False)
        assert mine.doubt(0, "no answer", "It is looked for there.")
        mine = Delivery.claim(mine.pk)  # type: ignore[assignment]
        assert mine.deliver("2026/STRIPE/1", "", {})
        entries = AuditEntry.objects.filter(about=f"delivery:{mine.pk}").order_by("id")
        told = list(entries.values_list("what", flat=True))
        assert told == [
            f"delivery.{w}" for w in ("made", "claimed", "begun", "in doubt", "claimed", "delivered")
        ]
        assert Delivery.objects.get(pk=mine.pk).entry == entries.last().pk


def test_another_company_sees_none_of_it(
    tenant: Tenant, other_tenant: Tenant, integration: Integration
) -> None:
    with tenant_scope(tenant):
        one = waiting(integration)
    with tenant_scope(other_tenant):
        assert not Delivery.objects.filter(pk=one.pk).exists()
        assert Delivery.claim(one.pk) is None
