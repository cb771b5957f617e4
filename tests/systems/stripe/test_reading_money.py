"""Money in and out of a Stripe account, read as it really moved: charges, refunds, disputes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from connectors.canon.money import Money
from connectors.canon.receivables import (
    Direction,
    Dispute,
    Invoice,
    InvoiceStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from connectors.errors import NotFound
from tests.systems.stripe.conftest import DAY, Acme


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def used(payment: Payment) -> list[tuple[str, Money]]:
    return [(one.invoice.id if one.invoice else "", one.amount) for one in payment.allocations]


def test_a_paid_invoice_is_one_receipt_that_names_it(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    charge = acme.paid(invoice)
    found, _ = acme.changed(Payment)
    assert list(found) == [charge]
    assert used(found[charge]) == [(invoice, usd("100.00"))]
    assert (found[charge].settled, found[charge].fee) == (usd("100.00"), usd("3.20"))
    assert found[charge].customer.id == acme.customer


def test_five_events_of_one_payment_lead_to_the_same_charge(acme: Acme) -> None:
    charge = acme.paid(acme.invoice())
    tables = acme.stand.world.table
    link = next(iter(tables("test/invoice_payments")))
    intent = acme.one(Payment, charge) and next(iter(tables("test/payment_intents")))
    assert {acme.one(Payment, id).id for id in (charge, link, intent)} == {charge}


def test_money_without_an_invoice_names_none(acme: Acme) -> None:
    with_intent, without = acme.charge(4_000), acme.charge(5_000, intent=False)
    stranger = acme.charge(6_000, customer=None)
    assert [acme.one(Payment, id).allocations for id in (with_intent, without, stranger)] == [(), (), ()]
    assert acme.one(Payment, stranger).customer is None


def test_one_payment_over_several_invoices_names_each(acme: Acme) -> None:
    first, second = acme.invoice(6_000), acme.invoice(4_000)
    charge = acme.charge(10_000)
    intent = acme.stand.world.table("test/charges")[charge]["payment_intent"]
    for invoice, amount in ((first, 6_000), (second, 4_000)):
        _attached(acme, invoice, intent, amount)
    assert used(acme.one(Payment, charge)) == [(second, usd("40.00")), (first, usd("60.00"))]


def test_a_payment_that_is_put_on_an_invoice_later_is_read_again(acme: Acme) -> None:
    charge, invoice = acme.charge(10_000), acme.invoice(10_000)
    cursor = acme.read_up(Payment)
    intent = acme.stand.world.table("test/charges")[charge]["payment_intent"]
    _attached(acme, invoice, intent, None)
    found, _ = acme.changed(Payment, cursor)
    assert used(found[charge]) == [(invoice, usd("100.00"))]


def _attached(acme: Acme, invoice: str, intent: str, amount: int | None) -> None:
    """As at the dashboard; the vendor states how much of the payment is for which invoice."""
    http = acme.stand.adapter().api.http  # type: ignore[attr-defined]
    http.call("POST", f"/v1/invoices/{invoice}/attach_payment", form={"payment_intent": intent})
    if amount is not None:
        for link in acme.stand.world.table("test/invoice_payments").values():
            if link["invoice"] == invoice and link["payment"]["payment_intent"] == intent:
                link["amount_paid"] = link["amount_requested"] = amount
        acme.stand.world.table("test/invoices")[invoice] |= {"amount_paid": amount, "amount_overpaid": 0}


@pytest.mark.parametrize(("pays", "left"), [(4_000, "60.00"), (12_000, "0.00")])
def test_partial_and_excess_payments_are_what_was_paid(acme: Acme, pays: int, left: str) -> None:
    invoice = acme.invoice(10_000)
    charge = acme.paid(invoice, pays)
    payment, owed = acme.one(Payment, charge), acme.one(Invoice, invoice)
    assert payment.amount == payment.settled == usd(f"{pays // 100}.00")
    assert (owed.balance, owed.status) == (
        usd(left),
        InvoiceStatus.OPEN if pays < 10_000 else InvoiceStatus.PAID,
    )


def test_two_part_payments_are_two_receipts(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    charges = [acme.paid(invoice, 4_000), acme.paid(invoice, 6_000)]
    found, _ = acme.changed(Payment)
    assert {id: used(one) for id, one in found.items()} == {
        charges[0]: [(invoice, usd("40.00"))],
        charges[1]: [(invoice, usd("60.00"))],
    }


def test_what_was_paid_outside_brings_no_cash(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    http = acme.stand.adapter().api.http  # type: ignore[attr-defined]
    http.call("POST", f"/v1/invoices/{invoice}/pay", form={"paid_out_of_band": "true"})
    read = acme.one(Invoice, invoice)
    assert (read.status, read.paid_outside) == (InvoiceStatus.PAID, True)
    assert acme.changed(Payment)[0] == {}


def test_an_invoice_covered_by_the_customers_credit_brings_no_cash(acme: Acme) -> None:
    acme.stand.world.table("test/customers")[acme.customer] |= {"balance": -10_000, "currency": "usd"}
    read = acme.one(Invoice, acme.invoice(10_000))
    assert (read.status, read.balance, read.total) == (InvoiceStatus.PAID, usd("0.00"), usd("100.00"))
    assert acme.changed(Payment)[0] == {}


def test_a_bank_debit_is_pending_then_money_then_taken_back(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    charge = acme.paid(invoice, method="us_bank_account")
    pending = acme.one(Payment, charge)
    assert (pending.status, pending.settled, pending.allocations) == (PaymentStatus.PENDING, None, ())
    cursor = acme.read_up(Payment)
    acme.later(5 * DAY)
    found, _ = acme.changed(Payment, cursor)
    assert (found[charge].status, used(found[charge])) == (
        PaymentStatus.SUCCEEDED,
        [(invoice, usd("100.00"))],
    )
    cursor = acme.read_up(Payment)
    acme.later(3 * DAY)
    acme.act("debit_fails", charge=charge)
    found, _ = acme.changed(Payment, cursor)
    assert (found[charge].status, found[charge].amount) == (PaymentStatus.REVERSED, usd("100.00"))
    assert found[charge].reversed_on.date() == acme.stand.now().date()
    assert acme.one(Invoice, invoice).balance == usd("100.00")


def test_a_debit_that_fails_before_it_was_money_never_was(acme: Acme) -> None:
    charge = acme.paid(acme.invoice(), method="us_bank_account")
    acme.act("debit_fails", charge=charge)
    read = acme.one(Payment, charge)
    assert (read.status, read.settled, read.reversed_on) == (PaymentStatus.FAILED, None, None)


def test_declined_and_only_authorised_charges_are_no_money(acme: Acme) -> None:
    declined, held = acme.charge(fails=True), acme.charge(captured=False)
    assert acme.one(Payment, declined).status is PaymentStatus.FAILED
    assert (acme.one(Payment, held).status, acme.one(Payment, held).settled) == (PaymentStatus.PENDING, None)


def test_the_fee_is_unknown_until_stripe_has_booked_the_charge_never_nothing(acme: Acme) -> None:
    charge = str(acme.act("charge", amount=10_000, currency="usd")["id"])
    first, cursor = acme.changed(Payment)
    assert (first[charge].settled, first[charge].fee) == (None, None)
    acme.later()
    then, _ = acme.changed(Payment, cursor)
    assert then[charge].fee == usd("3.20")


@pytest.mark.parametrize(
    ("currency", "minor", "amount"),
    [
        ("jpy", 12_345, "12345"),
        ("kwd", 12_340, "12.340"),
        ("isk", 50_000, "500"),
        ("ugx", 500_000, "5000"),
        ("huf", 1_234_500, "12345.00"),
    ],
)
def test_amounts_are_in_the_vendors_own_unit_of_each_currency(
    acme: Acme, currency: str, minor: int, amount: str
) -> None:
    acme.act("set_rate", currency=currency, dollars="0.5")
    read = acme.one(Payment, acme.charge(minor, currency))
    assert read.amount == Money(Decimal(amount), currency.upper())
    assert read.settled.currency == "USD"
    assert read.settled == Money((Decimal(amount) / 2).quantize(Decimal("0.01")), "USD")


def test_what_settles_in_its_own_currency_is_not_converted(acme: Acme) -> None:
    acme.act("set_account", settles=["usd", "jpy"])
    read = acme.one(Payment, acme.charge(12_345, "jpy"))
    assert (read.amount, read.settled) == (Money(Decimal(12345), "JPY"), Money(Decimal(12345), "JPY"))


def test_refunds_of_one_charge_are_told_one_by_one(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    charge = acme.paid(invoice)
    parts = [acme.act("refund", charge=charge, amount=amount)["id"] for amount in (2_500, 1_500)]
    found, _ = acme.changed(Refund)
    assert {id: one.amount for id, one in found.items()} == {parts[0]: usd("25.00"), parts[1]: usd("15.00")}
    assert all(
        (one.status, one.payment.id, one.settled) == (RefundStatus.SUCCEEDED, charge, one.amount)
        for one in found.values()
    )
    assert [one.allocations[0].invoice.id for one in found.values()] == [invoice, invoice]


def test_which_invoice_a_part_refund_opens_is_not_guessed_among_several(acme: Acme) -> None:
    first, second = acme.invoice(6_000), acme.invoice(4_000)
    charge = acme.charge(10_000)
    intent = acme.stand.world.table("test/charges")[charge]["payment_intent"]
    for invoice, amount in ((first, 6_000), (second, 4_000)):
        _attached(acme, invoice, intent, amount)
    part = acme.one(Refund, acme.act("refund", charge=charge, amount=3_000)["id"])
    assert part.allocations == ()


def test_a_full_refund_opens_every_invoice_that_was_paid(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    whole = acme.one(Refund, acme.act("refund", charge=acme.paid(invoice))["id"])
    assert [(one.invoice.id, one.amount) for one in whole.allocations] == [(invoice, usd("100.00"))]


def test_a_refund_at_another_days_rate_settles_at_that_rate(acme: Acme) -> None:
    acme.act("set_rate", currency="eur", dollars="1.10")
    charge = acme.charge(10_000, "eur")
    acme.act("set_rate", currency="eur", dollars="1.05")
    read = acme.one(Refund, acme.act("refund", charge=charge)["id"])
    assert (read.amount, read.settled) == (Money(Decimal("100.00"), "EUR"), usd("105.00"))


def test_a_refund_is_pending_then_done(acme: Acme) -> None:
    refund = acme.act("refund", charge=acme.charge(), amount=500, pending="insufficient_funds")["id"]
    assert acme.one(Refund, refund).status is RefundStatus.PENDING
    cursor = acme.read_up(Refund)
    acme.later(2 * DAY)
    acme.act("complete_refund", refund=refund)
    assert acme.changed(Refund, cursor)[0][refund].status is RefundStatus.SUCCEEDED


@pytest.mark.parametrize("canceled", [False, True])
def test_a_refund_that_the_bank_returns_weeks_later_is_told(acme: Acme, canceled: bool) -> None:
    refund = acme.act("refund", charge=acme.charge(), amount=500)["id"]
    cursor = acme.read_up(Refund)
    acme.later(25 * DAY)
    acme.act("fail_refund", refund=refund, canceled=canceled)
    read = acme.changed(Refund, cursor)[0][refund]
    assert (read.status, read.settled, read.failed_on.date()) == (
        RefundStatus.FAILED,
        usd("5.00"),
        acme.stand.now().date(),
    )


def test_a_dispute_takes_the_money_and_its_fee_and_may_give_both_back(acme: Acme) -> None:
    charge = acme.charge(10_000)
    dispute = acme.act("open_dispute", charge=charge)["id"]
    opened, cursor = acme.changed(Dispute)[0], acme.read_up(Dispute)
    taken = opened[f"{dispute}/withdrawn"]
    assert list(opened) == [f"{dispute}/withdrawn"]
    assert (taken.settled, taken.fee, taken.payment.id) == (usd("100.00"), usd("15.00"), charge)
    acme.later(9 * DAY)
    acme.act("win_dispute", dispute=dispute, return_fee=True)
    back = acme.changed(Dispute, cursor)[0][f"{dispute}/reinstated"]
    assert (back.direction, back.settled, back.fee) == (Direction.REINSTATED, usd("100.00"), usd("-15.00"))


def test_a_lost_dispute_ends_on_the_day_the_bank_said_so(acme: Acme) -> None:
    dispute = acme.act("open_dispute", charge=acme.charge(10_000))["id"]
    cursor = acme.read_up(Dispute)
    acme.later(8 * DAY)
    acme.act("lose_dispute", dispute=dispute)
    lost = acme.changed(Dispute, cursor)[0][f"{dispute}/lost"]
    assert (lost.settled, lost.occurred.date()) == (usd("100.00"), acme.stand.now().date())


def test_an_inquiry_moves_no_money_until_it_becomes_a_dispute(acme: Acme) -> None:
    dispute = acme.act("open_dispute", charge=acme.charge(10_000), inquiry=True)["id"]
    assert acme.changed(Dispute)[0] == {}
    with pytest.raises(NotFound):
        acme.one(Dispute, dispute)
    acme.act("escalate_dispute", dispute=dispute)
    assert list(acme.changed(Dispute)[0]) == [f"{dispute}/withdrawn"]


@pytest.mark.parametrize("status", ["prevented", "appeal_needs_response", "a_word_of_tomorrow"])
def test_a_dispute_in_a_status_nobody_knew_still_moved_what_it_moved(acme: Acme, status: str) -> None:
    dispute = acme.act("open_dispute", charge=acme.charge(10_000))["id"]
    acme.act("set_status", table="disputes", id=dispute, status=status)
    assert list(acme.changed(Dispute)[0]) == [f"{dispute}/withdrawn"]
