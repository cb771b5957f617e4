"""Reading a list to its end, whatever the vendor does to the list meanwhile, and never for ever.

Only the vendor's own word ends a list: a short page, an empty page or a wrong total does not.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from connectors.errors import Unreadable

Row = TypeVar("Row")

PAGES_MAX = 10_000
EMPTY_PAGES_MAX = 20
"""Filters are applied after paging at some vendors, so pages may be empty in the middle; not this many in a row."""


@dataclass(frozen=True)
class Leaf(Generic[Row]):
    """One page as the vendor gave it. An empty `next` is the vendor's word that this was the last."""

    rows: Sequence[Row]
    next: str


def leaves(
    fetch: Callable[[str], Leaf[Row]], start: str = "", *, pages_max: int = PAGES_MAX
) -> Iterator[Leaf[Row]]:
    """Pages from the cursor on. Each one's `next` resumes behind it, also in another process."""
    cursor, seen, empty = start, {start}, 0
    for _ in range(pages_max):
        leaf = fetch(cursor)
        yield leaf
        if not leaf.next:
            return
        empty = 0 if leaf.rows else empty + 1
        if leaf.next in seen or empty > EMPTY_PAGES_MAX:
            raise loop_at(leaf.next)
        seen.add(leaf.next)
        cursor = leaf.next
    raise loop_at(cursor)


def loop_at(cursor: str) -> Unreadable:
    return Unreadable(
        f"paging loop at {cursor[:80]!r}: the system leads back to pages already read, or never ends its list.",
        remedy="What was read is kept. If it happens again, the vendor's support needs to know this place.",
    )


def by_offset(fetch: Callable[[int], Sequence[Row]]) -> Callable[[str], Leaf[Row]]:
    """Offsets as cursors, moved by what came and not by what was asked: a server may cap its pages unasked.

    The list ends at the first page without rows.
    """

    def page(cursor: str) -> Leaf[Row]:
        offset = int(cursor or 0)
        rows = fetch(offset)
        return Leaf(rows, str(offset + len(rows)) if rows else "")

    return page


class Once:
    """Lets each row pass once, though pages shift under the reader; a row that changed meanwhile passes again."""

    def __init__(self, identity: Callable[[Any], Hashable], rows_max: int = 100_000) -> None:
        self._identity, self._rows_max = identity, rows_max
        self._seen: dict[Hashable, None] = {}

    def __call__(self, rows: Iterable[Row]) -> list[Row]:
        return [row for row in rows if self._is_new(self._identity(row))]

    def _is_new(self, identity: Hashable) -> bool:
        if identity in self._seen:
            return False
        self._seen[identity] = None
        if len(self._seen) > self._rows_max:
            del self._seen[next(iter(self._seen))]
        return True
