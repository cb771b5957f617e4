"""QAD's rows, read: parties, receivables, purchasing and what documents are coded with."""

from __future__ import annotations

from decimal import Decimal

from connectors.canon.kind import Ref
from connectors.canon.money import Money, parse_money
from connectors.canon.parties import Address, Customer, Supplier
from connectors.canon.payables import (
    GoodsReceipt,
    OrderLine,
    OrderStatus,
    PurchaseOrder,
    SupplierInvoice,
    SupplierPayment,
    SupplierPaymentStatus,
)
from connectors.canon.receivables import (
    Allocation,
    CreditNote,
    CreditSort,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineSort,
)
from connectors.canon.reference import CostCentre, GlAccount, Item, Period, Project
from connectors.systems.qad.records.ids import document_id, payment_id, traces
from connectors.transport.stated import Stated

CREDITS = ("CREDITNOTE", "CREDITNOTECORRECTION")
INVOICES = ("INVOICE", "INVOICECORRECTION", "ADJUSTMENT")
CONTROLS = (
    "CUSTOMER CONTROL",
    "SUPPLIER CONTROL",
    "CUSTOMERCONTROL",
    "SUPPLIERCONTROL",
    "CUSTCTRL",
    "SUPPCTRL",
)


def customer(row: Stated) -> Customer:
    return Customer(
        id=row.text("customerCode"),
        number=row.text("customerCode"),
        version=row.text_or("concurrencyHash"),
        changed=row.day_or("lastModifiedDate"),
        name=row.text("businessRelationName"),
        email=(row.text_or("EMail") or row.text_or("eMail")).strip(),
        phone=row.text_or("telephone"),
        address=_address(row),
        currency=row.text("currencyCode"),
        active=row.flag("isActive"),
        known_as=traces(row.body, "customShort0"),
    )


def supplier(row: Stated) -> Supplier:
    return Supplier(
        id=row.text("supplierCode"),
        number=row.text("supplierCode"),
        version=row.text_or("concurrencyHash"),
        changed=row.day_or("lastModifiedDate"),
        name=row.text("businessRelationName"),
        email=(row.text_or("EMail") or row.text_or("eMail")).strip(),
        phone=row.text_or("telephone"),
        address=_address(row),
        currency=row.text_or("currencyCode"),
        tax_id=row.text_or("taxId"),
        active=row.flag("isActive"),
        known_as=traces(row.body, "customShort0"),
    )


def _address(row: Stated) -> Address | None:
    lines = tuple(line for name in ("street1", "street2", "street3") if (line := row.text_or(name)))
    if not lines and not row.has("city"):
        return None
    return Address(
        lines=lines,
        city=row.text_or("city"),
        region=row.text_or("stateCode"),
        postal_code=row.text_or("zipCode"),
        country=row.text_or("countryCode"),
    )


def money(row: Stated, name: str) -> Money:
    """Amounts are JSON numbers, read as decimals; four digits at most stand behind the point."""
    return parse_money(row.decimal(name).normalize(), row.text("currencyCode"))


def invoice(row: Stated, credited: Money | None) -> Invoice:
    """An open item. `credited` is what credit notes that name it have taken off."""
    total = money(row, "amountTC")
    balance = money(row, "balanceTC")
    paid = not row.flag("isOpen")
    return Invoice(
        id=document_id(row),
        number=document_id(row),
        changed=row.day_or("lastModifiedDate"),
        customer=Ref(Customer, row.text("customerCode")),
        status=_invoice_status(paid, total, credited),
        dated=row.day("invoiceDate") if row.has("invoiceDate") else row.day("postingDate"),
        due=row.day_or("dueDate"),
        total=total,
        balance=balance,
        lines=_lines(row, total),
        text=row.text_or("description"),
        collectable=row.flag("isPaymentAllowed", True) and not row.flag("isSelected", False),
        paid_outside=paid and credited != total,
        pushed=bool(traces(row.body, "description")),
        known_as=traces(row.body, "description"),
        paid_on=row.day_or("lastPaidDate"),
    )


def _invoice_status(paid: bool, total: Money, credited: Money | None) -> InvoiceStatus:
    if not paid:
        return InvoiceStatus.OPEN
    return InvoiceStatus.VOID if credited == total else InvoiceStatus.PAID


def credit_note(row: Stated) -> CreditNote:
    total = money(row, "amountTC")
    linked = linked_invoice(row)
    return CreditNote(
        id=document_id(row),
        number=document_id(row),
        changed=row.day_or("lastModifiedDate"),
        customer=Ref(Customer, row.text("customerCode")),
        status=InvoiceStatus.OPEN if row.flag("isOpen") else InvoiceStatus.PAID,
        dated=row.day("postingDate"),
        total=total,
        balance=money(row, "balanceTC"),
        lines=_lines(row, total),
        sort=CreditSort.ADJUSTMENT,
        invoice=Ref(Invoice, linked) if linked else None,
        allocations=(Allocation(invoice=Ref(Invoice, linked), amount=total),) if linked else (),
        text=row.text_or("description"),
    )


def linked_invoice(row: Stated) -> str:
    """As a key of its own or as a text, since instances differ."""
    value = row.body.get("linkedInvoice")
    if isinstance(value, dict) and value:
        part = row.part("linkedInvoice")
        names = ("invoiceYear", "invoiceDaybookCode", "invoiceVoucher")
        if part.has(names[0]):
            return f"{part.whole(names[0])}/{part.text(names[1])}/{part.whole(names[2])}"
        return document_id(part)
    return value if isinstance(value, str) else ""


def _lines(row: Stated, total: Money) -> tuple[InvoiceLine, ...]:
    """Its postings where they make up the amount; else one line for the whole, never a line that does not add up."""
    read = tuple(_posting(one, row) for one in row.parts_or("customerInvoicePostings"))
    added = sum((line.amount.amount for line in read), Decimal(0))
    if read and added == total.amount:
        return read
    return (InvoiceLine(amount=total, text=row.text_or("description") or document_id(row)),)


def _posting(one: Stated, row: Stated) -> InvoiceLine:
    amount = parse_money(one.decimal("amountTC").normalize(), row.text("currencyCode"))
    credit_side = row.text("invoiceType") not in CREDITS
    earns = (one.text("debitCredit").upper() == "C") is credit_side
    account = one.text_or("glAccountCode")
    return InvoiceLine(
        amount=amount if earns else -amount,
        text=one.text_or("description"),
        sort=LineSort.TAX if one.has("taxCode") and not one.has("subAccountCode") else LineSort.SALE,
        id=str(one.body.get("line", "")),
        coded=(f"account:{account}",) if account else (),
    )


def item(row: Stated) -> Item:
    return Item(
        id=row.text("itemCode"),
        name=" ".join(text for name in ("description1", "description2") if (text := row.text_or(name))),
        active=row.text_or("itemStatus", "ACTIVE").upper() == "ACTIVE",
        unit=row.text_or("unitOfMeasure"),
        family=row.text_or("productLine"),
    )


def gl_account(row: Stated) -> GlAccount:
    sort = row.text_or("glType")
    return GlAccount(
        id=row.text("glAccountCode"),
        name=row.text("description"),
        sort=sort,
        currency=row.text_or("currencyCode"),
        active=row.flag("isActive"),
        postable=sort.upper().replace("_", " ") not in CONTROLS,
    )


def cost_centre(row: Stated) -> CostCentre:
    code = row.text("costCenterCode")
    return CostCentre(id=code, name=row.text("description"), active=row.flag("isActive", True))


def project(row: Stated) -> Project:
    return Project(
        id=row.text("projectCode"), name=row.text("description"), active=row.flag("isActive", True)
    )


def period(row: Stated) -> Period:
    return Period(
        id=f"{row.whole('year')}/{row.whole('period')}",
        first=row.day("startDate"),
        last=row.day("endDate"),
        closed=row.flag("isClosed"),
        locked=tuple(str(one) for one in row.body.get("lockedDaybooks") or ()),
    )


ORDER_STATUSES = {
    "": OrderStatus.OPEN,
    "O": OrderStatus.OPEN,
    "C": OrderStatus.CLOSED,
    "X": OrderStatus.CANCELLED,
}
SELF_BILLED_OFF = ("", "0", "1", "NO", "N", "FALSE")
"""ERSOption 1 is QAD's own default: no invoice of its own."""


def purchase_order(row: Stated) -> PurchaseOrder:
    status = row.text_or("orderStatus").upper()
    return PurchaseOrder(
        id=row.text("purchaseOrderNumber"),
        number=row.text("purchaseOrderNumber"),
        supplier=Ref(Supplier, row.text("supplierCode")),
        status=ORDER_STATUSES[status]
        if status in ORDER_STATUSES
        else row.odd("orderStatus", "O, C, X", status),
        currency=row.text("currencyCode"),
        dated=row.day_or("orderDate"),
        lines=tuple(
            OrderLine(
                line=str(line.whole("purchaseOrderLine")),
                item=line.text_or("itemCode"),
                quantity=line.decimal("quantityOrdered").normalize(),
                unit=line.text_or("unitOfMeasure"),
                unit_price=line.decimal("purchaseCost").normalize(),
                received=line.decimal("quantityReceived").normalize()
                if line.has("quantityReceived")
                else None,
                self_billed=row.text_or("ERSOption").upper() not in SELF_BILLED_OFF,
            )
            for line in row.parts("purchaseOrderLines")
        ),
    )


def goods_receipt(row: Stated) -> GoodsReceipt:
    """A return counts against what may be billed."""
    sign = Decimal(-1) if row.flag("isReturn", False) else Decimal(1)
    quantity = sign * abs(row.decimal("quantityReceived"))
    used = row.decimal("quantityVouchered") if row.body.get("quantityVouchered") is not None else Decimal(0)
    return GoodsReceipt(
        id=f"{row.text('receiverNumber')}/{row.whole('line')}",
        number=row.text("receiverNumber"),
        order=row.text("purchaseOrderNumber"),
        order_line=str(row.whole("purchaseOrderLine")),
        receipt=row.text("receiverNumber"),
        line=str(row.whole("line")),
        supplier=Ref(Supplier, row.text("supplierCode")),
        dated=row.day("receiptDate"),
        quantity=quantity.normalize(),
        open=(quantity - used).normalize(),
        item=row.text_or("itemCode"),
        unit=row.text_or("unitOfMeasure"),
        unit_price=row.decimal("purchaseCost").normalize()
        if row.body.get("purchaseCost") is not None
        else None,
        currency=row.text_or("currencyCode"),
    )


def supplier_payments(row: Stated, paid: tuple[str, ...]) -> tuple[SupplierPayment, ...]:
    """A payment over several invoices is one for each of them."""
    status = row.text("status").upper().replace(" ", "")
    known = SupplierPaymentStatus.PENDING
    if status in paid:
        known = SupplierPaymentStatus.PAID
    elif status in ("VOID", "BOUNCED"):
        known = SupplierPaymentStatus.VOID
    return tuple(
        SupplierPayment(
            id=f"{payment_id(row)}/{line.whole('line')}",
            number=row.text_or("reference") or payment_id(row),
            changed=row.day_or("lastModifiedDate"),
            invoice=Ref(
                SupplierInvoice,
                f"{line.whole('invoiceYear')}/{line.text('invoiceDaybookCode')}/{line.whole('invoiceVoucher')}",
            ),
            supplier=Ref(Supplier, row.text("supplierCode")),
            status=known,
            amount=parse_money(line.decimal("paidAmountTC").normalize(), row.text("currencyCode")),
            discount=parse_money(line.decimal("discountAmountTC").normalize(), row.text("currencyCode"))
            if line.body.get("discountAmountTC")
            else None,
            dated=row.day("paymentDate"),
            method=row.text_or("paymentInstrument"),
            voided_on=row.day_or("lastModifiedDate") if known is SupplierPaymentStatus.VOID else None,
        )
        for line in row.parts("supplierPaymentLines")
    )
