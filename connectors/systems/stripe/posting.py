"""Sends documents step by step, each step under its own key, and finds again what an earlier try may have made.

A draft is never taken for a document: it has touched nobody's money, and the same keys bring it to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from stripe import StripeClient

from connectors.canon.kind import Kind
from connectors.canon.parties import Customer
from connectors.canon.receivables import Invoice
from connectors.errors import NotFound, OutcomeUnknown, Refused
from connectors.system import Document, Step, Written
from connectors.systems.stripe.api import KEPT_FAILURE, VERSION, Api
from connectors.systems.stripe.records.render import CHECK
from connectors.systems.stripe.records.traces import reference_of
from connectors.systems.stripe.sdk import post
from connectors.systems.stripe.webhooks import EVENTS
from connectors.transport.stated import Stated

PATHS: dict[type[Kind], str] = {Customer: "customers", Invoice: "invoices"}
FIND_OVERLAP_SECONDS = 3600
KEY_PREFIX = "mlc-"
"""Stripe repeats it on the events that our own writes cause."""


@dataclass(frozen=True)
class Posting:
    api: Api
    client: StripeClient

    def write(self, document: Document, id: str | None, key: str) -> Written:
        if document.kind == "Customer":
            return self._customer(document, id, key)
        if id is None:
            if document.steps[0].name != "create":
                raise Refused("There is no invoice in Stripe to change.", system="stripe")
            return self._new_invoice(document, key)
        return self._change_invoice(document, id, key)

    def find(
        self, kind: type[Kind], reference: str, near: Document | None, since: datetime | None
    ) -> str | None:
        """By walking the list, never by search: Stripe's search lags behind by up to an hour."""
        asked: dict[str, Any] = {}
        if since:
            asked["created"] = {"gte": int(since.timestamp()) - FIND_OVERLAP_SECONDS}
        if near and kind is Invoice and "customer" in near.steps[0].body:
            asked["customer"] = near.steps[0].body["customer"]
        for row in self.api.all(PATHS[kind], PATHS[kind], **asked):
            if reference_of(row) == reference and row.text_or("status") not in ("draft", "void"):
                return row.text("id")
        return None

    def reverse(self, kind: type[Kind], id: str, key: str) -> Written:
        if kind is not Invoice:
            raise Refused(
                f"A {kind.__name__} is not taken back in Stripe.",
                system="stripe",
                remedy="Deleting a customer there is final and cancels subscriptions: leave it, or note it inactive.",
            )
        return self._void(id, key)

    def subscribe(self, url: str, key: str) -> tuple[str, str]:
        made = self._post(
            "webhook_endpoints",
            {
                "url": url,
                "enabled_events": list(EVENTS),
                "api_version": VERSION,
                "description": "ml-connector",
            },
            key,
        )
        return made.text("id"), made.text("secret")

    def _customer(self, document: Document, id: str | None, key: str) -> Written:
        body, reference = document.steps[0].body, document.reference
        if id:
            made = self._post(f"customers/{id}", body, key)
        else:
            made = self._post("customers", body, key, lambda: self._begun("customers", reference))
        return Written(made.text("id"), made.text_or("name"))

    def _new_invoice(self, document: Document, key: str) -> Written:
        head = document.steps[0].body
        begun = partial(self._begun, "invoices", document.reference, customer=head["customer"])
        made = self._post("invoices", head, f"{key}/create", begun)
        id = made.text("id")
        try:
            for step in document.steps[1:]:
                made = self._step(step, id, f"{key}/{step.name}")
        except (Refused, NotFound):
            self._drop_draft(id)
            raise
        return _written(made)

    def _step(self, step: Step, id: str, key: str) -> Stated:
        if step.name == CHECK:
            return self._checked(id, step)
        path = step.path.format(id=id).removeprefix("/v1/")
        return self._post(path, step.body, key, partial(self._has_happened, step.name, id))

    def _begun(self, path: str, reference: str, **asked: Any) -> Stated | None:
        """What a failed create has left there after all, drafts included."""
        rows = self.api.all(path, path, **asked)
        mine = (row for row in rows if reference_of(row) == reference)
        return next((row for row in mine if row.text_or("status") != "void"), None)

    def _has_happened(self, step: str, id: str) -> Stated | None:
        current = self.api.get(f"invoices/{id}", f"invoice {id}")
        happened = {
            "lines": bool(tuple(current.part("lines").parts("data"))),
            "finalize": current.text("status") != "draft",
            # Nothing tells whether it was mailed: once too few is better than twice.
            "send": True,
            "void": current.text("status") == "void",
            "pay": current.text("status") == "paid",
        }
        return current if happened[step] else None

    def _checked(self, id: str, step: Step) -> Stated:
        draft = self.api.get(f"invoices/{id}", f"invoice {id}")
        if draft.whole("total") != step.body["total"]:
            raise Refused(
                f"Stripe makes the total {draft.whole('total')} where the ledger has {step.body['total']} (minor units).",
                system="stripe",
                remedy="Look for taxes or discounts that Stripe adds by itself; nothing was finalised.",
            )
        return draft

    def _drop_draft(self, id: str) -> None:
        """What was begun and refused is not left lying about. A finalised invoice stays: only drafts can go."""
        try:
            if self.api.get(f"invoices/{id}", f"invoice {id}").text_or("status") == "draft":
                self.api.http.call("DELETE", f"/v1/invoices/{id}", endpoint="invoices")
        except (Refused, NotFound, OutcomeUnknown):
            return

    def _change_invoice(self, document: Document, id: str, key: str) -> Written:
        """Final amounts never change there: what is unpaid is voided and followed by a successor."""
        match document.steps[0].name:
            case "void":
                return self._void(id, key)
            case "pay":
                return self._paid_outside(id, document.steps[0], key)
        self._void(id, key)
        return self._new_invoice(document, key)

    def _void(self, id: str, key: str) -> Written:
        current = self.api.get(f"invoices/{id}", f"invoice {id}")
        if current.text("status") == "void":
            return _written(current)
        _refuse_paid(current)
        self._refuse_on_its_way(id)
        happened = partial(self._has_happened, "void", id)
        return _written(self._post(f"invoices/{id}/void", {}, f"{key}/void", happened))

    def _paid_outside(self, id: str, step: Step, key: str) -> Written:
        current = self.api.get(f"invoices/{id}", f"invoice {id}")
        if current.text("status") == "paid":
            return _written(current)
        self._refuse_on_its_way(id)
        happened = partial(self._has_happened, "pay", id)
        return _written(self._post(f"invoices/{id}/pay", step.body, f"{key}/pay", happened))

    def _refuse_on_its_way(self, id: str) -> None:
        """A bank debit takes days: until it has ended nobody knows whether the invoice is paid."""
        for one in self.api.all("invoice_payments", f"payments of {id}", invoice=id, status="open"):
            intent = one.part("payment").text_or("payment_intent")
            if intent and self.api.get(f"payment_intents/{intent}", intent).text("status") == "processing":
                raise Refused(
                    f"A payment of invoice {id} is on its way from the customer's bank.",
                    system="stripe",
                    remedy="Replay when it has arrived or failed; that takes a few days.",
                )

    def _post(
        self,
        path: str,
        body: Mapping[str, Any],
        key: str,
        happened: Callable[[], Stated | None] = lambda: None,
    ) -> Stated:
        """Stripe repeats a failure it has kept under a key: then we look, and only what is not there is sent anew."""
        try:
            return post(self.client, path, body, f"{KEY_PREFIX}{key}")
        except OutcomeUnknown as unknown:
            if unknown.said.code != KEPT_FAILURE:
                raise
        return happened() or post(self.client, path, body, f"{KEY_PREFIX}{key}/anew")


def _refuse_paid(current: Stated) -> None:
    if (current.whole_or("amount_paid", 0) or 0) > 0 or current.text("status") == "paid":
        raise Refused(
            f"Money has moved on invoice {current.text_or('number') or current.text('id')} in Stripe.",
            system="stripe",
            remedy="Credit it in the ledger, and refund or credit it in Stripe; it is not voided by us.",
        )


def _written(row: Stated) -> Written:
    return Written(row.text("id"), row.text_or("number"), url=row.text_or("hosted_invoice_url"))
