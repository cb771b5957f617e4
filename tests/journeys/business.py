"""One company's books and its payment account, both simulated and joined by us, as a journey sees them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from connectors.engine.run import run
from connectors.models import Connection, Delivery, Integration, Mapping, Status
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.system import Mode
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tests.conformance.stands.qad import BOOK

ENTITY = "10USACO"
ACCOUNTS = {"bank": "1010", "clearing": "1090", "fees": "6100", "fee_tax": "6100", "refunds": "1160"}
DAY = 86_400
BUYER = "C1002"
WHOLE = ("record", "of", "lane__integration__left", "lane__integration__right")


@dataclass
class Business:
    tenant: Tenant
    stage: Stage
    qad: World
    stripe: World
    integration: Integration

    def run(self) -> Counter[str]:
        return Counter(run(self.integration, "person").counts)

    # -- what people do

    def keeps_only(self, customer: str) -> None:
        """All other customers are inactive in QAD: nothing of them is for Stripe."""
        for code in list(self.qad.table("customer")):
            if code != customer:
                self.stage.act(self.qad, "edit", kind="customer", key=code, isActive=False)

    def posts_invoice(self, customer: str, amount: str) -> str:
        return str(self.stage.act(self.qad, "post_invoice", customer=customer, amount=amount))

    def pays(self, invoice: str) -> str:
        """The customer pays the invoice of this QAD number on Stripe's page, and the money settles."""
        charge = self.stage.act(self.stripe, "pay_invoice", invoice=self.in_stripe(invoice)["id"])
        self.stage.advance(5, self.stripe)
        return str(charge["id"])

    def refunds(self, charge: str, cents: int) -> str:
        refund = self.stage.act(self.stripe, "refund", charge=charge, amount=cents)
        self.stage.advance(5, self.stripe)
        return str(refund["id"])

    def pays_out(self) -> str:
        """What is available goes to the bank; days later it is there, and its rows are known."""
        self.stage.advance(8 * DAY)
        payout = self.stage.act(self.stripe, "run_payout")
        self.stage.advance(4 * DAY)
        return str(payout["id"])

    def maps(self, *names: str) -> int:
        """How many deliveries that set free."""
        with tenant_scope(self.tenant):
            stripe = Connection.objects.get(system="stripe")
            lines = (
                Mapping.suggest(self.integration, stripe, "gl_account", name, ACCOUNTS[name])
                for name in names
            )
            return sum(line.approve() for line in lines)

    # -- what stands where

    def in_stripe(self, invoice: str) -> dict[str, Any]:
        return next(
            row for row in self.all_in_stripe("invoices") if row["metadata"].get("mlc_source_no") == invoice
        )

    def all_in_stripe(self, table: str) -> list[dict[str, Any]]:
        return list(self.stripe.table(f"test/{table}").values())

    def in_qad(self, kind: str) -> list[dict[str, Any]]:
        return list(self.qad.table(kind).values())

    def invoice_in_qad(self, number: str) -> dict[str, Any]:
        year, daybook, voucher = number.split("/")
        return next(
            row
            for row in self.in_qad("customer_invoice")
            if (str(row["year"]), row["daybookCode"], str(row["voucher"])) == (year, daybook, voucher)
        )

    def clearing(self) -> Decimal:
        found = self.stage.act(self.qad, "account_balance", entity=ENTITY, account=ACCOUNTS["clearing"])
        return Decimal(str(found["balanceTC"]))

    def balance_in_stripe(self) -> Decimal:
        """Everything on the account, available or not: in dollars, by its own rows."""
        return Decimal(sum(row["net"] for row in self.all_in_stripe("balance_transactions"))) / Decimal(100)

    def effects(self) -> tuple[int, int]:
        return len(self.qad.effects), len(self.stripe.effects)

    def deliveries(self, flow: str) -> list[Delivery]:
        with tenant_scope(self.tenant):
            return list(Delivery.objects.filter(lane__flow=flow).select_related(*WHOLE).order_by("id"))

    def one(self, flow: str, source_id: str) -> Delivery:
        return next(one for one in reversed(self.deliveries(flow)) if one.source_id == source_id)

    def statuses(self) -> Counter[str]:
        with tenant_scope(self.tenant):
            return Counter(Delivery.objects.exclude(status=Status.SKIPPED).values_list("status", flat=True))


def opened(tenant: Tenant, stage: Stage) -> Business:
    """Books with customers, an empty payment account, and a draft between them that starts today."""
    qad, stripe = stage.world("qad", "acme", story="northmoor"), stage.world("stripe", "acme")
    told, paid = stage.credentials(qad), stage.credentials(stripe)
    with tenant_scope(tenant):
        books = Connection.make("qad", "Books", Mode.SANDBOX, {"address": told["base_url"], "book": BOOK})
        books.keep_secrets({name: str(told[name]) for name in ("username", "password", "client_id")})
        payments = Connection.make("stripe", "Payments", Mode.TEST, {"address": paid["base_url"]})
        payments.keep_secrets({"api_key": str(paid["secret_key"])})
        policies = {"time_zone": BOOK["time_zone"]}
        cut_over = _today(qad)
        integration = Integration.make("Books and payments", books, payments, policies, cut_over)
    made = Business(tenant, stage, qad, stripe, integration)
    made.keeps_only(BUYER)
    return made


def _today(world: World) -> date:
    now = datetime.fromtimestamp(world.clock.time(), UTC)
    return now.astimezone(ZoneInfo(str(BOOK["time_zone"]))).date()


def until_settled(business: Business, flow: str, id: str) -> Delivery:
    """Some seconds at most: what waits or is in doubt is taken up a moment later."""
    for _ in range(20):
        if business.one(flow, id).status not in (Status.WAITING, Status.IN_DOUBT):
            break
        time.sleep(0.5)
        business.run()
    return business.one(flow, id)
