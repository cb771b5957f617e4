"""Talks to one QAD instance: reads masters and documents, renders and saves bookings, finds them by our reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from connectors.canon.kind import Kind
from connectors.canon.money import Money
from connectors.canon.parties import Customer, Supplier
from connectors.canon.payables import GoodsReceipt, PurchaseOrder, SupplierPayment
from connectors.canon.receivables import CreditNote, Invoice
from connectors.canon.reference import CostCentre, GlAccount, Item, Period, Project
from connectors.errors import NotFound, Refused
from connectors.system import Account, Check, CodeChoice, Document, Page, Step, Written
from connectors.systems.qad import ping, validation
from connectors.systems.qad.api import Api
from connectors.systems.qad.listing import Filter, Listed, Lists, Walk
from connectors.systems.qad.posting import KINDS, Posting
from connectors.systems.qad.records import entries, reading, receipts, render
from connectors.systems.qad.records.ids import document_id, document_keys, fitted, payment_keys
from connectors.transport.stated import Stated

REVERSED = "/x"
ENTRY_HEAD = ("entityCode", "daybookCode", "year", "period", "postingDate")
LINE_KEPT = (
    "line",
    "glAccountCode",
    "subAccountCode",
    "costCenterCode",
    "projectCode",
    "currencyCode",
    "description",
)
OTHER_SIDE = {"debitTC": "creditTC", "creditTC": "debitTC", "debitBC": "creditBC", "creditBC": "debitBC"}
CODE_TABLES = {
    "gl_account": ("gl_account", "glAccountCode"),
    "cost_centre": ("cost_center", "costCenterCode"),
    "project": ("project", "projectCode"),
    "item": ("item", "itemCode"),
    "currency": ("currency", "currencyCode"),
    "daybook": ("daybook", "daybookCode"),
    "credit_terms": ("credit_terms", "creditTermsCode"),
    "tax_code": ("tax_class", "code"),
}


@dataclass(frozen=True)
class QadAdapter:
    account: Account

    @cached_property
    def api(self) -> Api:
        return Api(self.account)

    @cached_property
    def lists(self) -> Lists:
        return Lists(self.api)

    @cached_property
    def _posting(self) -> Posting:
        return Posting(self.api, self.lists)

    def ping(self) -> Iterator[Check]:
        return ping.checks(self.account)

    def check_profile(self, description: bytes | None = None) -> Iterator[Check]:
        """Against the instance's own description: the one given, else the one it publishes, else rows read."""
        return validation.checks(self.api, description)

    def fetch(self, kind: type[Kind], id: str) -> Kind:
        found = self._listed(kind).fetch(id)
        chosen = next((one for one in found if one.id == id), None)
        if chosen is None:
            raise NotFound(f"QAD has no {kind.__name__} {id}.", system="qad")
        return chosen

    def changes(self, kind: type[Kind], since: str) -> Iterator[Page]:
        today = self.account.now().astimezone(self.api.book.zone).date()
        return Walk(self.lists, kind, self._listed(kind), today).pages(since)

    def codes(self, table: str) -> Iterator[CodeChoice]:
        if table not in CODE_TABLES:
            return
        name, key = CODE_TABLES[table]
        for row in self.lists.all(name):
            yield CodeChoice(
                row.text(key),
                row.text_or("description") or row.text_or("description1"),
                row.flag("isActive", True),
                group=row.text_or("glType") or row.text_or("daybookType"),
                currency=row.text_or("currencyCode"),
            )

    def find(
        self, kind: type[Kind], reference: str, near: Document | None = None, since: datetime | None = None
    ) -> str | None:
        return self._posting.find(kind.__name__, reference, near)

    def render(self, body: Kind) -> Document:
        return render.document(body, self.api.book, self.api.profile)

    def write(self, document: Document, id: str | None, key: str) -> Written:
        return self._posting.write(document, id)

    def reverse(self, kind: type[Kind], id: str, key: str) -> Written:
        """A second entry with the sides changed, pointing at the first; a receipt is bounced."""
        match KINDS.get(kind.__name__):
            case "journal_entry":
                return self._posting.write(self._counter_entry(self._posting.row(kind.__name__, id)), None)
            case "customer_payment":
                return self._posting.write(self._bounce(id, self._posting.row(kind.__name__, id)), None)
        raise Refused(
            f"A {kind.__name__} is not taken back in QAD by itself.",
            system="qad",
            remedy="Post the counter-document in QAD, or let its source credit it.",
        )

    def _counter_entry(self, row: Stated) -> Document:
        """Line by line with the sides changed, as they stand there: what QAD worked out goes back as it was."""
        first = row.text("description").split(" ")[0]
        reference = fitted(first, entries.DESCRIPTION_MAX - len(REVERSED)) + REVERSED
        dated = row.day("postingDate")
        head = {name: row.body[name] for name in ENTRY_HEAD if name in row.body}
        text = {"description": entries.described(reference, "reversed"), "invoiceReferenceText": reference}
        lines = [_counter_line(line.body) for line in row.parts("journalEntryLines")]
        body = {**head, "voucher": 0, **text, "journalEntryLines": lines}
        step = Step("journal_entry", "POST", self.api.profile.kind("journal_entry").path, body)
        return Document("Reversal", "Journal entry", reference, dated, (step,))

    def _bounce(self, id: str, receipt: Stated) -> Document:
        today = self.account.now().astimezone(self.api.book.zone).date()
        steps = [receipts.bounced(id, today, self.api.book, self.api.profile)]
        conversion = self._posting.converted(receipt)
        if conversion:
            steps.extend(self._counter_entry(conversion).steps)
        return Document("ReceiptReversal", "Customer payment", "", today, tuple(steps))

    def _listed(self, kind: type[Kind]) -> Listed:
        try:
            return self._readers[kind]
        except KeyError:
            raise Refused(f"QAD states no {kind.__name__}.", system="qad") from None

    @cached_property
    def _readers(self) -> dict[type[Kind], Listed]:
        book = self.api.book
        customers = {"sharedSetCode": book.codes.get("customer_set", "")}
        suppliers = {"sharedSetCode": book.codes.get("supplier_set", "")}
        gl = {"sharedSetCode": book.codes.get("gl_set", "")}
        domain = {"domainCode": book.codes.get("domain", "")}
        return {
            Customer: self._simple("customer", reading.customer, customers, "customerCode"),
            Supplier: self._simple("supplier", reading.supplier, suppliers, "supplierCode"),
            Item: self._simple("item", reading.item, domain, "itemCode"),
            GlAccount: self._simple("gl_account", reading.gl_account, gl, "glAccountCode"),
            CostCentre: self._searched("cost_center", reading.cost_centre, "costCenterCode"),
            Project: self._searched("project", reading.project, "projectCode"),
            PurchaseOrder: self._simple(
                "purchase_order", reading.purchase_order, domain, "purchaseOrderNumber"
            ),
            Period: Listed(
                "gl_period",
                lambda row: (reading.period(row),),
                lambda id: tuple(reading.period(row) for row in self.lists.all("gl_period")),
                self._everything,
            ),
            GoodsReceipt: Listed(
                "po_receipt",
                lambda row: (reading.goods_receipt(row),),
                lambda id: (reading.goods_receipt(self.api.row("po_receipt", _receipt_keys(id, domain))),),
                lambda since: self._changed("po_receipt", since),
            ),
            SupplierPayment: Listed(
                "supplier_payment",
                lambda row: reading.supplier_payments(row, self._paid_statuses),
                lambda id: reading.supplier_payments(
                    self.api.row("supplier_payment", payment_keys(id.rsplit("/", 1)[0], book.code("entity"))),
                    self._paid_statuses,
                ),
                lambda since: self._changed("supplier_payment", since),
            ),
            Invoice: Listed(
                "customer_invoice",
                lambda row: (self._invoice(row),),
                lambda id: (self._invoice(self._document("customer_invoice", id)),),
                self._open_and_changed,
                takes=lambda row: row.text("invoiceType") in reading.INVOICES,
            ),
            CreditNote: Listed(
                "customer_invoice",
                lambda row: (reading.credit_note(row),),
                lambda id: (reading.credit_note(self._document("customer_invoice", id)),),
                lambda since: self._changed("customer_invoice", since),
                takes=lambda row: row.text("invoiceType") in reading.CREDITS,
            ),
        }

    def _simple(self, name: str, read: Callable[[Stated], Kind], context: dict[str, str], key: str) -> Listed:
        return Listed(
            name,
            lambda row: (read(row),),
            lambda id: (read(self.api.row(name, {**context, key: id})),),
            lambda since: self._changed(name, since),
        )

    def _searched(self, name: str, read: Callable[[Stated], Kind], key: str) -> Listed:
        """Its shared set is of its own, and nobody was asked for it: looked up instead of read by its whole key."""
        return Listed(
            name,
            lambda row: (read(row),),
            lambda id: tuple(read(row) for row in self.lists.all(name, ((key, "eq", id),))),
            lambda since: self._changed(name, since),
        )

    def _document(self, name: str, id: str) -> Stated:
        return self.api.row(name, document_keys(id, self.api.book.code("entity")))

    def _everything(self, since: str) -> tuple[tuple[Filter, ...], ...]:
        return ((),)

    def _changed(self, name: str, since: str) -> tuple[tuple[Filter, ...], ...]:
        field = self.api.profile.kind(name).modified
        return (((field, "ge", since),),) if since and field else ((),)

    def _open_and_changed(self, since: str) -> tuple[tuple[Filter, ...], ...]:
        """Open items are always read as well: a payment inside QAD may change one without a new date."""
        changed = self._changed("customer_invoice", since)
        return (*changed, (("isOpen", "eq", "true"),)) if since else changed

    @property
    def _paid_statuses(self) -> tuple[str, ...]:
        stored = self.account.settings.get("paid_statuses") or ("PAID",)
        return tuple(str(one).upper() for one in stored)

    def _invoice(self, row: Stated) -> Invoice:
        """Whether a closed item was credited rather than paid is told by the credit notes that name it."""
        credited = None if row.flag("isOpen") else self._credited(row)
        return reading.invoice(row, credited)

    def _credited(self, row: Stated) -> Money | None:
        mine, currency = document_id(row), row.text("currencyCode")
        filters: tuple[Filter, ...] = (
            ("customerCode", "eq", row.text("customerCode")),
            ("invoiceType", "eq", reading.CREDITS[0]),
        )
        found = [
            reading.money(one, "amountTC")
            for one in self.lists.all("customer_invoice", filters)
            if reading.linked_invoice(one) == mine
        ]
        return Money(sum((one.amount for one in found), Decimal(0)), currency) if found else None


def _receipt_keys(id: str, context: dict[str, str]) -> dict[str, object]:
    number, _, line = id.rpartition("/")
    return {**context, "receiverNumber": number, "line": int(line) if line.isdigit() else line}


def _counter_line(line: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: line[name] for name in LINE_KEPT if line.get(name) is not None}
    return kept | {name: line[other] for name, other in OTHER_SIDE.items() if line.get(other) is not None}
