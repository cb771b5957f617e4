"""Northmoor Instruments in QAD's words: its customers, the month's sales invoices, its suppliers, orders and receivers.

The sales side is the shared story; buying is told here, because only QAD sees goods come in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from connectors.sandbox import story
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import acts
from connectors.systems.qad.sandbox.furnishing import MAIN, SITES, desk
from connectors.systems.qad.sandbox.kinds import Kind
from connectors.systems.qad.sandbox.master_kinds import CUSTOMER, SUPPLIER
from connectors.systems.qad.sandbox.store import Row, key_of

COUNTRIES = {
    "US": "USA",
    "DE": "DEU",
    "GB": "GBR",
    "JP": "JPN",
    "KW": "KWT",
    "CH": "CHE",
    "IE": "IRL",
}
SEARCH_NAME_LENGTH = 28

# number, name, city, state, zip
SUPPLIERS = """
S2001|Quayside Bearings Ltd|Toledo|OH|43604
S2002|Lakeshore Optics Supply|Cleveland|OH|44114
S2003|Summit Packaging Co.|Austin|TX|78701
"""

# item, description, unit
PARTS = """
BRG-6204|Bearing 6204|EA
LNS-050|Objective lens 50 mm|EA
BOX-40|Foam box 40 cm|EA
"""

# order, days before today, supplier, lines of item*quantity@cost, received days before today and how much of each
ORDERS = """
PO102233|40|S2001|BRG-6204*100@4.25|32:100
PO102240|30|S2002|LNS-050*20@145.00|21:20
PO102251|18|S2003|BOX-40*500@2.10,BRG-6204*40@4.30|9:200,0
PO102260|6|S2001|BRG-6204*250@4.20|
"""


def tell(world: World) -> None:
    today = desk(world).today
    for customer in story.CUSTOMERS.values():
        _customer(world, customer)
    for item in story.ITEMS.values():
        _item(world, item.number, item.name, "EA", "FG")
    for invoice in story.invoices(today):
        _invoice(world, invoice)
    _buying(world)


def _customer(world: World, customer: story.Customer) -> None:
    address = {
        "addressSearchName": customer.name[:SEARCH_NAME_LENGTH],
        "street1": customer.line1,
        "city": customer.city,
        "stateCode": customer.state,
        "zipCode": customer.postal_code,
        "countryCode": COUNTRIES[customer.country],
        "taxZone": "NO-TAX",
    }
    reach = {"EMail": customer.email, "telephone": customer.phone, "currencyCode": customer.currency}
    party(
        world,
        CUSTOMER,
        customer.number,
        customer.name,
        address,
        creditTermsCode=f"N{customer.terms_days}",
        **reach,
    )
    row = world.table("customer_domain")[key_of(story.DOMAIN, customer.number)]
    row.update(siteCode=SITES[story.DOMAIN], daybookSetCode="SALES-DB")


def party(world: World, kind: Kind, code: str, name: str, address: Row, **more: Any) -> None:
    """A business relation first, then the customer or supplier on top of it."""
    relation: Row = {
        "businessRelationCode": code,
        "businessRelationName1": name,
        "businessRelationSearchName": name[:SEARCH_NAME_LENGTH],
        "isActive": True,
        "headOffice": {"addressTypeCode": "HEADOFFICE", "addressName": name, **address},
    }
    acts.create(world, "business_relation", **relation)
    side, status = ("CUST", "AR-ALLOC") if kind is CUSTOMER else ("SUPP", "AP-RMALLOC")
    account = {"salesAccountGLProfileCode": "CUST-SALES", "deductionControlGLProfileCode": "CUST-DED"}
    if kind is SUPPLIER:
        account = {"purchaseAccountGLProfileCode": "SUPP-PUR"}
    usual: Row = {
        "sharedSetCode": kind.set_code,
        "businessRelationCode": code,
        "businessRelationName": name,
        "isActive": True,
        "currencyCode": "USD",
        "creditTermsCode": "N30",
        "invoiceStatusCode": status,
        "invoiceControlGLProfileCode": f"{side}-INV",
        "creditNoteControlGLProfileCode": f"{side}-CRN",
        "prePaymentControlGLProfileCode": f"{side}-PRE",
    }
    own = {"customerCode" if kind is CUSTOMER else "supplierCode": code}
    fields: Row = {**usual, **account, **address, **own, **more}
    acts.create(world, kind.slug, **fields)


def _item(world: World, code: str, name: str, unit: str, line: str) -> None:
    fields = {"description1": name[:24], "unitOfMeasure": unit, "productLine": line, "itemStatus": "ACTIVE"}
    acts.create(world, "item", domainCode=story.DOMAIN, itemCode=code, isActive=True, **fields)


def _invoice(world: World, invoice: story.Invoice) -> None:
    postings = [
        {
            "line": place,
            "glAccountCode": line.item.account,
            "amountTC": str(line.amount),
            "debitCredit": "C",
            "description": f"{line.quantity} x {line.item.name}",
        }
        for place, line in enumerate(invoice.lines, 1)
    ]
    when = {"on": invoice.dated.isoformat(), "dueDate": f"{invoice.due.isoformat()}T00:00:00.000Z"}
    total, number = str(invoice.total), invoice.customer.number
    acts.post_invoice(world, number, total, description=invoice.number, postings=postings, **when)


def _buying(world: World) -> None:
    for code, name, city, state, postal in _table(SUPPLIERS):
        place = {
            "city": city,
            "stateCode": state,
            "zipCode": postal,
            "countryCode": "USA",
            "taxZone": "NO-TAX",
        }
        address = {"addressSearchName": name[:SEARCH_NAME_LENGTH], **place}
        party(world, SUPPLIER, code, name, address)
    for code, name, unit in _table(PARTS):
        _item(world, code, name, unit, "PURC")
    today = desk(world, MAIN).today
    for number, days, supplier, lines, received in _table(ORDERS):
        ordered = today - timedelta(days=int(days))
        _order(world, number, supplier, lines, ordered.isoformat())
        if received:
            back, _, quantities = received.partition(":")
            on = (today - timedelta(days=int(back))).isoformat()
            for number_of_line, quantity in enumerate(quantities.split(","), 1):
                if quantity != "0":
                    slip = f"PS-{number[-4:]}-{number_of_line}"
                    acts.receive(world, number, number_of_line, quantity, on=on, slip=slip)


def _order(world: World, number: str, supplier: str, lines: str, on: str) -> None:
    acts.create(
        world,
        "purchase_order",
        domainCode=story.DOMAIN,
        purchaseOrderNumber=number,
        supplierCode=supplier,
        currencyCode=story.CURRENCY,
        creditTermsCode="N30",
        orderDate=on,
        orderStatus="O",
        ERSOption="1",
        isConfirmed=True,
        shipToSite=SITES[story.DOMAIN],
        purchaseOrderLines=[_line(place, text) for place, text in enumerate(lines.split(","), 1)],
    )


def _line(place: int, text: str) -> Row:
    item, _, rest = text.partition("*")
    quantity, _, cost = rest.partition("@")
    amounts = {"quantityOrdered": quantity, "purchaseCost": cost}
    where = {"siteCode": SITES[story.DOMAIN], "unitOfMeasure": "EA"}
    return {"purchaseOrderLine": place, "itemCode": item, **amounts, **where}


def _table(text: str) -> Iterator[list[str]]:
    return (row.split("|") for row in text.split("\n") if row)
