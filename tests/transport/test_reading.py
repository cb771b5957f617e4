"""JSON for money: exact, unambiguous, and bounded."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.transport.reading import DEPTH_MAX, NotJson, dump, load

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES)
def test_what_is_written_is_read_back_exactly(value: object) -> None:
    assert load(dump(value).encode()) == value


def test_numbers_with_a_point_or_exponent_are_decimals_and_whole_ones_ints() -> None:
    read = load(b'{"a": 0.1, "b": 1e-7, "c": 99999999999.99, "d": 5, "e": 1.50}')
    assert read == {
        "a": Decimal("0.1"),
        "b": Decimal("1E-7"),
        "c": Decimal("99999999999.99"),
        "d": 5,
        "e": Decimal("1.5"),
    }
    assert str(read["e"]) == "1.50"
    assert type(read["d"]) is int


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'{"a": 1, "a": 1}', "twice"),
        (b'{"x": {"a": 1, "b": 2, "a": 3}}', "twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": 0.' + b"9" * 500 + b"}", "too many digits"),
        (b'{"a": 1e999}', "out of range"),
        (b'{"a": 1e99999999999999999999}', "out of range"),
        (b'{"rows": [1, 2', "cut short"),
        (b'{"rows": [{"a": "x', "cut short"),
        (b'{"a": 1}}', "cut short|stops making sense"),
        (b'{"a": 1} x', "stops making sense"),
        (b"", "stops making sense"),
        (b"\xff\xfe{}", "UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "too deep"),
        (b'{"a":' * 5000 + b"1" + b"}" * 5000, "too deep"),
        (b"[" * 1_000_000, "cut short|too deep"),
        (b"{'a': 1}", "stops making sense"),
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_not_json(raw: bytes, reason: str) -> None:
    with pytest.raises(NotJson, match=reason):
        load(raw)


def test_depth_is_bounded_and_brackets_in_texts_do_not_count() -> None:
    assert load(b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1))
    assert load(b'["[[[[{{{{ \\" ]]"]' * 1) == ['[[[[{{{{ " ]]']
    assert load(b"[" + b'"["' + b"," + b'"{"' + b"]") == ["[", "{"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert load(b"\xef\xbb\xbf{}") == {}


def test_decimals_are_written_plain_and_dates_as_days() -> None:
    assert (
        dump({"a": Decimal("1E+3"), "b": Decimal("0.10"), "c": date(2026, 5, 4)})
        == '{"a":1000,"b":0.10,"c":"2026-05-04"}'
    )


@pytest.mark.parametrize(
    "value", [0.1, {"a": [1.0]}, Decimal("NaN"), Decimal("Infinity"), object(), b"x", {1, 2}]
)
def test_floats_and_strangers_are_refused(value: object) -> None:
    with pytest.raises(TypeError):
        dump(value)
