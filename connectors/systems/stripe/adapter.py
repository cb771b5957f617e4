"""Talks to one Stripe account: reads objects and what changed, renders and sends documents, finds them again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from connectors.canon.kind import Kind
from connectors.canon.parties import Customer
from connectors.canon.receivables import (
    Allocation,
    BalanceMovement,
    CreditNote,
    Dispute,
    Invoice,
    InvoiceStatus,
    Payment,
    Payout,
    Refund,
)
from connectors.errors import NotFound, Refused
from connectors.system import Account, Check, CodeChoice, Document, Page, Written
from connectors.systems.stripe import listing, ping
from connectors.systems.stripe.api import Api, open_http
from connectors.systems.stripe.listing import EVENTS_KEPT_SECONDS, Listed
from connectors.systems.stripe.posting import Posting
from connectors.systems.stripe.records import invoices, parties, payments, payouts, render
from connectors.systems.stripe.sdk import client
from connectors.transport.stated import Stated

DAY_SECONDS = 86_400
CHARGE = ("balance_transaction", "failure_balance_transaction")


@dataclass(frozen=True)
class StripeAdapter:
    account: Account

    @cached_property
    def api(self) -> Api:
        return Api(open_http(self.account), self.account.mode)

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(str(self.account.settings.get("time_zone") or "UTC"))

    def ping(self) -> Iterator[Check]:
        return ping.checks(self.account)

    def fetch(self, kind: type[Kind], id: str) -> Kind:
        found = self._listed(kind).fetch(id)
        if not found:
            raise NotFound(
                f"Stripe has no {kind.__name__} {id}: no money has moved for it.",
                system="stripe",
                remedy="Nothing to do; it appears when Stripe books it.",
            )
        return next((one for one in found if one.id == id), found[0])

    def changes(self, kind: type[Kind], since: str) -> Iterator[Page]:
        now = int(self.account.now().timestamp())
        return listing.Walk(self.api, kind, self._listed(kind), now).pages(since)

    def codes(self, table: str) -> Iterator[CodeChoice]:
        match table:
            case "item":
                for price in self.api.all("prices", "prices", expand=["data.product"]):
                    product = (
                        price.part_or("product") if isinstance(price.body.get("product"), dict) else None
                    )
                    label = price.text_or("nickname") or (product.text_or("name") if product else "")
                    yield CodeChoice(
                        f"price:{price.text('id')}",
                        label or price.text("id"),
                        price.flag("active", True),
                        currency=price.text_or("currency").upper(),
                    )
            case "tax_code":
                for rate in self.api.all("tax_rates", "tax rates"):
                    yield CodeChoice(rate.text("id"), rate.text("display_name"), rate.flag("active", True))

    def find(
        self, kind: type[Kind], reference: str, near: Document | None = None, since: datetime | None = None
    ) -> str | None:
        return self._posting.find(kind, reference, near, since)

    def render(self, body: Kind) -> Document:
        return render.document(body, self.zone, self.account.settings, self.account.now())

    def write(self, document: Document, id: str | None, key: str) -> Written:
        return self._posting.write(document, id, key)

    def reverse(self, kind: type[Kind], id: str, key: str) -> Written:
        return self._posting.reverse(kind, id, key)

    def subscribe(self, url: str, key: str) -> tuple[str, str]:
        """Register our webhook address where the key permits: the endpoint's id and, this once, its signing secret."""
        return self._posting.subscribe(url, key)

    @cached_property
    def _posting(self) -> Posting:
        return Posting(self.api, client(self.api.http, self.account.secrets["api_key"]))

    def _listed(self, kind: type[Kind]) -> Listed:
        try:
            return self._readers[kind]
        except KeyError:
            raise Refused(f"Stripe states no {kind.__name__}.", system="stripe") from None

    @cached_property
    def _readers(self) -> dict[type[Kind], Listed]:
        return {
            Customer: Listed(
                "customers",
                lambda row: (parties.customer(row),),
                lambda id: (parties.customer(self._get("customers", id)),),
                events=("customer.created", "customer.updated", "customer.deleted"),
            ),
            Invoice: Listed(
                "invoices",
                lambda row: (self._invoice(row),),
                lambda id: (self._invoice(self._get("invoices", id)),),
                events=tuple(f"invoice.{what}" for what in INVOICE_EVENTS),
                takes=lambda row: row.text_or("status") != "draft",
                keeps=lambda one: isinstance(one, Invoice) and one.status is not InvoiceStatus.DRAFT,
            ),
            CreditNote: Listed(
                "credit_notes",
                lambda row: (self._credit_note(row),),
                lambda id: (self._credit_note(self._get("credit_notes", id)),),
                events=("credit_note.created", "credit_note.updated", "credit_note.voided"),
            ),
            Payment: Listed(
                "charges",
                lambda row: (self._payment(row),),
                lambda id: (self._payment(self._charge(id)),),
                expand=CHARGE,
                events=(
                    "charge.succeeded",
                    "charge.failed",
                    "charge.updated",
                    "charge.captured",
                    "charge.pending",
                    # Put on an invoice later: nothing else tells it.
                    "invoice_payment.paid",
                ),
            ),
            Refund: Listed(
                "refunds",
                lambda row: (self._refund(row),),
                lambda id: (self._refund(self._get("refunds", id, *CHARGE)),),
                expand=CHARGE,
                events=("refund.created", "refund.updated", "refund.failed"),
            ),
            Dispute: Listed(
                "disputes",
                self._dispute,
                lambda id: self._dispute(self._get("disputes", id.split("/")[0])),
                events=tuple(f"charge.dispute.{what}" for what in DISPUTE_EVENTS),
            ),
            Payout: Listed(
                "payouts",
                lambda row: (self._payout(row),),
                lambda id: (self._payout(self._get("payouts", id, *CHARGE)),),
                expand=CHARGE,
                events=tuple(f"payout.{what}" for what in PAYOUT_EVENTS),
            ),
            BalanceMovement: Listed(
                "balance_transactions",
                lambda row: (payouts.movement(row),),
                lambda id: (payouts.movement(self._get("balance_transactions", id)),),
                takes=lambda row: payouts.of_payments_balance(row) and not payouts.is_own_row(row),
            ),
        }

    def _get(self, path: str, id: str, *expand: str) -> Stated:
        return self.api.get(f"{path}/{id}", f"{path} {id}", expand=list(expand) or None)

    def _charge(self, id: str) -> Stated:
        """By whichever of its ids an event named it: the money is the charge's."""
        if id.startswith("inpay_"):
            paid = self._get("invoice_payments", id).part("payment")
            id = paid.text_or("charge") or paid.text_or("payment_intent")
        if id.startswith("pi_"):
            id = self._get("payment_intents", id).text_or("latest_charge")
        if not id:
            raise NotFound("No charge has been made for it.", system="stripe", remedy="Nothing to do.")
        return self._get("charges", id, *CHARGE)

    def _invoice(self, row: Stated) -> Invoice:
        return invoices.invoice(row, self._lines("invoices", row), self.zone)

    def _credit_note(self, row: Stated) -> CreditNote:
        return invoices.credit_note(row, self._lines("credit_notes", row), self.zone)

    def _lines(self, path: str, row: Stated) -> tuple[Stated, ...]:
        embedded = row.part("lines")
        if not embedded.flag("has_more", False):
            return tuple(embedded.parts("data"))
        return tuple(self.api.all(f"{path}/{row.text('id')}/lines", f"lines of {row.what}"))

    def _payment(self, row: Stated) -> Payment:
        return payments.payment(row, self._allocations(row))

    def _allocations(self, charge: Stated) -> tuple[Allocation, ...]:
        """Which invoices a charge paid: it no longer names them itself."""
        if charge.text_or("status") != "succeeded":
            return ()
        intent = charge.text_or("payment_intent")
        if intent:
            asked: dict[str, Any] = {"payment": {"type": "payment_intent", "payment_intent": intent}}
            paid = self._invoice_payments(**asked)
            return tuple(payments.allocation(one) for one in paid)
        created = charge.whole("created")
        near = {"gte": created - DAY_SECONDS, "lte": created + DAY_SECONDS}
        listed = self._invoice_payments(created=near)
        mine = (one for one in listed if one.part("payment").text_or("charge") == charge.text("id"))
        return tuple(payments.allocation(one) for one in mine)

    def _invoice_payments(self, **asked: Any) -> Iterator[Stated]:
        """Each with its invoice, which tells whether we put it there."""
        return self.api.all(
            "invoice_payments", "invoice payments", status="paid", expand=["data.invoice"], **asked
        )

    def _refund(self, row: Stated) -> Refund:
        if not row.has("charge"):
            return payments.refund(row, (), None)
        paid = self._payment(self._get("charges", row.text("charge"), *CHARGE))
        return payments.refund(row, paid.allocations, paid.amount)

    def _dispute(self, row: Stated) -> tuple[Dispute, ...]:
        return payments.dispute_steps(row, self._closed(row) if row.text("status") == "lost" else None)

    def _closed(self, row: Stated) -> datetime | None:
        """A dispute does not say when it ended; the event that told does, for thirty days."""
        kept = int(self.account.now().timestamp()) - EVENTS_KEPT_SECONDS
        created = {"gte": max(row.whole("created"), kept)}
        told = self.api.all("events", "events", type="charge.dispute.closed", created=created)
        of_this = (one for one in told if one.part("data").part("object").text("id") == row.text("id"))
        return next((one.epoch("created") for one in of_this), None)

    def _payout(self, row: Stated) -> Payout:
        own = row.part("balance_transaction") if row.body.get("balance_transaction") is not None else None
        if not payouts.listable(row):
            return payouts.payout(row, (), own, self.zone)
        listed = self.api.all("balance_transactions", f"rows of {row.what}", payout=row.text("id"))
        rows = tuple(payouts.row(one) for one in listed if not payouts.is_own_row(one))
        return payouts.payout(row, rows, own, self.zone)


INVOICE_EVENTS = "finalized paid voided updated marked_uncollectible payment_failed overdue".split()
DISPUTE_EVENTS = "created updated funds_withdrawn funds_reinstated closed".split()
PAYOUT_EVENTS = "created updated paid failed canceled reconciliation_completed".split()

open_adapter: Callable[[Account], StripeAdapter] = StripeAdapter
