"""Lists: newest first, cursors by id, filters by name and time.

The lines of an invoice use the same envelope in the other order, so a caller pages through all of them alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from connectors.sandbox.world import Row
from connectors.systems.stripe.sandbox import params
from connectors.systems.stripe.sandbox.books import PREFIXES, Books, enveloped
from connectors.systems.stripe.sandbox.expand import show
from connectors.systems.stripe.sandbox.front import Call
from connectors.systems.stripe.sandbox.params import Reader
from connectors.systems.stripe.sandbox.refusal import Invalid, missing

LIMIT_DEFAULT, LIMIT_MAX = 10, 100
PAGING: Mapping[str, Reader] = {
    "limit": params.integer(1, LIMIT_MAX),
    "starting_after": params.text(),
    "ending_before": params.text(),
}

Wants = Callable[[Row], bool]


def page(
    call: Call,
    table: str,
    asked: Mapping[str, Any],
    wants: Wants = lambda _: True,
    *,
    rows: list[Row] | None = None,
    oldest_first: bool = False,
) -> Row:
    """One page of a table, or of `rows` of it that stand in the order they were made.

    A cursor keeps its place even when its row has meanwhile left the filter, or is gone.
    """
    if "starting_after" in asked and "ending_before" in asked:
        said = "You may only specify one of these parameters: starting_after, ending_before."
        raise Invalid(said, param="ending_before")
    books, limit = call.books, call.lens.most(asked.get("limit", LIMIT_DEFAULT))
    stored: Any = books.table(table).values() if rows is None else rows
    ahead = stored if oldest_first else reversed(stored)
    if "ending_before" in asked:
        cursor = _cursor(books, table, asked["ending_before"], "ending_before")
        back = reversed(stored) if oldest_first else stored
        found = list(islice(_beyond(call, back, cursor, wants, oldest_first=not oldest_first), limit + 1))
        data, more = found[:limit][::-1], len(found) > limit
    else:
        cursor = _cursor(books, table, asked.get("starting_after", ""), "starting_after")
        found = list(islice(_beyond(call, ahead, cursor, wants, oldest_first=oldest_first), limit + 1))
        again = _twice(call, stored, cursor, wants, oldest_first) if cursor else []
        data, more = (again + found)[:limit], len(again) + len(found) > limit
    return enveloped([show(books, row) for row in data], call.path, more)


def matches(row: Row, asked: Mapping[str, Any], names: Iterable[str] = ()) -> bool:
    """Equal in every named filter that was given, and inside the `created` bounds."""
    if any(name in asked and row.get(name) != asked[name] for name in names):
        return False
    return "created" not in asked or within(row["created"], asked["created"])


def within(at: int | None, bounds: Mapping[str, int]) -> bool:
    return at is not None and all(COMPARE[name](at, bound) for name, bound in bounds.items())


COMPARE: Mapping[str, Callable[[int, int], bool]] = {
    "eq": lambda at, bound: at == bound,
    "gt": lambda at, bound: at > bound,
    "gte": lambda at, bound: at >= bound,
    "lt": lambda at, bound: at < bound,
    "lte": lambda at, bound: at <= bound,
}


def _beyond(
    call: Call, rows: Iterable[Row], cursor: int, wants: Wants, *, oldest_first: bool
) -> Iterator[Row]:
    now = call.books.world.clock.time()
    for row in rows:
        passed = not cursor or (row["_number"] > cursor if oldest_first else row["_number"] < cursor)
        if passed and not row.get("_gone") and wants(row) and not call.lens.hides(row["created"], now):
            yield row


def _twice(call: Call, stored: Any, cursor: int, wants: Wants, oldest_first: bool) -> list[Row]:
    """The rows of the page before that a fault lets come again."""
    if not call.lens.duplicate_rows:
        return []
    back = reversed(stored) if oldest_first else stored
    edge = cursor + 1 if oldest_first else cursor - 1
    before = _beyond(call, back, edge, wants, oldest_first=not oldest_first)
    return list(islice(before, call.lens.duplicate_rows))[::-1]


def _cursor(books: Books, table: str, id: str, param: str) -> int:
    if not id:
        return 0
    row = books.table(table).get(id)
    if row is None:
        refusal = missing(PREFIXES[table][2], id, param=param)
        refusal.status = 400
        raise refusal
    return int(row["_number"])
