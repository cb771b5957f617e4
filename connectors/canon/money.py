"""Money: a decimal amount and its currency as one value that refuses nonsense when it is made.

Nothing here rounds by itself and nothing accepts a binary fraction, so a cent can neither appear nor vanish unseen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    Inexact,
    InvalidOperation,
    Overflow,
    localcontext,
)

DIGITS_MAX = 20
"""Before the point: far above any ledger, far below what would be an accident of parsing."""
DECIMALS_MAX = 12
"""After the point: the finest that any vendor states (twelve, for unit amounts)."""

WHOLE_ONLY = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "ISK",
        "JPY",
        "KMF",
        "KRW",
        "PYG",
        "RWF",
        "UGX",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""ISO 4217, as ledgers count; a payment system may count otherwise and states so in its own `UnitRules`."""

_EXACT = Context(prec=80, traps=[Inexact, InvalidOperation, Overflow])
_CURRENCY = re.compile(r"[A-Z]{3}")
_PLAIN = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_ZERO = Decimal(0)


class Unfit(ValueError):
    """A value the vocabulary refuses, in words for a person; `field` says where it stood."""

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.why = why
        self.field = field


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", fit_decimal(self.amount))
        if not (isinstance(self.currency, str) and _CURRENCY.fullmatch(self.currency)):
            raise Unfit(f"a currency is three capital letters, not {self.currency!r}")

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __abs__(self) -> Money:
        return -self if self.amount < 0 else self

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"

    def times(self, factor: Decimal | int) -> Money:
        """The exact product; `rounded` it afterwards, by name, where a unit is wanted."""
        return Money(_EXACT.multiply(self.amount, fit_decimal(factor)), self.currency)

    def rounded(self, unit: Decimal) -> Money:
        """Half away from zero to a multiple of `unit`: the rule of every ledger we post to."""
        steps = _steps(self.amount, unit, ROUND_HALF_UP)
        return Money(_EXACT.multiply(steps, unit), self.currency)

    def _same(self, other: object) -> Decimal:
        if not isinstance(other, Money):
            raise Unfit(f"{self} can only meet money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise Unfit(f"{self} and {other} are of different currencies")
        return other.amount


def fit_decimal(number: Decimal | int) -> Decimal:
    """The number as a finite Decimal of bounded size, with no negative zero. A bool or a float is not a number here."""
    if isinstance(number, int) and not isinstance(number, bool):
        number = Decimal(number)
    if not isinstance(number, Decimal):
        raise Unfit(f"a number is a Decimal or an int, not {type(number).__name__}")
    if not number.is_finite():
        raise Unfit(f"{number} is not a number to count with")
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMALS_MAX or number.adjusted() >= DIGITS_MAX:
        number = _trimmed(number)
    return number if number else _EXACT.abs(number)


def _trimmed(number: Decimal) -> Decimal:
    """Trailing zeros do not make a number too fine; anything else beyond the limits is refused."""
    if number == 0:
        return _ZERO
    short = Context(prec=max(len(number.as_tuple().digits), 1)).normalize(number)
    exponent = short.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMALS_MAX or short.adjusted() >= DIGITS_MAX:
        raise Unfit(f"more than {DIGITS_MAX} digits before or {DECIMALS_MAX} after the point")
    return short


def plain(number: Decimal) -> str:
    """Digits and a point, never an exponent."""
    return format(number, "f")


def shortest(number: Decimal) -> str:
    """Equal numbers read the same: 1.50 as 1.5, 100.0 as 100."""
    text = plain(number)
    return text.rstrip("0").rstrip(".") if "." in text else text


def parse_decimal(stated: object) -> Decimal:
    """A number as a vendor states it: an int, a Decimal (JSON read with parse_float=Decimal), or a plain string.

    `1,234.50`, `1e3`, ` 5`, `+5`, `.5` and every float are refused: guessing at money is how it goes missing.
    """
    if isinstance(stated, str):
        if len(stated) > DIGITS_MAX + DECIMALS_MAX + 12 or not _PLAIN.fullmatch(stated):
            raise Unfit(f"{stated[:40]!r} is not a plain decimal number")
        return fit_decimal(Decimal(stated))
    if isinstance(stated, (Decimal, int)) and not isinstance(stated, bool):
        return fit_decimal(stated)
    raise Unfit(f"a number was expected, not {type(stated).__name__}")


def parse_money(stated: object, currency: str) -> Money:
    return Money(parse_decimal(stated), currency)


def zero(currency: str) -> Money:
    return Money(_ZERO, currency)


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Their sum; the currency is named so that no amounts at all still have one."""
    result = zero(currency)
    for amount in amounts:
        result = result + amount
    return result


def ledger_unit(currency: str) -> Decimal:
    """The smallest amount of a currency that books are kept in."""
    return Decimal(1).scaleb(0 if currency in WHOLE_ONLY else -3 if currency in THOUSANDTHS else -2)


def allocate(amount: Money, weights: Sequence[Decimal | int], unit: Decimal) -> tuple[Money, ...]:
    """Split `amount` in proportion to `weights` so that the parts are whole units and add up exactly.

    Each part is within one unit of its fair share, the largest remainders get the spare units (the first of equals
    first), and no part has the opposite sign. An amount that is not whole in `unit` is refused.
    """
    shares = tuple(fit_decimal(weight) for weight in weights)
    if not shares or any(share < 0 for share in shares) or not any(shares):
        raise Unfit("weights are at least one, none negative and not all zero")
    units = int(_whole_steps(abs(amount), unit))
    sign = -1 if amount.amount < 0 else 1
    counts = [share.as_integer_ratio() for share in shares]
    denominator = 1
    for _, below in counts:
        denominator = denominator * below
    scaled = [above * (denominator // below) for above, below in counts]
    whole = sum(scaled)
    parts = [units * share // whole for share in scaled]
    remainders = [units * share % whole for share in scaled]
    spare = units - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (-remainders[i], i))[:spare]:
        parts[index] += 1
    return tuple(Money(_EXACT.multiply(Decimal(sign * part), unit), amount.currency) for part in parts)


@dataclass(frozen=True)
class UnitRules:
    """How one vendor counts money in integers: its exponents, its multiples, its minimums. Facts, passed in as data."""

    exponents: Mapping[str, int]
    default_exponent: int | None = None
    """None: a currency that is not listed is refused instead of assumed to have two decimals."""
    multiples: Mapping[str, int] = field(default_factory=dict)
    """In minor units: 100 for a currency that the vendor counts in hundredths but takes only whole."""
    minimums: Mapping[str, Decimal] = field(default_factory=dict)
    """In major units, for `too_small`."""

    def exponent(self, currency: str) -> int:
        known = self.exponents.get(currency, self.default_exponent)
        if known is None:
            raise Unfit(f"no minor-unit rule for {currency}")
        return known

    def unit(self, currency: str) -> Decimal:
        """The smallest step an amount of this currency may take at this vendor."""
        return Decimal(self.multiples.get(currency, 1)).scaleb(-self.exponent(currency))

    def to_minor(self, money: Money) -> int:
        unit = self.unit(money.currency)
        steps = _whole_steps(money, unit)
        return int(steps) * self.multiples.get(money.currency, 1)

    def from_minor(self, minor: int, currency: str) -> Money:
        """What the vendor states is taken as it is: its own fees and rates need not keep its own multiples."""
        if not isinstance(minor, int) or isinstance(minor, bool):
            raise Unfit(f"minor units are a whole number, not {type(minor).__name__}")
        return Money(Decimal(minor).scaleb(-self.exponent(currency), _EXACT), currency)

    def too_small(self, money: Money) -> bool:
        least = self.minimums.get(money.currency)
        return least is not None and abs(money.amount) < least


def _whole_steps(money: Money, unit: Decimal) -> Decimal:
    steps = _steps(money.amount, unit, ROUND_DOWN)
    if _EXACT.multiply(steps, unit) != money.amount:
        raise Unfit(f"{money} is not a whole multiple of {plain(unit)}")
    return steps


def _steps(amount: Decimal, unit: Decimal, rounding: str) -> Decimal:
    if not (isinstance(unit, Decimal) and unit.is_finite() and unit > 0):
        raise Unfit(f"a unit is a positive Decimal, not {unit!r}")
    with localcontext(Context(prec=80, rounding=rounding)) as context:
        above, below = unit.as_integer_ratio()
        return context.divide(amount * below, Decimal(above)).to_integral_value()
