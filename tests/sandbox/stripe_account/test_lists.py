"""Lists: order, cursors, filters, and what a deleted or moved row does to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from connectors.sandbox.faults import Fault
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.stripe_account.conftest import START, Ask

Act = Callable[..., Any]


def names(body: dict[str, Any]) -> list[str]:
    return [row["name"] for row in body["data"]]


def many(act: Act, stage: Stage, count: int = 5) -> list[str]:
    made = []
    for number in range(count):
        made.append(act("new_customer", name=f"c{number}")["id"])
        stage.advance(1)
    return made


def test_the_envelope_and_the_order(ask: Ask, act: Act, stage: Stage) -> None:
    many(act, stage)
    body = ask("GET", "/customers", {"limit": 2}).json()
    assert (body["object"], body["url"], body["has_more"]) == ("list", "/v1/customers", True)
    assert names(body) == ["c4", "c3"]


def test_time_filters(ask: Ask, act: Act, stage: Stage) -> None:
    many(act, stage)
    wanted = {"created[gte]": START + 1, "created[lt]": START + 4}
    assert names(ask("GET", "/customers", wanted).json()) == ["c3", "c2", "c1"]


def test_rows_of_one_second_all_come_once(ask: Ask, act: Act, acme: World) -> None:
    made = [act("new_customer", name=f"c{number}")["id"] for number in range(7)]
    seen: list[str] = []
    while True:
        body = ask("GET", "/customers", {"limit": 3, **({"starting_after": seen[-1]} if seen else {})}).json()
        seen += [row["id"] for row in body["data"]]
        if not body["has_more"]:
            break
    assert seen == made[::-1]


def test_new_rows_at_the_head_do_not_move_the_pages_below(ask: Ask, act: Act, stage: Stage) -> None:
    made = many(act, stage)
    stage.fault("act_after", act="new_customer", args={"name": "late"}, method="GET")
    first = ask("GET", "/customers", {"limit": 2}).json()
    second = ask("GET", "/customers", {"limit": 2, "starting_after": first["data"][-1]["id"]}).json()
    assert names(first) + names(second) == ["c4", "c3", "c2", "c1"]
    assert names(ask("GET", "/customers", {"ending_before": made[-1]}).json()) == ["late"]


def test_a_cursor_whose_row_has_gone_or_left_the_filter_keeps_its_place(
    ask: Ask, act: Act, stage: Stage, customer: str
) -> None:
    made = many(act, stage)
    act("delete_customer", customer=made[3])
    assert names(ask("GET", "/customers", {"starting_after": made[3], "limit": 2}).json()) == ["c2", "c1"]
    invoices = [act("new_invoice", customer=customer, amount=1_000, currency="usd")["id"] for _ in range(3)]
    act("void_invoice", invoice=invoices[1])
    left = ask("GET", "/invoices", {"status": "open", "starting_after": invoices[1]}).json()["data"]
    assert [row["id"] for row in left] == [invoices[0]]


def test_a_deleted_customer_is_read_back_as_deleted(ask: Ask, customer: str) -> None:
    gone = {"id": customer, "object": "customer", "deleted": True}
    assert ask("DELETE", f"/customers/{customer}").json() == gone
    assert ask("GET", f"/customers/{customer}").json() == gone
    assert ask("GET", "/customers").json()["data"] == []
    assert ask("POST", f"/customers/{customer}", {"name": "x"}).status_code == 404


def test_rows_twice_and_rows_hidden_on_cue(ask: Ask, act: Act, stage: Stage) -> None:
    made = many(act, stage)
    stage.put(Fault("duplicate_rows", {"rows": 1}))
    again = ask("GET", "/customers", {"starting_after": made[3], "limit": 2}).json()
    assert names(again) == ["c3", "c2"] and again["has_more"]
    stage.put(Fault("hide_new", {"seconds": 4}))
    assert names(ask("GET", "/customers").json()) == ["c1", "c0"]


def test_expansion_is_deep_and_has_an_end(ask: Ask, act: Act, stage: Stage) -> None:
    act("charge", amount=1_000, currency="usd")
    stage.advance(2)
    rows = ask(
        "GET", "/balance_transactions", {"expand[]": "data.source.payment_intent.latest_charge"}
    ).json()["data"]
    assert rows[0]["source"]["payment_intent"]["latest_charge"]["object"] == "charge"
    deep = "latest_charge.payment_intent.latest_charge.payment_intent.latest_charge"
    assert ask("GET", "/payment_intents", {"expand[]": f"data.{deep}"}).status_code == 400


def test_embedded_lines_are_ten_and_the_rest_is_listed(ask: Ask, act: Act, customer: str) -> None:
    invoice = ask("POST", "/invoices", {"customer": customer, "currency": "eur"}).json()["id"]
    form = {f"lines[{number}][amount]": 100 + number for number in range(25)}
    body = ask("POST", f"/invoices/{invoice}/add_lines", form).json()
    assert (len(body["lines"]["data"]), body["lines"]["has_more"], body["total"]) == (10, True, 2_800)
    after = body["lines"]["data"][-1]["id"]
    rest = ask("GET", f"/invoices/{invoice}/lines", {"starting_after": after, "limit": 100}).json()
    assert [row["amount"] for row in rest["data"]] == list(range(110, 125)) and not rest["has_more"]


def test_a_server_that_caps_its_pages(ask: Ask, act: Act, stage: Stage) -> None:
    many(act, stage)
    stage.put(Fault("cap_rows", {"rows": 2}))
    body = ask("GET", "/customers", {"limit": 100}).json()
    assert names(body) == ["c4", "c3"] and body["has_more"]
