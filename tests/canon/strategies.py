"""Any record of any kind, drawn from the very type hints that define it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from connectors.canon import bookings, payables, receivables, reference  # noqa: F401  (enters every kind)
from connectors.canon.bookings import BookedLine
from connectors.canon.kind import Code, Kind, Part, Ref, kinds, shapes
from connectors.canon.money import Money, total
from connectors.canon.receivables import Category
from connectors.canon.shape import Coded, Link, Many, Maybe, Nested, Plain, Shape

CURRENCIES = ("USD", "KWD")
texts = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=6)
decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)
zones = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=zones)
PLAIN: dict[type, st.SearchStrategy[Any]] = {
    str: texts,
    int: st.integers(-1000, 1000),
    bool: st.booleans(),
    Decimal: decimals,
    date: st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    datetime: moments,
}


def moneys(currency: str, least: int = -(10**9)) -> st.SearchStrategy[Money]:
    return st.decimals(least, 10**9, places=3).map(lambda amount: Money(amount, currency))


@cache
def values(shape: Shape, currency: str) -> st.SearchStrategy[Any]:
    match shape:
        case Plain(types):
            return st.one_of(*(_plain(one, currency) for one in types))
        case Maybe(of):
            return st.none() | values(of, currency)
        case Many(of):
            return st.lists(values(of, currency), max_size=2).map(tuple)
        case Nested(cls):
            return parts(cls, currency)
        case Link(linked):
            return st.builds(Ref, st.sampled_from(linked), texts.filter(bool), st.booleans())
        case Coded(table):
            wider = st.lists(texts.filter(bool), max_size=2).map(tuple)
            return st.builds(Code, st.just(table), texts.filter(bool), wider, st.booleans())


@cache
def parts(cls: type[Part], currency: str) -> st.SearchStrategy[Any]:
    fields = {name: values(shape, currency) for name, shape in shapes(cls).items()}
    if issubclass(cls, Kind):
        fields["id"] = texts.filter(bool)
    return st.fixed_dictionaries(fields).map(lambda drawn: cls(**FITTED.get(cls.__name__, _same)(drawn)))


@cache
def records(cls: type[Kind]) -> st.SearchStrategy[Any]:
    return st.one_of(*(parts(cls, currency) for currency in CURRENCIES))


@cache
def any_record() -> st.SearchStrategy[Any]:
    return st.one_of(*(records(cls) for cls in kinds()))


def _plain(one: type, currency: str) -> st.SearchStrategy[Any]:
    if one is Money:
        return moneys(currency)
    return PLAIN[one] if one in PLAIN else st.sampled_from(list(one))  # type: ignore[call-overload]


def _same(drawn: dict[str, Any]) -> dict[str, Any]:
    return drawn


def _added(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Kinds that must add up: their total is what their lines are."""

    def fit(drawn: dict[str, Any]) -> dict[str, Any]:
        return drawn | {name: total((line.amount for line in drawn["lines"]), drawn[name].currency)}

    return fit


def _covered(drawn: dict[str, Any]) -> dict[str, Any]:
    """Receipts and refunds: a positive amount that covers what is applied of it."""
    used = tuple(replace(one, amount=abs(one.amount)) for one in drawn.get("applications", ()))
    amount = abs(drawn["amount"])
    room = Money(Decimal(1), amount.currency)
    fitted: dict[str, Any] = {"amount": total((one.amount for one in used), amount.currency) + amount + room}
    if drawn["settled"] is not None:
        fitted["settled"] = Money(abs(drawn["settled"].amount) + 1, "EUR")
    return drawn | fitted | ({"applications": used} if "applications" in drawn else {})


def _row(drawn: dict[str, Any]) -> dict[str, Any]:
    return drawn | {"net": drawn["gross"] - drawn["fee"]}


def _owed(drawn: dict[str, Any]) -> dict[str, Any]:
    """Invoices and credits: lines that add up to something, nothing of it applied yet."""
    one = Money(Decimal(1), drawn["total"].currency)
    extra = BookedLine(amount=one, account=Code("gl_account", "sales"))
    lines = (*(replace(line, amount=abs(line.amount)) for line in drawn["lines"]), extra)
    return _added("total")(
        drawn | {"lines": lines} | ({"applications": ()} if "applications" in drawn else {})
    )


def _listed(drawn: dict[str, Any]) -> dict[str, Any]:
    return drawn | {"rows": tuple(row for row in drawn["rows"] if row.category is not Category.PAYOUT)}


def _not_nothing(drawn: dict[str, Any]) -> dict[str, Any]:
    return drawn if drawn["amount"] else drawn | {"amount": Money(Decimal(1), drawn["amount"].currency)}


FITTED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "BalanceRow": _row,
    "Payout": _listed,
    "CashReceipt": _covered,
    "ReceiptReversal": _covered,
    "RefundOut": _covered,
    "RefundReturned": _covered,
    "Settlement": _added("net"),
    "ClearingEntry": _added("net"),
    "CustomerInvoice": _owed,
    "CreditMemo": _owed,
    "CreditMemoReversal": _owed,
    "BillPayment": _not_nothing,
}
