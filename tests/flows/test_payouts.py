from datetime import UTC, date, datetime

import pytest

from connectors.canon.bookings import ClearingEntry, Settlement, SettlementReversal, SettlementSort
from connectors.canon.entries import journal_of
from connectors.canon.kind import Ref
from connectors.canon.money import Money, Unfit, total
from connectors.canon.receivables import (
    BalanceMovement,
    BalanceRow,
    Category,
    Dispute,
    Payment,
    Payout,
    PayoutStatus,
    Refund,
)
from tests.flows.made import MOMENT, held, money, of, payout, row, run

MONTH = (
    row("ch_1", Category.CHARGE, "100", "3.20", tax="0.51"),
    row("ch_2", Category.CHARGE, "50", "1.75"),
    row("re_1", Category.REFUND, "-30"),
    row("dp_1/withdrawn", Category.DISPUTE, "-50", "15"),
    row("fee", Category.FEE, "-2"),
    row("tax", Category.TAX, "-0.38"),
    row("rsv", Category.RESERVE, "-10"),
)


def lines(settled: Settlement | ClearingEntry) -> dict[str, Money]:
    return {line.sort.value: line.amount for line in settled.lines}


def movement(one: BalanceRow) -> BalanceMovement:
    return BalanceMovement(id=one.id, row=one, occurred=MOMENT)


def test_a_payout_is_explained_to_the_cent() -> None:
    settled = of(Settlement, run("payouts", payout("37.67", *MONTH)))
    assert lines(settled) == {
        "charges": money("150"),
        "refunds": money("-30"),
        "disputes": money("-65"),
        "fees": money("-6.44"),
        "fee_tax": money("-0.89"),
        "reserve": money("-10"),
    }
    assert total((line.amount for line in settled.lines), "USD") == settled.net == money("37.67")
    assert (
        settled.dated == date(2026, 5, 6) and settled.reference == "PAY:po_1" and settled.trace == "TRACE-1"
    )


def test_its_entry_takes_out_of_clearing_what_other_documents_put_there() -> None:
    journal = journal_of(of(Settlement, run("payouts", payout("37.67", *MONTH))))
    assert journal and journal.accounts() == {
        ("gl_account:bank/USD", "USD"): money("37.67"),
        ("gl_account:clearing/USD", "USD"): money("-55"),
        ("gl_account:fees/USD", "USD"): money("6.44"),
        ("gl_account:fee_tax/USD", "USD"): money("0.89"),
        ("gl_account:reserve/USD", "USD"): money("10"),
    }


def test_it_follows_every_transaction_in_it() -> None:
    settled = of(Settlement, run("payouts", payout("37.67", *MONTH)))
    assert settled.covers == (
        Ref(Payment, "ch_1"),
        Ref(Payment, "ch_2"),
        Ref(Refund, "re_1"),
        Ref(Dispute, "dp_1/withdrawn"),
    )


def test_a_payout_that_its_rows_do_not_explain_is_not_posted() -> None:
    hold = held(run("payouts", payout("37.68", *MONTH)), "payout_differs")
    assert "0.01 USD is not explained" in hold.fact and "37.67 USD" in hold.fact


def test_until_its_rows_are_listed_it_waits_by_itself() -> None:
    hold = held(run("payouts", payout("37.67", complete=False)), "payout_not_reconciled")
    assert hold.by_itself


@pytest.mark.parametrize("status", [PayoutStatus.PENDING, PayoutStatus.FAILED, PayoutStatus.CANCELLED])
def test_only_a_paid_one_is_posted(status: PayoutStatus) -> None:
    assert run("payouts", payout("37.67", *MONTH, status=status)) is None


def test_an_unknown_category_is_never_guessed() -> None:
    odd = row("x", Category.UNKNOWN, "-1.10", stated="climate_contribution")
    paid = payout("95.70", MONTH[0], odd)
    hold = held(run("payouts", paid), "unknown_category")
    assert hold.group == "category:climate_contribution" and not hold.by_itself
    assert "climate_contribution" in hold.fact and "-1.10 USD" in hold.fact
    settled = of(Settlement, run("payouts", paid, accepted=("category:climate_contribution",)))
    assert lines(settled)["suspense"] == money("-1.10")


def test_a_charge_row_that_names_no_charge_waits() -> None:
    blank = row("ch_1", Category.CHARGE, "100", source=None)
    held(run("payouts", payout("100", blank)), "row_without_source")


def test_a_capture_of_less_needs_no_document_of_its_own() -> None:
    rows = (row("ch_1", Category.CHARGE, "100"), row("x", Category.CAPTURE_REVERSAL, "-20", source=None))
    settled = of(Settlement, run("payouts", payout("80", *rows)))
    assert lines(settled) == {"charges": money("80")} and settled.covers == (Ref(Payment, "ch_1"),)


def test_a_manual_payout_moves_its_amount_only() -> None:
    settled = of(Settlement, run("payouts", payout("500", automatic=False, complete=False)))
    assert lines(settled) == {"transfer": money("500")} and settled.covers == ()


def test_an_instant_payouts_own_fee_leaves_the_balance_beside_it() -> None:
    settled = of(Settlement, run("payouts", payout("500", automatic=False, fee=money("5"))))
    assert lines(settled) == {"transfer": money("505"), "fees": money("-5")}


def test_an_automatic_payout_with_a_fee_of_its_own_is_explained_with_it() -> None:
    settled = of(Settlement, run("payouts", payout("95.80", MONTH[0], fee=money("1"))))
    assert lines(settled) == {"charges": money("100"), "fees": money("-3.69"), "fee_tax": money("-0.51")}
    held(run("payouts", payout("96.80", MONTH[0], fee=money("1"))), "payout_differs")


def test_its_own_row_may_not_be_among_its_rows() -> None:
    with pytest.raises(Unfit, match="its own row"):
        payout("100", row("po_1", Category.PAYOUT, "-100"))


def test_a_negative_payout_is_taken_from_the_bank() -> None:
    settled = of(Settlement, run("payouts", payout("-30", row("re_1", Category.REFUND, "-30"))))
    journal = journal_of(settled)
    assert journal and journal.accounts() == {
        ("gl_account:bank/USD", "USD"): money("-30"),
        ("gl_account:clearing/USD", "USD"): money("30"),
    }


def test_late_failures_and_returned_payouts_inside_it_are_their_own_documents_money() -> None:
    rows = (
        row("ch_1", Category.CHARGE_FAILURE, "-100"),
        row("re_1", Category.REFUND_FAILURE, "30"),
        row("po_0", Category.PAYOUT_REVERSAL, "200"),
        row("dp_1/reinstated", Category.DISPUTE_REVERSAL, "50", "-15"),
    )
    settled = of(Settlement, run("payouts", payout("195", *rows)))
    assert lines(settled) == {
        "charges": money("-100"),
        "refunds": money("30"),
        "disputes": money("65"),
        "returned": money("200"),
    }
    assert Ref(Payout, "po_0") in settled.covers


def test_a_payout_in_yen_has_no_cents() -> None:
    one = BalanceRow(
        id="t", category=Category.CHARGE, gross=money("5000 JPY"), fee=money("180 JPY"), net=money("4820 JPY"),
        source=Ref(Payment, "ch_1"),
    )  # fmt: skip
    settled = of(Settlement, run("payouts", payout("4820 JPY", one)))
    assert lines(settled) == {"charges": money("5000 JPY"), "fees": money("-180 JPY")}
    assert settled.bank.keys == ("bank/JPY", "bank")


@pytest.mark.parametrize("status", [PayoutStatus.FAILED, PayoutStatus.CANCELLED])
def test_a_payout_that_came_back_leaves_the_bank_and_its_fees_stay(status: PayoutStatus) -> None:
    back = payout(
        "37.67", *MONTH, status=status, failed_on=datetime(2026, 5, 9, tzinfo=UTC), failure="account closed"
    )
    reversal = of(SettlementReversal, run("payout_failures", back))
    assert reversal.settlement == Ref(Payout, "po_1") and reversal.reference == "PAY:po_1/back"
    assert reversal.dated == date(2026, 5, 9) and reversal.text == "account closed"
    journal = journal_of(reversal)
    assert journal and journal.accounts() == {
        ("gl_account:clearing/USD", "USD"): money("37.67"),
        ("gl_account:bank/USD", "USD"): money("-37.67"),
    }
    assert run("payout_failures", payout("37.67", *MONTH)) is None


def test_where_billing_reports_receipts_the_fee_of_a_dispute_is_booked_here() -> None:
    settled = of(Settlement, run("payouts", payout("37.67", *MONTH), receipt_source="billing"))
    assert lines(settled)["disputes"] == money("-50") and lines(settled)["fees"] == money("-21.44")
    assert settled.covers == ()


def test_fees_by_row_leave_the_payout_its_amount_alone() -> None:
    settled = of(Settlement, run("payouts", payout("37.67", *MONTH), fees_by="row"))
    assert lines(settled) == {"transfer": money("37.67")}
    entries = [run("balance_rows", movement(one), fees_by="row") for one in MONTH]
    assert [None if one is None else lines(one) for one in entries] == [
        {"fees": money("-2.69"), "fee_tax": money("-0.51")},
        {"fees": money("-1.75")},
        None,
        None,
        {"fees": money("-2")},
        {"fee_tax": money("-0.38")},
        {"reserve": money("-10")},
    ]
    assert all(run("balance_rows", movement(one)) is None for one in MONTH)


def test_the_payouts_own_row_is_not_a_row_of_its_own() -> None:
    own = row("po_1", Category.PAYOUT, "-37.67")
    assert run("balance_rows", movement(own), fees_by="row") is None


def test_an_unknown_row_alone_waits_until_a_person_lets_its_category_pass() -> None:
    odd = movement(row("x", Category.UNKNOWN, "-1.10", stated="odd_thing"))
    held(run("balance_rows", odd, fees_by="row"), "unknown_category")
    entry = of(ClearingEntry, run("balance_rows", odd, fees_by="row", accepted=("category:odd_thing",)))
    assert entry.lines[0].sort is SettlementSort.SUSPENSE and entry.net == money("-1.10")
