"""One mode, live or test, of one simulated account: its tables, its time, and the events that it tells.

Everything that changes an object goes through here, whether a request asked for it or a person at the dashboard.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.world import Row, Table, World
from connectors.systems.stripe.sandbox.refusal import missing

PREFIXES = {  # table: id prefix, random characters, the vendor's word for one
    "customers": ("cus_", 14, "customer"),
    "tax_ids": ("txi_", 24, "tax_id"),
    "invoices": ("in_", 24, "invoice"),
    "invoiceitems": ("ii_", 24, "invoiceitem"),
    "lines": ("il_", 24, "line_item"),
    "invoice_payments": ("inpay_", 24, "invoice_payment"),
    "payment_intents": ("pi_", 24, "payment_intent"),
    "charges": ("ch_", 24, "charge"),
    "refunds": ("re_", 24, "refund"),
    "disputes": ("dp_", 24, "dispute"),
    "payouts": ("po_", 24, "payout"),
    "balance_transactions": ("txn_", 24, "balance_transaction"),
    "credit_notes": ("cn_", 24, "credit_note"),
    "credit_note_lines": ("cnli_", 24, "credit_note_line_item"),
    "events": ("evt_", 24, "event"),
    "webhook_endpoints": ("we_", 24, "webhook_endpoint"),
    "tax_rates": ("txr_", 24, "tax_rate"),
    "products": ("prod_", 14, "product"),
    "prices": ("price_", 24, "price"),
}


@dataclass(frozen=True)
class Cause:
    """Why something changes: the request that asked for it, or nobody's request."""

    request: str | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Books:
    world: World
    livemode: bool
    cause: Cause = Cause()

    @property
    def mode(self) -> str:
        return "live" if self.livemode else "test"

    @property
    def now(self) -> int:
        return self.world.clock.seconds()

    @property
    def account(self) -> Row:
        account: Row = self.world.state["account"]
        return account

    def table(self, name: str) -> Table:
        return self.world.table(f"{self.mode}/{name}")

    def add(self, table: str, *, prefix: str = "", **values: Any) -> Row:
        """A new object with what all objects have; newest last."""
        usual, length, word = PREFIXES[table]
        row: Row = {
            "id": self.world.new_id(prefix or usual, length),
            "object": word,
            "created": self.now,
            "livemode": self.livemode,
        }
        row |= {"_number": self.count("row"), **values}
        self.table(table)[row["id"]] = row
        self.touch(row)
        return row

    def touch(self, row: Row) -> None:
        """Note a change, for the search index that lags behind."""
        row["_changed"] = self.world.clock.time()

    def get(self, table: str, id: str, param: str = "id") -> Row:
        row = self.table(table).get(id)
        if row is None:
            other = Books(self.world, not self.livemode)
            elsewhere = other.mode if id in other.table(table) else ""
            raise missing(PREFIXES[table][2], id, param=param, other_mode=elsewhere)
        return row

    def where(self, table: str, **wanted: Any) -> list[Row]:
        rows = self.table(table).values()
        return [row for row in rows if all(row.get(name) == value for name, value in wanted.items())]

    def later(self, seconds: float, timer: str, **args: Any) -> None:
        self.world.later(seconds, timer, livemode=self.livemode, **args)

    def count(self, name: str) -> int:
        return self.world.count(f"{self.mode}/{name}")


def shown(row: Mapping[str, Any]) -> Row:
    """Without what we keep for ourselves, and never the stored object itself."""
    return {name: _copied(value) for name, value in row.items() if name[:1] != "_"}


def _copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _copied(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_copied(part) for part in value]
    return value


def enveloped(rows: Iterable[Row], url: str, has_more: bool = False) -> Row:
    return {"object": "list", "url": url, "has_more": has_more, "data": list(rows)}
