"""Reading a list to its end while the vendor moves it about."""

from collections.abc import Sequence
from itertools import islice

import pytest

from connectors.errors import Unreadable
from connectors.transport.paging import EMPTY_PAGES_MAX, Leaf, Once, by_offset, leaves


def by_cursor(pages: dict[str, Leaf[str]]) -> list[str]:
    return [row for leaf in leaves(pages.__getitem__) for row in leaf.rows]


def test_pages_are_read_to_the_vendors_own_last_word() -> None:
    assert by_cursor({"": Leaf("ab", "2"), "2": Leaf("c", "3"), "3": Leaf("", "")}) == ["a", "b", "c"]


def test_any_page_can_be_resumed_from() -> None:
    pages = {"": Leaf("ab", "2"), "2": Leaf("cd", "3"), "3": Leaf("e", "")}
    first = next(leaves(pages.__getitem__))
    rest = [row for leaf in leaves(pages.__getitem__, first.next) for row in leaf.rows]
    assert rest == ["c", "d", "e"]


@pytest.mark.parametrize("repeated", ["2", "3", ""])
def test_a_cursor_that_comes_back_stops_the_reading_and_names_the_place(repeated: str) -> None:
    pages = {"": Leaf("a", "2"), "2": Leaf("b", "3"), "3": Leaf("c", repeated)}
    if not repeated:
        assert by_cursor(pages) == ["a", "b", "c"]
        return
    with pytest.raises(Unreadable, match=f"paging loop at '{repeated}'"):
        by_cursor(pages)


def test_a_list_that_never_ends_stops_at_the_most_pages() -> None:
    read: list[str] = []

    def endless(cursor: str) -> Leaf[str]:
        read.append(cursor)
        return Leaf("x", str(len(read)))

    with pytest.raises(Unreadable, match="paging loop"):
        list(leaves(endless, pages_max=50))
    assert len(read) == 50


def test_empty_pages_in_the_middle_are_passed_but_not_for_ever() -> None:
    def mostly_empty(cursor: str) -> Leaf[str]:
        page = int(cursor or 0)
        return Leaf("x" if page == EMPTY_PAGES_MAX else "", str(page + 1))

    rows = [row for leaf in islice(leaves(mostly_empty), EMPTY_PAGES_MAX + 5) for row in leaf.rows]
    assert rows == ["x"]
    with pytest.raises(Unreadable):
        list(leaves(mostly_empty))


def test_a_page_that_shrinks_to_the_servers_cap_is_not_taken_for_the_end() -> None:
    everything = list(range(250))
    asked: list[int] = []

    def capped(offset: int) -> Sequence[int]:
        asked.append(offset)
        return everything[offset : offset + (100 if offset < 100 else 30)]

    assert [row for leaf in leaves(by_offset(capped)) for row in leaf.rows] == everything
    assert asked == [0, 100, 130, 160, 190, 220, 250]


def test_a_row_that_shifts_to_the_next_page_passes_once() -> None:
    once = Once(lambda row: row)
    assert [once(page) for page in (["a", "b"], ["b", "c"], ["c", "a"])] == [["a", "b"], ["c"], []]


def test_a_row_that_changed_between_two_pages_passes_again() -> None:
    once = Once(lambda row: (row["id"], row["updated"]))
    assert len(once([{"id": 1, "updated": 1}, {"id": 1, "updated": 2}, {"id": 1, "updated": 2}])) == 2


def test_the_memory_for_repeats_is_bounded() -> None:
    once = Once(lambda row: row, rows_max=3)
    once(range(10))
    assert len(once._seen) == 3
