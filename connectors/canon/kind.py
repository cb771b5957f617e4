"""What a canonical record is: a frozen dataclass whose type hints say what it depends on.

A `Ref[Customer]` is a prerequisite, a `Code` in a named table is a mapping the customer owes; both are read off the
hints, so nothing is declared twice. Every value is checked against its hint when a record is made.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from connectors.canon.money import Money, Unfit
from connectors.canon.ref import AFTER, Code, CostCentreCode, GlAccountCode, ProjectCode, Ref, TaxCodeCode
from connectors.canon.shape import Shape, check_value, shape_of

__all__ = [
    "AFTER",
    "NOT_CONTENT",
    "Code",
    "CostCentreCode",
    "GlAccountCode",
    "Kind",
    "Part",
    "ProjectCode",
    "Ref",
    "TaxCodeCode",
    "kind",
    "kind_named",
    "kinds",
    "one_currency",
    "part",
    "shapes",
]


@dataclass(frozen=True, kw_only=True)
class Part:
    """A line, an address, a tax: part of a record, never on its own."""

    def __post_init__(self) -> None:
        """Refuse a value that is not what its hint says, naming the field."""
        values: dict[str, Any] = self.__dict__
        for name, shape in shapes(type(self)).items():
            check_value(shape, values[name], f"{type(self).__name__}.{name}")


@dataclass(frozen=True, kw_only=True)
class Kind(Part):
    """One record. What stands here is known of every kind and is not content: it does not change a fingerprint."""

    id: str
    number: str = ""
    """What a person calls it, where that is not its id."""
    version: str = ""
    """The vendor's token against stale writes, sent back unchanged."""
    changed: datetime | date | None = None
    url: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.id:
            raise Unfit("a record has an id", f"{type(self).__name__}.id")

    @property
    def label(self) -> str:
        return self.number or self.id


NOT_CONTENT = frozenset(f.name for f in fields(Kind)) | {"reference", "known_as"}
"""Our references are not content either: they are how a record is found again, not what it says."""
_KINDS: dict[str, type[Kind]] = {}
_SHAPES: dict[type[Part], dict[str, Shape]] = {}
P = TypeVar("P", bound=Part)
K = TypeVar("K", bound=Kind)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def part(cls: type[P]) -> type[P]:
    return dataclass(frozen=True, kw_only=True)(cls)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def kind(cls: type[K]) -> type[K]:
    """Freeze the class and enter it under its name; a second one of that name is a mistake."""
    made = dataclass(frozen=True, kw_only=True)(cls)
    if made.__name__ in _KINDS:
        raise TypeError(f"two kinds are called {made.__name__}")
    _KINDS[made.__name__] = made
    return made


def kind_named(name: str) -> type[Kind]:
    try:
        return _KINDS[name]
    except KeyError:
        raise Unfit(f"no kind is called {name!r}") from None


def kinds() -> tuple[type[Kind], ...]:
    return tuple(_KINDS[name] for name in sorted(_KINDS))


def shapes(cls: type[Part]) -> dict[str, Shape]:
    """Field by field what a class holds. Read on first use, so that kinds may refer to each other."""
    known = _SHAPES.get(cls)
    if known is None:
        hints = get_type_hints(cls, include_extras=True)
        known = {f.name: shape_of(hints[f.name], f"{cls.__name__}.{f.name}") for f in fields(cls)}
        _SHAPES[cls] = known
    return known


def one_currency(where: str, *amounts: Money | None) -> str:
    """The currency that all of them share."""
    found = {amount.currency for amount in amounts if amount is not None}
    if len(found) != 1:
        raise Unfit(f"{' and '.join(sorted(found)) or 'no currency'} where one currency is needed", where)
    return found.pop()
