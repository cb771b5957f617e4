"""A month of business at a simulated payment system, read over HTTP by its adapter, booked by the flows, and proven.

Three parties that share no code meet here: the vendor simulated, the adapter that reads it, the flows that book it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.canon.bookings import Settlement
from connectors.canon.entries import journal_of
from connectors.canon.journal import Journal
from connectors.canon.kind import Kind, Ref
from connectors.canon.links import codes_of, refs_of, with_resolved
from connectors.canon.money import Money, total, zero
from connectors.canon.receivables import Payout, PayoutStatus
from connectors.flow import Flow, Hold, outcome
from connectors.flows.ledger_payments import FLOWS
from connectors.sandbox.control import control
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.system import Role
from connectors.systems.qad.book import read_book
from connectors.systems.qad.profile import read_profile
from connectors.systems.qad.records.render import document
from connectors.systems.stripe import SYSTEM
from connectors.systems.stripe.sandbox import SIMULATOR
from connectors.systems.stripe.units import UNITS
from tests.conformance.stand import Stand
from tests.flows.made import POLICIES
from tests.sandbox.stripe_account.conftest import START

POSTING = [flow for flow in FLOWS if flow.source is Role.PAYMENTS]
CODES = (
    "domain entity daybook_journal daybook_invoice daybook_credit daybook_adjustment daybook_bill daybook_match "
    "payment_instrument invoice_status bill_status"
).split()
PASSING = dict.fromkeys(("EUR", "GBP", "CHF", "JPY", "KWD"), "1095")


class Month:
    """What the vendor states, and what it still owes by its own account."""

    def __init__(self, stage: Stage) -> None:
        world = stage.world("stripe", "northmoor", story="northmoor", clock=START)
        stage.limit(world, Limit())
        told = stage.credentials(world)
        at = Stand(
            system=SYSTEM,
            stage=stage,
            world=world,
            secrets={"api_key": told["restricted_key"]},
            settings={"address": told["base_url"]},
            bad_secrets={},
            rows={},
            writings={},
            forbid=lambda _: "",
        )
        adapter: Any = SYSTEM.open(at.account())
        self.records: list[Any] = [
            row for moves in SYSTEM.reads for page in adapter.changes(moves.kind, "") for row in page.rows
        ]
        body = adapter.api.get("balance", "balance").body
        parts = (part for name in ("available", "pending") for part in body[name])
        self.owed = total(
            (UNITS.from_minor(part["amount"], part["currency"].upper()) for part in parts), "USD"
        )

    @property
    def on_its_way(self) -> Money:
        """Left the balance, not at the bank yet."""
        payouts = (one for one in self.records if isinstance(one, Payout))
        return total((one.amount for one in payouts if one.status is PayoutStatus.PENDING), "USD")

    def bodies(self, **policies: Any) -> Iterator[tuple[Flow, Kind]]:
        """Each record through each flow. Nothing is taken back that was not posted: the month is read at its end."""
        backwards = {flow.undone_by for flow in FLOWS}
        for record in self.records:
            for flow in POSTING:
                if type(record) is flow.reads and flow.name not in backwards:
                    body = outcome(flow, record, {**POLICIES, **policies})
                    assert not isinstance(body, Hold), body
                    if body:
                        yield flow, body


@pytest.fixture(scope="module")
def month() -> Iterator[Month]:
    with Stage([SIMULATOR], seed=11, control=control) as stage:
        yield Month(stage)


def accounts(month: Month, **policies: Any) -> dict[str, Money]:
    balances: dict[str, Money] = {}
    for _, body in month.bodies(**policies):
        journal = journal_of(body)
        for (name, currency), amount in journal.accounts().items() if journal else ():
            if currency == "USD":
                balances[name] = balances.get(name, zero("USD")) + amount
    return balances


def test_with_fees_by_row_the_clearing_account_is_the_vendors_own_balance(month: Month) -> None:
    assert accounts(month, fees_by="row")["gl_account:clearing/USD"] == month.owed + month.on_its_way


def test_with_fees_by_payout_it_is_that_before_the_fees_still_to_come(month: Month) -> None:
    by_payout, by_row = accounts(month), accounts(month, fees_by="row")
    to_come = zero("USD")
    for name in ("gl_account:fees/USD", "gl_account:fee_tax/USD"):
        to_come = to_come + by_row[name] - by_payout[name]
    assert to_come
    assert by_payout["gl_account:clearing/USD"] == month.owed + month.on_its_way + to_come


def test_the_bank_has_what_was_paid_out(month: Month) -> None:
    paid = (one for one in month.records if isinstance(one, Payout) and one.status is PayoutStatus.PAID)
    assert accounts(month)["gl_account:bank/USD"] == total((one.amount for one in paid), "USD")


def test_every_dispute_has_come_to_its_end(month: Month) -> None:
    balances = accounts(month)
    assert not balances["gl_account:disputes"] and balances["gl_account:dispute_losses"].amount > 0


def test_a_ledger_renders_each_with_the_entry_that_the_vocabulary_says(month: Month) -> None:
    """Accounts that the flow names move alike in the rendered document; control accounts are the ledger's own."""
    book = read_book(
        {"book": dict.fromkeys(CODES, "X") | {"base_currency": "USD", "conversion_accounts": PASSING}}
    )
    profile = read_profile({})
    seen = set()
    for flow, body in month.bodies(fees_by="payout"):
        there = resolved(body)
        rendered = document(there, book, profile).journal
        meant = journal_of(there)
        assert rendered and meant
        chosen = {str(code.key) for code in named(there)} - ({"clearing/USD"} if converted(there) else set())
        assert moves(rendered, chosen) == moves(meant, {f"gl_account:{key}" for key in chosen})
        seen.add(flow.name)
    assert {"payments", "refunds", "disputes", "payouts"} <= seen


def moves(journal: Journal, names: set[str]) -> dict[tuple[str, str], Money]:
    return {
        (name.removeprefix("gl_account:"), currency): amount
        for (name, currency), amount in journal.accounts().items()
        if name in names
    }


def named(body: Kind) -> list[Any]:
    lines = [line.account for line in body.lines] if isinstance(body, Settlement) else []
    names = ("clearing", "bank", "disputes", "losses", "fees", "returns")
    return [*lines, *(code for name in names if (code := getattr(body, name, None)))]


def converted(body: Kind) -> bool:
    """Then the ledger books the receipt and the exchange as two documents of one write."""
    settled, amount = getattr(body, "settled", None), getattr(body, "amount", None)
    return settled is not None and amount is not None and settled.currency != amount.currency


def resolved(body: Kind) -> Kind:
    refs = {
        (found.value.kind.__name__, found.value.id): "2026/STR/7"
        for found in refs_of(body)
        if isinstance(found.value, Ref)
    }
    codes = {(code.value.table, code.value.key): code.value.key for code in codes_of(body)}  # type: ignore[union-attr]
    return with_resolved(body, refs, codes)
