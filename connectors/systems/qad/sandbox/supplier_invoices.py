"""Supplier invoices in two steps: registered against unmatched invoices, then matched with receivers, costs and tax.

Price and quantity may differ from the order: that goes to variance accounts. A known supplier reference only warns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import manual_account
from connectors.systems.qad.sandbox.dates import day_of, stamp
from connectors.systems.qad.sandbox.ledger import ZERO, Heading, Line
from connectors.systems.qad.sandbox.open_items import PAYABLE, open_item
from connectors.systems.qad.sandbox.periods import daybook, open_period
from connectors.systems.qad.sandbox.purchasing import (
    cleared,
    open_quantity,
    order,
    order_line,
    receipt,
    voucher,
)
from connectors.systems.qad.sandbox.refusals import Complaint, refuse
from connectors.systems.qad.sandbox.store import Row, plain
from connectors.systems.qad.sandbox.workspace import Workspace

INVOICES, CREDIT_NOTES = "SUPPLIERINVOICES", "SUPPLIERCREDITNOTES"
PREPAYMENT = "prePaymentControlGLProfileCode"
TYPES = {
    # sign on the supplier's control account, its profile, the daybooks it may be entered in
    "INVOICE": (-1, "invoiceControlGLProfileCode", (INVOICES,)),
    "CREDITNOTE": (1, "creditNoteControlGLProfileCode", (INVOICES, CREDIT_NOTES)),
    "INVOICECORRECTION": (1, "invoiceControlGLProfileCode", (INVOICES,)),
    "CREDITNOTECORRECTION": (-1, "creditNoteControlGLProfileCode", (INVOICES, CREDIT_NOTES)),
    "PREPAYMENT": (1, PREPAYMENT, (INVOICES,)),
}
CHANGEABLE = ("dueDate", "discountDueDate", "description", "invoiceStatusCode", "holdAmountTC", "batchNumber")
MATCHING = ("receiverMatchings", "costLines", "isInitialStatus", "matchingDaybookCode", "purchaseOrders")


@dataclass(frozen=True)
class Match:
    """One receiver line against one invoice line."""

    receiver: Row
    quantity: Decimal
    """What it takes out of the receiver's open quantity."""
    lines: tuple[Line, ...]
    amount: Decimal
    """What the supplier charges for it, signed like the debit it is."""
    beyond_tolerance: Decimal


def enter(desk: Workspace, record: Row) -> Row:
    if record["invoiceType"] not in TYPES:
        refuse("invoiceType", f"Invoice type {record['invoiceType']} is invalid.", record["invoiceType"])
    sign, profile, books = TYPES[record["invoiceType"]]
    supplier = desk.one("supplier", record["supplierCode"], "supplierCode", "Supplier")
    amount = _positive(desk, record)
    head = _heading(desk, record, *books)
    row = _with_terms(desk, {**record, "entityCode": desk.entity}, supplier)
    control, currency = desk.account_of(supplier[profile]), record["currencyCode"]
    unmatched = Line(desk.settings["unmatchedInvoicesAccount"], currency, -sign * amount, text=head.text)
    entry = desk.ledger.prepare(head, [Line(control, currency, sign * amount, text=head.text), unmatched])
    matching = None if record["isInitialStatus"] else _prepare_matching(desk, row, supplier)
    known = _same_reference(desk, row)
    key = desk.ledger.store(entry, PAYABLE)
    row.update({name: entry[name] for name in ("year", "period", "voucher")}, isMatchingFinal=False)
    desk.world.table(PAYABLE)[key] = row
    posted = entry["lines"][0]
    open_item(
        desk, PAYABLE, row, control, sign * amount, Decimal(posted["debitBC"]) - Decimal(posted["creditBC"])
    )
    if matching:
        _match(desk, row, key, *matching)
    row["warnings"] = [complaint.row() for complaint in known]
    return row


def change(desk: Workspace, row: Row, record: Row) -> Row:
    """A registered invoice can still be matched, once; of a matched one only dates, texts and holds change."""
    free = CHANGEABLE if row["isMatchingFinal"] else (*CHANGEABLE, *MATCHING)
    for name, value in record.items():
        if name in row and name not in free and not name.startswith("custom") and value != row[name]:
            refuse(name, f"{name} cannot be changed: the document is posted.", value, code="81")
    desk.status(record["invoiceStatusCode"], "AP")
    supplier = desk.one("supplier", row["supplierCode"], "supplierCode", "Supplier")
    becoming = {**row, **{name: record[name] for name in free if name in record}}
    matching = None
    if not row["isMatchingFinal"] and not record["isInitialStatus"]:
        matching = _prepare_matching(desk, becoming, supplier)
    row.update(becoming)
    if matching:
        key = "|".join(str(row[name]) for name in ("entityCode", "year", "daybookCode", "voucher"))
        _match(desk, row, key, *matching)
    return desk.touch(row)


def _heading(desk: Workspace, record: Row, *books: str) -> Heading:
    book = daybook(desk.world, record["daybookCode"], *books)
    posted_on = day_of(record["postingDate"], "postingDate")
    open_period(desk.world, desk.entity, book, posted_on)
    open_period(desk.world, desk.entity, None, day_of(record["invoiceDate"], "invoiceDate"), "invoiceDate")
    desk.status(record["invoiceStatusCode"], "AP")
    text = record["description"] or record["supplierReference"]
    return Heading(desk.entity, book, posted_on, text, desk.settled_rate(record))


def _positive(desk: Workspace, record: Row) -> Decimal:
    amount = currencies.exact(desk.world, Decimal(record["amountTC"]), record["currencyCode"], "amountTC")
    if amount <= 0:
        refuse("amountTC", "amountTC must be greater than zero.", amount, code="25")
    return amount


def _same_reference(desk: Workspace, row: Row) -> list[Complaint]:
    reference, supplier = row["supplierReference"], row["supplierCode"]
    for other in desk.world.table(PAYABLE).values():
        if (other["supplierReference"], other["supplierCode"]) == (reference, supplier):
            text = f"Supplier reference {reference} already exists for supplier {supplier}."
            return [Complaint("supplierReference", text, reference, "91", severity=2)]
    return []


def _prepare_matching(desk: Workspace, row: Row, supplier: Row) -> tuple[Row, list[Match]]:
    """The second entry: unmatched invoices cleared against accruals, variances, costs and tax."""
    status = desk.status(row["invoiceStatusCode"], "AP")
    if status["receiverMatching"] and not row["receiverMatchings"] and row["invoiceType"] == "INVOICE":
        refuse("receiverMatchings", "Receiver matching is mandatory for this invoice status.", code="20")
    sign = -TYPES[row["invoiceType"]][0]
    book = daybook(desk.world, row["matchingDaybookCode"], "APMATCHING", field="matchingDaybookCode")
    head = Heading(
        desk.entity,
        book,
        day_of(row["postingDate"], "postingDate"),
        row["description"] or row["supplierReference"],
        desk.settled_rate(row),
    )
    matches = [_matched(desk, row, line, sign) for line in row["receiverMatchings"]]
    if len({id(match.receiver) for match in matches}) < len(matches):
        refuse("receiverNumber", "A receiver line is invalid on more than one matching line.", code="73")
    lines = [line for match in matches for line in match.lines]
    costs = list(_costs(desk, row, supplier, sign, sum((match.amount for match in matches), ZERO)))
    amount = sign * Decimal(row["amountTC"])
    total = sum((match.amount for match in matches), ZERO) + sum((line.tc for line in costs), ZERO)
    if total != amount:
        refuse(
            "amountTC", f"Matched {total} does not balance with the invoice of {amount}.", amount, code="61"
        )
    unmatched = Line(desk.settings["unmatchedInvoicesAccount"], row["currencyCode"], -amount)
    rated = [desk.ledger.rated(head, line) for line in (*lines, *costs, unmatched)]
    return desk.ledger.prepare(head, desk.ledger.with_exchange_difference(desk.entity, rated)), matches


def _matched(desk: Workspace, row: Row, line: Row, sign: int) -> Match:
    received = _receiver(desk, row, line)
    open_now, back = open_quantity(received), received["isReturn"]
    if open_now <= 0 or back is not (sign < 0):
        number = received["receiverNumber"]
        refuse(
            "receiverNumber", f"Receiver {number} is invalid: no open quantity to match.", number, code="75"
        )
    quantity, price = Decimal(line["matchQuantity"]), Decimal(line["matchUnitPrice"])
    if quantity <= 0 or price < 0:
        refuse("matchQuantity", "Quantity and price of a match are invalid below zero.", quantity)
    takes = open_now if line["isFinished"] or quantity >= open_now else quantity
    amount = sign * currencies.rounded(desk.world, quantity * price, row["currencyCode"])
    accrual = cleared(desk, received, takes)
    usage = currencies.rounded(
        desk.world, (quantity - takes) * Decimal(received["purchaseCost"]), row["currencyCode"]
    )
    rate_off = amount - accrual.tc - sign * usage
    variances = (("usageVarianceAccount", sign * usage), ("rateVarianceAccount", rate_off))
    currency = row["currencyCode"]
    lines = [Line(desk.settings[name], currency, tc) for name, tc in variances if tc]
    allowed = (
        quantity
        * Decimal(received["purchaseCost"])
        * (1 + Decimal(desk.settings["matchTolerancePercent"]) / 100)
    )
    beyond = max(ZERO, abs(amount) - currencies.rounded(desk.world, allowed, currency))
    return Match(received, takes, (accrual, *lines), amount, beyond)


def _receiver(desk: Workspace, row: Row, line: Row) -> Row:
    number, place = line["purchaseOrderNumber"], line["purchaseOrderLine"]
    ordered = order(desk, number)
    order_line(desk, number, place)
    if ordered["supplierCode"] != row["supplierCode"]:
        refuse("purchaseOrderNumber", f"{number} is invalid: ordered from {ordered['supplierCode']}.", number)
    if ordered["currencyCode"] != row["currencyCode"]:
        refuse(
            "currencyCode",
            f"{number} is in {ordered['currencyCode']}: currency invalid.",
            row["currencyCode"],
        )
    if ordered["orderStatus"] == "X":
        refuse("purchaseOrderNumber", f"{number} is invalid: cancelled.", number)
    received = receipt(desk, line["receiverNumber"], place)
    if received["purchaseOrderNumber"] != number:
        refuse(
            "receiverNumber",
            f"{line['receiverNumber']} is invalid: not for {number}.",
            line["receiverNumber"],
        )
    return received


def _costs(desk: Workspace, row: Row, supplier: Row, sign: int, matched: Decimal) -> Iterator[Line]:
    """Freight, charges and tax that the invoice states; with tax left to QAD, what the zone makes of the rest."""
    currency = row["currencyCode"]
    stated = ZERO
    for cost in row["costLines"]:
        manual_account(desk.world, cost, currency)
        amount = sign * currencies.exact(desk.world, Decimal(cost["amountTC"]), currency, "amountTC")
        stated += amount
        yield Line.written(cost, currency, amount)
    if row["isTaxable"] and supplier["taxZone"]:
        percent = Decimal(desk.one("tax_zone", supplier["taxZone"], "taxZone", "Tax zone")["taxPercent"])
        tax = currencies.rounded(desk.world, (matched + stated) * percent / 100, currency)
        if tax:
            yield Line(desk.settings["inputTaxAccount"], currency, tax)


def _match(desk: Workspace, row: Row, key: str, entry: Row, matches: list[Match]) -> None:
    desk.ledger.store(entry, PAYABLE, key)
    for match in matches:
        voucher(desk, match.receiver, match.quantity)
    held = sum((match.beyond_tolerance for match in matches), ZERO)
    row["holdAmountTC"] = plain(max(held, Decimal(row["holdAmountTC"])))
    row["isMatchingFinal"] = True
    desk.touch(row)


def _with_terms(desk: Workspace, row: Row, supplier: Row) -> Row:
    row["creditTermsCode"] = row["creditTermsCode"] or supplier["creditTermsCode"]
    terms = desk.one("credit_terms", row["creditTermsCode"], "creditTermsCode", "Credit terms")
    invoiced = day_of(row["invoiceDate"], "invoiceDate")
    row["dueDate"] = row["dueDate"] or stamp(invoiced + timedelta(days=terms["netDays"]))
    row["discountDueDate"] = row["discountDueDate"] or stamp(invoiced + timedelta(days=terms["discountDays"]))
    return row
