"""What other records are coded with: items, accounts, cost centres, projects, tax codes, lookup values, periods.

They are read for mapping and for checks; only lookup values are ever written.
"""

from __future__ import annotations

from datetime import date

from connectors.canon.kind import Kind, Ref, kind


@kind
class Item(Kind):
    name: str
    active: bool = True
    unit: str = ""
    family: str = ""
    item: str = ""
    """The item that a price belongs to, where the system prices items separately."""
    currency: str = ""
    account: str = ""
    """The account or accounting code the system itself suggests for it."""


@kind
class GlAccount(Kind):
    name: str
    parent: str = ""
    sort: str = ""
    """The ledger's own word for what it is: bank, control, expense."""
    currency: str = ""
    active: bool = True
    postable: bool = True
    """False for control accounts, which only sub-ledgers may move."""


@kind
class CostCentre(Kind):
    name: str
    active: bool = True
    parent: str = ""


@kind
class Project(Kind):
    name: str
    active: bool = True
    parent: str = ""


@kind
class TaxCode(Kind):
    name: str
    active: bool = True


@kind
class LookupValue(Kind):
    """A cost centre, account or project as a value to choose in another system; a parent goes before its children."""

    lookup: str
    code: str
    name: str
    active: bool = True
    parent: Ref[CostCentre] | Ref[Project] | Ref[GlAccount] | Ref[LookupValue] | None = None


@kind
class Period(Kind):
    """A stretch of dates of the books and whether something may still be posted to it."""

    first: date
    last: date
    closed: bool = False
    locked: tuple[str, ...] = ()
    """Books inside it that are closed earlier than the rest (daybooks)."""
