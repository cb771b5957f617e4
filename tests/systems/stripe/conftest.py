"""One simulated Stripe account over HTTP, as the shared checks open it, and what people do in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.canon.kind import Kind
from connectors.system import Spoiled
from tests.conformance.conftest import standing
from tests.conformance.stand import Stand

DAY = 86_400


class Acme:
    """The account as its owner sees it (`act`), and as our adapter reads it (`changed`, `one`)."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.customer = str(self.act("new_customer", name="Harbor Tooling", email="ap@harbor.example")["id"])

    def act(self, act: str, **args: Any) -> Any:
        return self.stand.act(act, **args)

    def later(self, seconds: float = 5) -> None:
        self.stand.stage.advance(seconds, self.stand.world)

    def invoice(self, amount: int = 10_000, currency: str = "usd", **more: Any) -> str:
        made = self.act("new_invoice", customer=self.customer, amount=amount, currency=currency, **more)
        return str(made["id"])

    def paid(self, invoice: str, amount: int | None = None, **more: Any) -> str:
        charge = str(self.act("pay_invoice", invoice=invoice, amount=amount, **more)["id"])
        self.later()
        return charge

    def charge(self, amount: int = 10_000, currency: str = "usd", **more: Any) -> str:
        made = self.act("charge", amount=amount, currency=currency, **{"customer": self.customer, **more})
        self.later()
        return str(made["id"])

    def one(self, kind: type[Kind], id: str) -> Any:
        return self.stand.adapter().fetch(kind, id)

    def changed(self, kind: type[Kind], since: str = "") -> tuple[dict[str, Any], str]:
        """Every row as it was last stated, and the cursor behind them."""
        pages = list(self.stand.adapter().changes(kind, since))
        rows = [row for page in pages for row in page.rows]
        assert not [row for row in rows if isinstance(row, Spoiled)]
        return {row.id: row for row in rows}, pages[-1].cursor

    def read_up(self, kind: type[Kind]) -> str:
        """A cursor so late that what is there already is only read again because an event tells of it."""
        _, cursor = self.changed(kind)
        self.later(2 * 3600)
        return self.changed(kind, cursor)[1]


@pytest.fixture
def stand() -> Iterator[Stand]:
    with standing("stripe") as made:
        yield made


@pytest.fixture
def acme(stand: Stand) -> Acme:
    return Acme(stand)
