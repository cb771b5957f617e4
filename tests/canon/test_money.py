from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.canon.money import (
    Money,
    Unfit,
    allocate,
    ledger_unit,
    parse_decimal,
    parse_money,
    shortest,
    total,
)

cents = st.integers(-(10**12), 10**12).map(lambda n: Money(D(n).scaleb(-2), "EUR"))
weights = st.lists(st.integers(0, 10**6) | st.decimals(0, 10**6, places=4), min_size=1, max_size=30).filter(
    any
)


def eur(amount: str) -> Money:
    return Money(D(amount), "EUR")


@pytest.mark.parametrize(
    "odd", [1.5, 0.0, True, "1", None, D("NaN"), D("Infinity"), D("-sNaN"), 10**21, D("1e-13")]
)
def test_money_refuses_what_is_not_an_exact_number(odd: object) -> None:
    with pytest.raises(Unfit):
        Money(odd, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("odd", ["eur", "EU", "EURO", "€", "", None, 978, "EU1", "EUR "])
def test_money_refuses_what_is_not_a_currency(odd: object) -> None:
    with pytest.raises(Unfit):
        Money(D(1), odd)  # type: ignore[arg-type]


def test_an_int_becomes_a_decimal_and_zero_has_no_sign() -> None:
    assert Money(5, "EUR").amount == D(5) and isinstance(Money(5, "EUR").amount, D)  # type: ignore[arg-type]
    assert str(Money(D("-0.00"), "EUR")) == "0.00 EUR"
    assert str(-eur("0")) == "0 EUR"


def test_a_tenth_and_two_tenths_are_three_tenths() -> None:
    assert eur("0.1") + eur("0.2") == eur("0.3")
    assert eur("99999999999.99") + eur("0.0000001") == eur("99999999999.9900001")


@pytest.mark.parametrize(
    "act", [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a < b, lambda a, b: a >= b]
)
@pytest.mark.parametrize("other", [Money(D(1), "USD"), D(1), 1, 1.0])
def test_only_money_of_one_currency_meets(act, other) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(Unfit):
        act(eur("1"), other)


def test_money_of_another_currency_is_not_equal() -> None:
    assert eur("1") != Money(D(1), "USD")
    assert eur("1") == eur("1.00") and hash(eur("1")) == hash(eur("1.00"))


@given(st.lists(cents))
def test_a_total_is_the_sum_in_any_order(amounts: list[Money]) -> None:
    assert total(amounts, "EUR") == total(reversed(amounts), "EUR")
    assert total((*amounts, *(-amount for amount in amounts)), "EUR") == eur("0")


@given(cents, weights)
def test_an_allocation_adds_up_and_is_fair_within_one_unit(amount: Money, shares: list[D | int]) -> None:
    parts = allocate(amount, shares, D("0.01"))
    assert total(parts, "EUR") == amount
    whole = sum(D(share) for share in shares)
    for part, share in zip(parts, shares, strict=True):
        assert abs(part.amount * whole - amount.amount * D(share)) < D("0.01") * whole
        assert part.amount * amount.amount >= 0


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("10.00", [1, 1, 1], ["3.34", "3.33", "3.33"]),
        ("-10.00", [1, 1, 1], ["-3.34", "-3.33", "-3.33"]),
        ("0.01", [1, 1], ["0.01", "0"]),
        ("0.05", [0, 3, 7], ["0", "0.02", "0.03"]),
        ("0", [5], ["0"]),
    ],
)
def test_spare_units_go_to_the_largest_remainders(amount: str, shares: list[int], parts: list[str]) -> None:
    assert allocate(eur(amount), shares, D("0.01")) == tuple(eur(part) for part in parts)


@pytest.mark.parametrize("shares", [[], [0, 0], [1, -1], [0.5], [True], [D("NaN")]])
def test_odd_weights_are_refused(shares: list) -> None:  # type: ignore[type-arg]
    with pytest.raises(Unfit):
        allocate(eur("1"), shares, D("0.01"))


def test_an_amount_finer_than_the_unit_is_not_allocated() -> None:
    with pytest.raises(Unfit, match="whole multiple"):
        allocate(eur("1.005"), [1, 1], D("0.01"))


@pytest.mark.parametrize("stated", ["0", "-1.50", "1234.5", "99999999999.99", "0.0000001", 5, D("5.10"), -3])
def test_a_plain_number_is_read_exactly(stated: object) -> None:
    assert parse_decimal(stated) == D(str(stated))


@pytest.mark.parametrize(
    "stated",
    ["1,234.50", "1.234,50", "1e3", "1E-7", " 5", "5 ", "+5", ".5", "5.", "", "-", "00.5", "٣", "1_000", "NaN", "Infinity",
     1.5, True, None, [], {}, D("NaN"), b"5", "9" * 80],
)  # fmt: skip
def test_anything_else_is_refused_not_guessed(stated: object) -> None:
    with pytest.raises(Unfit):
        parse_money(stated, "EUR")


@pytest.mark.parametrize(
    ("amount", "unit", "rounded"),
    [
        ("1.005", "0.01", "1.01"),
        ("-1.005", "0.01", "-1.01"),
        ("1.0049", "0.01", "1"),
        ("2.5", "1", "3"),
        ("7", "5", "5"),
        ("7.5", "5", "10"),
        ("0.02", "0.05", "0"),
        ("0.03", "0.05", "0.05"),
    ],
)
def test_rounding_is_by_name_and_half_goes_away_from_zero(amount: str, unit: str, rounded: str) -> None:
    assert eur(amount).rounded(D(unit)) == eur(rounded)


def test_a_product_is_exact() -> None:
    assert eur("19.99").times(D("0.19")) == eur("3.7981")
    with pytest.raises(Unfit):
        eur("1").times(0.19)  # type: ignore[arg-type]


@given(st.decimals(-(10**12), 10**12, places=6))
def test_equal_numbers_have_one_shortest_form(number: D) -> None:
    assert shortest(number) == shortest(number.quantize(D("1e-9")))
    assert D(shortest(number)) == number


@pytest.mark.parametrize(
    ("currency", "unit"), [("USD", "0.01"), ("JPY", "1"), ("ISK", "1"), ("KWD", "0.001"), ("HUF", "0.01")]
)
def test_books_are_kept_in_units_of_the_standard(currency: str, unit: str) -> None:
    assert ledger_unit(currency) == D(unit)
