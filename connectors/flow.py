"""What a flow is: the declaration of one movement between two roles.

Flows are data. The engine reads them, the pages explain them, and the list of pairs is computed from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.canon.kind import Kind
from connectors.system import Role


@dataclass(frozen=True)
class Hold:
    """A named reason to wait: a value, not an error. The four lines a person reads are built from it."""

    name: str
    """Stable, e.g. `mapping_missing`, `receipt_not_posted`; holds of one name and fact are grouped."""
    fact: str
    """What was seen, with its figures: `PO102233 line 1: 40 of 100 received`."""
    releases: str
    by_itself: bool
    who: str = "operator"
    group: str = ""
    """What many held records have in common (`gl_account:fees`), so that one act frees them all."""


@dataclass(frozen=True)
class Choice:
    """A policy of an integration: its options, the default, and why that is the default."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    default: str
    why: str
    example: str = ""


Policies = Mapping[str, Any]
HoldRule = Callable[[Kind, Policies], Hold | None]


@dataclass(frozen=True)
class Flow:
    name: str
    title: str
    """A sentence for people: `Payments become cash receipts`."""
    source: Role
    reads: type[Kind]
    target: Role
    writes: type[Kind]
    translate: Callable[[Kind, Policies], Kind | Hold | None]
    """Pure. None: this record is not for this flow (skipped, with the flow's `unless` as its reason)."""
    holds: tuple[HoldRule, ...] = ()
    choices: tuple[Choice, ...] = ()
    undone_by: str = ""
    """The flow whose delivery takes this one back, where there is one."""
    unless: str = ""
    only: tuple[str, ...] = ()
    """Slugs of systems, for the true exception; empty means every pair whose roles fit."""
    options: Mapping[str, Any] = field(default_factory=dict)
