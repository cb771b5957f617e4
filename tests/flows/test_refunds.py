from datetime import UTC, date, datetime

import pytest

from connectors.canon.bookings import RefundOut, RefundReturned
from connectors.canon.entries import journal_of
from connectors.canon.kind import Ref
from connectors.canon.receivables import Allocation, CreditNote, Invoice, Payment, Refund, RefundStatus
from tests.flows.made import held, money, of, refund, run


def test_a_refund_leaves_clearing_and_follows_its_receipt() -> None:
    out = of(RefundOut, run("refunds", refund()))
    assert out.amount == money("30") and out.receipt == Ref(Payment, "ch_1")
    journal = journal_of(out)
    assert journal and journal.accounts() == {
        ("gl_account:clearing/USD", "USD"): money("-30"),
        ("receivable", "USD"): money("30"),
    }


def test_it_may_be_booked_on_an_account_for_refunds_instead() -> None:
    journal = journal_of(of(RefundOut, run("refunds", refund(), refunds_to="account")))
    assert journal and journal.accounts()[("gl_account:refunds", "USD")] == money("30")


def test_several_partial_refunds_are_documents_of_their_own() -> None:
    first, second = (
        of(RefundOut, run("refunds", refund(id=id, amount=money(a), settled=money(a))))
        for id, a in (("re_1", "30"), ("re_2", "70"))
    )
    assert {first.reference, second.reference} == {"PAY:re_1", "PAY:re_2"}
    assert first.amount + second.amount == money("100")


def test_the_invoices_it_opens_again_are_named() -> None:
    reopened = (Allocation(invoice=Ref(Invoice, "in_1"), amount=money("30")),)
    (application,) = of(RefundOut, run("refunds", refund(allocations=reopened))).applications
    assert application.invoice == Ref(Invoice, "in_1") and application.amount == money("30")


def test_a_refund_of_a_credit_note_follows_that() -> None:
    out = of(
        RefundOut,
        run("refunds_from_billing", refund(payment=None, credit_note=Ref(CreditNote, "CN-1"), settled=None)),
    )
    assert out.credit_note == Ref(CreditNote, "CN-1") and out.receipt is None


def test_it_converts_at_its_own_days_rate() -> None:
    out = of(RefundOut, run("refunds", refund(amount=money("30 EUR"), settled=money("33.10"))))
    assert out.clearing.key == "clearing/USD" and out.settled == money("33.10")
    assert str(out.rate) == "1.10333333333"


@pytest.mark.parametrize("status", [RefundStatus.PENDING, RefundStatus.FAILED])
def test_only_money_that_left_is_a_refund(status: RefundStatus) -> None:
    assert run("refunds", refund(status=status)) is None


def test_a_failed_refund_is_put_back_on_the_day_it_failed() -> None:
    failed = refund(status=RefundStatus.FAILED, failed_on=datetime(2026, 5, 20, 23, tzinfo=UTC))
    back = of(RefundReturned, run("refund_failures", failed, time_zone="Asia/Tokyo"))
    assert back.refund == Ref(Refund, "re_1") and back.reference == "PAY:re_1/back"
    assert back.dated == date(2026, 5, 21)
    there, again = journal_of(of(RefundOut, run("refunds", refund()))), journal_of(back)
    assert there and again and again.accounts() == there.reversed().accounts()
    assert run("refund_failures", refund()) is None


def test_it_waits_for_the_payment_systems_own_booking() -> None:
    held(run("refunds", refund(settled=None)), "not_settled_yet")


def test_billing_reports_it_where_billing_reports_receipts() -> None:
    assert run("refunds", refund(), receipt_source="billing") is None
    assert run("refund_failures", refund(status=RefundStatus.FAILED), receipt_source="billing") is None


def test_a_balance_that_moved_by_something_else_waits() -> None:
    held(run("refunds", refund(settled=money("31"))), "settled_differs")
    held(run("refunds", refund(settled=money("-30"))), "settled_differs")
