"""Rounding units and exchange rates of the simulated domain: transaction amounts in, base amounts out.

Rounding is half-up to the currency's own unit; an amount finer than its unit is refused instead of bent.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.refusals import refuse

ONE = Decimal(1)
AMOUNT_MAX = Decimal(10) ** 13


def unit(world: World, currency: str, field: str = "currencyCode") -> Decimal:
    row = world.table("currency").get(currency)
    if row is None:
        refuse(field, f"Currency {currency} does not exist.", currency, code="11")
    if not row["isActive"]:
        refuse(field, f"Currency {currency} is inactive.", currency, code="12")
    return Decimal(row["roundingUnit"])


def rounded(world: World, amount: Decimal, currency: str) -> Decimal:
    step = unit(world, currency)
    return (amount / step).quantize(ONE, ROUND_HALF_UP) * step


def exact(world: World, amount: object, currency: str, field: str) -> Decimal:
    """The amount of a payload: a JSON number that is a whole multiple of the currency's unit."""
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal):
        refuse(field, f"{field} must be a number.", amount, code="22")
    given = Decimal(amount)
    if not given.is_finite() or abs(given) >= AMOUNT_MAX:
        refuse(field, f"{field} is too large.", given, code="24")
    if given % unit(world, currency):
        refuse(field, f"{field} has more decimals than currency {currency} allows.", given, code="23")
    return given


def rate(world: World, currency: str, base: str, on: date) -> Decimal:
    """The ACCOUNTING rate valid on a day: the newest one that is not from a later day."""
    if currency == base:
        return ONE
    known = [
        (row["validFrom"], Decimal(row["exchangeRate"]))
        for row in world.table("exchangeRates").values()
        if (row["fromCurrency"], row["toCurrency"]) == (currency, base) and row["validFrom"] <= on.isoformat()
    ]
    if not known:
        refuse("exchangeRate", f"No ACCOUNTING exchange rate {currency}/{base} exists for {on}.", currency)
    return max(known)[1]
