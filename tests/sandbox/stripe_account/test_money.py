"""Money in and out: currencies, fees, exchange, refunds, disputes, payouts, and the balance that proves them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox import money
from connectors.systems.stripe.sandbox.books import Books
from tests.sandbox.stripe_account.conftest import Ask

Act = Callable[..., Any]
DAY = 86_400


def rows(world: World) -> list[dict[str, Any]]:
    return list(Books(world, False).table("balance_transactions").values())


def balance(ask: Ask) -> dict[str, dict[str, int]]:
    body = ask("GET", "/balance").json()
    return {part: {row["currency"]: row["amount"] for row in body[part]} for part in ("available", "pending")}


def settled(
    act: Act, stage: Stage, amount: int = 10_000, currency: str = "usd", **more: Any
) -> dict[str, Any]:
    charge = act("charge", amount=amount, currency=currency, **more)
    stage.advance(2)
    return dict(charge)


@pytest.mark.parametrize(
    ("major", "currency", "minor"),
    [
        ("12.34", "usd", 1234),
        ("500", "jpy", 500),
        ("5.124", "kwd", 5120),
        ("5", "isk", 500),
        ("5000", "ugx", 500_000),
        ("100", "mga", 100),
        ("175", "huf", 17_500),
        ("30", "twd", 3_000),
    ],
)
def test_units_by_the_vendors_own_rule(major: str, currency: str, minor: int) -> None:
    assert money.minor(Decimal(major), currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        (12_345, "isk", "invalid_charge_amount_no_decimal_compatible"),
        (12_345, "ugx", "invalid_charge_amount_no_decimal_compatible"),
        (12_345, "kwd", "parameter_invalid_integer"),
        (10**12, "usd", "amount_too_large"),
    ],
)
def test_amounts_that_a_currency_cannot_be_moved_in(
    ask: Ask, customer: str, amount: int, currency: str, code: str
) -> None:
    form = {"customer": customer, "amount": amount, "currency": currency}
    assert ask("POST", "/invoiceitems", form).json()["error"]["code"] == code


def test_ugx_invoices_are_rounded_and_the_rest_stays_in_the_balance(
    ask: Ask, act: Act, customer: str
) -> None:
    invoice = ask("POST", "/invoices", {"customer": customer, "currency": "ugx"}).json()["id"]
    rate = "lines[0][tax_amounts][0][tax_rate_data]"
    line = {
        "lines[0][amount]": 120_000,
        "lines[0][tax_amounts][0][amount]": 21_650,
        "lines[0][tax_amounts][0][taxable_amount]": 120_000,
        f"{rate}[display_name]": "VAT",
        f"{rate}[inclusive]": "false",
        f"{rate}[percentage]": "18",
    }
    ask("POST", f"/invoices/{invoice}/add_lines", line)
    due = ask("POST", f"/invoices/{invoice}/finalize").json()
    assert (due["total"], due["amount_due"], due["ending_balance"]) == (141_650, 141_600, 50)


def test_the_balance_transaction_comes_a_moment_later_and_says_so(
    ask: Ask, act: Act, stage: Stage, acme: World
) -> None:
    charge = act("charge", amount=10_000, currency="usd")["id"]
    assert ask("GET", f"/charges/{charge}").json()["balance_transaction"] is None
    stage.advance(2)
    assert ask("GET", f"/charges/{charge}").json()["balance_transaction"].startswith("txn_")
    [updated] = Books(acme, False).where("events", type="charge.updated")
    assert updated["data"]["previous_attributes"] == {"balance_transaction": None}


def test_only_captured_money_is_booked(act: Act, stage: Stage, acme: World) -> None:
    held = act("charge", amount=10_000, currency="usd", captured=False)
    failed = act("charge", amount=10_000, currency="usd", fails=True)
    stage.advance(DAY)
    assert (held["captured"], held["balance_transaction"], failed["status"]) == (False, None, "failed")
    assert rows(acme) == []


def test_fees_and_the_tax_on_them(act: Act, stage: Stage, acme: World) -> None:
    fees = {"percent": "2.9", "fixed": "0.30", "dispute": "15.00", "tax_percent": "10", "tax_name": "GST"}
    act("set_account", fees=fees)
    settled(act, stage)
    [row] = rows(acme)
    assert [(fee["type"], fee["amount"]) for fee in row["fee_details"]] == [("stripe_fee", 320), ("tax", 32)]
    assert (row["amount"], row["fee"], row["net"]) == (10_000, 352, 9_648)


def test_settled_in_another_currency(ask: Ask, act: Act, stage: Stage, acme: World) -> None:
    act("set_rate", currency="jpy", dollars="0.0070")
    charge = settled(act, stage, amount=10_000, currency="jpy")
    act("set_rate", currency="jpy", dollars="0.0065")
    act("refund", charge=charge["id"])
    paid, back = rows(acme)
    assert (paid["amount"], paid["currency"], paid["exchange_rate"]) == (7_000, "usd", 0.007)
    assert (back["amount"], back["fee"]) == (-6_500, 0)


def test_an_account_that_settles_in_two_currencies(ask: Ask, act: Act, stage: Stage, acme: World) -> None:
    act("set_account", settles=["usd", "eur"])
    settled(act, stage, currency="eur")
    assert [(row["currency"], row["exchange_rate"]) for row in rows(acme)] == [("eur", None)]
    assert set(balance(ask)["pending"]) == {"usd", "eur"}


def test_refunds_in_parts_never_exceed_the_charge(ask: Ask, act: Act, stage: Stage) -> None:
    charge = settled(act, stage)["id"]
    ask("POST", "/refunds", {"charge": charge, "amount": 4_000})
    too_much = ask("POST", "/refunds", {"charge": charge, "amount": 6_001})
    assert too_much.json()["error"]["code"] == "charge_already_refunded"
    read = ask("GET", f"/charges/{charge}").json()
    assert (read["amount_refunded"], read["refunded"]) == (4_000, False)
    ask("POST", "/refunds", {"payment_intent": read["payment_intent"]})
    read = ask("GET", f"/charges/{charge}").json()
    assert (read["amount_refunded"], read["refunded"]) == (10_000, True)
    assert ask("POST", "/refunds", {"charge": charge}).json()["error"]["code"] == "charge_already_refunded"


@pytest.mark.parametrize("canceled", [False, True])
def test_a_refund_comes_back_after_it_had_succeeded(
    ask: Ask, act: Act, stage: Stage, acme: World, canceled: bool
) -> None:
    charge = settled(act, stage)["id"]
    refund = act("refund", charge=charge, amount=2_500)["id"]
    stage.advance(20 * DAY)
    act("fail_refund", refund=refund, canceled=canceled)
    read = ask("GET", f"/refunds/{refund}", {"expand[]": "failure_balance_transaction"}).json()
    assert read["status"] == ("canceled" if canceled else "failed")
    assert (read["failure_balance_transaction"]["net"], read["failure_reason"] is None) == (2_500, False)
    assert ask("GET", f"/charges/{charge}").json()["amount_refunded"] == 0


def test_a_refund_that_waits(ask: Ask, act: Act, stage: Stage) -> None:
    charge = settled(act, stage)["id"]
    refund = act("refund", charge=charge, pending="insufficient_funds")
    assert (refund["status"], refund["pending_reason"]) == ("pending", "insufficient_funds")
    assert act("complete_refund", refund=refund["id"])["status"] == "succeeded"


def test_a_dispute_lost_and_one_won(ask: Ask, act: Act, stage: Stage, acme: World) -> None:
    lost = act("open_dispute", charge=settled(act, stage)["id"])
    won = act("open_dispute", charge=settled(act, stage)["id"])
    assert (won["balance_transactions"][0]["amount"], won["balance_transactions"][0]["fee"]) == (
        -10_000,
        1_500,
    )
    act("answer_dispute", dispute=won["id"])
    act("lose_dispute", dispute=lost["id"])
    act("win_dispute", dispute=won["id"])
    statuses = {row["id"]: row for row in ask("GET", "/disputes").json()["data"]}
    assert (statuses[lost["id"]]["status"], len(statuses[lost["id"]]["balance_transactions"])) == ("lost", 1)
    assert [row["net"] for row in statuses[won["id"]]["balance_transactions"]] == [-11_500, 10_000]
    told = [row["type"] for row in Books(acme, False).table("events").values() if "dispute" in row["type"]]
    assert (
        told.count("charge.dispute.funds_withdrawn") == 2
        and told.count("charge.dispute.funds_reinstated") == 1
    )


def test_an_inquiry_moves_no_money_until_it_escalates(act: Act, stage: Stage, acme: World) -> None:
    asked = act("open_dispute", charge=settled(act, stage)["id"], inquiry=True)
    assert (asked["status"], asked["balance_transactions"]) == ("warning_needs_response", [])
    assert len(rows(acme)) == 1
    assert len(act("escalate_dispute", dispute=asked["id"])["balance_transactions"]) == 1


def test_a_partial_dispute_in_another_currency_gives_the_fee_back_when_asked(act: Act, stage: Stage) -> None:
    charge = settled(act, stage, amount=100_000, currency="jpy")
    dispute = act("open_dispute", charge=charge["id"], amount=40_000)
    won = act("win_dispute", dispute=dispute["id"], return_fee=True)
    assert sum(row["net"] for row in won["balance_transactions"]) == 0


def test_what_is_pending_becomes_available_and_is_paid_out(ask: Ask, act: Act, stage: Stage) -> None:
    settled(act, stage)
    assert balance(ask) == {"available": {"usd": 0}, "pending": {"usd": 9_680}}
    stage.advance(2 * DAY)
    assert balance(ask) == {"available": {"usd": 9_680}, "pending": {"usd": 0}}
    payout = act("run_payout")
    assert (payout["amount"], payout["status"], payout["automatic"]) == (9_680, "pending", True)
    assert balance(ask)["available"] == {"usd": 0}
    stage.advance(3 * DAY)
    read = ask("GET", f"/payouts/{payout['id']}").json()
    assert (read["status"], read["trace_id"]["status"]) == ("paid", "supported")


def test_a_paid_payout_fails_and_its_money_goes_with_the_next(
    ask: Ask, act: Act, stage: Stage, acme: World
) -> None:
    settled(act, stage)
    stage.advance(2 * DAY)
    payout = act("run_payout")["id"]
    stage.advance(3 * DAY)
    failed = act("fail_payout", payout=payout, code="no_account")
    assert (failed["status"], failed["failure_code"]) == ("failed", "no_account")
    assert rows(acme)[-1]["reporting_category"] == "payout_reversal"
    assert act("run_payout")["amount"] == 9_680


def test_a_negative_balance_is_taken_from_the_bank(ask: Ask, act: Act, stage: Stage) -> None:
    charge = settled(act, stage)
    stage.advance(2 * DAY)
    act("run_payout")
    act("refund", charge=charge["id"])
    payout = act("run_payout")
    assert payout["amount"] == -10_000
    stage.advance(3 * DAY)
    listed = ask("GET", "/balance_transactions", {"payout": payout["id"]}).json()["data"]
    assert sorted(row["net"] for row in listed) == [-10_000, 10_000]


@pytest.mark.parametrize(("kind", "fee"), [("manual", 0), ("instant", 50)])
def test_payouts_by_hand_do_not_know_their_rows(
    ask: Ask, act: Act, stage: Stage, acme: World, kind: str, fee: int
) -> None:
    settled(act, stage)
    stage.advance(2 * DAY)
    payout = act("run_payout", kind=kind, amount=5_000)
    assert (payout["automatic"], payout["reconciliation_status"]) == (False, "not_applicable")
    assert (rows(acme)[-1]["amount"], rows(acme)[-1]["fee"]) == (-5_000, fee)
    assert ask("GET", "/balance_transactions", {"payout": payout["id"]}).status_code == 400
    assert act("run_payout")["amount"] == 9_680 - 5_000 - fee


def test_manual_payouts_in_forints_are_round(act: Act, stage: Stage) -> None:
    act("set_account", settles=["huf"], default_currency="huf")
    settled(act, stage, amount=1_000_000, currency="huf")
    stage.advance(2 * DAY)
    with pytest.raises(ValueError, match="multiple of 100"):
        act("run_payout", currency="huf", kind="manual", amount=50_050)


def test_a_canceled_payout_gives_the_money_back(ask: Ask, act: Act, stage: Stage) -> None:
    settled(act, stage)
    stage.advance(2 * DAY)
    assert act("cancel_payout", payout=act("run_payout")["id"])["status"] == "canceled"
    assert balance(ask)["available"] == {"usd": 9_680}


def test_rows_of_kinds_unheard_of(ask: Ask, act: Act, stage: Stage) -> None:
    act("book", amount=-700, currency="usd", type="stripe_fee", category="fee", description="Monthly fee")
    act("book", amount=-900, currency="usd", type="moon_tax", category="moon_tax")
    assert {row["type"] for row in ask("GET", "/balance_transactions").json()["data"]} == {
        "stripe_fee",
        "moon_tax",
    }
    assert balance(ask)["available"] == {"usd": -1_600}


def test_the_check_sees_a_cent_that_was_moved(acme: World, act: Act, stage: Stage) -> None:
    settled(act, stage)
    row = rows(acme)[0]
    row["net"] += 1
    broken = stage.check(acme)
    row["net"] -= 1
    assert len(broken) == 2 and "booked 9680" in broken[0]
