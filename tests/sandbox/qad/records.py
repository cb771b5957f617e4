"""Records as a well-behaved client sends them; a test changes the one field that it is about."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.sandbox.qad.client import day

Record = dict[str, Any]

CUSTOMER_DOMAIN: Record = {"domainContext": "10USA", "siteCode": "10-100", "daybookSetCode": "SALES-DB"}
MAY_5 = day("2026-05-05")


def relation(code: str, **changes: Any) -> Record:
    return {
        "dataOperation": "C",
        "businessRelationCode": code,
        "businessRelationName1": f"Company {code}",
        "isActive": True,
        **changes,
    }


def _party(code: str, side: str, status: str) -> Record:
    return {
        "businessRelationCode": code,
        "businessRelationName": f"Company {code}",
        "isActive": True,
        "currencyCode": "USD",
        "creditTermsCode": "N30",
        "invoiceStatusCode": status,
        "invoiceControlGLProfileCode": f"{side}-INV",
        "creditNoteControlGLProfileCode": f"{side}-CRN",
        "prePaymentControlGLProfileCode": f"{side}-PRE",
        "taxZone": "NO-TAX",
    }


def customer(code: str, **changes: Any) -> Record:
    own = {"sharedSetCode": "CUST-SS", "customerCode": code, "EMail": f"ap@{code.lower()}.example"}
    accounts = {"salesAccountGLProfileCode": "CUST-SALES", "deductionControlGLProfileCode": "CUST-DED"}
    return {**_party(code, "CUST", "AR-ALLOC"), **own, **accounts, **changes}


def supplier(code: str, **changes: Any) -> Record:
    own = {"sharedSetCode": "SUPP-SS", "supplierCode": code, "purchaseAccountGLProfileCode": "SUPP-PUR"}
    return {**_party(code, "SUPP", "AP-RMALLOC"), **own, **changes}


def invoice(amount: str = "1080.00", **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "daybookCode": "CBINV",
        "voucher": 0,
        "invoiceType": "INVOICE",
        "customerCode": "C1",
        "currencyCode": "USD",
        "amountTC": Decimal(amount),
        "description": "CB:INV-20871",
        "invoiceDate": MAY_5,
        "postingDate": MAY_5,
        "taxPointDate": MAY_5,
        "invoiceStatusCode": "AR-ALLOC",
        "isTaxable": False,
        "customerInvoicePostings": [posting(amount)],
        **changes,
    }


def posting(amount: str, account: str = "4100", side: str = "C", **changes: Any) -> Record:
    amounts = {"amountTC": Decimal(amount), "debitCredit": side}
    return {"line": 1, "glAccountCode": account, **amounts, "description": "plan", **changes}


def credit_note(amount: str = "200.00", **changes: Any) -> Record:
    lines = [posting(amount, side="D")]
    own = {"daybookCode": "CBCRN", "invoiceType": "CREDITNOTE", "customerInvoicePostings": lines}
    return {**invoice(amount), **own, **changes}


def payment(amount: str, *lines: Record, **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "paymentInstrument": "STRIPE",
        "number": 0,
        "reference": "ST:ch_3QpK2mLkdIwHu7ix0aB1cD2e",
        "customerCode": "C1",
        "currencyCode": "USD",
        "amountTC": Decimal(amount),
        "bankGlAccountCode": "1090",
        "status": "PAID",
        "paymentDate": MAY_5,
        "postingDate": MAY_5,
        "customerPaymentLines": list(lines),
        **changes,
    }


def key_of(row: Record) -> Record:
    """How a line names an open item."""
    names = {"invoiceYear": "year", "invoiceDaybookCode": "daybookCode", "invoiceVoucher": "voucher"}
    return {name: row[field] for name, field in names.items()}


def pays(row: Record, amount: str, type: str = "INVOICE", discount: str = "0") -> Record:
    amounts = {"allocatedAmountTC": Decimal(amount), "discountAmountTC": Decimal(discount)}
    return {"line": 1, "lineType": type, **key_of(row), **amounts}


def on_account(amount: str, type: str = "PREPAYMENT") -> Record:
    return {"line": 9, "lineType": type, "allocatedAmountTC": Decimal(amount), "discountAmountTC": 0}


def bank_line(direction: str, amount: str, *allocations: Record, **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "bankGlAccountCode": "1090",
        "year": 2026,
        "statementNumber": 0,
        "line": 0,
        "postingDate": MAY_5,
        "valueDate": MAY_5,
        "currencyCode": "USD",
        "direction": direction,
        "amountTC": Decimal(amount),
        "description": "Stripe refund",
        "externalReference": "ST:re_3QpK2mLkdIwHu7ix1Ff0aB2c",
        "bankingEntryAllocations": list(allocations),
        **changes,
    }


def allocated(type: str, amount: str, row: Record | None = None, **changes: Any) -> Record:
    key = key_of(row) if row else {}
    return {"line": 1, "allocationType": type, **key, "amountTC": Decimal(amount), **changes}


def adjustment(*lines: Record, **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "daybookCode": "ARADJ",
        "voucher": 0,
        "customerCode": "C1",
        "currencyCode": "USD",
        "postingDate": MAY_5,
        "description": "CB:CN-311 applied",
        "openItemAdjustmentLines": list(lines),
        **changes,
    }


def moves(type: str, amount: str, row: Record | None = None, **changes: Any) -> Record:
    key = key_of(row) if row else {}
    return {"line": 1, "itemType": type, **key, "amountTC": Decimal(amount), **changes}


def journal(*lines: Record, **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "daybookCode": "STRJE",
        "year": 2026,
        "period": 5,
        "voucher": 0,
        "postingDate": day("2026-05-06"),
        "description": "ST:po_1QrA7pLkdIwHu7ixZ9yX8wV7 payout",
        "journalEntryLines": list(lines),
        **changes,
    }


def debit(account: str, amount: str, currency: str = "USD", **changes: Any) -> Record:
    sides = {"debitTC": Decimal(amount), "creditTC": 0}
    return {"line": 1, "glAccountCode": account, "currencyCode": currency, **sides, **changes}


def credit(account: str, amount: str, currency: str = "USD", **changes: Any) -> Record:
    sides = {"debitTC": 0, "creditTC": Decimal(amount)}
    return {"line": 2, "glAccountCode": account, "currencyCode": currency, **sides, **changes}


def order(number: str = "PO102233", *lines: Record, **changes: Any) -> Record:
    return {
        "domainCode": "10USA",
        "purchaseOrderNumber": number,
        "supplierCode": "S1",
        "currencyCode": "USD",
        "creditTermsCode": "N30",
        "orderDate": day("2026-04-20"),
        "orderStatus": "O",
        "shipToSite": "10-100",
        "purchaseOrderLines": list(lines) or [order_line()],
        **changes,
    }


def order_line(place: int = 1, quantity: str = "100", cost: str = "4.25", **changes: Any) -> Record:
    amounts = {"quantityOrdered": Decimal(quantity), "purchaseCost": Decimal(cost)}
    return {"purchaseOrderLine": place, "itemCode": "BRG-6204", "unitOfMeasure": "EA", **amounts, **changes}


def bill(amount: str, *matchings: Record, **changes: Any) -> Record:
    return {
        "entityCode": "10USACO",
        "daybookCode": "APINV",
        "matchingDaybookCode": "APMAT",
        "voucher": 0,
        "invoiceType": "INVOICE",
        "supplierCode": "S1",
        "supplierReference": "HV-88121",
        "currencyCode": "USD",
        "amountTC": Decimal(amount),
        "invoiceDate": MAY_5,
        "postingDate": MAY_5,
        "description": "CP:918273 HV-88121",
        "invoiceStatusCode": "AP-RMALLOC",
        "isInitialStatus": False,
        "purchaseOrders": [{"poDomain": "10USA", "purchaseOrderNumber": "PO102233"}],
        "receiverMatchings": list(matchings),
        "costLines": [],
        **changes,
    }


def matching(receiver: str, quantity: str, price: str = "4.25", *, finished: bool = False) -> Record:
    return {
        "purchaseOrderNumber": "PO102233",
        "purchaseOrderLine": 1,
        "receiverNumber": receiver,
        "matchQuantity": Decimal(quantity),
        "matchUnitPrice": Decimal(price),
        "isFinished": finished,
    }
