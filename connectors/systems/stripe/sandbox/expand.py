"""Puts whole objects in the place of ids, as deep as a caller asks and not deeper than the vendor allows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox.books import PREFIXES, Books, shown
from connectors.systems.stripe.sandbox.refusal import Refusal

DEPTH_MAX = 4

TABLES = {  # field that holds an id: where the object is
    "balance_transaction": "balance_transactions",
    "charge": "charges",
    "credit_note": "credit_notes",
    "customer": "customers",
    "failure_balance_transaction": "balance_transactions",
    "invoice": "invoices",
    "latest_charge": "charges",
    "original_payout": "payouts",
    "payment_intent": "payment_intents",
    "refund": "refunds",
    "reversed_by": "payouts",
}
BY_PREFIX = {prefix: table for table, (prefix, _, _) in PREFIXES.items()} | {"pyr_": "refunds"}
INCLUDABLE: dict[tuple[str, str], Callable[[Books, Row], Any]] = {}
"""(object, field) that appears only when asked for; filled by the nouns that own such fields."""
SHOW: dict[str, Callable[[Books, Row], Row]] = {}
"""How an object is shown, for those that are more than their stored row."""


def show(books: Books, row: Row) -> Row:
    own = SHOW.get(row["object"])
    return own(books, row) if own else shown(row)


def expanded(books: Books, value: Row, wanted: Iterable[str]) -> Row:
    for path in wanted:
        parts = path.split(".")
        if len(parts) > DEPTH_MAX + (parts[0] == "data"):
            raise Refusal(
                f"You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}",
                param="expand",
            )
        _expand(books, value, parts, path)
    return value


def _expand(books: Books, value: Any, parts: list[str], path: str) -> None:
    if not parts:
        return
    if isinstance(value, list):
        for part in value:
            _expand(books, part, parts, path)
        return
    field, *rest = parts
    include = INCLUDABLE.get((str(value.get("object")), field))
    if include and field not in value:
        value[field] = include(books, value)
    if field not in value or not _expandable(field, value[field]):
        raise Refusal(f"This property cannot be expanded ({path}).", param="expand")
    if isinstance(value[field], str):
        value[field] = _object(books, field, value[field])
    if value[field] is not None:
        _expand(books, value[field], rest, path)


def _expandable(field: str, held: Any) -> bool:
    return held is None or isinstance(held, dict | list) or field in TABLES or field == "source"


def _object(books: Books, field: str, id: str) -> Row:
    table = TABLES.get(field) or BY_PREFIX[id.partition("_")[0] + "_"]
    return show(books, books.table(table)[id])
