"""Reading: every row exactly as it is, however many there are, wherever one stops, whatever moves meanwhile."""

from __future__ import annotations

import pytest

from connectors.canon.kind import Kind
from connectors.canon.portable import from_json, to_json
from connectors.errors import NotFound
from connectors.system import Page, Spoiled
from tests.conformance.stand import Stand

MORE_THAN_A_PAGE = 107


def ids(pages: list[Page]) -> list[str]:
    spoiled = [row for page in pages for row in page.rows if isinstance(row, Spoiled)]
    assert spoiled == []
    return [row.id for page in pages for row in page.rows if isinstance(row, Kind)]


def test_an_unknown_id_is_not_found(stand: Stand) -> None:
    adapter = stand.adapter()
    for kind, rows in stand.rows.items():
        known = rows.make(1)
        assert adapter.fetch(kind, known).id == known
        with pytest.raises(NotFound) as told:
            adapter.fetch(kind, known[:-1] + ("9" if known[-1] != "9" else "8") * 3)
        assert told.value.system == stand.system.slug


def test_more_rows_than_a_page_are_all_read_once_settled(stand: Stand) -> None:
    kind, rows = next(iter(stand.rows.items()))
    made = {rows.make(n) for n in range(MORE_THAN_A_PAGE)}
    pages = list(stand.adapter().changes(kind, ""))
    assert len(pages) > 1
    assert made <= set(ids(pages))
    assert [page.more for page in pages] == [True] * (len(pages) - 1) + [False]


def test_a_listing_resumes_behind_any_page_in_another_process(stand: Stand) -> None:
    kind, rows = next(iter(stand.rows.items()))
    made = {rows.make(n) for n in range(MORE_THAN_A_PAGE)}
    pages = list(stand.adapter().changes(kind, ""))
    for index, page in enumerate(pages[:-1]):
        rest = list(stand.adapter().changes(kind, page.cursor))
        assert made <= set(ids(pages[: index + 1])) | set(ids(rest))
        assert rest[-1].more is False


def test_the_next_reading_starts_where_the_last_one_began(stand: Stand) -> None:
    """With an overlap: what changed while the last one ran is seen, and nothing makes it read everything again for ever."""
    kind, rows = next(iter(stand.rows.items()))
    rows.make(1)
    first = list(stand.adapter().changes(kind, ""))
    stand.stage.advance(10, stand.world)
    late = rows.make(2)
    assert late in ids(list(stand.adapter().changes(kind, first[-1].cursor)))


def test_rows_that_appear_while_paging_cost_no_other_row(stand: Stand) -> None:
    kind, rows = next(iter(stand.rows.items()))
    made = [rows.make(n) for n in range(MORE_THAN_A_PAGE)]
    reading = stand.adapter().changes(kind, "")
    pages = [next(reading)]
    late = [rows.make(1000 + n) for n in range(3)]
    pages += list(reading)
    pages += list(stand.adapter().changes(kind, pages[-1].cursor))
    assert set(made + late) <= set(ids(pages))


def test_rows_that_come_twice_are_the_same_row(stand: Stand) -> None:
    kind, rows = next(iter(stand.rows.items()))
    made = {rows.make(n) for n in range(MORE_THAN_A_PAGE)}
    stand.fault("duplicate_rows", path=rows.path, rows=3, times=0)
    found = [row for page in stand.adapter().changes(kind, "") for row in page.rows if isinstance(row, Kind)]
    assert made <= {row.id for row in found}
    by_id = {row.id: row for row in found}
    assert all(by_id[row.id] == row for row in found)


def test_every_kind_survives_the_way_into_our_store_and_back(stand: Stand) -> None:
    adapter = stand.adapter()
    for kind, rows in stand.rows.items():
        read = adapter.fetch(kind, rows.make(3))
        assert from_json(to_json(read)) == read
        assert adapter.fetch(kind, read.id) == read
