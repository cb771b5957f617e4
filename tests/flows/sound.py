"""Drawn records as they mostly are: they add up, so that cases get past the holds and into the books."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from connectors.canon.kind import Kind
from connectors.canon.money import Money
from connectors.canon.payables import Bill
from connectors.canon.receivables import (
    Allocation,
    BalanceMovement,
    Category,
    CreditNote,
    Invoice,
    Payment,
    Payout,
    Refund,
)
from tests.canon.strategies import records

ACCEPTED = "odd"


def any_or_sound(cls: type[Kind]) -> st.SearchStrategy[Any]:
    return records(cls) | records(cls).map(sound)


def sound(record: Kind) -> Kind:
    match record:
        case CreditNote():
            whole = record.total - record.adrift
            return replace(record, total=whole, allocations=_within(record.allocations, whole))
        case Invoice() | Bill():
            return replace(record, total=record.total - record.adrift)
        case Payment() | Refund():
            amount = abs(record.amount)
            used = _within(record.allocations, amount)
            return replace(record, amount=amount, allocations=used, settled=record.settled and amount)
        case Payout():
            rows = tuple(replace(row, stated=ACCEPTED) for row in record.rows if row.source)
            listed = replace(record, rows=rows, complete=True)
            return replace(listed, amount=listed.amount - listed.adrift)
        case BalanceMovement() if record.row.category is Category.UNKNOWN:
            return replace(record, row=replace(record.row, stated=ACCEPTED))
    return record


def _within(allocations: tuple[Allocation, ...], whole: Money) -> tuple[Allocation, ...]:
    """The first as far as it goes, the rest of nothing."""
    return tuple(
        replace(one, amount=min(abs(one.amount), whole) if index == 0 and whole.amount > 0 else whole - whole)
        for index, one in enumerate(allocations)
    )
