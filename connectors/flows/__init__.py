"""Every movement between two roles that the product knows, and which pairs of systems follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

from connectors.flow import Flow
from connectors.flows import ledger_billing, ledger_payments, ledger_procurement
from connectors.system import Role, System

ALL_FLOWS: tuple[Flow, ...] = (*ledger_payments.FLOWS, *ledger_billing.FLOWS, *ledger_procurement.FLOWS)
BY_NAME = {flow.name: flow for flow in ALL_FLOWS}
ROLES = tuple(Role)


@dataclass(frozen=True)
class Pair:
    """Two systems that can be joined: the ledger on the left, and the flows that fit both."""

    left: System
    right: System
    flows: tuple[Flow, ...]


def pairs(systems: Iterable[System]) -> tuple[Pair, ...]:
    """Computed from what each system reads and writes, never written down."""
    return tuple(_pairs(sorted(systems, key=lambda one: (ROLES.index(one.role), one.slug))))


def flows_between(left: System, right: System) -> tuple[Flow, ...]:
    """Nothing where an essential movement between the two roles is beyond one of them."""
    between = [flow for flow in ALL_FLOWS if _ends(flow, left, right)]
    fitting = tuple(flow for flow in between if _fits(flow, *_ends(flow, left, right)))
    if any(flow.essential and flow not in fitting for flow in between):
        return ()
    return fitting


def _pairs(systems: list[System]) -> Iterator[Pair]:
    for left, right in combinations(systems, 2):
        if flows := flows_between(left, right):
            yield Pair(left, right, flows)


def _ends(flow: Flow, left: System, right: System) -> tuple[System, ...]:
    """Source and target of a flow among the two; nothing where their roles are others."""
    for source, target in ((left, right), (right, left)):
        if (source.role, target.role) == (flow.source, flow.target):
            return source, target
    return ()


def _fits(flow: Flow, source: System, target: System) -> bool:
    named = not flow.only or {source.slug, target.slug} <= set(flow.only)
    reads = any(moves.kind is flow.reads for moves in source.reads)
    return named and reads and (flow.writes is None or flow.writes in target.writes)
