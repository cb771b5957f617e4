"""What changed since: a walk down the objects themselves, then through the events that tell of older ones.

A cursor is complete: it says where the walk began, how far it came, and from when the next one starts, in Stripe's own
times, so that any page can be resumed by another process.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from functools import partial

from connectors.canon.kind import Kind
from connectors.errors import NotFound, Refused, Unreadable
from connectors.system import Page, Spoiled
from connectors.systems.stripe.api import PAGE_ROWS, Api
from connectors.transport.stated import Stated

OVERLAP_SECONDS = 3600
EVENTS_KEPT_SECONDS = 30 * 86_400
EVENT_TYPES_MAX = 20

OBJECTS, EVENTS = "objects", "events"


@dataclass(frozen=True)
class Listed:
    """How one kind is listed: its path, what to expand, how a row becomes kinds, and which events tell of changes."""

    path: str
    read: Callable[[Stated], tuple[Kind, ...]]
    fetch: Callable[[str], tuple[Kind, ...]]
    expand: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    takes: Callable[[Stated], bool] | None = None
    keeps: Callable[[Kind], bool] | None = None
    """The same for what an event led to: an object is only known once it was read."""


@dataclass(frozen=True)
class Cursor:
    """`since`: where this walk starts · `began`: when it did, by Stripe's clock, where the next one starts."""

    phase: str = OBJECTS
    since: int = 0
    began: int = 0
    after: str = ""

    @staticmethod
    def read(text: str) -> Cursor:
        try:
            return Cursor(**json.loads(text)) if text else Cursor()
        except (ValueError, TypeError):
            raise Unreadable(
                "The stored position of this listing cannot be read.",
                system="stripe",
                remedy="Reset the position of this lane; what is read again is recognised.",
            ) from None

    def __str__(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"))


@dataclass(frozen=True)
class Walk:
    api: Api
    kind: type[Kind]
    listed: Listed
    now: int

    def pages(self, since: str) -> Iterator[Page]:
        cursor = self._within_memory(Cursor.read(since))
        while True:
            page, cursor = self._page(cursor)
            yield page
            if not page.more:
                return

    def _within_memory(self, cursor: Cursor) -> Cursor:
        """Events are kept thirty days: after a longer absence everything is read, so that no change is missed."""
        fresh = cursor.phase == OBJECTS and not cursor.after
        forgotten = fresh and cursor.since - OVERLAP_SECONDS < self.now - EVENTS_KEPT_SECONDS
        return Cursor() if forgotten and self.listed.events else cursor

    def _page(self, cursor: Cursor) -> tuple[Page, Cursor]:
        listing, vendor_time = self._list(cursor)
        cursor = replace(cursor, began=cursor.began or vendor_time)
        rows = tuple(listing.parts("data"))
        more = listing.flag("has_more") and bool(rows)
        if more and rows[-1].text("id") == cursor.after:
            raise Unreadable(
                f"Stripe repeats the page behind {cursor.after}.",
                system="stripe",
                remedy="The next run tries again.",
            )
        following = self._following(cursor, rows[-1].text("id") if more else "")
        ended = following.phase == OBJECTS and not following.after
        found = self._read(cursor.phase, rows)
        return Page(rows=found, cursor=str(following), more=not ended), following

    def _following(self, cursor: Cursor, after: str) -> Cursor:
        """Down this list; then, where older objects may have changed, the events; then the next walk."""
        if after:
            return replace(cursor, after=after)
        if cursor.phase == OBJECTS and cursor.since and self.listed.events:
            return Cursor(phase=EVENTS, since=cursor.since, began=cursor.began)
        return Cursor(since=max(cursor.began, cursor.since))

    def _list(self, cursor: Cursor) -> tuple[Stated, int]:
        since = max(cursor.since - OVERLAP_SECONDS, 0)
        try:
            return self._ask(cursor, since)
        except (NotFound, Refused) as error:
            if not cursor.after or error.said.field != "starting_after":
                raise
            # The row that marked the place is gone: from the top again, what was read is recognised.
            return self._ask(replace(cursor, after=""), since)

    def _ask(self, cursor: Cursor, since: int) -> tuple[Stated, int]:
        common = {"limit": PAGE_ROWS, "starting_after": cursor.after or None}
        if cursor.phase == EVENTS:
            kept = max(since, self.now - EVENTS_KEPT_SECONDS)
            return self.api.timed(
                "events",
                "events",
                **common,
                created={"gte": kept},
                types=list(self.listed.events[:EVENT_TYPES_MAX]),
            )
        created = {"gte": since} if since else None
        expand = [f"data.{name}" for name in self.listed.expand] or None
        return self.api.timed(self.listed.path, self.listed.path, **common, created=created, expand=expand)

    def _read(self, phase: str, rows: tuple[Stated, ...]) -> tuple[Kind | Spoiled, ...]:
        if phase == EVENTS:
            ids = dict.fromkeys(row.part("data").part("object").text("id") for row in rows)
            return tuple(one for id in ids for one in self._one(id, partial(self._current, id)))
        takes = self.listed.takes
        wanted = (row for row in rows if takes is None or takes(row))
        return tuple(
            one for row in wanted for one in self._one(row.text("id"), partial(self.listed.read, row))
        )

    def _current(self, id: str) -> tuple[Kind, ...]:
        """An event only says where to look. What is gone meanwhile has nothing to say."""
        try:
            found = self.listed.fetch(id)
        except NotFound:
            return ()
        keeps = self.listed.keeps
        return tuple(one for one in found if keeps is None or keeps(one))

    def _one(self, id: str, read: Callable[[], tuple[Kind, ...]]) -> tuple[Kind | Spoiled, ...]:
        """A row that cannot be read is named; the rows beside it go on."""
        try:
            return read()
        except (Unreadable, ValueError) as error:
            return (Spoiled(self.kind.__name__, id, getattr(error, "field", ""), str(error)),)
