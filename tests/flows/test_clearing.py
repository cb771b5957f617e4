"""What our entries leave on the clearing account is what the payment system still owes: over any history.

The oracle here knows nothing of flows: it keeps a balance the way a payment system does, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from connectors.canon.entries import journal_of
from connectors.canon.kind import Kind
from connectors.canon.money import Money, total, zero
from connectors.canon.receivables import (
    BalanceMovement,
    BalanceRow,
    Category,
    Direction,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
)
from connectors.flow import Hold, outcome
from connectors.flows.ledger_payments import FLOWS
from connectors.system import Role
from tests.flows.made import MOMENT, POLICIES, dispute, money, payment, payout, refund, row

acts = st.lists(
    st.tuples(
        st.sampled_from(["charge", "refund", "refund_fails", "bounce", "dispute", "win", "lose", "fee", "reserve"] + ["payout"] * 2 + ["return"]),
        st.integers(100, 50_000),
        st.integers(0, 99),
    ),
    max_size=25,
)  # fmt: skip


@dataclass
class Account:
    """A payment system's balance and the records it states."""

    rows: list[BalanceRow] = field(default_factory=list)
    waiting: list[BalanceRow] = field(default_factory=list)
    stated: list[Kind] = field(default_factory=list)
    paid: list[Any] = field(default_factory=list)
    balance: Money = field(default_factory=lambda: zero("USD"))
    count: int = 0

    def move(self, one: BalanceRow) -> None:
        self.rows.append(one)
        self.waiting.append(one)
        self.stated.append(BalanceMovement(id=one.id, row=one, occurred=MOMENT))
        self.balance = self.balance + one.net

    def act(self, what: str, cents: int, fee: int) -> None:
        self.count += 1
        id = f"{what}_{self.count}"
        amount, cost = f"{cents // 100}.{cents % 100:02}", f"0.{fee:02}"
        whole = money(amount)
        match what:
            case "charge":
                self.stated.append(
                    payment(id=id, amount=whole, settled=whole, fee=money(cost), allocations=())
                )
                self.move(row(id, Category.CHARGE, amount, cost, tax="0"))
            case "bounce":
                gone = payment(id=id, amount=whole, settled=whole, allocations=(), reversed_on=MOMENT)
                self.stated += [gone, replace(gone, status=PaymentStatus.REVERSED)]
                self.move(row(id, Category.CHARGE, amount, cost))
                self.move(row(id, Category.CHARGE_FAILURE, f"-{amount}"))
            case "refund":
                self.stated.append(refund(id=id, amount=whole, settled=whole))
                self.move(row(id, Category.REFUND, f"-{amount}"))
            case "refund_fails":
                sent = refund(id=id, amount=whole, settled=whole)
                self.stated += [sent, replace(sent, status=RefundStatus.FAILED)]
                self.move(row(id, Category.REFUND, f"-{amount}"))
                self.move(row(id, Category.REFUND_FAILURE, amount))
            case "dispute" | "win" | "lose":
                self._dispute(id, what, amount, cost)
            case "fee":
                self.move(row(id, Category.FEE, f"-{amount}"))
            case "reserve":
                self.move(row(id, Category.RESERVE, f"-{amount}"))
            case "payout":
                self._pay_out(id)
            case "return" if self.paid:
                back = self.paid.pop()
                self.stated.append(replace(back, status=PayoutStatus.FAILED))
                self.move(row(back.id, Category.PAYOUT_REVERSAL, str(back.amount.amount)))

    def _dispute(self, id: str, what: str, amount: str, cost: str) -> None:
        whole, fee = money(amount), money(cost)
        steps = [(Direction.WITHDRAWN, Category.DISPUTE, "-", fee)]
        steps += [(Direction.REINSTATED, Category.DISPUTE_REVERSAL, "", -fee)] if what == "win" else []
        for direction, category, sign, charged in steps:
            step = dispute(direction, dispute=id, settled=whole, amount=whole, fee=charged)
            self.stated.append(replace(step, id=f"{id}/{direction}"))
            self.move(row(f"{id}/{direction}", category, f"{sign}{amount}", str(charged.amount)))
        if what == "lose":
            lost = dispute(Direction.LOST, dispute=id, settled=whole, amount=whole, fee=None)
            self.stated.append(replace(lost, id=f"{id}/lost"))

    def _pay_out(self, id: str) -> None:
        """Rows that come to exactly nothing wait for the next one, as they do there."""
        if self.balance:
            paid = replace(payout("1", *self.waiting), id=id, amount=self.balance)
            self.stated.append(paid)
            self.paid.append(paid)
            self.waiting, self.balance = [], zero("USD")


def books(account: Account, **policies: Any) -> dict[str, Money]:
    """Every flow of the pair over every record, as the engine would post them."""
    balances: dict[str, Money] = {}
    for record in account.stated:
        for flow in FLOWS:
            if flow.source is Role.PAYMENTS and type(record) is flow.reads:
                body = outcome(flow, record, {**POLICIES, **policies})
                assert not isinstance(body, Hold), body
                journal = journal_of(body) if body else None
                for (name, _), amount in journal.accounts().items() if journal else ():
                    balances[name] = balances.get(name, zero("USD")) + amount
    return balances


def clearing(balances: dict[str, Money]) -> Money:
    return balances.get("gl_account:clearing/USD", zero("USD"))


def booked_here(one: BalanceRow) -> Money:
    """What only a payout's entry books of a row: all of a fee, the fee of a charge."""
    if one.category in (Category.FEE, Category.TAX, Category.RESERVE):
        return one.net
    return zero("USD") if one.category in (Category.DISPUTE, Category.DISPUTE_REVERSAL) else -one.fee


@given(acts)
def test_clearing_is_what_was_not_paid_out_yet_before_fees(history: list[tuple[str, int, int]]) -> None:
    account = Account()
    for act in history:
        account.act(*act)
    to_come = total((booked_here(one) for one in account.waiting), "USD")
    assert clearing(books(account)) == account.balance - to_come


@given(acts)
def test_with_fees_by_row_clearing_is_the_balance_itself(history: list[tuple[str, int, int]]) -> None:
    account = Account()
    for act in history:
        account.act(*act)
    assert clearing(books(account, fees_by="row")) == account.balance


@given(acts)
def test_after_everything_is_paid_out_clearing_is_empty_and_the_bank_is_right(
    history: list[tuple[str, int, int]],
) -> None:
    account = Account()
    for act in [*history, ("payout", 0, 0)]:
        account.act(*act)
    assume(not account.waiting)
    balances = books(account)
    assert not clearing(balances)
    assert balances.get("gl_account:bank/USD", zero("USD")) == total(
        (one.amount for one in account.paid), "USD"
    )


@given(acts)
def test_both_ways_of_booking_fees_end_in_the_same_books(history: list[tuple[str, int, int]]) -> None:
    account = Account()
    for act in [*history, ("payout", 0, 0)]:
        account.act(*act)
    assume(not account.waiting)
    by_payout, by_row = books(account), books(account, fees_by="row")
    names = by_payout.keys() | by_row.keys()
    nothing = zero("USD")
    assert {n: by_payout.get(n, nothing) for n in names} == {n: by_row.get(n, nothing) for n in names}
