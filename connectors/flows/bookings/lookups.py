"""Cost centres, projects and accounts of the ledger as values to choose in procurement."""

from __future__ import annotations

from connectors.canon.kind import Ref
from connectors.canon.reference import CostCentre, GlAccount, LookupValue, Project
from connectors.flow import Policies, Revision, Update

Dimension = CostCentre | Project | GlAccount


def looked_up(record: Dimension, policies: Policies) -> bool:
    """Only for dimensions that a lookup was chosen for; what is inactive from the start is not brought over."""
    return record.active and bool(_lookup(record, policies))


def lookup_changed(record: Dimension, policies: Policies) -> Revision:
    """Inactive is deactivated there, never deleted."""
    return Update(lookup_value(record, policies)) if _lookup(record, policies) else None


def lookup_value(record: Dimension, policies: Policies) -> LookupValue:
    return LookupValue(
        id=record.id,
        number=record.number,
        lookup=_lookup(record, policies),
        code=record.label,
        name=record.name,
        active=record.active,
        parent=_parent(record),
    )


def _lookup(record: Dimension, policies: Policies) -> str:
    return str(policies.get(f"lookup_{type(record).__name__}") or "")


def _parent(record: Dimension) -> Ref[CostCentre] | Ref[Project] | Ref[GlAccount] | None:
    if not record.parent:
        return None
    match record:
        case CostCentre():
            return Ref(CostCentre, record.parent)
        case Project():
            return Ref(Project, record.parent)
        case GlAccount():
            return Ref(GlAccount, record.parent)
