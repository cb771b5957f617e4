"""Whatever valid or refused business happens in whatever order: the books balance and the sub-ledgers agree."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from connectors.sandbox.clock import Clock
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import (
    SIMULATOR,
    acts,
    banking_entries,
    customer_invoices,
    customer_payments,
    journal_entries,
    open_item_adjustments,
    supplier_invoices,
)
from connectors.systems.qad.sandbox.document_kinds import DOCUMENTS
from connectors.systems.qad.sandbox.fields import read
from connectors.systems.qad.sandbox.furnishing import desk
from tests.sandbox.qad.client import day
from tests.sandbox.qad.records import (
    CUSTOMER_DOMAIN,
    adjustment,
    allocated,
    bank_line,
    bill,
    credit,
    credit_note,
    customer,
    debit,
    invoice,
    journal,
    moves,
    on_account,
    order,
    payment,
    pays,
    posting,
    relation,
    supplier,
)

ENTER: dict[str, Callable[..., Any]] = {
    "customer_invoice": customer_invoices.enter,
    "customer_payment": customer_payments.enter,
    "banking_entry": banking_entries.enter,
    "open_item_adjustment": open_item_adjustments.enter,
    "journal_entry": journal_entries.enter,
    "supplier_invoice": supplier_invoices.enter,
}
FIELDS = {kind.slug: (*kind.own_fields,) for kind in DOCUMENTS}
BANKS = {"USD": "1090", "EUR": "1091", "JPY": "1094", "KWD": "1095"}
UNITS = {"USD": "0.01", "EUR": "0.01", "JPY": "1", "KWD": "0.001"}

currencies = st.sampled_from(sorted(BANKS))
counts = st.integers(1, 999_999)
days = st.sampled_from(
    [day(f"2026-{month:02}-{number:02}") for month in (2, 3, 4, 5) for number in (1, 11, 28)]
)
shares = st.sampled_from([Decimal("0.25"), Decimal("0.5"), Decimal("0.999"), Decimal(1), Decimal("1.01")])
picks = st.integers(0, 10_000)


class Books(RuleBasedStateMachine):
    @initialize()
    def furnish(self) -> None:
        self.world = World(
            "qad", "random", 1, Clock(datetime(2026, 5, 15, 12, tzinfo=UTC).timestamp(), frozen=True)
        )
        SIMULATOR.furnish(self.world)
        for code in ("C1", "C2"):
            acts.create(self.world, "business_relation", **relation(code))
            acts.create(self.world, "customer", **customer(code))
            acts.create(self.world, "customer_domain", **{**CUSTOMER_DOMAIN, "customerCode": code})
        acts.create(self.world, "business_relation", **relation("S1"))
        acts.create(self.world, "supplier", **supplier("S1"))
        acts.create(self.world, "item", domainCode="10USA", itemCode="BRG-6204")
        for number, currency in (("PO102233", "USD"), ("PO2", "EUR")):
            acts.create(self.world, "purchase_order", **order(number, currencyCode=currency))

    # -- receivables

    @rule(number=counts, currency=currencies, on=days, note=st.booleans(), who=st.sampled_from(["C1", "C2"]))
    def bills(self, number: int, currency: str, on: str, note: bool, who: str) -> None:
        amount = str(number * Decimal(UNITS[currency]))
        half = number // 2 * Decimal(UNITS[currency])
        side = "D" if note else "C"
        lines = [posting(str(half), side=side), posting(str(Decimal(amount) - half), "2350", side)]
        make = credit_note if note else invoice
        changes = {"currencyCode": currency, "postingDate": on, "customerCode": who}
        self.enter("customer_invoice", make(amount, **{**changes, "customerInvoicePostings": lines}))

    @precondition(lambda self: self.items("customer_invoice", 1))
    @rule(pick=picks, share=shares, on=days, extra=st.integers(0, 3))
    def is_paid(self, pick: int, share: Decimal, on: str, extra: int) -> None:
        item, amount = self.part(self.items("customer_invoice", 1), pick, share)
        currency = item["currencyCode"]
        more = extra * Decimal(UNITS[currency])
        lines = [pays(item, str(amount))] + ([on_account(str(more))] if more else [])
        way = {"currencyCode": currency, "bankGlAccountCode": BANKS[currency], "customerCode": item["party"]}
        self.enter("customer_payment", payment(str(amount + more), *lines, **way, postingDate=on))

    @precondition(lambda self: self.world.table("customer_payment"))
    @rule(pick=picks, on=days)
    def bounces(self, pick: int, on: str) -> None:
        row = self.pick(list(self.world.table("customer_payment").values()), pick)
        name = f"{row['year']}/{row['paymentInstrument']}/{row['number']}"
        self.attempt(acts.bounce_payment, self.world, name, on=on)

    @precondition(lambda self: self.items("customer_invoice", -1))
    @rule(pick=picks, share=shares, on=days)
    def is_refunded(self, pick: int, share: Decimal, on: str) -> None:
        item, amount = self.part(self.items("customer_invoice", -1), pick, share)
        currency = item["currencyCode"]
        line = allocated(item["itemType"], str(-amount), item, customerCode=item["party"])
        way = {"currencyCode": currency, "bankGlAccountCode": BANKS[currency], "postingDate": on}
        self.enter("banking_entry", bank_line("OUT", str(-amount), line, **way))

    @rule(number=counts, currency=currencies, out=st.booleans(), named=st.booleans())
    def money_moves_without_a_document(self, number: int, currency: str, out: bool, named: bool) -> None:
        amount = str(number * Decimal(UNITS[currency]))
        line = allocated("UNALLOCATED", amount, customerCode="C1" if named else "")
        way = {"currencyCode": currency, "bankGlAccountCode": BANKS[currency]}
        self.enter("banking_entry", bank_line("OUT" if out else "IN", amount, line, **way))

    @precondition(lambda self: self.items("customer_invoice", 1) and self.items("customer_invoice", -1))
    @rule(one=picks, two=picks, on=days)
    def is_applied(self, one: int, two: int, on: str) -> None:
        debt = self.pick(self.items("customer_invoice", 1), one)
        same = ("party", "currencyCode")
        mine = [
            each
            for each in self.items("customer_invoice", -1)
            if all(each[name] == debt[name] for name in same)
        ]
        if not mine:
            return
        claim = self.pick(mine, two)
        amount = min(abs(Decimal(debt["balanceTC"])), abs(Decimal(claim["balanceTC"])))
        lines = (moves(claim["itemType"], str(-amount), claim), moves(debt["itemType"], str(amount), debt))
        way = {"customerCode": debt["party"], "currencyCode": debt["currencyCode"], "postingDate": on}
        self.enter("open_item_adjustment", adjustment(*lines, **way))

    @rule(number=counts, currency=currencies, on=days)
    def is_journalled(self, number: int, currency: str, on: str) -> None:
        amount = str(number * Decimal(UNITS[currency]))
        lines = (debit("6100", amount, currency), credit(BANKS[currency], amount, currency))
        self.enter("journal_entry", journal(*lines, postingDate=on, period=int(on[5:7])))

    # -- payables

    @rule(order=st.sampled_from(["PO102233", "PO2"]), quantity=st.integers(1, 60), on=days)
    def goods_come(self, order: str, quantity: int, on: str) -> None:
        self.attempt(acts.receive, self.world, order, 1, str(quantity), on=on)

    @precondition(lambda self: self.world.table("po_receipt"))
    @rule(pick=picks, quantity=st.integers(1, 40), on=days)
    def goods_go_back(self, pick: int, quantity: int, on: str) -> None:
        row = self.pick(list(self.world.table("po_receipt").values()), pick)
        if not row["isReturn"]:
            self.attempt(acts.give_back, self.world, row["receiverNumber"], 1, str(quantity), on=on)

    @precondition(lambda self: self.world.table("po_receipt"))
    @rule(
        pick=picks, quantity=st.integers(1, 70), cents=st.integers(300, 500), finished=st.booleans(), on=days
    )
    def is_billed(self, pick: int, quantity: int, cents: int, finished: bool, on: str) -> None:
        row = self.pick(list(self.world.table("po_receipt").values()), pick)
        price = cents * Decimal("0.01")
        line = {
            "purchaseOrderNumber": row["purchaseOrderNumber"],
            "purchaseOrderLine": 1,
            "receiverNumber": row["receiverNumber"],
            "matchQuantity": Decimal(quantity),
            "matchUnitPrice": price,
            "isFinished": finished,
        }
        type = "CREDITNOTE" if row["isReturn"] else "INVOICE"
        way = {
            "currencyCode": row["currencyCode"],
            "invoiceType": type,
            "postingDate": on,
            "purchaseOrders": [],
        }
        self.enter("supplier_invoice", bill(str(quantity * price), line, **way))

    @precondition(lambda self: self.items("supplier_invoice", -1))
    @rule(pick=picks, share=shares, on=days, status=st.sampled_from(["PAID", "FORCOLLECTION"]))
    def supplier_is_paid(self, pick: int, share: Decimal, on: str, status: str) -> None:
        item, amount = self.part(self.items("supplier_invoice", -1), pick, share)
        bills = [
            {"invoice": f"{item['year']}/{item['daybookCode']}/{item['voucher']}", "amount": str(-amount)}
        ]
        self.attempt(acts.pay_supplier, self.world, bills, status=status, on=on)

    @precondition(lambda self: self.world.table("supplier_payment"))
    @rule(pick=picks, status=st.sampled_from(["PAID", "VOID", "BOUNCED"]), on=days)
    def supplier_payment_moves(self, pick: int, status: str, on: str) -> None:
        row = self.pick(list(self.world.table("supplier_payment").values()), pick)
        name = f"{row['year']}/{row['paymentInstrument']}/{row['number']}"
        self.attempt(acts.move_supplier_payment, self.world, name, status, on=on)

    @rule(month=st.integers(2, 4), closed=st.booleans())
    def a_period_closes_or_opens(self, month: int, closed: bool) -> None:
        acts.close_period(self.world, 2026, month, closed=closed)

    @invariant()
    def books_are_true(self) -> None:
        assert not (broken := SIMULATOR.check(self.world)), broken

    # -- by hand

    def enter(self, kind: str, record: dict[str, Any]) -> None:
        self.attempt(ENTER[kind], desk(self.world), read(FIELDS[kind], record))

    def attempt(self, act: Callable[..., Any], *args: Any, **named: Any) -> None:
        """A refusal is as good as an acceptance, as long as it changes nothing that counts."""
        before = len(self.world.table("glEntries")), str(self.world.table("openItems"))
        with contextlib.suppress(ValueError):
            act(*args, **named)
            return
        assert before == (len(self.world.table("glEntries")), str(self.world.table("openItems")))

    def items(self, kind: str, sign: int) -> list[dict[str, Any]]:
        found = self.world.table("openItems").values()
        return [
            {**item, **{name: item[name] for name in ("year", "daybookCode", "voucher")}}
            for item in found
            if item["kind"] == kind and Decimal(item["balanceTC"]) * sign > 0
        ]

    def part(self, items: list[dict[str, Any]], pick: int, share: Decimal) -> tuple[dict[str, Any], Decimal]:
        item = self.pick(items, pick)
        step = Decimal(UNITS[item["currencyCode"]])
        return item, (Decimal(item["balanceTC"]) * share // step) * step

    def pick(self, rows: list[dict[str, Any]], pick: int) -> dict[str, Any]:
        return rows[pick % len(rows)]


Books.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_books = Books.TestCase
