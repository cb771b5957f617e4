"""Invoices, credit notes and customers of a Stripe account: lines that add up, whatever taxes and discounts do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import CreditNote, CreditSort, Invoice, InvoiceStatus, LineSort
from connectors.systems.stripe.records.invoices import invoice as read_invoice
from connectors.transport.stated import Stated
from tests.systems.stripe.conftest import DAY, Acme

UTC = ZoneInfo("UTC")


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def call(acme: Acme, path: str, **form: Any) -> Any:
    return acme.stand.adapter().api.http.call("POST", f"/v1/{path}", form=form).json  # type: ignore[attr-defined]


def drafted(acme: Acme) -> str:
    made = call(acme, "invoices", customer=acme.customer, currency="usd", auto_advance="false")
    return str(made["id"])


def taxed(acme: Acme, amount: int, tax: int, inclusive: bool) -> str:
    invoice, rate = drafted(acme), "lines[0][tax_amounts][0]"
    form = {
        "lines[0][amount]": amount,
        f"{rate}[amount]": tax,
        f"{rate}[taxable_amount]": amount - tax if inclusive else amount,
        f"{rate}[tax_rate_data][display_name]": "VAT",
        f"{rate}[tax_rate_data][inclusive]": str(inclusive).lower(),
        f"{rate}[tax_rate_data][percentage]": "19",
    }
    call(acme, f"invoices/{invoice}/add_lines", **form)
    call(acme, f"invoices/{invoice}/finalize")
    return invoice


@pytest.mark.parametrize(
    ("inclusive", "line", "total"), [(False, "100.00", "119.00"), (True, "81.00", "100.00")]
)
def test_tax_on_top_and_tax_within_both_add_up(acme: Acme, inclusive: bool, line: str, total: str) -> None:
    read = acme.one(Invoice, taxed(acme, 10_000, 1_900, inclusive))
    assert (read.total, read.lines[0].amount, read.adrift) == (usd(total), usd(line), usd("0.00"))
    assert (read.lines[0].taxes[0].amount, read.taxes) == (usd("19.00"), ())


@pytest.mark.parametrize(
    ("behaviour", "tax", "total"), [("exclusive", 1_710, 10_710), ("inclusive", 1_437, 9_000)]
)
def test_a_discount_is_a_line_of_its_own_and_everything_adds_up(behaviour: str, tax: int, total: int) -> None:
    """As a subscription with a coupon states it: the line before its discount, the tax after it."""
    taxes = [{"amount": tax, "tax_behavior": behaviour, "tax_rate_details": {"tax_rate": "txr_1"}}]
    line = {
        "id": "il_1",
        "amount": 10_000,
        "currency": "usd",
        "description": "Pro",
        "quantity": 2,
        "discount_amounts": [{"amount": 1_000, "discount": "di_1"}],
        "taxes": taxes,
        "period": {"start": 1_762_300_000, "end": 1_764_892_000},
        "pricing": {"price_details": {"price": "price_1", "product": "prod_1"}},
    }
    row = {
        "id": "in_1",
        "customer": "cus_1",
        "status": "open",
        "created": 1_762_300_000,
        "currency": "usd",
        "total": total,
        "amount_remaining": total,
        "total_taxes": taxes,
        "status_transitions": {},
    }
    read = read_invoice(Stated(row, "invoice"), (Stated(line, "line"),), UTC)
    assert read.adrift == usd("0.00")
    assert [one.sort for one in read.lines] == [LineSort.SALE, LineSort.DISCOUNT]
    assert read.lines[0].coded == ("price:price_1", "item:prod_1")
    assert read.lines[1].amount == usd("-10.00")


def test_an_invoice_of_a_subscription_is_not_one_of_ours(acme: Acme) -> None:
    made = acme.act("subscription_invoice", customer=acme.customer, amount=4_900, currency="usd")["id"]
    read = acme.one(Invoice, made)
    assert (read.pushed, read.status, read.paid_outside) == (False, InvoiceStatus.PAID, False)
    assert read.adrift == usd("0.00")


def test_all_lines_are_read_where_the_invoice_itself_shows_ten(acme: Acme) -> None:
    invoice = drafted(acme)
    call(acme, f"invoices/{invoice}/add_lines", **{f"lines[{n}][amount]": 100 + n for n in range(112)})
    call(acme, f"invoices/{invoice}/finalize")
    for read in (acme.one(Invoice, invoice), acme.changed(Invoice)[0][invoice]):
        assert (len(read.lines), read.adrift) == (112, usd("0.00"))


def test_a_draft_is_nobodys_invoice_yet(acme: Acme) -> None:
    cursor = acme.read_up(Invoice)
    invoice = drafted(acme)
    call(acme, f"invoices/{invoice}", description="changed")
    assert acme.changed(Invoice)[0] == {}
    assert acme.changed(Invoice, cursor)[0] == {}
    acme.later(3 * 3600)
    call(acme, f"invoices/{invoice}", description="changed again")
    assert acme.changed(Invoice, cursor)[0] == {}


def test_voided_and_given_up_invoices_say_so_long_after_they_were_made(acme: Acme) -> None:
    void, lost = acme.invoice(), acme.invoice()
    cursor = acme.read_up(Invoice)
    acme.later(20 * DAY)
    acme.act("void_invoice", invoice=void)
    call(acme, f"invoices/{lost}/mark_uncollectible")
    found, _ = acme.changed(Invoice, cursor)
    assert (found[void].status, found[void].voided_on) == (InvoiceStatus.VOID, acme.stand.now().date())
    assert found[lost].status is InvoiceStatus.WRITTEN_OFF


def test_days_are_those_of_the_books_zone(acme: Acme) -> None:
    invoice = acme.invoice(effective_at=1_762_300_000)  # 4 November, 23:46 in London
    days = [
        acme.stand.adapter(time_zone=zone).fetch(Invoice, invoice).dated.day  # type: ignore[attr-defined]
        for zone in ("UTC", "Europe/Berlin", "America/New_York")
    ]
    assert days == [4, 5, 4]


def test_a_credit_note_before_payment_lowers_the_invoice(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    note = acme.act("credit_invoice", invoice=invoice, amount=2_500)["id"]
    read = acme.one(CreditNote, note)
    assert (read.total, read.sort, read.adrift) == (usd("25.00"), CreditSort.ADJUSTMENT, usd("0.00"))
    assert [(one.invoice.id, one.amount) for one in read.allocations] == [(invoice, usd("25.00"))]
    assert acme.one(Invoice, invoice).balance == usd("75.00")


def test_a_credit_note_after_payment_is_money_given_back(acme: Acme) -> None:
    invoice = acme.invoice(10_000)
    acme.paid(invoice)
    note = acme.act("credit_invoice", invoice=invoice, amount=2_500, refund_amount=2_500)["id"]
    read = acme.one(CreditNote, note)
    assert (read.sort, read.allocations, read.adrift) == (CreditSort.REFUNDABLE, (), usd("0.00"))


def test_a_voided_credit_note_says_so(acme: Acme) -> None:
    note = acme.act("credit_invoice", invoice=acme.invoice(), amount=2_500)["id"]
    cursor = acme.read_up(CreditNote)
    acme.act("set_permissions", key=acme.stand.secrets["api_key"], credit_note="write")
    call(acme, f"credit_notes/{note}/void")
    read = acme.changed(CreditNote, cursor)[0][note]
    assert (read.status, read.voided_on) == (InvoiceStatus.VOID, acme.stand.now().date())


def test_a_deleted_customer_is_one_that_is_no_longer_active(acme: Acme) -> None:
    cursor = acme.read_up(Customer)
    acme.act("delete_customer", customer=acme.customer)
    assert acme.changed(Customer, cursor)[0][acme.customer].active is False
    assert acme.one(Customer, acme.customer).active is False


def test_customers_with_one_address_stay_two(acme: Acme) -> None:
    twin = acme.act("new_customer", name="Harbor Tooling", email="AP@harbor.example")["id"]
    assert set(acme.changed(Customer)[0]) == {acme.customer, twin}
