"""The official library, unmodified, drives the simulator through every call that the product makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.hook import listening
from tests.sandbox.stripe_account.conftest import START, VERSION, client_for

Act = Callable[..., Any]


def once(key: str) -> stripe.RequestOptions:
    return {"idempotency_key": f"mlc-{key}"}


def draft(client: stripe.StripeClient, customer: str, **more: Any) -> stripe.Invoice:
    wanted: Any = {
        "customer": customer,
        "currency": "eur",
        "collection_method": "send_invoice",
        "due_date": START + 86_400 * 30,
        "auto_advance": False,
        "pending_invoice_items_behavior": "exclude",
        "description": "Order 4711",
        "custom_fields": [{"name": "ERP invoice", "value": "AR-88120"}],
        "metadata": {"mlc_source": "qad", "mlc_source_id": "AR-88120"},
        **more,
    }
    return client.v1.invoices.create(wanted)


def test_ping(client: stripe.StripeClient, acme: World) -> None:
    assert client.v1.balance.retrieve().available[0].currency == "usd"
    assert client.v1.accounts.retrieve_current().default_currency == "usd"


def test_customers_are_made_once_read_changed_and_found(client: stripe.StripeClient) -> None:
    wanted: Any = {
        "name": "Harbor",
        "email": "ap@harbor.example",
        "address": {"city": "Hamburg", "country": "DE"},
    }
    first = client.v1.customers.create({**wanted, "metadata": {"mlc_source_id": "C1001"}}, once("c1"))
    again = client.v1.customers.create({**wanted, "metadata": {"mlc_source_id": "C1001"}}, once("c1"))
    assert again.id == first.id
    client.v1.customers.update(first.id, {"phone": "+494000", "metadata": {"mlc_source_id": "", "note": "x"}})
    read = client.v1.customers.retrieve(first.id)
    assert (read.phone, read.metadata.to_dict(), read.address.city) == ("+494000", {"note": "x"}, "Hamburg")
    assert [row.id for row in client.v1.customers.list({"email": "ap@harbor.example"}).data] == [first.id]
    assert client.v1.customers.list({"email": "AP@harbor.example"}).data == []


def test_an_invoice_from_draft_to_sent(client: stripe.StripeClient, customer: str) -> None:
    invoice = draft(client, customer)
    item: Any = {
        "customer": customer,
        "invoice": invoice.id,
        "amount": 250_000,
        "currency": "eur",
        "description": "Spindle",
    }
    client.v1.invoice_items.create(item)
    tax: Any = {
        "amount": 47_500,
        "taxable_amount": 250_000,
        "tax_rate_data": {"display_name": "VAT", "inclusive": False, "percentage": 19},
    }
    added = client.v1.invoices.add_lines(
        invoice.id, {"lines": [{"amount": 1_000, "description": "Freight", "tax_amounts": [tax]}]}
    )
    assert (added.subtotal, added.total, added.total_taxes[0].amount) == (251_000, 298_500, 47_500)
    opened = client.v1.invoices.finalize_invoice(invoice.id, {"auto_advance": False})
    assert (opened.status, opened.amount_remaining, opened.custom_fields[0].value) == (
        "open",
        298_500,
        "AR-88120",
    )
    assert client.v1.invoices.send_invoice(invoice.id).status == "open"
    assert [line.amount for line in client.v1.invoices.line_items.list(invoice.id).auto_paging_iter()] == [
        250_000,
        1_000,
    ]


def test_lines_are_changed_and_taken_away_while_it_is_a_draft(
    client: stripe.StripeClient, customer: str
) -> None:
    invoice = draft(client, customer)
    lines = client.v1.invoices.add_lines(invoice.id, {"lines": [{"amount": 100}, {"amount": 200}]}).lines.data
    changed = client.v1.invoices.update_lines(invoice.id, {"lines": [{"id": lines[0].id, "amount": 150}]})
    assert changed.total == 350
    left = client.v1.invoices.remove_lines(invoice.id, {"lines": [{"id": lines[1].id, "behavior": "delete"}]})
    assert left.total == 150
    client.v1.invoices.delete(invoice.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.invoices.retrieve(invoice.id)
    assert refused.value.code == "resource_missing"


def test_void_uncollectible_and_paid_elsewhere(client: stripe.StripeClient, customer: str, act: Act) -> None:
    void, bad, paid = (
        act("new_invoice", customer=customer, amount=5_000, currency="eur")["id"] for _ in range(3)
    )
    assert client.v1.invoices.void_invoice(void).status == "void"
    assert client.v1.invoices.mark_uncollectible(bad).status == "uncollectible"
    settled = client.v1.invoices.pay(paid, {"paid_out_of_band": True})
    assert (settled.status, settled.amount_paid_off_stripe, settled.amount_remaining) == ("paid", 5_000, 0)
    assert client.v1.charges.list().data == []


def test_from_invoice_to_cash_and_back(
    client: stripe.StripeClient, stage: Stage, customer: str, act: Act
) -> None:
    invoice = act("new_invoice", customer=customer, amount=297_500, currency="usd")["id"]
    act("pay_invoice", invoice=invoice)
    stage.advance(2)
    read = client.v1.invoices.retrieve(invoice, {"expand": ["payments"]})
    [link] = [payment for payment in read.payments.data if payment.status == "paid"]
    intent = client.v1.payment_intents.retrieve(
        link.payment.payment_intent, {"expand": ["latest_charge.balance_transaction"]}
    )
    row = intent.latest_charge.balance_transaction
    assert (row.amount, row.fee, row.net, row.currency) == (297_500, 8_658, 288_842, "usd")
    wanted: Any = {"payment": {"type": "payment_intent", "payment_intent": intent.id}}
    assert [one.invoice for one in client.v1.invoice_payments.list(wanted).data] == [invoice]
    assert client.v1.charges.retrieve(intent.latest_charge.id).payment_intent == intent.id


def test_refunds_disputes_and_credit_notes(client: stripe.StripeClient, customer: str, act: Act) -> None:
    invoice = act("new_invoice", customer=customer, amount=10_000, currency="usd")["id"]
    charge = act("pay_invoice", invoice=invoice)["id"]
    refund = client.v1.refunds.create({"charge": charge, "amount": 2_500, "reason": "duplicate"}, once("r1"))
    assert client.v1.refunds.list({"charge": charge}).data[0].id == refund.id
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"
    dispute = act("open_dispute", charge=charge)["id"]
    read = client.v1.disputes.retrieve(dispute)
    assert (read.amount, read.balance_transactions[0].fee) == (7_500, 1_500)
    assert client.v1.disputes.list({"charge": charge}).data[0].id == dispute
    other = act("new_invoice", customer=customer, amount=900, currency="usd")["id"]
    note = client.v1.credit_notes.create({"invoice": other, "amount": 400, "email_type": "none"})
    assert client.v1.credit_notes.retrieve(note.id).pre_payment_amount == 400
    assert client.v1.credit_notes.list({"invoice": other}).data[0].id == note.id
    assert client.v1.invoices.retrieve(other).amount_remaining == 500
    assert client.v1.credit_notes.void_credit_note(note.id).status == "void"


def test_a_payout_and_its_rows(client: stripe.StripeClient, stage: Stage, act: Act) -> None:
    for _ in range(130):
        act("charge", amount=2_000, currency="usd")
    stage.advance(3 * 86_400)
    payout = act("run_payout")["id"]
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.balance_transactions.list({"payout": payout})
    assert refused.value.code == "payout_reconciliation_not_ready"
    stage.advance(3 * 86_400)
    read = client.v1.payouts.retrieve(payout)
    assert (read.status, read.reconciliation_status, read.automatic) == ("paid", "completed", True)
    listed = client.v1.balance_transactions.list({"payout": payout, "limit": 100, "expand": ["data.source"]})
    rows = list(listed.auto_paging_iter())
    assert len(rows) == 131
    assert sum(row.net for row in rows if row.source.id != payout) == read.amount
    assert {row.source.object for row in rows} == {"charge", "payout"}
    assert client.v1.payouts.list({"status": "paid", "created": {"gte": START}}).data[0].id == payout


def test_events_by_type_and_time(client: stripe.StripeClient, customer: str, act: Act) -> None:
    act("pay_invoice", invoice=act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"])
    wanted: Any = {"types": ["invoice.paid", "charge.succeeded"], "created": {"gte": START}, "limit": 100}
    events = list(client.v1.events.list(wanted).auto_paging_iter())
    assert [event.type for event in events] == ["invoice.paid", "charge.succeeded"]
    assert client.v1.events.retrieve(events[0].id).data.object["status"] == "paid"


def test_webhooks_are_registered_signed_and_verified(
    client: stripe.StripeClient, stage: Stage, act: Act
) -> None:
    with listening() as box:
        wanted: Any = {"url": box.url, "enabled_events": ["customer.created"], "api_version": VERSION}
        endpoint = client.v1.webhook_endpoints.create(wanted)
        act("new_customer", name="Harbor")
        stage.postman.round()
    signature = box.headers[0]["Stripe-Signature"]
    event = stripe.Webhook.construct_event(box.bodies[0], signature, endpoint.secret, tolerance=10**9)
    assert (event.type, event.data.object["name"]) == ("customer.created", "Harbor")
    client.v1.webhook_endpoints.update(endpoint.id, {"enabled_events": ["*"]})
    assert client.v1.webhook_endpoints.list().data[0].enabled_events == ["*"]
    assert client.v1.webhook_endpoints.delete(endpoint.id).deleted


def test_tax_rates_and_prices_as_objects(client: stripe.StripeClient, customer: str) -> None:
    rate = client.v1.tax_rates.create({"display_name": "VAT", "inclusive": False, "percentage": 20})
    product = client.v1.products.create({"name": "Support"})
    price = client.v1.prices.create({"currency": "eur", "product": product.id, "unit_amount": 21_000})
    invoice = draft(client, customer)
    item: Any = {
        "customer": customer,
        "invoice": invoice.id,
        "pricing": {"price": price.id},
        "quantity": 2,
        "tax_rates": [rate.id],
    }
    client.v1.invoice_items.create(item)
    assert client.v1.invoices.retrieve(invoice.id).total == 50_400


def test_lists_page_by_themselves_to_the_end(client: stripe.StripeClient, act: Act) -> None:
    made = [act("new_customer", name=f"Customer {number}")["id"] for number in range(25)]
    listed = client.v1.customers.list({"limit": 10})
    assert [row.id for row in listed.auto_paging_iter()] == made[::-1]
    back = client.v1.customers.list({"limit": 10, "ending_before": made[0]})
    assert [row.id for row in back.auto_paging_iter()] == made[1:]


def test_search_lags_behind(client: stripe.StripeClient, stage: Stage, act: Act) -> None:
    made = act("new_customer", email="ap@harbor.example", metadata={"mlc_source_id": "C1001"})["id"]
    query: Any = {"query": "metadata['mlc_source_id']:'C1001' AND email~'harbor'"}
    assert client.v1.customers.search(query).data == []
    stage.advance(60)
    assert [row.id for row in client.v1.customers.search(query).auto_paging_iter()] == [made]


def test_every_error_class_of_the_library(
    client: stripe.StripeClient, stage: Stage, keys: dict[str, str], customer: str, act: Act
) -> None:
    with pytest.raises(stripe.AuthenticationError):
        client_for(stage.base("stripe"), "sk_test_nobody").v1.balance.retrieve()
    act("set_permissions", key=keys["restricted_key"], charge="none")
    with pytest.raises(stripe.PermissionError, match="rak_charge_read"):
        client_for(stage.base("stripe"), keys["restricted_key"]).v1.charges.list()
    with pytest.raises(stripe.InvalidRequestError) as unknown:
        client.v1.customers.create({"nickname": "x"})  # type: ignore[typeddict-unknown-key]
    assert (unknown.value.code, unknown.value.param) == ("parameter_unknown", "nickname")
    client.v1.customers.create({"name": "a"}, once("same"))
    with pytest.raises(stripe.IdempotencyError):
        client.v1.customers.create({"name": "b"}, once("same"))
    act("set_card", customer=customer, card="declines")
    invoice = act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"]
    with pytest.raises(stripe.CardError) as declined:
        client.v1.invoices.pay(invoice)
    assert declined.value.code == "card_declined"
    stage.fault("rate_limited", code="endpoint-rate")
    with pytest.raises(stripe.RateLimitError) as limited:
        client.v1.balance.retrieve()
    assert limited.value.headers["Stripe-Rate-Limited-Reason"] == "endpoint-rate"
    stage.fault("error", status=503)
    with pytest.raises(stripe.APIError):
        client.v1.balance.retrieve()
    stage.fault("drop_answer")
    with pytest.raises(stripe.APIConnectionError):
        client.v1.balance.retrieve()


def test_raw_requests_go_through_too(client: stripe.StripeClient, act: Act) -> None:
    act("new_customer", name="Harbor")
    answer = client.raw_request("get", "/v1/customers?limit=1")
    assert answer.data["data"][0]["name"] == "Harbor"
    assert answer.headers["Request-Id"].startswith("req_")
    assert answer.headers["Stripe-Version"] == VERSION
