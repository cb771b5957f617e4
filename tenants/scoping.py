"""Whose rows may be seen now: exactly one door is open, for one block, inside one transaction.

The same answer is given twice: by the manager, which raises when no door is open, and by the database's policies
(`rowlevel.py`), which read the settings made here and vanish with the transaction, so that a pooled connection carries nothing over.

    with tenant_scope(tenant):            everything of one tenant; the door for nearly all work
    with everywhere("release due work"):  across tenants; written down with its reason
    with as_person(person.pk):            a person's own memberships and the names of those tenants
    with presenting(digest):              the one invitation or token whose secret somebody holds

A door holds a transaction: never keep it open over a call to a vendor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction

from tenants.ids import new_id

if TYPE_CHECKING:
    from tenants.models import Tenant

log = logging.getLogger(__name__)


class Door(StrEnum):
    """Each door is a setting that the policies read."""

    TENANT = "app.tenant"
    EVERYWHERE = "app.everywhere"
    PERSON = "app.person"
    PRESENTED = "app.presented"


class OutsideScope(RuntimeError):
    """A tenant's rows were asked for while no door was open, or through a door that does not lead to them."""


class WrongScope(RuntimeError):
    """A second door was opened inside the first."""


@dataclass(frozen=True)
class Scope:
    door: Door
    value: str
    afterwards: list[Callable[[], None]] = field(default_factory=list, compare=False, repr=False)
    """What must be written even if the block fails, such as a refusal: done in a transaction of its own."""
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What may be remembered for as long as this transaction, such as the tenant's keys."""


_open: ContextVar[Scope | None] = ContextVar("scope", default=None)


def tenant_scope(tenant: Tenant | UUID) -> _Door:
    """Work for one tenant. Entering it again for the same tenant changes nothing; for another one it is an error."""
    return _door(Scope(Door.TENANT, str(tenant if isinstance(tenant, UUID) else tenant.pk)))


@contextmanager
def everywhere(reason: str) -> Iterator[None]:
    """Work across tenants. The reason is logged and kept in `Crossing`, also when the block fails."""
    if not reason.strip():
        raise ValueError("everywhere() wants a reason")
    if _open.get() is None:
        log.info("everywhere: %s", reason)
        _note_crossing(reason)
    with _door(Scope(Door.EVERYWHERE, "on")):
        yield


def as_person(person: UUID) -> _Door:
    """Reading one person's own memberships, before it is known in which tenant they work."""
    return _door(Scope(Door.PERSON, str(person)))


def presenting(digest: str) -> _Door:
    """Reading the one row whose secret has this digest, before its tenant is known."""
    return _door(Scope(Door.PRESENTED, digest))


def current() -> Scope | None:
    return _open.get()


def current_tenant_id() -> UUID:
    """The tenant in scope; the default of every tenant-owned row's `tenant`."""
    scope = _open.get()
    if scope is None or scope.door is not Door.TENANT:
        raise OutsideScope("no tenant in scope: open tenant_scope(tenant) around this")
    return UUID(scope.value)


def insist(tables: set[str]) -> None:
    """Raise if a tenant's rows are among these tables and no door is open."""
    if _open.get() is None and (owned := tables & owned_tables()):
        name = min(owned)
        raise OutsideScope(f"{name} holds tenants' rows: open tenant_scope(tenant) around this")


@cache
def owned_tables() -> frozenset[str]:
    """The tables whose rows belong to a tenant, and the tenants' own."""
    owned = (m for m in apps.get_models() if issubclass(m, TenantOwned) or m._meta.label == "tenants.Tenant")
    return frozenset(model._meta.db_table for model in owned)


def afterwards(act: Callable[[], None]) -> None:
    """Run `act` in a fresh scope of the same tenant once this one has closed, whether it commits or fails."""
    scope = _open.get()
    if scope is None or scope.door is not Door.TENANT:
        raise OutsideScope("nothing can follow a scope that is not open")
    scope.afterwards.append(act)


class ScopedManager(models.Manager):
    """The only manager of a tenant-owned model: loud without a scope, and filtered by the scope's tenant.

    The filter says what the policy says again; it is what lets the planner use an index that begins with the tenant.
    """

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(**_filter(self.model))


class TenantOwned(models.Model):
    """A row that belongs to one tenant. Its table also needs `RowLevel` in a migration; a system check insists."""

    through_person: str = ""
    """The column that `as_person` may read this model by."""
    through_digest: str = ""
    """The column that `presenting` may read this model by."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    tenant = models.ForeignKey(
        "tenants.Tenant",
        models.PROTECT,
        default=current_tenant_id,
        editable=False,
        related_name="+",
        db_index=False,  # each model has an index that begins with the tenant; a check insists
    )

    tenant_id: UUID

    objects = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"


def tenant_of(row: TenantOwned) -> UUID:
    """Whose row it is, without asking for the tenant's own."""
    held: UUID | None = row.tenant_id
    assert held is not None
    return held


class Within(models.ForeignKey):
    """A foreign key to a row of the same tenant; its constraint is `rowlevel.SameTenant`, in the same migration."""

    def __init__(self, to: Any, on_delete: Any, **kwargs: Any) -> None:
        super().__init__(to, on_delete, **(kwargs | {"db_constraint": False}))


class WithinOne(Within, models.OneToOneField):
    """The same, at most one row each."""


_Door = Any


@contextmanager
def _door(scope: Scope) -> Iterator[None]:
    outer = _open.get()
    if outer is not None:
        if outer != scope:
            raise WrongScope(f"{scope.door} was opened inside {outer.door}: close one before the other")
        yield
        return
    nested = connection.in_atomic_block
    try:
        with transaction.atomic():
            _set(scope.door, scope.value)
            token = _open.set(scope)
            try:
                yield
            finally:
                _open.reset(token)
            if nested:  # else the commit forgets it; and after an exception the rollback does
                _set(scope.door, "")
    finally:
        _follow(scope)


def _follow(scope: Scope) -> None:
    if scope.afterwards:
        with _door(Scope(scope.door, scope.value)):
            for act in scope.afterwards:
                act()


def _set(door: Door, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config(%s, %s, true)", [door.value, value])


def _filter(model: type[Any]) -> dict[str, str]:
    scope = _open.get()
    match scope:
        case Scope(door=Door.TENANT):
            return {"tenant_id": scope.value}
        case Scope(door=Door.EVERYWHERE):
            return {}
        case Scope(door=Door.PERSON) if model.through_person:
            return {model.through_person: scope.value}
        case Scope(door=Door.PRESENTED) if model.through_digest:
            return {model.through_digest: scope.value}
        case None:
            raise OutsideScope(f"{model.__name__} belongs to a tenant: open tenant_scope(tenant) around this")
        case _:
            raise OutsideScope(f"{scope.door} does not lead to {model.__name__}")


def _note_crossing(reason: str) -> None:
    from tenants.audit import acting_now
    from tenants.models import Crossing

    Crossing.note(reason, acting_now().name)
