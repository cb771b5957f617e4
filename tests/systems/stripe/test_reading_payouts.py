"""Payouts with the rows they pay out, read only when Stripe can tell them; and rows that belong to none."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from connectors.canon.money import Money, total
from connectors.canon.receivables import (
    BalanceMovement,
    Category,
    Direction,
    FeeSort,
    Payout,
    PayoutStatus,
    Refund,
)
from tests.systems.stripe.conftest import DAY, Acme


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def available(acme: Acme) -> None:
    acme.later(5 * DAY)


def paid_out(acme: Acme, **args: object) -> str:
    available(acme)
    payout = str(acme.act("run_payout", **args)["id"])
    acme.later(3 * DAY)
    return payout


def test_rows_are_only_taken_once_stripe_has_tied_them(acme: Acme) -> None:
    acme.charge(10_000)
    available(acme)
    payout = acme.act("run_payout")["id"]
    early = acme.one(Payout, payout)
    assert (early.status, early.complete, early.rows) == (PayoutStatus.PENDING, False, ())
    cursor = acme.read_up(Payout)
    acme.later(3 * DAY)
    read = acme.changed(Payout, cursor)[0][payout]
    assert (read.status, read.complete, len(read.rows)) == (PayoutStatus.PAID, True, 1)
    assert (read.amount, read.adrift, bool(read.trace)) == (usd("96.80"), usd("0.00"), True)


def test_a_payout_of_more_than_a_page_of_rows_adds_up(acme: Acme) -> None:
    for n in range(104):
        acme.act("charge", amount=1_000 + n, currency="usd", customer=acme.customer)
    acme.later()
    read = acme.one(Payout, paid_out(acme))
    assert (len(read.rows), read.adrift) == (104, usd("0.00"))
    assert total((row.net for row in read.rows), "USD") == read.amount


def test_every_row_says_what_it_is_and_where_it_comes_from(acme: Acme) -> None:
    kept, given_back, disputed = acme.charge(20_000), acme.charge(10_000), acme.charge(9_000)
    refund = acme.act("refund", charge=given_back, amount=4_000)["id"]
    failing = acme.act("refund", charge=given_back, amount=1_000)["id"]
    acme.act("fail_refund", refund=failing)
    dispute = acme.act("open_dispute", charge=disputed)["id"]
    acme.act("win_dispute", dispute=dispute)
    acme.act("book", amount=-700, currency="usd", type="stripe_fee", category="fee")
    acme.act("book", amount=-300, currency="usd", type="reserve_transaction", category="risk_reserved_funds")
    acme.act("book", amount=-50, currency="usd", type="tax_fee", category="tax")
    acme.act("book", amount=-25, currency="usd", type="novelty", category="a_word_of_tomorrow")
    read = acme.one(Payout, paid_out(acme))
    by = {(row.category, row.source.id if row.source else ""): row for row in read.rows}
    assert set(by) == {
        (Category.CHARGE, kept),
        (Category.CHARGE, given_back),
        (Category.CHARGE, disputed),
        (Category.REFUND, refund),
        (Category.REFUND, failing),
        (Category.REFUND_FAILURE, failing),
        (Category.DISPUTE, f"{dispute}/{Direction.WITHDRAWN}"),
        (Category.DISPUTE_REVERSAL, f"{dispute}/{Direction.REINSTATED}"),
        (Category.FEE, ""),
        (Category.RESERVE, ""),
        (Category.TAX, ""),
        (Category.UNKNOWN, ""),
    }
    assert by[Category.UNKNOWN, ""].stated == "a_word_of_tomorrow"
    assert read.adrift == usd("0.00")
    assert acme.one(Refund, failing).failed_on is not None


def test_the_tax_on_a_fee_is_a_part_of_its_own(acme: Acme) -> None:
    fees = {"percent": "2.9", "fixed": "0.30", "dispute": "15.00", "tax_percent": "10", "tax_name": "GST"}
    acme.act("set_account", fees=fees)
    acme.charge(10_000)
    [row] = acme.one(Payout, paid_out(acme)).rows
    assert {one.sort: one.amount for one in row.fees} == {
        FeeSort.PROCESSING: usd("3.20"),
        FeeSort.TAX: usd("0.32"),
    }
    assert (row.gross, row.fee, row.net) == (usd("100.00"), usd("3.52"), usd("96.48"))


def test_a_manual_payout_is_an_amount_that_nobody_itemises(acme: Acme) -> None:
    acme.charge(50_000)
    read = acme.one(Payout, paid_out(acme, kind="manual", amount=20_000))
    assert (read.status, read.automatic, read.complete, read.rows) == (PayoutStatus.PAID, False, False, ())
    assert (read.amount, read.fee) == (usd("200.00"), None)


def test_an_instant_payout_states_its_fee(acme: Acme) -> None:
    acme.charge(50_000)
    read = acme.one(Payout, paid_out(acme, kind="instant", amount=20_000))
    assert (read.complete, read.amount, read.fee) == (False, usd("200.00"), usd("2.00"))


def test_a_negative_payout_takes_from_the_bank(acme: Acme) -> None:
    charge = acme.charge(10_000)
    paid_out(acme)
    acme.act("refund", charge=charge)
    read = acme.one(Payout, paid_out(acme))
    assert (read.amount, read.adrift) == (usd("-100.00"), usd("0.00"))
    assert [row.category for row in read.rows] == [Category.REFUND]


def test_a_payout_that_fails_after_it_was_paid_is_told_and_comes_back_as_a_row(acme: Acme) -> None:
    acme.charge(10_000)
    payout = paid_out(acme)
    cursor = acme.read_up(Payout)
    acme.later(2 * DAY)
    acme.act("fail_payout", payout=payout)
    read = acme.changed(Payout, cursor)[0][payout]
    assert (read.status, len(read.rows)) == (PayoutStatus.FAILED, 1)
    assert acme.stand.now() - read.failed_on < timedelta(minutes=5)
    assert "bank" in read.failure
    [row] = acme.one(Payout, paid_out(acme)).rows
    assert (row.category, row.source.id, row.net) == (Category.PAYOUT_REVERSAL, payout, usd("96.80"))


def test_a_cancelled_payout_never_reached_the_bank(acme: Acme) -> None:
    acme.charge(10_000)
    available(acme)
    payout = acme.act("run_payout")["id"]
    acme.act("cancel_payout", payout=payout)
    assert acme.one(Payout, payout).status is PayoutStatus.CANCELLED


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Auckland"])
def test_the_day_of_arrival_is_not_moved_by_a_zone(acme: Acme, zone: str) -> None:
    acme.charge(10_000)
    payout = paid_out(acme)
    stated = acme.stand.world.table("test/payouts")[payout]["arrival_date"]
    read = acme.stand.adapter(time_zone=zone).fetch(Payout, payout)
    assert isinstance(read, Payout)
    assert read.arrives.toordinal() - 719_163 == stated // DAY


def test_rows_of_the_balance_are_listed_without_payouts_own(acme: Acme) -> None:
    acme.charge(10_000)
    acme.act("book", amount=-700, currency="usd", type="stripe_fee", category="fee", description="Billing")
    paid_out(acme)
    found, _ = acme.changed(BalanceMovement)
    assert sorted(one.row.category for one in found.values()) == [Category.CHARGE, Category.FEE]
    assert total((one.row.net for one in found.values()), "USD") == usd("89.80")


def test_an_account_in_two_currencies_pays_out_each_by_itself(acme: Acme) -> None:
    acme.act("set_account", settles=["usd", "eur"])
    acme.charge(10_000, "usd"), acme.charge(20_000, "eur")
    paid = [acme.one(Payout, paid_out(acme, currency=one)) for one in ("usd", "eur")]
    assert [(one.amount.currency, one.adrift.amount) for one in paid] == [
        ("USD", Decimal("0.00")),
        ("EUR", Decimal("0.00")),
    ]
