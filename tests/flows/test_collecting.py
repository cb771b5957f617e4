from dataclasses import replace

import pytest

from connectors.canon.portable import fingerprint
from connectors.canon.receivables import Invoice, InvoiceLine, InvoiceStatus, Tax
from connectors.flow import Hold, Replace, Undo, Update
from tests.flows.made import change, held, invoice, money, of, run

FLOW = "invoices_to_payments"


def test_an_open_invoice_is_put_up_with_its_lines_number_and_due_date() -> None:
    source = invoice(
        version="9f", taxes=(Tax(amount=money("19")),), lines=(InvoiceLine(amount=money("100"), id="1"),)
    )
    asked = of(Invoice, run(FLOW, source))
    assert (asked.total, asked.number, asked.due) == (source.total, "INV-1", source.due)
    assert asked.known_as == ("PAY:in_1",) and asked.version == ""
    assert asked.lines == (InvoiceLine(amount=money("100")),) and asked.taxes == source.taxes


@pytest.mark.parametrize(
    "changes",
    [
        {"status": InvoiceStatus.DRAFT},
        {"status": InvoiceStatus.PAID},
        {"status": InvoiceStatus.VOID},
        {"balance": money("0")},
        {"collectable": False},
        {"pushed": True},
    ],
)
def test_what_is_not_to_be_collected_is_left_out(changes: dict[str, object]) -> None:
    assert run(FLOW, invoice(**changes)) is None


def test_of_a_partly_paid_one_only_the_rest_is_asked_for() -> None:
    asked = of(Invoice, run(FLOW, invoice(balance=money("19"))))
    assert asked.total == money("19") and not asked.adrift
    assert [line.text for line in asked.lines] == ["Remaining balance of INV-1"]
    assert run(FLOW, invoice(balance=money("19")), part_paid_invoices="skip") is None


def test_lines_that_miss_the_total_wait_with_both_figures() -> None:
    hold = held(run(FLOW, invoice(lines=(InvoiceLine(amount=money("118.99")),))), "lines_differ")
    assert "118.99 USD" in hold.fact and "119 USD" in hold.fact


def test_voided_in_the_ledger_is_taken_back_there() -> None:
    assert isinstance(change(FLOW, invoice(status=InvoiceStatus.VOID)), Undo)
    assert isinstance(change(FLOW, invoice(status=InvoiceStatus.WRITTEN_OFF)), Undo)


def test_paid_in_the_ledger_is_marked_paid_outside_so_that_nobody_pays_twice() -> None:
    result = change(FLOW, invoice(status=InvoiceStatus.PAID, balance=money("0")))
    assert isinstance(result, Update) and isinstance(result.body, Invoice)
    assert result.body.paid_outside and result.body.status is InvoiceStatus.PAID


def test_changed_and_unpaid_has_a_successor() -> None:
    result = change(FLOW, invoice("120"))
    assert isinstance(result, Replace) and isinstance(result.body, Invoice) and result.held is None
    assert result.body.total == money("120")


def test_a_change_that_the_payer_would_not_see_is_none() -> None:
    before = of(Invoice, run(FLOW, invoice()))
    recoded = tuple(replace(line, coded=("account:4000",)) for line in invoice().lines)
    result = change(FLOW, invoice(lines=recoded, version="2", url="x"))
    assert isinstance(result, Replace) and fingerprint(result.body) == fingerprint(before)


def test_changed_after_part_was_paid_waits_for_a_person() -> None:
    result = change(FLOW, invoice(balance=money("50")))
    assert isinstance(result, Replace) and isinstance(result.held, Hold)
    assert fingerprint(result.body) == fingerprint(of(Invoice, run(FLOW, invoice())))
    assert "50 USD of 119 USD" in result.held.fact


def test_contested_after_it_was_put_up_waits() -> None:
    held(change(FLOW, invoice(collectable=False)), "no_longer_collectable")
