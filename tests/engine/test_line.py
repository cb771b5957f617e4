"""The straight line under trouble: what is busy waits, what is refused says why, what is uncertain is looked for."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from connectors.engine.dial import dial
from connectors.engine.poll import Overtaken, poll, store
from connectors.engine.prepare import Ready, prepare
from connectors.engine.run import drain
from connectors.engine.send import send
from connectors.models import Connection, Delivery, Lane, Record, State, Status
from connectors.models.documents import document_to_json
from tenants.models import AuditEntry
from tenants.scoping import tenant_of, tenant_scope
from tests.journeys.business import BUYER, Business, until_settled
from tests.journeys.conftest import business, draft  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)
FLOW = "invoices_to_payments"


@pytest.fixture
def number(business: Business) -> str:  # noqa: F811
    """An invoice whose customer is known there already."""
    business.run()
    return business.posts_invoice(BUYER, "120.00")


def live_invoices(business: Business) -> int:  # noqa: F811
    return len([row for row in business.all_in_stripe("invoices") if row["status"] != "draft"])


def lane_of(business: Business, flow: str) -> Lane:  # noqa: F811
    with tenant_scope(business.tenant):
        return Lane.objects.select_related("integration__left", "integration__right").get(flow=flow)


def ready_to_send(business: Business, number: str) -> Delivery:  # noqa: F811
    """Read and claimed, with its document committed: where a worker stands just before the first byte."""
    poll(lane_of(business, FLOW))
    with tenant_scope(business.tenant):
        mine = Delivery.claim(business.one(FLOW, number).pk)
    assert mine is not None
    ready = prepare(mine, dial(mine.lane.source), dial(mine.lane.target))
    assert isinstance(ready, Ready)
    with tenant_scope(business.tenant):
        sent = document_to_json(ready.document)
        assert mine.begin(ready.act, sent, mine.seen, ready.written, fresh_generation=False)
        Delivery.objects.filter(pk=mine.pk).update(lease_until=Now() - timedelta(seconds=1))
    return mine


def test_a_busy_vendor_is_asked_again_when_it_said_and_under_the_same_key(
    business: Business,  # noqa: F811
    number: str,
) -> None:
    business.stage.fault("rate_limited", system="stripe", method="POST", path="*/invoices", retry_after=2)
    poll(lane_of(business, FLOW))
    began = timezone.now()
    send(tenant_of(business.integration), business.one(FLOW, number).pk)
    one = business.one(FLOW, number)
    assert (one.status, live_invoices(business)) == (Status.WAITING, 0)
    assert one.due_at > began + timedelta(seconds=2)
    time.sleep(max((one.due_at - timezone.now()).total_seconds(), 0) + 0.1)
    again = until_settled(business, FLOW, number)
    assert (again.status, again.key, live_invoices(business)) == (Status.DELIVERED, one.key, 1)


def test_a_refusal_says_what_the_vendor_said_and_a_replay_goes_under_a_new_key(
    business: Business,  # noqa: F811
    number: str,
) -> None:
    business.stage.fault(
        "error", system="stripe", method="POST", path="*/invoices", status=400, message="No, for a test."
    )
    business.run()
    one = business.one(FLOW, number)
    assert one.status == Status.REFUSED
    assert "No, for a test." in one.hold["why"]
    assert set(one.hold) >= {"what", "why", "releases", "who"}
    business.run()
    assert business.one(FLOW, number).status == Status.REFUSED
    with tenant_scope(business.tenant):
        assert [Delivery.objects.get(pk=one.pk).replay() for _ in range(2)] == [True, False]
    drain(business.integration)
    again = business.one(FLOW, number)
    assert (again.status, again.pk, live_invoices(business)) == (Status.DELIVERED, one.pk, 1)
    assert again.key != one.key


def test_a_credential_that_is_no_longer_accepted_stops_the_connection_once(
    business: Business,  # noqa: F811
    number: str,
) -> None:
    with tenant_scope(business.tenant):
        key = Connection.objects.get(system="stripe").open_secrets()["api_key"]
    poll(lane_of(business, FLOW))
    business.stage.act(business.stripe, "expire_key", key=str(key))
    assert send(tenant_of(business.integration), business.one(FLOW, number).pk) == Status.WAITING
    business.run()
    with tenant_scope(business.tenant):
        assert Connection.objects.get(system="stripe").state == State.LOCKED_OUT
        assert AuditEntry.objects.filter(what="connection.locked out").count() == 1
    assert business.one(FLOW, number).status == Status.WAITING


def test_a_worker_that_dies_before_the_first_byte_costs_nothing(business: Business, number: str) -> None:  # noqa: F811
    ready_to_send(business, number)
    drain(business.integration)
    assert (business.one(FLOW, number).status, live_invoices(business)) == (Status.DELIVERED, 1)


def test_a_worker_that_dies_after_the_vendor_committed_ends_as_one(business: Business, number: str) -> None:  # noqa: F811
    mine = ready_to_send(business, number)
    ready = prepare(mine, dial(mine.lane.source), dial(mine.lane.target))
    assert isinstance(ready, Ready)
    written = dial(mine.lane.target).write(ready.document, None, mine.key)
    drain(business.integration)
    one = business.one(FLOW, number)
    assert (one.status, one.target_id, live_invoices(business)) == (Status.DELIVERED, written.id, 1)


def test_a_row_that_cannot_be_read_is_refused_by_its_field_and_goes_on_once_it_can(
    business: Business,  # noqa: F811
    number: str,
) -> None:
    business.run()
    beside, spoiled = business.pays(number), business.posts_invoice(BUYER, "60.00")
    business.run()
    spoiled = business.pays(spoiled)
    lane = lane_of(business, "payments")
    business.stage.fault("edit", system="stripe", path="*/charges", old='"amount"', new='"amout"')
    page = next(dial(lane.source).changes(lane.declared.reads, lane.cursor))
    with tenant_scope(business.tenant):
        lease = lane.take()
        assert lease is not None
        assert store(lane, lease, lane.source, page)["seen"] == 2
        lane.give_back(lease)
    refused = business.one("payments", spoiled)
    assert (refused.status, refused.hold["field"]) == (Status.REFUSED, "amount")
    assert business.one("payments", beside).status == Status.DELIVERED
    business.run()
    assert business.one("payments", spoiled).status == Status.DELIVERED


def test_two_do_not_read_one_lane_and_who_lost_it_stores_nothing(business: Business, number: str) -> None:  # noqa: F811
    lane = lane_of(business, FLOW)
    page = next(dial(lane.source).changes(lane.declared.reads, lane.cursor))
    with tenant_scope(business.tenant):
        lease = lane.take()
        assert lease is not None
    assert not poll(lane)
    with tenant_scope(business.tenant):
        before = Record.objects.count(), Lane.objects.get(pk=lane.pk).cursor
    with pytest.raises(Overtaken), tenant_scope(business.tenant):
        store(lane, uuid4(), lane.source, page)
    with tenant_scope(business.tenant):
        assert (Record.objects.count(), Lane.objects.get(pk=lane.pk).cursor) == before
        assert store(lane, lease, lane.source, page)["seen"] == len(page.rows)
