"""Amounts as this vendor counts them: units per currency, least charges, exchange and fees.

Integers in the currency's own unit outside, Decimals in major units inside, nothing in between.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.systems.stripe.sandbox.refusal import Refusal

NO_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
HUNDREDS = frozenset({"isk", "ugx"})
"""Counted with two decimals that must be zero."""
PAYOUT_HUNDREDS = frozenset({"huf", "twd"})

LEAST_CHARGE = {
    currency: Decimal(least)
    for least, currencies in (
        ("0.50", "usd ars aud brl cad chf cop eur idr ils inr nzd php rub sgd zar"),
        ("2.00", "aed myr pln ron"),
        ("15.00", "czk"),
        ("2.50", "dkk"),
        ("0.30", "gbp"),
        ("4.00", "hkd"),
        ("175.00", "huf"),
        ("50", "jpy krw"),
        ("10.00", "mxn thb"),
        ("3.00", "nok sek"),
    )
    for currency in currencies.split()
}
MOST_DIGITS = 12

DOLLARS = {  # what one major unit is worth; an account's own rates stand before these
    "usd": "1",
    "eur": "1.0850",
    "gbp": "1.2700",
    "chf": "1.1300",
    "cad": "0.7300",
    "aud": "0.6600",
    "jpy": "0.00667",
    "kwd": "3.2500",
    "isk": "0.00720",
    "ugx": "0.000270",
    "huf": "0.00275",
    "twd": "0.03150",
    "sek": "0.0950",
}


def exponent(currency: str) -> int:
    return 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-exponent(currency))


def minor(amount: Decimal, currency: str) -> int:
    """Rounded half up to what the currency can be charged in."""
    step = 10 if currency in THREE_DECIMALS else 100 if currency in HUNDREDS else 1
    units = amount.scaleb(exponent(currency)) / step
    return int(units.quantize(Decimal(1), ROUND_HALF_UP)) * step


def chargeable(amount: int, currency: str, param: str = "amount") -> None:
    """Refuse an amount that the currency cannot be moved in."""
    if currency in HUNDREDS and amount % 100:
        code = "invalid_charge_amount_no_decimal_compatible"
        raise Refusal(f"Amounts in {currency} must be a multiple of 100.", code=code, param=param)
    if currency in THREE_DECIMALS and amount % 10:
        raise Refusal(f"Amounts in {currency} must end in 0.", code="parameter_invalid_integer", param=param)
    if len(str(abs(amount))) > MOST_DIGITS:
        raise Refusal("Amount is too large.", code="amount_too_large", param=param)


def least_charge(currency: str) -> int:
    return minor(LEAST_CHARGE.get(currency, Decimal(0)), currency)


def large_enough(amount: int, currency: str, param: str = "amount") -> None:
    least = least_charge(currency)
    if amount < least:
        said = f"Amount must be at least {major(least, currency)} {currency}"
        raise Refusal(said, code="amount_too_small", param=param)


def percent_of(amount: int, percent: Decimal, currency: str) -> int:
    return minor(major(amount, currency) * percent / 100, currency)


def settlement_currency(account: dict[str, Any], currency: str) -> str:
    """Money stays in its currency where the account has a bank account for it."""
    return currency if currency in account["settles"] else str(account["default_currency"])


def rate(account: dict[str, Any], source: str, target: str) -> Decimal:
    """Major units of the target for one of the source."""
    rates = {**DOLLARS, **account["rates"]}
    return (Decimal(rates.get(source, "1")) / Decimal(rates.get(target, "1"))).quantize(Decimal("0.000001"))


def exchanged(account: dict[str, Any], amount: int, source: str, target: str) -> tuple[int, Decimal | None]:
    """The amount in the target currency, and the rate where one was needed."""
    if source == target:
        return amount, None
    at = rate(account, source, target)
    return minor(major(amount, source) * at, target), at


def fees(account: dict[str, Any], amount: int, currency: str) -> list[dict[str, Any]]:
    """The processing fee on a charge, and the tax on that fee where the account's country has one."""
    rules = account["fees"]
    fixed, _ = exchanged(account, minor(Decimal(rules["fixed"]), "usd"), "usd", currency)
    fee = percent_of(amount, Decimal(rules["percent"]), currency) + fixed
    tax = percent_of(fee, Decimal(rules["tax_percent"]), currency)
    rows = [fee_row(fee, currency, "stripe_fee", "Stripe processing fees")]
    return rows + ([fee_row(tax, currency, "tax", rules["tax_name"])] if tax else [])


def fee_row(amount: int, currency: str, type: str, description: str) -> dict[str, Any]:
    return {
        "amount": amount,
        "application": None,
        "currency": currency,
        "description": description,
        "type": type,
    }


def dispute_fee(account: dict[str, Any], currency: str) -> int:
    return exchanged(account, minor(Decimal(account["fees"]["dispute"]), "usd"), "usd", currency)[0]
