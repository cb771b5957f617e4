from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from connectors.canon.bookings import CashReceipt, ReceiptReversal
from connectors.canon.entries import journal_of
from connectors.canon.kind import Ref
from connectors.canon.parties import Customer
from connectors.canon.receivables import Allocation, Invoice, Payment, PaymentStatus
from tests.flows.made import MOMENT, held, money, of, payment, run


def test_a_charge_becomes_a_receipt_of_the_whole_amount_on_clearing() -> None:
    receipt = of(CashReceipt, run("payments", payment()))
    assert receipt.amount == money("100") and receipt.settled is None
    assert receipt.reference == "PAY:ch_1"
    assert receipt.customer == Ref(Customer, "cus_1")
    assert receipt.clearing.keys == ("clearing/USD", "clearing")
    assert [(str(one.invoice), one.amount) for one in receipt.applications] == [
        ("Invoice in_1", money("100"))
    ]
    journal = journal_of(receipt)
    assert journal and journal.accounts() == {
        ("gl_account:clearing/USD", "USD"): money("100"),
        ("receivable", "USD"): money("-100"),
    }


@pytest.mark.parametrize("status", [PaymentStatus.PENDING, PaymentStatus.FAILED, PaymentStatus.REVERSED])
def test_what_is_not_money_received_makes_no_receipt(status: PaymentStatus) -> None:
    assert run("payments", payment(status=status, settled=None)) is None


def test_nothing_makes_no_receipt() -> None:
    assert run("payments", payment(amount=money("0"), allocations=())) is None


def test_without_an_invoice_it_stays_on_the_customers_account() -> None:
    receipt = of(CashReceipt, run("payments", payment(allocations=())))
    assert receipt.applications == () and receipt.unapplied == money("100")


def test_one_payment_on_two_invoices_with_a_rest() -> None:
    parts = tuple(
        Allocation(invoice=Ref(Invoice, id), amount=money(amount))
        for id, amount in (("in_1", "60"), ("in_2", "30"))
    )
    receipt = of(CashReceipt, run("payments", payment(allocations=parts)))
    assert receipt.unapplied == money("10")


def test_more_applied_than_paid_waits() -> None:
    over = (Allocation(invoice=Ref(Invoice, "in_1"), amount=money("100.01")),)
    assert "100.01 USD" in held(run("payments", payment(allocations=over)), "over_applied").fact


def test_an_invoice_in_another_currency_waits() -> None:
    other = (Allocation(invoice=Ref(Invoice, "in_1"), amount=money("90 EUR")),)
    assert "EUR" in held(run("payments", payment(allocations=other)), "currency_differs").fact


def test_until_the_payment_system_has_booked_it_the_receipt_waits_by_itself() -> None:
    hold = held(run("payments", payment(settled=None)), "not_settled_yet")
    assert hold.by_itself


@pytest.mark.parametrize(
    ("amount", "settled", "clearing"), [("100 EUR", "108.50 USD", "USD"), ("5000 JPY", "5000 JPY", "JPY")]
)
def test_the_clearing_account_is_that_of_the_currency_it_settled_in(
    amount: str, settled: str, clearing: str
) -> None:
    receipt = of(
        CashReceipt, run("payments", payment(amount=money(amount), settled=money(settled), allocations=()))
    )
    assert receipt.clearing.key == f"clearing/{clearing}"


def test_an_exchange_is_visible_and_each_currency_balances() -> None:
    receipt = of(
        CashReceipt,
        run("payments", payment(amount=money("100 EUR"), settled=money("108.50 USD"), allocations=())),
    )
    assert str(receipt.rate) == "1.085"
    journal = journal_of(receipt)
    assert journal and journal.accounts() == {
        ("gl_account:clearing/USD", "USD"): money("108.50"),
        ("exchange", "USD"): money("-108.50"),
        ("exchange", "EUR"): money("100 EUR"),
        ("receivable", "EUR"): money("-100 EUR"),
    }


def test_money_of_nobody_waits_or_goes_to_the_named_customer() -> None:
    guest = payment(customer=None)
    held(run("payments", guest), "no_customer")
    held(run("payments", guest, unmatched_customer="default"), "no_customer")
    receipt = of(CashReceipt, run("payments", guest, unmatched_customer="default", default_customer="WEB"))
    assert receipt.customer == Ref(Customer, "WEB", resolved=True)


def test_a_currency_the_integration_does_not_take_waits() -> None:
    held(run("payments", payment(), currencies=("EUR",)), "currency_not_allowed")
    of(CashReceipt, run("payments", payment(), currencies=("EUR", "USD")))


def test_money_is_booked_once_when_billing_reports_the_receipts() -> None:
    assert run("payments", payment(), receipt_source="billing") is None
    assert run("payment_failures", payment(status=PaymentStatus.REVERSED), receipt_source="billing") is None


def test_an_invoice_of_the_payment_systems_own_is_applied_only_where_it_is_booked() -> None:
    own = (Allocation(invoice=Ref(Invoice, "in_9"), amount=money("100"), own=True),)
    (by_default,) = of(CashReceipt, run("payments", payment(allocations=own))).applications
    assert by_default.invoice is None
    (booked,) = of(
        CashReceipt, run("payments", payment(allocations=own), own_invoices="invoice")
    ).applications
    assert booked.invoice == Ref(Invoice, "in_9")


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        (datetime(2026, 4, 30, 23, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 5, 1)),
        (datetime(2026, 5, 1, 3, 30, tzinfo=UTC), "America/New_York", date(2026, 4, 30)),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "UTC", date(2024, 2, 29)),
        (datetime(2026, 12, 31, 10, 30, tzinfo=UTC), "Pacific/Kiritimati", date(2027, 1, 1)),
        (datetime(2026, 1, 1, 11, 30, tzinfo=UTC), "Etc/GMT+12", date(2025, 12, 31)),
        (datetime(2026, 3, 29, 1, 30, tzinfo=UTC), "Europe/Berlin", date(2026, 3, 29)),
        (datetime(2026, 5, 1, 0, 30, tzinfo=timezone(timedelta(hours=14))), "UTC", date(2026, 4, 30)),
        (date(2026, 4, 30), "Pacific/Kiritimati", date(2026, 4, 30)),
    ],
)
def test_it_is_dated_by_the_day_in_the_zone_of_the_books(
    moment: datetime | date, zone: str, day: date
) -> None:
    assert of(CashReceipt, run("payments", payment(occurred=moment), time_zone=zone)).dated == day


def test_a_late_bank_debit_failure_makes_the_customer_owe_again() -> None:
    back = payment(status=PaymentStatus.REVERSED, reversed_on=datetime(2026, 5, 12, tzinfo=UTC))
    reversal = of(ReceiptReversal, run("payment_failures", back))
    assert reversal.receipt == Ref(Payment, "ch_1") and reversal.reference == "PAY:ch_1/back"
    assert reversal.dated == date(2026, 5, 12)
    assert of(ReceiptReversal, run("payment_failures", back, reversal_date="today")).dated == date(2026, 6, 1)
    taken, given = journal_of(reversal), journal_of(of(CashReceipt, run("payments", payment())))
    assert taken and given and taken.accounts() == given.reversed().accounts()
    assert run("payment_failures", payment()) is None


def test_money_received_outside_any_gateway_goes_to_its_own_account() -> None:
    cheque = payment(outside=True, method="check", settled=None)
    receipt = of(CashReceipt, run("payments_from_billing", cheque))
    assert receipt.clearing.keys == ("received/check/USD", "received/check", "received/USD", "received")


def test_billing_money_goes_to_the_clearing_account_of_its_gateway() -> None:
    receipt = of(CashReceipt, run("payments_from_billing", payment(gateway="adyen", settled=None)))
    assert receipt.clearing.keys == ("clearing/adyen/USD", "clearing/adyen", "clearing/USD", "clearing")
    assert receipt.dated == MOMENT.date()


def test_a_capture_of_less_than_the_charge_is_a_receipt_of_what_was_captured() -> None:
    receipt = of(
        CashReceipt, run("payments", payment(amount=money("80"), settled=money("100"), allocations=()))
    )
    assert receipt.amount == money("80") and receipt.settled is None


def test_a_balance_that_moved_by_less_than_the_payment_waits() -> None:
    hold = held(run("payments", payment(settled=money("99.99"))), "settled_differs")
    assert "99.99 USD" in hold.fact


def test_what_was_paid_outside_the_payment_system_brings_no_cash_to_it() -> None:
    assert run("payments", payment(outside=True)) is None
