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
    """Value and label of each; none where the value is picked from `table` or typed freely."""
    default: str
    why: str
    example: str = ""
    table: str = ""
    """The table of the target that the value is picked from (`customer`, `gl_account`)."""


@dataclass(frozen=True)
class Account:
    """A GL account that the customer chooses for a flow: mapped in the table `gl_account` under `name`."""

    name: str
    label: str
    why: str
    per_currency: bool = False
    """`name/USD` is asked for first, then `name`."""


@dataclass(frozen=True)
class Update:
    """Write this over the document that was delivered."""

    body: Kind


@dataclass(frozen=True)
class Replace:
    """Take the delivered document back and write this as its successor."""

    body: Kind
    held: Hold | None = None
    """Where it says something else than what was delivered, this is what a person is asked first."""


@dataclass(frozen=True)
class Undo:
    """Take the delivered document back by the adapter's `reverse`; for systems without books."""

    why: str


@dataclass(frozen=True)
class Beside:
    """Other records of the target that a translation must look at: all of `kind` whose `key` is this."""

    kind: type[Kind]
    key: str


Policies = Mapping[str, Any]
"""The integration's choices by name, and what the engine adds to them:

`source`, `target`: slugs of the systems · `time_zone`: name of the books' zone · `today`: date there ·
`beside`: kind -> tuple of the records that `Flow.beside` asked for · `accepted`: fact groups that a person let pass.
"""
HoldRule = Callable[[Any, Policies], Hold | None]
Revision = Update | Replace | Undo | Hold | None


def stands(_now: Kind, _policies: Policies) -> Revision:
    """What was delivered stays as it is, whatever the source says later."""
    return None


@dataclass(frozen=True)
class Flow:
    name: str
    title: str
    """A sentence for people: `Payments become cash receipts`."""
    source: Role
    reads: type[Kind]
    target: Role
    writes: type[Kind] | None
    """None: nothing is ever written; the records are read to be mapped or matched."""
    takes: Callable[[Any, Policies], bool]
    """Pure. Whether a record is for this flow at all; where it is not, it is skipped with `unless` as the reason."""
    translate: Callable[[Any, Policies], Kind | Hold]
    """Pure. What a record that is taken, and that no rule holds, becomes."""
    unless: str
    holds: tuple[HoldRule, ...] = ()
    """Asked of a record that is taken, in order, before it is translated; the first answer counts."""
    revise: Callable[[Any, Policies], Revision] = stands
    """Pure. What a change of the source does to the document already delivered for it.

    An Update or Replace whose body has the fingerprint of what was delivered is no change.
    """
    choices: tuple[Choice, ...] = ()
    accounts: tuple[Account, ...] = ()
    undone_by: str = ""
    """The flow that books this one back from the same record. Its delivery follows this one's: where nothing was
    delivered here it is skipped before anything else is asked, and once it is delivered this one is UNDONE."""
    beside: Callable[[Any], tuple[Beside, ...]] | None = None
    only: tuple[str, ...] = ()
    """Slugs of systems, for the true exception; empty means every pair whose roles fit."""
    essential: bool = False
    """A pair of systems is offered only when every essential flow between their roles fits it."""
    on: bool = True
    """Whether its lane starts switched on."""
    options: Mapping[str, Any] = field(default_factory=dict)


def outcome(flow: Flow, record: Kind, policies: Policies) -> Kind | Hold | None:
    """What the flow makes of a record it has delivered nothing for: a body, a reason to wait, or None (skipped)."""
    if not flow.takes(record, policies):
        return None
    return held(flow, record, policies) or flow.translate(record, policies)


def revision(flow: Flow, record: Kind, policies: Policies) -> Revision:
    """What a change of a record does to the document that was delivered for it; what would be held anew is held."""
    if flow.takes(record, policies) and (hold := held(flow, record, policies)):
        return hold
    return flow.revise(record, policies)


def held(flow: Flow, record: Kind, policies: Policies) -> Hold | None:
    return next((hold for rule in flow.holds if (hold := rule(record, policies))), None)
