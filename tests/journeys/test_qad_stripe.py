"""QAD and Stripe, as a customer meets them: invoices go out, money comes back, and the books say what the bank says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.canon.receivables import Payment
from connectors.engine.dial import dial
from connectors.engine.inbox import attend
from connectors.engine.prepare import Ready, prepare
from connectors.models import Attempt, Delivery, Event, Status
from connectors.system import Notice
from tenants.models import AuditEntry
from tenants.scoping import tenant_scope
from tests.journeys.business import BUYER, Business, until_settled

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_invoice_is_paid_refunded_and_paid_out_and_the_books_say_so(business: Business) -> None:
    number = business.posts_invoice(BUYER, "1250.00")
    business.run()
    invoice = business.in_stripe(number)
    assert (invoice["status"], invoice["total"], invoice["currency"]) == ("open", 125_000, "usd")

    charge = business.pays(number)
    business.run()
    receipt = business.one("payments", charge)
    assert receipt.status == Status.DELIVERED
    assert Decimal(str(business.invoice_in_qad(number)["balanceTC"])) == 0
    assert business.clearing() == Decimal("1250.00")

    refund = business.refunds(charge, 25_000)
    business.run()
    assert business.one("refunds", refund).status == Status.DELIVERED
    assert business.clearing() == Decimal("1000.00")

    payout = business.pays_out()
    business.run()
    assert business.one("payouts", payout).status == Status.DELIVERED
    assert business.clearing() == business.balance_in_stripe() == 0
    assert set(business.statuses()) == {Status.DELIVERED}


def test_a_draft_shows_what_it_would_send_and_sends_nothing(draft: Business) -> None:
    draft.maps("bank", "clearing", "fees", "fee_tax", "refunds")
    draft.posts_invoice(BUYER, "80.00")
    before = draft.effects()
    draft.run()
    assert draft.statuses() == {Status.WAITING: 2}
    one = draft.one("customers_to_payments", BUYER)
    with tenant_scope(draft.tenant):
        source, target = draft.integration.left, draft.integration.right
    shown = prepare(one, dial(source), dial(target))
    assert isinstance(shown, Ready)
    assert shown.document.reference == f"QAD:{BUYER}"
    assert draft.effects() == before
    with tenant_scope(draft.tenant):
        draft.integration.go_live()
    draft.run()
    assert set(draft.statuses()) == {Status.DELIVERED}


def test_a_second_run_writes_nothing(business: Business) -> None:
    number = business.posts_invoice(BUYER, "310.00")
    business.run()
    business.pays(number)
    business.run()
    sent = business.effects()
    business.run()  # the receipt has closed the invoice in QAD, which Stripe knows already
    assert business.effects() == sent
    with tenant_scope(business.tenant):
        before = business.effects(), Delivery.objects.count(), AuditEntry.objects.count()
    business.run()
    with tenant_scope(business.tenant):
        assert (business.effects(), Delivery.objects.count(), AuditEntry.objects.count()) == before


@pytest.mark.parametrize(
    ("system", "path"), [("stripe", "*/invoices"), ("stripe", "*/finalize"), ("qad", "*/customerPayments")]
)
def test_an_answer_that_is_lost_after_the_commit_ends_as_one(
    business: Business, system: str, path: str
) -> None:
    number = business.posts_invoice(BUYER, "99.00")
    if system == "qad":
        business.run()
        charge = business.pays(number)
    business.stage.fault("drop_answer", system=system, method="POST", path=path, how="reset")
    business.run()
    flow, id = ("payments", charge) if system == "qad" else ("invoices_to_payments", number)
    assert until_settled(business, flow, id).status == Status.DELIVERED
    assert len([row for row in business.all_in_stripe("invoices") if row["status"] != "draft"]) == 1
    assert len(business.in_qad("customer_payment")) == (1 if system == "qad" else 0)
    with tenant_scope(business.tenant):
        told = AuditEntry.objects.filter(about=f"delivery:{business.one(flow, id).pk}").values_list(
            "what", flat=True
        )
        assert "delivery.in doubt" in told
        assert Attempt.objects.filter(delivery=business.one(flow, id), outcome="OutcomeUnknown").count() == 1


def test_a_missing_account_holds_all_it_concerns_under_one_reason_and_frees_them_at_once(
    draft: Business,
) -> None:
    draft.maps("bank", "fees", "fee_tax", "refunds")
    with tenant_scope(draft.tenant):
        draft.integration.go_live()
    numbers = [draft.posts_invoice(BUYER, amount) for amount in ("10.00", "20.00")]
    draft.run()
    charges = [draft.pays(number) for number in numbers]
    draft.run()
    held = [draft.one("payments", charge) for charge in charges]
    assert {one.status for one in held} == {Status.HELD}
    assert {one.group for one in held} == {"gl_account:clearing/USD"}
    assert set(held[0].hold) >= {"what", "why", "releases", "who"}
    assert draft.maps("clearing") == 2
    draft.run()
    assert {draft.one("payments", charge).status for charge in charges} == {Status.DELIVERED}
    assert draft.clearing() == Decimal("30.00")


def test_a_knock_brings_a_payment_home_without_waiting_for_the_schedule(business: Business) -> None:
    """Nothing of the pushed body is used but where to look; a second look at the same event does nothing."""
    number = business.posts_invoice(BUYER, "410.00")
    business.run()
    charge = business.pays(number)
    with tenant_scope(business.tenant):
        payments = business.integration.right
        event = Event.keep(payments, Notice("evt_1", "charge.succeeded", Payment, charge), b"{}")
    attend(business.tenant.pk, event.pk)
    assert business.one("payments", charge).status == Status.DELIVERED
    assert Decimal(str(business.invoice_in_qad(number)["balanceTC"])) == 0
    sent = business.effects()
    attend(business.tenant.pk, event.pk)
    assert business.effects() == sent
    business.run()
    assert business.clearing() == Decimal("410.00")
