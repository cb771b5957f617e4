"""The demo company's story hangs together."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from connectors.sandbox import story

TODAY = date(2026, 11, 20)


def test_every_happening_is_about_an_invoice_of_that_customer_that_was_there_by_then() -> None:
    known = {invoice.number: invoice for invoice in story.invoices(TODAY)}
    for happening in story.happenings(TODAY):
        if happening.invoice:
            assert known[happening.invoice].customer == happening.customer
            assert known[happening.invoice].dated <= happening.on < TODAY


def test_amounts_are_exact_in_their_currency() -> None:
    totals = {invoice.customer.currency: invoice.total for invoice in story.invoices(TODAY)}
    assert totals["JPY"] == totals["JPY"].to_integral_value()
    assert totals["KWD"] % Decimal("0.010") == 0
    assert totals["USD"] == totals["USD"].quantize(Decimal("0.01"))


def test_some_invoices_stay_open() -> None:
    touched = {happening.invoice for happening in story.happenings(TODAY)}
    assert len([invoice for invoice in story.invoices(TODAY) if invoice.number not in touched]) >= 8
