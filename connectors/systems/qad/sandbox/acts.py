"""What people do on QAD's own screens: sales invoices appear, checks come in, periods close, goods arrive, bills are paid.

Each takes the world and plain JSON, obeys the same rules as the interface, and says what it made.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox import tokens
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import (
    customer_invoices,
    customer_payments,
    masters,
    purchasing,
    reports,
    supplier_invoices,
    supplier_payments,
)
from connectors.systems.qad.sandbox.dates import stamp
from connectors.systems.qad.sandbox.document_kinds import (
    CUSTOMER_INVOICE,
    CUSTOMER_PAYMENT,
    PURCHASE_ORDER,
    SUPPLIER_INVOICE,
)
from connectors.systems.qad.sandbox.fields import check_mandatory, read
from connectors.systems.qad.sandbox.furnishing import MAIN, desk
from connectors.systems.qad.sandbox.kinds import Kind
from connectors.systems.qad.sandbox.rows import KINDS
from connectors.systems.qad.sandbox.store import Row, key_of, plain
from connectors.systems.qad.sandbox.switches import switch
from connectors.systems.qad.sandbox.workspace import Workspace

BY_SLUG = {kind.slug: kind for kind in KINDS}


def post_invoice(
    world: World,
    customer: str,
    amount: str,
    *,
    type: str = "INVOICE",
    currency: str = "",
    description: str = "",
    on: str = "",
    postings: Sequence[Mapping[str, Any]] = (),
    workspace: str = MAIN,
    **more: Any,
) -> str:
    """As if from sales; the answer is `year/daybook/voucher`."""
    at, on = _at(world, workspace, on)
    daybooks = {"CREDITNOTE": "CRN", "CREDITNOTECORRECTION": "CRN", "ADJUSTMENT": "CUSTADJ"}
    row = _entered(at, CUSTOMER_INVOICE, customer_invoices.enter, {
        "entityCode": at.entity,
        "daybookCode": daybooks.get(type, "SALES"),
        "invoiceType": type,
        "customerCode": customer,
        "currencyCode": currency or world.table("customer")[customer]["currencyCode"],
        "amountTC": Decimal(amount),
        "description": description or f"{type.title()} {customer}",
        **dict.fromkeys(("invoiceDate", "postingDate", "taxPointDate"), on),
        "invoiceStatusCode": "AR-ALLOC",
        "isTaxable": False,
        "customerInvoicePostings": [{**line, "amountTC": Decimal(line["amountTC"])} for line in postings],
        **more,
    })  # fmt: skip
    return _name(row)


def post_credit_note(world: World, customer: str, amount: str, *, invoice: str = "", **more: Any) -> str:
    return post_invoice(world, customer, amount, type="CREDITNOTE", linkedInvoice=invoice, **more)


def pay_by_check(
    world: World, invoice: str, *, amount: str = "", on: str = "", status: str = "PAID", workspace: str = MAIN
) -> str:
    """The customer pays without any connected system knowing; the answer is `year/instrument/number`."""
    at, on = _at(world, workspace, on)
    year, book, voucher = invoice.split("/")
    row = world.table("customer_invoice")[key_of(at.entity, year, book, voucher)]
    paid = Decimal(amount or row["balanceTC"])
    payment = _entered(at, CUSTOMER_PAYMENT, customer_payments.enter, {
        "entityCode": at.entity,
        "paymentInstrument": "CHECK",
        "reference": f"CHECK {world.count('check'):06}",
        "customerCode": row["customerCode"],
        "currencyCode": row["currencyCode"],
        "amountTC": paid,
        "bankGlAccountCode": bank_of(row["currencyCode"]),
        "paymentDate": on,
        "postingDate": on,
        "status": status,
        "customerPaymentLines": [_allocation("INVOICE", year, book, voucher, paid)],
    })  # fmt: skip
    return f"{payment['year']}/{payment['paymentInstrument']}/{payment['number']}"


def bounce_payment(world: World, payment: str, *, on: str = "", workspace: str = MAIN) -> str:
    at, on = _at(world, workspace, on)
    row = world.table("customer_payment")[key_of(at.entity, *payment.split("/"))]
    own = {field.name: row[field.name] for field in CUSTOMER_PAYMENT.own_fields if field.name in row}
    customer_payments.change(at, row, {**own, "status": "BOUNCED", "postingDate": on})
    return str(row["status"])


def edit(world: World, kind: str, key: str, *, workspace: str = MAIN, **fields: Any) -> Row:
    """Change some fields of a master record, as a person does: the others stay."""
    row = world.table(kind)[key]
    unknown = set(fields) - {field.name for field in BY_SLUG[kind].fields}
    if unknown:
        raise ValueError(f"{kind} has no {', '.join(sorted(unknown))}")
    row.update(plain(fields))
    return desk(world, workspace).touch(row)


def create(world: World, kind: str, *, workspace: str = MAIN, **fields: Any) -> str:
    """A new master record or order; the answer is its key."""
    record = read(BY_SLUG[kind].own_fields, _exact(fields))
    row, _ = masters.save(desk(world, workspace), BY_SLUG[kind], record, fields)
    return BY_SLUG[kind].key(row)


def close_period(world: World, year: int, period: int, *, closed: bool = True, workspace: str = MAIN) -> None:
    at = desk(world, workspace)
    row = world.table("gl_period")[key_of(at.entity, year, period)]
    row["isClosed"] = closed
    at.touch(row)


def lock_daybook(
    world: World, daybook: str, year: int, period: int, *, locked: bool = True, workspace: str = MAIN
) -> None:
    at = desk(world, workspace)
    row = world.table("gl_period")[key_of(at.entity, year, period)]
    others = [code for code in row["lockedDaybooks"] if code != daybook]
    row["lockedDaybooks"] = [*others, daybook] if locked else others
    at.touch(row)


def set_rate(world: World, currency: str, rate: str, *, on: str = "", workspace: str = MAIN) -> None:
    at, on = _at(world, workspace, on)
    base = at.ledger.base_currency(at.entity)
    names = {"fromCurrency": currency, "toCurrency": base, "validFrom": on[:10], "exchangeRate": rate}
    world.table("exchangeRates")[key_of(currency, base, on[:10])] = names


def receive(
    world: World, order: str, line: int, quantity: str, *, on: str = "", slip: str = "", workspace: str = MAIN
) -> str:
    """Goods arrive; the answer is the receiver's number."""
    at, on = _at(world, workspace, on)
    when = date.fromisoformat(on[:10])
    return str(purchasing.receive(at, order, line, Decimal(quantity), when, slip)["receiverNumber"])


def give_back(
    world: World, receiver: str, line: int, quantity: str, *, on: str = "", workspace: str = MAIN
) -> str:
    at, on = _at(world, workspace, on)
    when = date.fromisoformat(on[:10])
    return str(purchasing.give_back(at, receiver, line, Decimal(quantity), when)["receiverNumber"])


def post_supplier_invoice(world: World, *, workspace: str = MAIN, on: str = "", **record: Any) -> str:
    """Entered at the screen with the fields of the interface; the answer is `year/daybook/voucher`."""
    at, on = _at(world, workspace, on)
    usual = {"entityCode": at.entity, "daybookCode": "APINV", "matchingDaybookCode": "APMAT"}
    dated = dict.fromkeys(("invoiceDate", "postingDate"), on)
    usual |= {"invoiceType": "INVOICE", "invoiceStatusCode": "AP-RMALLOC", **dated}
    return _name(_entered(at, SUPPLIER_INVOICE, supplier_invoices.enter, {**usual, **_exact(record)}))


def pay_supplier(
    world: World,
    bills: Sequence[Mapping[str, str]],
    *,
    status: str = "PAID",
    instrument: str = "ACH",
    bank: str = "",
    on: str = "",
    workspace: str = MAIN,
) -> str:
    """`bills`: `[{"invoice": "2026/APINV/3", "amount": "425.00", "discount": "0"}]`, an amount left out is the balance."""
    at, on = _at(world, workspace, on)
    parts = [_bill(at, bill) for bill in bills]
    currency = world.table("openItems")[parts[0].item]["currencyCode"]
    row = supplier_payments.pay(
        at,
        parts,
        instrument=instrument,
        bank=bank or bank_of(currency),
        on=date.fromisoformat(on[:10]),
        status=status,
    )
    return f"{row['year']}/{row['paymentInstrument']}/{row['number']}"


def move_supplier_payment(
    world: World, payment: str, status: str, *, on: str = "", workspace: str = MAIN
) -> str:
    """PAID for one under way; VOID or BOUNCED for one that is taken back."""
    at, on = _at(world, workspace, on)
    row = world.table("supplier_payment")[key_of(at.entity, *payment.split("/"))]
    when = date.fromisoformat(on[:10])
    if status == "PAID":
        return str(supplier_payments.confirm(at, row, when)["status"])
    return str(supplier_payments.take_back(at, row, status, when)["status"])


def change_user(world: World, user: str = "mlconnector", **fields: Any) -> None:
    """`locked=True`, `password="…"`, `workspaces=[…]`, `defaultWorkspace="…"`."""
    row = world.table("users")[user]
    unknown = set(fields) - set(row)
    if unknown:
        raise ValueError(f"a user has no {', '.join(sorted(unknown))}")
    row.update(fields)


def change_client(world: World, **fields: Any) -> None:
    world.state["security"].update(fields)


def rows(world: World, kind: str) -> list[Row]:
    return list(world.table(kind).values())


def bank_of(currency: str) -> str:
    return {"EUR": "1011", "GBP": "1012", "CHF": "1013", "JPY": "1014", "KWD": "1015"}.get(currency, "1010")


OWN: dict[str, Callable[..., Any]] = {
    "switch": switch,
    "post_invoice": post_invoice,
    "post_credit_note": post_credit_note,
    "pay_by_check": pay_by_check,
    "bounce_payment": bounce_payment,
    "edit": edit,
    "create": create,
    "close_period": close_period,
    "lock_daybook": lock_daybook,
    "set_rate": set_rate,
    "receive": receive,
    "give_back": give_back,
    "post_supplier_invoice": post_supplier_invoice,
    "pay_supplier": pay_supplier,
    "move_supplier_payment": move_supplier_payment,
    "change_user": change_user,
    "change_client": change_client,
    "rows": rows,
    "trial_balance": reports.trial_balance,
    "account_balance": reports.account_balance,
    "journal": reports.journal,
    "open_items": reports.open_items,
    "postings": reports.postings,
}
TOKENS: Mapping[str, Any] = tokens.ACTS
ACTS: Mapping[str, Callable[..., Any]] = {**OWN, **TOKENS}


def _at(world: World, workspace: str, on: str) -> tuple[Workspace, str]:
    at = desk(world, workspace)
    return at, stamp(date.fromisoformat(on[:10]) if on else at.today)


def _entered(at: Workspace, kind: Kind, enter: Callable[[Workspace, Row], Row], payload: Row) -> Row:
    check_mandatory(kind.own_fields, payload)
    return enter(at, read(kind.own_fields, payload))


def _allocation(type: str, year: str, book: str, voucher: str, amount: Decimal) -> Row:
    key = {"invoiceYear": int(year), "invoiceDaybookCode": book, "invoiceVoucher": int(voucher)}
    return {"line": 1, "lineType": type, **key, "allocatedAmountTC": amount}


def _bill(at: Workspace, bill: Mapping[str, str]) -> supplier_payments.Bill:
    key = key_of(at.entity, *bill["invoice"].split("/"))
    discount = Decimal(bill.get("discount", "0"))
    balance = Decimal(at.world.table("supplier_invoice")[key]["balanceTC"])
    return supplier_payments.Bill(key, Decimal(bill.get("amount") or balance - discount), discount)


def _name(row: Row) -> str:
    return f"{row['year']}/{row['daybookCode']}/{row['voucher']}"


def _exact(value: Any, name: str = "") -> Any:
    """Amounts come as text in plain JSON; the fields that hold one are known by their names."""
    if isinstance(value, dict):
        return {key: _exact(part, key) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(part) for part in value]
    return Decimal(value) if name in AMOUNTS and isinstance(value, str) else value


AMOUNTS = frozenset(
    field.name
    for kind in (*KINDS, PURCHASE_ORDER)
    for outer in kind.own_fields
    for field in (outer, *outer.parts)
    if field.type == "amount"
)
