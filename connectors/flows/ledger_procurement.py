"""A ledger and a procurement system: approved bills wait for their receipts, payments are reported back."""

from __future__ import annotations

from connectors.canon.parties import Supplier
from connectors.canon.payables import (
    Bill,
    BillPayment,
    GoodsReceipt,
    PurchaseOrder,
    SupplierCredit,
    SupplierInvoice,
    SupplierPayment,
)
from connectors.canon.reference import CostCentre, GlAccount, LookupValue, Project
from connectors.flow import Flow
from connectors.flows import policies as p
from connectors.flows.bookings import bills, lookups, parties
from connectors.flows.bookings.context import as_it_is, never
from connectors.flows.holds import adds_up, currency_allowed
from connectors.system import Role

LEDGER, PROCUREMENT = Role.LEDGER, Role.PROCUREMENT

FLOWS = (
    Flow(
        name="suppliers_to_procurement",
        title="Suppliers of the ledger become suppliers of procurement",
        source=LEDGER,
        reads=Supplier,
        target=PROCUREMENT,
        writes=Supplier,
        takes=parties.current,
        translate=parties.supplier,
        revise=parties.supplier_changed,
        unless="inactive, or merged into another supplier",
        essential=True,
    ),
    Flow(
        name="suppliers_from_procurement",
        title="Suppliers of procurement become suppliers of the ledger",
        source=PROCUREMENT,
        reads=Supplier,
        target=LEDGER,
        writes=Supplier,
        takes=parties.current,
        translate=parties.supplier,
        revise=parties.supplier_changed,
        unless="inactive, or merged into another supplier",
    ),
    Flow(
        name="orders_of_procurement",
        title="Purchase orders of procurement, read for matching and shown",
        source=PROCUREMENT,
        reads=PurchaseOrder,
        target=LEDGER,
        writes=None,
        takes=never,
        translate=as_it_is,
        unless="read for matching",
    ),
    Flow(
        name="orders_of_ledger",
        title="Purchase orders of the ledger, read for matching",
        source=LEDGER,
        reads=PurchaseOrder,
        target=PROCUREMENT,
        writes=None,
        takes=never,
        translate=as_it_is,
        unless="read for matching",
    ),
    Flow(
        name="receipts_of_ledger",
        title="Goods receipts of the ledger, read for matching",
        source=LEDGER,
        reads=GoodsReceipt,
        target=PROCUREMENT,
        writes=None,
        takes=never,
        translate=as_it_is,
        unless="read for matching",
        essential=True,
    ),
    Flow(
        name="bills",
        title="Approved bills become supplier invoices once their goods are received",
        source=PROCUREMENT,
        reads=Bill,
        target=LEDGER,
        writes=SupplierInvoice,
        takes=bills.approved_bill,
        translate=bills.supplier_invoice,
        revise=bills.bill_changed,
        holds=(currency_allowed, adds_up),
        beside=bills.beside,
        choices=(p.NO_ORDER, p.PRICE_TOLERANCE, p.POSTING_DATE),
        accounts=(p.COST,),
        unless="not approved, or a credit note",
        essential=True,
    ),
    Flow(
        name="supplier_credits",
        title="Credit notes of suppliers become supplier credits",
        source=PROCUREMENT,
        reads=Bill,
        target=LEDGER,
        writes=SupplierCredit,
        takes=bills.approved_credit,
        translate=bills.supplier_credit,
        revise=bills.bill_changed,
        holds=(currency_allowed, adds_up),
        choices=(p.POSTING_DATE,),
        accounts=(p.COST,),
        unless="not approved, or not a credit note",
    ),
    Flow(
        name="supplier_payments",
        title="Payments of the ledger are reported on the bill",
        source=LEDGER,
        reads=SupplierPayment,
        target=PROCUREMENT,
        writes=BillPayment,
        takes=bills.paid,
        translate=bills.bill_payment,
        holds=(currency_allowed,),
        undone_by="voided_supplier_payments",
        unless="not paid",
    ),
    Flow(
        name="voided_supplier_payments",
        title="Voided payments are withdrawn from the bill",
        source=LEDGER,
        reads=SupplierPayment,
        target=PROCUREMENT,
        writes=BillPayment,
        takes=bills.voided,
        translate=bills.bill_payment_voided,
        holds=(currency_allowed,),
        unless="not void",
    ),
    *(
        Flow(
            name=name,
            title=f"{words} become lookup values, parents first",
            source=LEDGER,
            reads=kind,
            target=PROCUREMENT,
            writes=LookupValue,
            takes=lookups.looked_up,
            translate=lookups.lookup_value,
            revise=lookups.lookup_changed,
            choices=(choice,),
            unless="inactive, or no lookup was named for it",
            on=False,
        )
        for (name, words, kind), choice in zip(
            (
                ("cost_centres", "Cost centres", CostCentre),
                ("projects", "Projects", Project),
                ("gl_accounts", "GL accounts", GlAccount),
            ),
            p.LOOKUPS,
            strict=True,
        )
    ),
)
