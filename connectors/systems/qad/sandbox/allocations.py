"""What a receipt or bank line does to a customer's open items, worked out in full before anything moves.

Payments, bank lines and adjustments differ in form only: each settles items, may leave new ones, and posts the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.systems.qad.sandbox.customer_invoices import side_item
from connectors.systems.qad.sandbox.ledger import Heading, Line
from connectors.systems.qad.sandbox.open_items import Applied, once_each, settle
from connectors.systems.qad.sandbox.store import Row
from connectors.systems.qad.sandbox.workspace import Workspace


@dataclass(frozen=True)
class LeftOver:
    """Money that no open item has taken, kept on the customer as a new one."""

    customer: Row
    line: Line


@dataclass
class Plan:
    head: Heading
    lines: list[Line] = field(default_factory=list)
    applied: list[Applied] = field(default_factory=list)
    left_over: list[LeftOver] = field(default_factory=list)


@dataclass(frozen=True)
class Done:
    entry: Row
    applied: list[Row]
    opened: list[str]


def carry_out(desk: Workspace, plan: Plan, kind: str, key: str = "") -> Done:
    """Post the plan, settle what it applies, open what it leaves over: all of it or nothing."""
    ledger = desk.ledger
    once_each(plan.applied)
    left = [LeftOver(each.customer, ledger.rated(plan.head, each.line)) for each in plan.left_over]
    entry = ledger.prepare(plan.head, _whole(desk, plan, [each.line for each in left]))
    ledger.store(entry, kind, key)
    settle(desk, plan.applied, paid=True)
    opened = [side_item(desk, each.customer, entry, plan.head, each.line) for each in left]
    return Done(entry, [part.row() for part in plan.applied], opened)


def _whole(desk: Workspace, plan: Plan, left: Sequence[Line]) -> list[Line]:
    own = [desk.ledger.rated(plan.head, line) for line in plan.lines]
    return desk.ledger.with_exchange_difference(
        desk.entity, [*own, *(part.line for part in plan.applied), *left]
    )
