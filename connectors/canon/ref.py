"""How a record points at what is not itself: another record, or a line of a table that a person maps.

Both carry the source's word until they are resolved and the target's word afterwards, and they know which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from connectors.canon.money import Unfit

K = TypeVar("K")

AFTER = "after"
"""`Annotated[…, AFTER]`: must be settled before this one, but its id is not written into the document."""


@dataclass(frozen=True, slots=True)
class Ref(Generic[K]):
    """Another record: by its id at the source until resolved, by its id at the target afterwards."""

    kind: type[K]
    id: str
    resolved: bool = False

    def __post_init__(self) -> None:
        if not (isinstance(self.kind, type) and isinstance(self.id, str) and self.id):
            raise Unfit("a reference names a kind and an id")

    def __str__(self) -> str:
        return f"{self.kind.__name__} {self.id}"


@dataclass(frozen=True, slots=True)
class Code:
    """A line of a named table, by the source's word until resolved, by the target's afterwards.

    `or_else` names wider words to try in turn when the first is not mapped: a price, then its item, then its family.
    """

    table: str
    key: str
    or_else: tuple[str, ...] = ()
    resolved: bool = False

    def __post_init__(self) -> None:
        words = (self.table, self.key, *self.or_else)
        if not (isinstance(self.or_else, tuple) and all(isinstance(word, str) and word for word in words)):
            raise Unfit("a code names its table and its key")

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key, *self.or_else)

    def __str__(self) -> str:
        return f"{self.table}:{self.key}"


GlAccountCode = Annotated[Code, "gl_account"]
TaxCodeCode = Annotated[Code, "tax_code"]
CostCentreCode = Annotated[Code, "cost_centre"]
ProjectCode = Annotated[Code, "project"]
