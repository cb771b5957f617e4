"""Journal lines that balance: debits equal credits in every currency, or the journal cannot be made.

This is what a preview shows a person before anything is posted, and what a proof adds up afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from connectors.canon.money import Money, Unfit, zero
from connectors.canon.ref import Code


@dataclass(frozen=True)
class JournalLine:
    """One side of an entry. Exactly one of debit and credit stands, and it is positive."""

    account: Code | str
    debit: Money | None = None
    credit: Money | None = None
    text: str = ""
    party: str = ""
    """The customer or supplier it belongs to, on control accounts."""
    dimensions: tuple[tuple[str, str], ...] = ()
    """Cost centre, project … as name and value."""

    def __post_init__(self) -> None:
        sides = [side for side in (self.debit, self.credit) if side is not None]
        if len(sides) != 1 or not isinstance(sides[0], Money) or sides[0].amount <= 0:
            raise Unfit("a journal line is one positive debit or one positive credit")
        if not isinstance(self.account, (Code, str)) or not self.account:
            raise Unfit("a journal line names its account")

    @property
    def signed(self) -> Money:
        """Positive for a debit."""
        return self.debit if self.debit is not None else -_there(self.credit)


@dataclass(frozen=True)
class Journal:
    lines: tuple[JournalLine, ...]

    def __post_init__(self) -> None:
        if not self.lines:
            raise Unfit("a journal has lines")
        for currency, rest in sorted(_balance(self.lines).items()):
            if rest:
                raise Unfit(f"debits and credits in {currency} differ by {rest}")

    def accounts(self) -> dict[tuple[str, str], Money]:
        """What it does to each (account, currency): positive for a debit."""
        result: dict[tuple[str, str], Money] = {}
        for line in self.lines:
            key = (str(line.account), line.signed.currency)
            result[key] = result.get(key, zero(key[1])) + line.signed
        return result

    def turnover(self) -> dict[str, Money]:
        """The sum of its debits per currency: its size, for approval limits and totals."""
        result: dict[str, Money] = {}
        for line in self.lines:
            if line.debit is not None:
                result[line.debit.currency] = (
                    result.get(line.debit.currency, zero(line.debit.currency)) + line.debit
                )
        return result

    def reversed(self) -> Journal:
        return Journal(tuple(replace(line, debit=line.credit, credit=line.debit) for line in self.lines))


def entry(account: Code | str, amount: Money, text: str = "", party: str = "") -> JournalLine:
    """A debit where the amount is positive, a credit where it is negative. Nothing cannot be posted."""
    if amount.amount < 0:
        return JournalLine(account, credit=-amount, text=text, party=party)
    return JournalLine(account, debit=amount, text=text, party=party)


def journal(lines: Iterable[tuple[Code | str, Money, str]], party: str = "") -> Journal:
    """A journal of signed amounts; those of nothing are left out."""
    return Journal(tuple(entry(account, amount, text, party) for account, amount, text in lines if amount))


def _balance(lines: tuple[JournalLine, ...]) -> dict[str, Money]:
    result: dict[str, Money] = {}
    for line in lines:
        currency = line.signed.currency
        result[currency] = result.get(currency, zero(currency)) + line.signed
    return result


def _there(side: Money | None) -> Money:
    assert side is not None
    return side
