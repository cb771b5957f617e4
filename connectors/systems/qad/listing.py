"""Lists of one kind, by offset or by browse, so that rows which shift while we page are read twice rather than missed.

A cursor says which pass over which filters it is in and how far it came; any page can be resumed by another process.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from connectors.canon.kind import Kind
from connectors.errors import NotFound, Refused, Unreadable
from connectors.system import Page, Spoiled
from connectors.systems.qad.api import Api
from connectors.systems.qad.profile import KindProfile
from connectors.transport.stated import Stated, stated

OVERLAP_ROWS = 5
"""Read again at each page's start: a row that moved up past our place is among them, or its absence shows."""
REPEATS_MAX = 3
Filter = tuple[str, str, str]


@dataclass(frozen=True)
class Cursor:
    """`since`: the day changes are read from · `began`: the day this reading started, the next one's `since`."""

    since: str = ""
    began: str = ""
    step: int = 0
    """Which of the kind's passes."""
    offset: int = 0
    last: str = ""
    """The key of the last row of the page before."""
    call: str = ""
    count: int = -1
    repeats: int = 0

    @staticmethod
    def read(text: str) -> Cursor:
        try:
            return Cursor(**json.loads(text)) if text else Cursor()
        except (ValueError, TypeError):
            raise Unreadable(
                "The stored position of this listing cannot be read.",
                system="qad",
                remedy="Reset the position of this lane; what is read again is recognised.",
            ) from None

    def __str__(self) -> str:
        return json.dumps(
            {name: value for name, value in asdict(self).items() if value}, separators=(",", ":")
        )


@dataclass(frozen=True)
class Batch:
    """Rows of one call and whether there are more behind them."""

    rows: list[Stated]
    more: bool
    total: int | None = None


@dataclass
class Lists:
    """The two transports, and which one this instance takes for a kind."""

    api: Api
    _chosen: dict[str, str] = field(default_factory=dict)

    def transport(self, name: str) -> str:
        kind = self.api.profile.kind(name)
        if kind.transport != "auto":
            return kind.transport
        if name not in self._chosen:
            self._chosen[name] = "offset" if self._takes_offset(name, kind) else "browse"
        return self._chosen[name]

    def all(self, name: str, filters: tuple[Filter, ...] = ()) -> Iterator[Stated]:
        """Every row that fits: for look-ups and code tables, which are bounded."""
        browse, offset, call = self.transport(name) == "browse", 0, str(uuid.uuid4())
        while True:
            batch = self.browse(name, filters, offset, call) if browse else self.offset(name, filters, offset)
            yield from batch.rows
            if not batch.more or not batch.rows:
                return
            offset += self.api.profile.kind(name).page_rows if browse else len(batch.rows)

    def offset(self, name: str, filters: tuple[Filter, ...], offset: int) -> Batch:
        """The server may cap the page: how far we came is counted by what it gave, not by what was asked for."""
        kind = self.api.profile.kind(name)
        asked = kind.page_rows
        params: list[tuple[str, Any]] = [
            ("offset", offset),
            ("limit", asked),
            ("sort", kind.theirs(kind.keys[-1])),
        ]
        params += [("filter", _filter(kind.theirs(one[0]), one)) for one in filters]
        answer = self.api.call(name, "GET", kind.path, params=params)
        rows = self.api.rows(name, answer)
        total = answer.json.get("totalCount")
        known = total if isinstance(total, int) and not isinstance(total, bool) else None
        more = bool(rows) and (len(rows) >= asked or (known is not None and offset + len(rows) < known))
        return Batch(rows, more, known)

    def browse(self, name: str, filters: tuple[Filter, ...], offset: int, call: str) -> Batch:
        """Without `page` and `pageAction` a browse answers 200 and nothing, which would look like no records."""
        kind = self.api.profile.kind(name)
        page = offset // kind.page_rows + 1
        params: list[tuple[str, Any]] = [
            ("browseId", kind.browse_id),
            ("callId", call),
            ("page", page),
            ("pageSize", kind.page_rows),
            ("pageAction", "first" if page == 1 else "next"),
            *(("filter", _filter(_browsed(kind, one[0]), one)) for one in filters),
        ]
        if not kind.browse_id:
            raise Refused(
                f"This instance lists {name.replace('_', ' ')} by browse only, and no browse is known for it.",
                system="qad",
                remedy="Copy the browse's id from QAD into the profile, or set its transport to offset.",
            )
        body = stated(
            self.api.call(name, "GET", self.api.profile.browse_path, params=params).json, f"{name} browse"
        )
        listed = [self._whole(name, kind, one) for one in body.parts("data")]
        # The flag is a word, and "false" is true to a careless reader.
        flag = body.part_or("auxillaryData").text_or("HasMoreParams").lower()
        more = flag == "true" or (flag == "" and len(listed) >= kind.page_rows)
        return Batch(listed, more)

    def count(self, name: str, filters: tuple[Filter, ...]) -> int | None:
        kind = self.api.profile.kind(name)
        params = [("browseId", kind.browse_id)]
        params += [("filter", _filter(_browsed(kind, one[0]), one)) for one in filters]
        try:
            answer = self.api.call(name, "GET", f"{self.api.profile.browse_path}/totalCount/", params=params)
        except (NotFound, Refused):
            return None
        found = answer.json.get("totalCount", answer.json.get("data"))
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def _whole(self, name: str, kind: KindProfile, row: Stated) -> Stated:
        """A browse row is a summary: what it lacks is read from the record itself."""
        back = {theirs: ours for ours, theirs in kind.fields.items()}
        flat = {key.rsplit(".", 1)[-1]: value for key, value in row.body.items()}
        known = {back.get(key, key): value for key, value in flat.items()}
        if all(one in known for one in (*kind.keys, *kind.required)):
            return stated(known, name)
        keys = {key: known[key] for key in kind.keys if key in known}
        keys |= {key: value for key, value in self._context().items() if key in kind.keys and key not in keys}
        if len(keys) < len(kind.keys):
            missing = ", ".join(key for key in kind.keys if key not in keys)
            raise Refused(
                f"The browse of {name.replace('_', ' ')} does not show {missing}.",
                system="qad",
                remedy="Add the column to the browse, or correct its name in the profile.",
            )
        return self.api.row(name, keys)

    def _context(self) -> dict[str, str]:
        codes = self.api.book.codes
        return {"domainCode": codes.get("domain", ""), "entityCode": codes.get("entity", "")}

    def _takes_offset(self, name: str, kind: KindProfile) -> bool:
        """It must take the parameters, and the second row must not be the first again."""
        first = self._probe(name, kind, 0)
        if first is None:
            return False
        second = self._probe(name, kind, 1)
        return second is not None and (not first or not second or first[0].body != second[0].body)

    def _probe(self, name: str, kind: KindProfile, offset: int) -> list[Stated] | None:
        try:
            answer = self.api.call(name, "GET", kind.path, params=[("offset", offset), ("limit", 1)])
        except (Refused, NotFound):
            return None
        return self.api.rows(name, answer)


@dataclass(frozen=True)
class Listed:
    """How one kind is read: the passes over it, which rows count, and a row as kinds."""

    name: str
    read: Callable[[Stated], tuple[Kind, ...]]
    fetch: Callable[[str], tuple[Kind, ...]]
    passes: Callable[[str], tuple[tuple[Filter, ...], ...]]
    """From the day since which changes count (empty: everything) to the filters of each pass."""
    takes: Callable[[Stated], bool] | None = None


@dataclass(frozen=True)
class Walk:
    lists: Lists
    kind: type[Kind]
    listed: Listed
    today: date

    def pages(self, since: str) -> Iterator[Page]:
        cursor = Cursor.read(since)
        while True:
            page, cursor = self._page(cursor)
            yield page
            if not page.more:
                return

    def _page(self, cursor: Cursor) -> tuple[Page, Cursor]:
        cursor = replace(cursor, began=cursor.began or self.today.isoformat())
        passes = self.listed.passes(_day_before(cursor.since))
        filters = passes[cursor.step]
        browse = self.lists.transport(self.listed.name) == "browse"
        batch, following = self._browsed(cursor, filters) if browse else self._offset(cursor, filters)
        if following is None:
            following = self._next_pass(cursor, len(passes))
        found = tuple(one for row in batch.rows for one in self._read(row))
        ended = following.began == ""
        return Page(rows=found, cursor=str(following), more=not ended, total=batch.total), following

    def _offset(self, cursor: Cursor, filters: tuple[Filter, ...]) -> tuple[Batch, Cursor | None]:
        """Where the row we stopped at is not to be seen, rows were taken away before it: go back until it is."""
        name, offset = self.listed.name, cursor.offset
        batch = self.lists.offset(name, filters, offset)
        while cursor.last and offset and not any(self._key(row) == cursor.last for row in batch.rows):
            offset = max(0, offset - self.lists.api.profile.kind(name).page_rows)
            batch = self.lists.offset(name, filters, offset)
        if not batch.more:
            return batch, None
        ahead = max(offset + len(batch.rows) - OVERLAP_ROWS, offset + 1)
        return batch, replace(cursor, offset=ahead, last=self._key(batch.rows[-1]))

    def _browsed(self, cursor: Cursor, filters: tuple[Filter, ...]) -> tuple[Batch, Cursor | None]:
        """Pages cannot overlap here: a count that changed on the way means reading the pass again."""
        name, size = self.listed.name, self.lists.api.profile.kind(self.listed.name).page_rows
        if cursor.offset == 0:
            count = self.lists.count(name, filters)
            cursor = replace(cursor, call=str(uuid.uuid4()), count=-1 if count is None else count)
        batch = self.lists.browse(name, filters, cursor.offset, cursor.call)
        if batch.more and batch.rows:
            return batch, replace(cursor, offset=cursor.offset + size)
        moved = cursor.count >= 0 and self.lists.count(name, filters) != cursor.count
        if moved and cursor.repeats < REPEATS_MAX:
            return batch, replace(cursor, offset=0, call="", count=-1, repeats=cursor.repeats + 1)
        return batch, None

    def _next_pass(self, cursor: Cursor, passes: int) -> Cursor:
        if cursor.step + 1 < passes:
            return Cursor(since=cursor.since, began=cursor.began, step=cursor.step + 1)
        return Cursor(since=cursor.began)

    def _read(self, row: Stated) -> tuple[Kind | Spoiled, ...]:
        if self.listed.takes and not self.listed.takes(row):
            return ()
        try:
            return self.listed.read(row)
        except (Unreadable, ValueError) as error:
            return (Spoiled(self.kind.__name__, self._key(row), getattr(error, "field", ""), str(error)),)

    def _key(self, row: Stated) -> str:
        keys = self.lists.api.profile.kind(self.listed.name).keys
        return "/".join(str(row.body.get(key, "")) for key in keys)


def _day_before(since: str) -> str:
    """Changes are dated to the day only: the day itself and the one before are read again."""
    return (date.fromisoformat(since) - timedelta(days=1)).isoformat() if since else ""


def _browsed(kind: KindProfile, name: str) -> str:
    return f"{kind.browse_prefix}.{kind.theirs(name)}" if kind.browse_prefix else kind.theirs(name)


def _filter(field_name: str, one: Filter) -> str:
    """The grammar has no escape for a comma: such a value must be filtered for on our side."""
    _, operator, value = one
    if "," in value:
        raise Refused("QAD cannot filter by a value with a comma.", system="qad")
    return f"{field_name},{operator},{value},literal"


def matching(rows: Iterator[Stated], wanted: Mapping[str, Any]) -> Iterator[Stated]:
    """Compared exactly on our side: an instance's own search may ignore case."""
    return (row for row in rows if all(row.body.get(name) == value for name, value in wanted.items()))
