"""Minor units by a vendor's rules: the rules of the payment system's own table, written here as facts to prove."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.canon.money import Money, Unfit, UnitRules

ZERO = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
THREE = ["BHD", "JOD", "KWD", "OMR", "TND"]
RULES = UnitRules(
    exponents=dict.fromkeys(ZERO, 0) | dict.fromkeys(THREE, 3),
    default_exponent=2,
    multiples=dict.fromkeys(THREE, 10) | {"ISK": 100, "UGX": 100},
    minimums={"USD": D("0.50"), "JPY": D(50)},
)
MANUAL_PAYOUTS = UnitRules(exponents={"HUF": 2, "TWD": 2}, multiples={"HUF": 100, "TWD": 100})


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("5000", "JPY", 5000),
        ("12.34", "USD", 1234),
        ("5.120", "KWD", 5120),
        ("5.12", "KWD", 5120),
        ("5", "ISK", 500),
        ("2500", "UGX", 250000),
        ("175.05", "HUF", 17505),
        ("30.50", "TWD", 3050),
        ("-12.34", "EUR", -1234),
        ("7", "MGA", 7),
    ],
)
def test_amounts_are_exact_both_ways(amount: str, currency: str, minor: int) -> None:
    money = Money(D(amount), currency)
    assert RULES.to_minor(money) == minor
    assert RULES.from_minor(minor, currency) == money


@pytest.mark.parametrize(
    ("amount", "currency"),
    [
        ("50.5", "JPY"),
        ("12.345", "USD"),
        ("5.124", "KWD"),
        ("5.5", "ISK"),
        ("10.01", "UGX"),
        ("0.1", "KRW"),
        ("1e-7", "EUR"),
    ],
)
def test_an_amount_that_is_not_exact_there_is_refused_not_rounded(amount: str, currency: str) -> None:
    with pytest.raises(Unfit, match="whole multiple"):
        RULES.to_minor(Money(D(amount), currency))


@pytest.mark.parametrize("currency", ["HUF", "TWD"])
def test_one_currency_may_have_another_rule_for_manual_payouts(currency: str) -> None:
    assert RULES.to_minor(Money(D("100.50"), currency)) == 10050
    assert MANUAL_PAYOUTS.to_minor(Money(D("100"), currency)) == 10000
    with pytest.raises(Unfit):
        MANUAL_PAYOUTS.to_minor(Money(D("100.50"), currency))


@given(st.sampled_from([*ZERO, *THREE, "ISK", "UGX", "HUF", "TWD", "USD"]), st.integers(-(10**12), 10**12))
def test_every_whole_step_goes_there_and_back(currency: str, steps: int) -> None:
    minor = steps * RULES.multiples.get(currency, 1)
    assert RULES.to_minor(RULES.from_minor(minor, currency)) == minor


@given(st.sampled_from([*ZERO, *THREE, "ISK", "USD"]), st.integers(-(10**12), 10**12))
def test_what_the_vendor_states_is_never_scaled_wrongly(currency: str, minor: int) -> None:
    stated = RULES.from_minor(minor, currency)
    assert stated.amount * 10 ** RULES.exponent(currency) == minor


@pytest.mark.parametrize("odd", [1.0, True, "100", None, D(100)])
def test_minor_units_are_whole_numbers(odd: object) -> None:
    with pytest.raises(Unfit):
        RULES.from_minor(odd, "USD")  # type: ignore[arg-type]


def test_without_a_default_an_unknown_currency_is_refused() -> None:
    with pytest.raises(Unfit, match="CHF"):
        UnitRules(exponents={"USD": 2}).to_minor(Money(D(1), "CHF"))


def test_minimums_are_known_where_the_vendor_states_them() -> None:
    assert RULES.too_small(Money(D("0.49"), "USD"))
    assert not RULES.too_small(Money(D("0.50"), "USD"))
    assert not RULES.too_small(Money(D("0.01"), "EUR"))
