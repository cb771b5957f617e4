"""One simulated QAD instance over HTTP, as the shared checks open it, and its true ledger beside."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from connectors.canon.kind import Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import Invoice
from connectors.canon.ref import Code
from connectors.system import Document, Spoiled, Written
from tests.conformance.conftest import standing
from tests.conformance.stand import Stand
from tests.conformance.stands.qad import BOOK

ENTITY = "10USACO"
CONTROLS = {"customer_control": "1200", "credit_control": "1210", "prepayment_control": "2400"}
CONVERSION = {"EUR": "1091"}


def account(key: str) -> Code:
    return Code("gl_account", key, resolved=True)


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


class Acme:
    """The instance as its finance team sees it (`act`, `gl`), and as our adapter does."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        stand.settings["book"] = {**BOOK, "controls": CONTROLS, "conversion_accounts": CONVERSION}

    def act(self, act: str, **args: Any) -> Any:
        return self.stand.act(act, **args)

    def payer(self, currency: str = "USD") -> Ref[Customer]:
        rows = self.stand.world.table("customer").values()
        code = next(str(row["customerCode"]) for row in rows if row["currencyCode"] == currency)
        return Ref(Customer, code, resolved=True)

    def invoice(self, amount: str, customer: str = "", **more: Any) -> Ref[Invoice]:
        made = self.act("post_invoice", customer=customer or self.payer().id, amount=amount, **more)
        return Ref(Invoice, str(made), resolved=True)

    def balance(self, invoice: Ref[Invoice]) -> Decimal:
        row = self.stand.world.table("customer_invoice")["|".join((ENTITY, *invoice.id.split("/")))]
        return Decimal(str(row["balanceTC"]))

    def put(self, body: Kind) -> tuple[Document, Written]:
        adapter = self.stand.adapter()
        document = adapter.render(body)
        return document, adapter.write(document, None, "key")

    def entries(self) -> set[str]:
        return set(self.stand.world.table("glEntries"))

    def gl(self, before: set[str]) -> dict[tuple[str, str], Money]:
        """What was posted since: account and currency to its change, as `Journal.accounts` says it."""
        found: dict[tuple[str, str], Money] = {}
        for key, entry in self.stand.world.table("glEntries").items():
            for line in entry["lines"] if key not in before else ():
                where = (str(line["glAccountCode"]), str(line["currencyCode"]))
                moved = Decimal(str(line["debitTC"])) - Decimal(str(line["creditTC"]))
                found[where] = found.get(where, Money(Decimal(0), where[1])) + Money(moved, where[1])
        return {where: amount for where, amount in found.items() if amount}

    def proved(self, body: Kind, beside: dict[tuple[str, str], Money] | None = None) -> Written:
        """Post it; what the preview said is what the ledger got, account by account.

        `beside`: the conversion that follows a receipt, which no balanced journal of one currency can show.
        """
        before = self.entries()
        document, written = self.put(body)
        assert document.journal is not None
        said = document.journal.accounts()
        for where, amount in (beside or {}).items():
            said[where] = said.get(where, Money(Decimal(0), where[1])) + amount
        said = {where: amount for where, amount in said.items() if amount}
        assert self.gl(before) == said
        assert self.stand.adapter().find(type(body), document.reference, document) == written.id
        self.put(body)
        assert self.gl(before) == said
        return written

    def read(self, kind: type[Kind], since: str = "", **settings: Any) -> tuple[dict[str, Any], str]:
        pages = list(self.stand.adapter(**settings).changes(kind, since))
        rows = [row for page in pages for row in page.rows]
        assert not [row for row in rows if isinstance(row, Spoiled)]
        return {row.id: row for row in rows}, pages[-1].cursor


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing("qad") as made:
        yield made


@pytest.fixture
def acme(stand: Stand) -> Acme:
    return Acme(stand)
