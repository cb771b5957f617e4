"""Saves documents and finds them again. QAD has no idempotency key: a voucher is looked up before it is ever made.

A document of several steps is taken up where it stopped, because each step carries a reference of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import NotFound, Refused
from connectors.system import Document, Step, Written
from connectors.systems.qad.api import Api
from connectors.systems.qad.listing import Filter, Lists
from connectors.systems.qad.records import parties
from connectors.systems.qad.records.ids import (
    document_id,
    document_keys,
    entry_id,
    fitted,
    payment_id,
    payment_keys,
)
from connectors.systems.qad.records.invoices import MADE
from connectors.systems.qad.records.receipts import BOUNCED, conversion_reference
from connectors.transport.stated import Stated


@dataclass(frozen=True)
class Traced:
    """Where one record kind carries our reference, how long it may be, and what its id is."""

    field: str
    length: int
    id: Callable[[Stated], str]
    whole: bool
    """The field holds the reference alone; else it begins with it."""
    party: str = ""
    """Also filtered by, so that an instance reads few rows."""
    same: str = ""
    """A field that must agree as well: QAD makes open items of its own that carry a receipt's reference."""


def _code(row: Stated) -> str:
    return row.text("customerCode")


TRACED: Mapping[str, Traced] = {
    "customer": Traced("customShort0", 20, _code, True),
    "customer_invoice": Traced("description", 40, document_id, False, "customerCode", "invoiceType"),
    "customer_payment": Traced("reference", 40, payment_id, True, "customerCode"),
    "banking_entry": Traced("externalReference", 40, entry_id, True, same="direction"),
    "open_item_adjustment": Traced("description", 40, document_id, False, "customerCode"),
    "journal_entry": Traced("description", 40, document_id, False, "daybookCode"),
    "supplier_invoice": Traced("description", 40, document_id, False, "supplierCode", "invoiceType"),
}
KINDS: Mapping[str, str] = {
    "Customer": "customer",
    "CashReceipt": "customer_payment",
    "ReceiptReversal": "customer_payment",
    "RefundOut": "banking_entry",
    "RefundReturned": "banking_entry",
    "DisputeMovement": "journal_entry",
    "Settlement": "journal_entry",
    "SettlementReversal": "journal_entry",
    "ClearingEntry": "journal_entry",
    "CustomerInvoice": "customer_invoice",
    "CreditMemo": "customer_invoice",
    "CreditMemoReversal": "customer_invoice",
    "Adjustment": "open_item_adjustment",
    "SupplierInvoice": "supplier_invoice",
    "SupplierCredit": "supplier_invoice",
}


@dataclass(frozen=True)
class Posting:
    api: Api
    lists: Lists

    def write(self, document: Document, id: str | None) -> Written:
        if document.kind == "Customer":
            return self._customer(document, id)
        if id is not None:
            raise Refused(
                f"A posted {document.title.lower()} is not changed in QAD.",
                system="qad",
                remedy="It is taken back by a counter-document and made anew.",
            )
        made: Stated | None = None
        first: Written | None = None
        for step in document.steps:
            made, said = self._made(step, made)
            if step.name == KINDS.get(document.kind, step.name):
                first = first or Written(TRACED[step.name].id(made), said=said)
        if first is None:
            raise Refused("There is nothing in this document to post.", system="qad")
        return first

    def find(self, kind: str, reference: str, near: Document | None) -> str | None:
        """Half a document is not found: the write that follows takes it up where it stopped."""
        name = KINDS[kind]
        if kind == "ReceiptReversal":
            row = self._found_step(near.steps[0], near.steps[0].body) if near else None
        else:
            row = self._found(name, reference, near.steps[0].body if near else {})
        if row is None or (near and any(self._missing(step, row) for step in near.steps[1:])):
            return None
        return TRACED[name].id(row)

    def _missing(self, step: Step, first: Stated) -> bool:
        if step.name not in TRACED or step.name in ("customer_domain",):
            return False
        return self._found_step(step, filled(step.body, first.body)) is None

    def _made(self, step: Step, before: Stated | None) -> tuple[Stated, str]:
        body = filled(step.body, before.body if before else {})
        found = self._found_step(step, body)
        if found is not None:
            return found, "Found there by our reference."
        if _bounces(body):
            return self._bounced(body)
        return self.api.save(step.name, body)

    def _found_step(self, step: Step, body: Mapping[str, Any]) -> Stated | None:
        if _bounces(body):
            current = self._receipt(body)
            return current if current.text("status") == BOUNCED else None
        traced = TRACED[step.name]
        reference = str(body[traced.field])
        return self._found(step.name, reference if traced.whole else reference.split(" ")[0], body)

    def _found(self, name: str, reference: str, like: Mapping[str, Any]) -> Stated | None:
        """Compared exactly on our side: some ids differ by case only, which the instance's search may not see."""
        traced = TRACED[name]
        short = fitted(reference, traced.length)
        filters: list[Filter] = [(traced.field, "eq" if traced.whole else "sw", short)]
        if traced.party and traced.party in like:
            filters.append((traced.party, "eq", str(like[traced.party])))
        for row in self._searched(name, tuple(filters)):
            value = row.text_or(traced.field)
            agrees = not traced.same or like.get(traced.same) in (None, row.body.get(traced.same))
            if agrees and (value == short or (not traced.whole and value.split(" ")[0] == short)):
                return row
        return None

    def _searched(self, name: str, filters: tuple[Filter, ...]) -> Iterator[Stated]:
        """Where the instance cannot filter by the reference, the party's documents are read and compared here."""
        try:
            yield from self.lists.all(name, filters)
        except Refused as refused:
            if len(filters) < 2 or refused.said.status not in (400, None):
                raise
            yield from self.lists.all(name, filters[1:])

    def _customer(self, document: Document, id: str | None) -> Written:
        if id is not None:
            return self._changed_customer(document, id)
        relation, party, domain = document.steps
        found = self._found("customer", str(party.body["customShort0"]), {})
        if found is None:
            self._refuse_taken(party)
            self.api.save(relation.name, relation.body, _keys(self.api, relation))
            found, _ = self.api.save(party.name, party.body, _keys(self.api, party))
        self._in_domain(domain)
        return Written(_code(found), _code(found))

    def _refuse_taken(self, step: Step) -> None:
        """A save under a code that exists changes that record: nothing there would stop us."""
        try:
            self.api.row(step.name, _keys(self.api, step))
        except NotFound:
            return
        raise Refused(
            f"Customer code {step.body['customerCode']} is taken in QAD by a customer that is not this one.",
            system="qad",
            remedy="Link this customer to the QAD customer it belongs to, or make it in QAD and link it.",
        )

    def _in_domain(self, step: Step) -> None:
        """QAD makes this record by itself with the customer; it only lacks site and daybooks."""
        keys = _keys(self.api, step)
        try:
            known: Mapping[str, Any] = self.api.row(step.name, keys).body
        except NotFound:
            known = {}
        if any(known.get(name) != value for name, value in step.body.items()):
            self.api.save(step.name, {**known, **step.body}, keys)

    def _changed_customer(self, document: Document, id: str) -> Written:
        """The whole record with our fields set anew. If somebody saved in between: once more from the start."""
        wanted = document.steps[1].body
        keys = {"sharedSetCode": wanted["sharedSetCode"], "customerCode": id}
        try:
            self.api.save("customer", parties.changed(self.api.row("customer", keys).body, wanted), keys)
        except Refused as refused:
            if refused.said.code != "stale":
                raise
            self.api.save("customer", parties.changed(self.api.row("customer", keys).body, wanted), keys)
        return Written(id, id)

    def _bounced(self, body: Mapping[str, Any]) -> tuple[Stated, str]:
        """What is said of the receipt must be what stands on it: only the whole of it can bounce."""
        current = self._receipt(body)
        odd = [
            name
            for name in ("amountTC", "currencyCode")
            if body.get(name, current.body[name]) != current.body[name]
        ]
        if odd:
            raise Refused(
                f"Receipt {payment_id(current)} is of {current.body['amountTC']} {current.text('currencyCode')}, "
                "and only the whole of it can bounce.",
                system="qad",
                remedy="Book what the customer owes again by hand in QAD, and ignore this one with that reason.",
            )
        keys = self._receipt_keys(body)
        made, _ = self.api.save("customer_payment", {**current.body, **body, "dataOperation": "U"}, keys)
        return made, "Bounced: its invoices are open again."

    def _receipt(self, body: Mapping[str, Any]) -> Stated:
        return self.api.row("customer_payment", self._receipt_keys(body))

    def _receipt_keys(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return {name: body[name] for name in self.api.profile.kind("customer_payment").keys}

    def converted(self, receipt: Stated) -> Stated | None:
        """The entry that took a receipt's money on to clearing, where it was converted on the way."""
        return self._found("journal_entry", conversion_reference(receipt.text("reference")), {})

    def row(self, kind: str, id: str) -> Stated:
        """A document by the id we keep of it."""
        entity = self.api.book.code("entity")
        name = KINDS[kind]
        return self.api.row(
            name, payment_keys(id, entity) if name == "customer_payment" else document_keys(id, entity)
        )


def filled(body: Any, made: Mapping[str, Any]) -> Any:
    """`@year` and the like become what the step before was given."""
    match body:
        case Mapping():
            return {name: filled(value, made) for name, value in body.items()}
        case list() | tuple():
            return [filled(one, made) for one in body]
        case str() if body.startswith(MADE) and body[len(MADE) :] in made:
            return made[body[len(MADE) :]]
        case _:
            return body


def _bounces(body: Mapping[str, Any]) -> bool:
    return body.get("status") == BOUNCED


def _keys(api: Api, step: Step) -> dict[str, Any]:
    return {name: step.body[name] for name in api.profile.kind(step.name).keys if name in step.body}
