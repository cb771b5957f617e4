"""An invoice's life: its states, its payments, its totals, and what happens by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox.books import Books
from tests.sandbox.hook import listening
from tests.sandbox.stripe_account.conftest import START, Ask

Act = Callable[..., Any]
DAY = 86_400


def events(world: World) -> list[str]:
    return [row["type"] for row in Books(world, False).table("events").values()]


def opened(act: Act, customer: str, amount: int = 10_000, currency: str = "usd") -> str:
    return str(act("new_invoice", customer=customer, amount=amount, currency=currency)["id"])


def code(ask: Ask, method: str, path: str, form: Any = None) -> str:
    return str(ask(method, path, form).json()["error"].get("code"))


def test_a_draft_is_numbered_and_frozen_when_it_is_finalized(ask: Ask, customer: str) -> None:
    form = {
        "customer": customer,
        "currency": "eur",
        "collection_method": "send_invoice",
        "days_until_due": 30,
    }
    invoice = ask("POST", "/invoices", form).json()
    assert (invoice["number"], invoice["due_date"]) == (None, START + 30 * DAY)
    ask("POST", "/invoiceitems", {"customer": customer, "invoice": invoice["id"], "amount": 5_000})
    final = ask("POST", f"/invoices/{invoice['id']}/finalize", {"auto_advance": "false"}).json()
    assert (final["status"], final["status_transitions"]["finalized_at"]) == ("open", START)
    assert final["number"].endswith("-0001") and final["customer_name"] == "Harbor Tooling GmbH"
    assert code(ask, "POST", f"/invoices/{invoice['id']}", {"description": "x"}) == "invoice_not_editable"
    assert ask("POST", f"/invoices/{invoice['id']}", {"metadata[a]": "b"}).json()["metadata"] == {"a": "b"}
    item = {"customer": customer, "invoice": invoice["id"], "amount": 1}
    assert code(ask, "POST", "/invoiceitems", item) == "invoice_not_editable"


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        ("void", "void", "status_transition_invalid"),
        ("void", "pay", "status_transition_invalid"),
        ("mark_uncollectible", "mark_uncollectible", "status_transition_invalid"),
        ("pay", "void", "status_transition_invalid"),
        ("pay", "pay", "status_transition_invalid"),
        ("pay", "finalize", "invoice_not_editable"),
    ],
)
def test_ways_that_do_not_exist(
    ask: Ask, act: Act, customer: str, first: str, second: str, refused: str
) -> None:
    invoice = opened(act, customer)
    assert ask("POST", f"/invoices/{invoice}/{first}").status_code == 200
    assert code(ask, "POST", f"/invoices/{invoice}/{second}") == refused
    assert code(ask, "DELETE", f"/invoices/{invoice}") == "invoice_not_editable"


@pytest.mark.parametrize(("way", "status"), [("pay", "paid"), ("void", "void")])
def test_uncollectible_is_not_the_end(ask: Ask, act: Act, customer: str, way: str, status: str) -> None:
    invoice = opened(act, customer)
    ask("POST", f"/invoices/{invoice}/mark_uncollectible")
    assert ask("POST", f"/invoices/{invoice}/{way}").json()["status"] == status


def test_one_payment_is_told_in_five_ways(act: Act, acme: World, customer: str) -> None:
    invoice = opened(act, customer)
    before = len(events(acme))
    act("pay_invoice", invoice=invoice)
    told = events(acme)[before:]
    money = ["payment_intent.succeeded", "charge.succeeded", "invoice_payment.paid", "invoice.paid"]
    assert [event for event in told if event in (*money, "invoice.payment_succeeded")] == [
        *money,
        "invoice.payment_succeeded",
    ]


def test_partial_payments_add_up_and_the_last_one_pays(ask: Ask, act: Act, customer: str) -> None:
    invoice = opened(act, customer)
    act("pay_invoice", invoice=invoice, amount=3_000)
    part = ask("GET", f"/invoices/{invoice}", {"expand[]": "payments"}).json()
    assert (part["status"], part["amount_paid"], part["amount_remaining"]) == ("open", 3_000, 7_000)
    assert sorted(row["status"] for row in part["payments"]["data"]) == ["open", "paid"]
    act("pay_invoice", invoice=invoice)
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "paid"
    assert code(ask, "POST", f"/invoices/{invoice}/void") == "status_transition_invalid"


def test_a_partly_paid_invoice_is_not_voided(ask: Ask, act: Act, customer: str) -> None:
    invoice = opened(act, customer)
    act("pay_invoice", invoice=invoice, amount=3_000)
    assert code(ask, "POST", f"/invoices/{invoice}/void") == "status_transition_invalid"


def test_too_much_is_overpaid(ask: Ask, act: Act, customer: str) -> None:
    invoice = opened(act, customer)
    act("pay_invoice", invoice=invoice, amount=12_000)
    paid = ask("GET", f"/invoices/{invoice}").json()
    assert (paid["status"], paid["amount_paid"], paid["amount_overpaid"]) == ("paid", 12_000, 2_000)


def test_paid_elsewhere_brings_no_money(ask: Ask, act: Act, acme: World, customer: str) -> None:
    invoice = opened(act, customer)
    ask("POST", f"/invoices/{invoice}/pay", {"paid_out_of_band": "true"})
    assert "invoice.paid" in events(acme) and "charge.succeeded" not in events(acme)
    links = ask("GET", "/invoice_payments", {"invoice": invoice}).json()["data"]
    assert [row["status"] for row in links] == ["canceled"]


def test_a_bank_debit_takes_days_and_can_bounce_afterwards(
    ask: Ask, act: Act, stage: Stage, acme: World, customer: str
) -> None:
    invoice = opened(act, customer)
    charge = act("pay_invoice", invoice=invoice, method="us_bank_account")
    assert (charge["status"], charge["balance_transaction"]) == ("pending", None)
    stage.advance(4 * DAY + 2)
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "paid"
    act("debit_fails", charge=charge["id"])
    again = ask("GET", f"/invoices/{invoice}").json()
    assert (again["status"], again["amount_remaining"]) == ("open", 10_000)
    read = ask("GET", f"/charges/{charge['id']}", {"expand[]": "failure_balance_transaction"}).json()
    assert read["failure_balance_transaction"]["reporting_category"] == "charge_failure"
    assert read["failure_balance_transaction"]["net"] == -10_000


def test_a_declined_card_leaves_it_open(ask: Ask, act: Act, acme: World, customer: str) -> None:
    invoice = opened(act, customer)
    act("set_card", customer=customer, card="declines")
    answer = ask("POST", f"/invoices/{invoice}/pay")
    assert (answer.status_code, answer.json()["error"]["type"]) == (402, "card_error")
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "open"
    assert events(acme)[-3:] == ["payment_intent.payment_failed", "charge.failed", "invoice.payment_failed"]


def test_nothing_to_pay_is_paid_at_once(ask: Ask, act: Act, customer: str) -> None:
    assert act("new_invoice", customer=customer, amount=0, currency="usd")["status"] == "paid"
    draft = ask("POST", "/invoices", {"customer": customer}).json()["id"]
    assert code(ask, "POST", f"/invoices/{draft}/finalize") == "invoice_no_customer_line_items"


def test_a_sum_too_small_to_charge_waits_in_the_balance(ask: Ask, act: Act, customer: str) -> None:
    small = act("new_invoice", customer=customer, amount=30, currency="usd")
    assert (small["status"], small["amount_due"], small["ending_balance"]) == ("paid", 0, 30)
    assert ask("GET", f"/customers/{customer}").json()["balance"] == 30
    assert act("new_invoice", customer=customer, amount=1_000, currency="usd")["amount_due"] == 1_030


def test_credit_lowers_what_is_due_but_not_the_total(ask: Ask, act: Act, customer: str) -> None:
    act("edit_customer", customer=customer, balance=-4_000)
    invoice = act("new_invoice", customer=customer, amount=10_000, currency="usd")
    assert (invoice["total"], invoice["starting_balance"], invoice["amount_due"]) == (10_000, -4_000, 6_000)


def test_left_alone_it_advances_after_an_hour(ask: Ask, act: Act, stage: Stage, customer: str) -> None:
    invoice = ask("POST", "/invoices", {"customer": customer}).json()["id"]
    ask("POST", "/invoiceitems", {"customer": customer, "invoice": invoice, "amount": 5_000})
    stage.advance(3_599)
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "draft"
    stage.advance(1)
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "paid"


def test_an_endpoint_that_does_not_answer_delays_the_tenants_own_invoices(
    ask: Ask, stage: Stage, customer: str
) -> None:
    with listening() as box:
        box.statuses = [500] * 99
        ask("POST", "/webhook_endpoints", {"url": box.url, "enabled_events[]": "invoice.created"})
        invoice = ask("POST", "/invoices", {"customer": customer}).json()["id"]
        ask("POST", "/invoiceitems", {"customer": customer, "invoice": invoice, "amount": 5_000})
        stage.postman.round()
        stage.advance(71 * 3600)
        assert ask("GET", f"/invoices/{invoice}").json()["status"] == "draft"
        stage.advance(3600)
        assert ask("GET", f"/invoices/{invoice}").json()["status"] == "paid"


def test_pending_items_of_others_slip_in_only_when_asked(ask: Ask, customer: str) -> None:
    ask("POST", "/invoiceitems", {"customer": customer, "amount": 700, "currency": "usd"})
    form = {"customer": customer, "currency": "usd"}
    assert ask("POST", "/invoices", form).json()["total"] == 0
    assert (
        ask("POST", "/invoices", {**form, "pending_invoice_items_behavior": "include"}).json()["total"] == 700
    )


def test_overdue_is_an_event_and_not_a_status(
    ask: Ask, act: Act, stage: Stage, acme: World, customer: str
) -> None:
    form = {
        "customer": customer,
        "collection_method": "send_invoice",
        "days_until_due": 1,
        "auto_advance": "false",
    }
    invoice = ask("POST", "/invoices", form).json()["id"]
    ask("POST", "/invoiceitems", {"customer": customer, "invoice": invoice, "amount": 5_000})
    ask("POST", f"/invoices/{invoice}/finalize")
    stage.advance(DAY)
    assert events(acme)[-1] == "invoice.overdue"
    assert ask("GET", f"/invoices/{invoice}").json()["status"] == "open"


def test_a_subscription_names_itself_in_the_parent(ask: Ask, act: Act, customer: str) -> None:
    invoice = act("subscription_invoice", customer=customer, amount=21_000, currency="usd")
    subscription = invoice["parent"]["subscription_details"]["subscription"]
    found = ask("GET", "/invoices", {"subscription": subscription}).json()["data"]
    assert [(row["id"], row["status"], row["billing_reason"]) for row in found] == [
        (invoice["id"], "paid", "subscription_cycle")
    ]
    assert found[0]["lines"]["data"][0]["parent"]["type"] == "subscription_item_details"


def test_inclusive_and_exclusive_tax(ask: Ask, customer: str) -> None:
    rates = [
        ask("POST", "/tax_rates", {"display_name": "VAT", "percentage": "19", "inclusive": inclusive}).json()[
            "id"
        ]
        for inclusive in ("true", "false")
    ]
    totals = []
    for rate in rates:
        invoice = ask("POST", "/invoices", {"customer": customer, "currency": "eur"}).json()["id"]
        item = {"customer": customer, "invoice": invoice, "amount": 11_900, "tax_rates[0]": rate}
        ask("POST", "/invoiceitems", item)
        body = ask("GET", f"/invoices/{invoice}").json()
        totals.append(
            (body["subtotal"], body["total"], body["total_excluding_tax"], body["total_taxes"][0]["amount"])
        )
    assert totals == [(11_900, 11_900, 10_000, 1_900), (11_900, 14_161, 11_900, 2_261)]


def test_a_unit_price_with_many_decimals_is_rounded_once(ask: Ask, customer: str) -> None:
    invoice = ask("POST", "/invoices", {"customer": customer, "currency": "eur"}).json()["id"]
    item = {
        "customer": customer,
        "invoice": invoice,
        "unit_amount_decimal": "33.3333",
        "quantity_decimal": "1.5",
    }
    line = ask("POST", "/invoiceitems", item).json()
    assert (line["amount"], line["quantity"], line["quantity_decimal"]) == (50, None, "1.5")


def test_a_payment_made_elsewhere_is_attached(ask: Ask, act: Act, customer: str) -> None:
    invoice = opened(act, customer)
    charge = act("charge", amount=10_000, currency="usd", customer=customer)
    done = ask(
        "POST", f"/invoices/{invoice}/attach_payment", {"payment_intent": charge["payment_intent"]}
    ).json()
    assert done["status"] == "paid"
    query = {"payment[type]": "payment_intent", "payment[payment_intent]": charge["payment_intent"]}
    assert [row["invoice"] for row in ask("GET", "/invoice_payments", query).json()["data"]] == [invoice]


def test_credit_notes_on_paid_invoices_must_say_where_the_money_goes(
    ask: Ask, act: Act, customer: str
) -> None:
    invoice = opened(act, customer)
    act("pay_invoice", invoice=invoice)
    assert ask("POST", "/credit_notes", {"invoice": invoice, "amount": 4_000}).status_code == 400
    form = {
        "invoice": invoice,
        "amount": 4_000,
        "refund_amount": 3_000,
        "credit_amount": 1_000,
        "email_type": "none",
    }
    note = ask("POST", "/credit_notes", form).json()
    assert (note["type"], note["post_payment_amount"], note["pre_payment_amount"]) == (
        "post_payment",
        4_000,
        0,
    )
    assert ask("GET", f"/refunds/{note['refunds'][0]['refund']}").json()["amount"] == 3_000
    assert ask("GET", f"/customers/{customer}").json()["balance"] == -1_000
    assert ask("GET", f"/credit_notes/{note['id']}/lines").json()["data"][0]["amount"] == 4_000
    preview = ask(
        "GET", "/credit_notes/preview", {"invoice": invoice, "amount": 100, "credit_amount": 100}
    ).json()
    assert preview["total"] == 100 and "id" not in preview


def test_a_credit_note_for_all_that_is_open_settles_the_invoice(ask: Ask, act: Act, customer: str) -> None:
    invoice = opened(act, customer)
    ask("POST", "/credit_notes", {"invoice": invoice, "amount": 10_000, "reason": "order_change"})
    done = ask("GET", f"/invoices/{invoice}").json()
    assert (done["status"], done["pre_payment_credit_notes_amount"], done["amount_paid"]) == (
        "paid",
        10_000,
        0,
    )
    assert ask("POST", "/credit_notes", {"invoice": invoice, "amount": 1}).status_code == 400
