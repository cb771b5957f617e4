"""How Stripe counts money: its own exponents, multiples and minimums, which are not those of ISO 4217."""

from __future__ import annotations

from decimal import Decimal

from connectors.canon.money import Money, UnitRules
from connectors.transport.stated import Stated

_WHOLE = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD JOD KWD OMR TND"

_MINIMUMS = (
    "USD .50 AED 2 ARS .50 AUD .50 BRL .50 CAD .50 CHF .50 COP .50 CZK 15 DKK 2.50 EUR .50 GBP .30 HKD 4 "
    "HUF 175 IDR .50 ILS .50 INR .50 JPY 50 KRW 50 MXN 10 MYR 2 NOK 3 NZD .50 PHP .50 PLN 2 RON 2 RUB .50 "
    "SEK 3 SGD .50 THB 10 ZAR .50"
).split()

UNITS = UnitRules(
    exponents=dict.fromkeys(_WHOLE.split(), 0) | dict.fromkeys(_THOUSANDTHS.split(), 3),
    default_exponent=2,
    # ISK and UGX are counted in hundredths yet only whole ones are taken; the last digit of thousandths must be 0.
    multiples=dict.fromkeys(_THOUSANDTHS.split(), 10) | {"ISK": 100, "UGX": 100},
    minimums={code: Decimal(least) for code, least in zip(_MINIMUMS[::2], _MINIMUMS[1::2], strict=True)},
)


def money(stated: Stated, name: str, currency_name: str = "currency") -> Money:
    """An amount and the currency beside it; currency codes are lower case on this wire."""
    return UNITS.from_minor(stated.whole(name), stated.text(currency_name).upper())


def money_or(stated: Stated, name: str, otherwise: int = 0) -> Money:
    minor = stated.whole_or(name, otherwise)
    return UNITS.from_minor(minor or 0, stated.text("currency").upper())
