from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.canon.journal import Journal, JournalLine, journal
from connectors.canon.kind import Code
from connectors.canon.money import Money, Unfit, total

CURRENCIES = ("USD", "JPY", "KWD")
amounts = st.builds(
    lambda n, currency: Money(D(n).scaleb(-2), currency),
    st.integers(-(10**9), 10**9),
    st.sampled_from(CURRENCIES),
)
accounts = st.sampled_from(["bank", "fees", "clearing"])


def usd(amount: str) -> Money:
    return Money(D(amount), "USD")


@given(st.lists(st.tuples(accounts, amounts), min_size=1, max_size=12))
def test_a_journal_balances_in_every_currency_or_cannot_be_made(drawn: list[tuple[str, Money]]) -> None:
    lines = [(account, amount, "") for account, amount in drawn]
    off = {
        currency
        for currency in CURRENCIES
        if total((m for _, m in drawn if m.currency == currency), currency)
    }
    if off or not any(amount for _, amount in drawn):
        with pytest.raises(Unfit):
            journal(lines)
        lines += [("rest", -total((m for _, m in drawn if m.currency == c), c), "") for c in off]
    if any(amount for _, amount, _ in lines):
        made = journal(lines)
        for currency in CURRENCIES:
            moved = (amount for (_, c), amount in made.accounts().items() if c == currency)
            assert not total(moved, currency)


@given(st.lists(amounts, min_size=1, max_size=8).filter(any))
def test_a_reversal_undoes_every_account(drawn: list[Money]) -> None:
    made = journal([(account, sign, "") for m in drawn for account, sign in (("bank", m), ("clearing", -m))])
    back = made.reversed()
    for key, amount in made.accounts().items():
        assert not amount + back.accounts()[key]
    assert back.reversed() == made and back.turnover() == made.turnover()


def test_two_currencies_do_not_make_up_for_each_other() -> None:
    with pytest.raises(Unfit, match=r"EUR differ by -1 EUR"):
        Journal((JournalLine("bank", debit=usd("1")), JournalLine("clearing", credit=Money(D(1), "EUR"))))


@pytest.mark.parametrize(
    "sides",
    [
        {},
        {"debit": usd("1"), "credit": usd("1")},
        {"debit": usd("0")},
        {"credit": usd("-1")},
        {"debit": D(1)},
        {"debit": 1.0},
    ],
)
def test_a_line_is_one_positive_side(sides: dict) -> None:  # type: ignore[type-arg]
    with pytest.raises(Unfit):
        JournalLine("bank", **sides)


def test_a_line_names_its_account_and_a_journal_has_lines() -> None:
    with pytest.raises(Unfit):
        JournalLine("", debit=usd("1"))
    with pytest.raises(Unfit):
        Journal(())


def test_totals_stand_per_account() -> None:
    fees, clearing = Code("gl_account", "fees"), Code("gl_account", "clearing")
    made = journal(
        [
            ("bank", usd("96.80"), ""),
            (fees, usd("3.20"), ""),
            (clearing, usd("-100"), ""),
            (fees, usd("0"), ""),
        ]
    )
    assert made.accounts() == {
        ("bank", "USD"): usd("96.80"),
        ("gl_account:fees", "USD"): usd("3.20"),
        ("gl_account:clearing", "USD"): usd("-100"),
    }
    assert made.turnover() == {"USD": usd("100")}
    assert len(made.lines) == 3
