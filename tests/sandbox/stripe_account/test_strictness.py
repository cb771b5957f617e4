"""What the vendor refuses, the simulator refuses, by the same code and the name of the parameter."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox.params import nested
from tests.sandbox.stripe_account.conftest import START, Ask


def test_brackets_become_dicts() -> None:
    sent = [
        ("lines[0][amount]", "1"),
        ("lines[1][amount]", "2"),
        ("metadata[a]", "x"),
        ("expand[]", "p"),
        ("expand[]", "q"),
    ]
    assert nested(sent) == {
        "lines": {"0": {"amount": "1"}, "1": {"amount": "2"}},
        "metadata": {"a": "x"},
        "expand": {"0": "p", "1": "q"},
    }


@pytest.mark.parametrize(
    ("form", "code", "param"),
    [
        ({"nickname": "x"}, "parameter_unknown", "nickname"),
        ({"address[zip]": "x"}, "parameter_unknown", "address[zip]"),
        ({"email": "no mail"}, "email_invalid", "email"),
        ({"balance": "1.5"}, "parameter_invalid_integer", "balance"),
        ({"phone": "1" * 21}, None, "phone"),
        ({"name": "x" * 257}, None, "name"),
        ({"metadata[" + "k" * 41 + "]": "x"}, None, "metadata[" + "k" * 41 + "]"),
        ({"metadata[k]": "x" * 501}, None, "metadata[k]"),
        ({"tax_exempt": "maybe"}, None, "tax_exempt"),
        ({f"metadata[k{number}]": "x" for number in range(51)}, None, "metadata"),
    ],
)
def test_a_customer_that_is_refused(
    ask: Ask, acme: World, form: dict[str, str], code: str | None, param: str
) -> None:
    answer = ask("POST", "/customers", form)
    said = answer.json()["error"]
    assert (answer.status_code, said.get("code"), said["param"]) == (400, code, param)
    assert acme.effects == []


INVOICE: dict[str, Any] = {"collection_method": "send_invoice", "due_date": START + 86_400, "currency": "eur"}


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"customer": None}, "parameter_missing", "customer"),
        ({"customer": ""}, "parameter_invalid_empty", "customer"),
        ({"customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"due_date": None}, "parameter_missing", "days_until_due"),
        ({"due_date": START - 1}, None, "due_date"),
        ({"currency": "EUR"}, None, "currency"),
        ({"auto_advance": "yes"}, None, "auto_advance"),
        ({"number": "x" * 27}, None, "number"),
        ({"description": "x" * 1501}, None, "description"),
        ({"custom_fields[0][name]": "x" * 41}, None, "custom_fields[0][name]"),
        ({f"custom_fields[{number}][name]": "x" for number in range(5)}, None, "custom_fields"),
        ({"collection_method": "charge_automatically"}, None, "due_date"),
    ],
)
def test_an_invoice_that_is_refused(
    ask: Ask, customer: str, change: dict[str, Any], code: str | None, param: str
) -> None:
    form = {
        name: value
        for name, value in {"customer": customer, **INVOICE, **change}.items()
        if value is not None
    }
    said = ask("POST", "/invoices", form).json()["error"]
    assert (said.get("code"), said["param"]) == (code, param)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"unit_amount": "5"}, "parameter_unknown", "unit_amount"),
        ({"price": "price_1"}, "parameter_unknown", "price"),
        ({"amount": "1.50"}, "parameter_invalid_integer", "amount"),
        ({"amount": None}, "parameter_missing", "amount"),
        ({"currency": "usd"}, None, "currency"),
        ({"unit_amount_decimal": "1.1234567890123", "amount": None}, None, "unit_amount_decimal"),
        ({"unit_amount_decimal": "1"}, None, "unit_amount_decimal"),
    ],
)
def test_an_invoice_item_that_is_refused(
    ask: Ask, customer: str, change: dict[str, Any], code: str | None, param: str
) -> None:
    invoice = ask("POST", "/invoices", {"customer": customer, **INVOICE}).json()["id"]
    form = {"customer": customer, "invoice": invoice, "amount": 100, "currency": "eur", **change}
    said = ask("POST", "/invoiceitems", {name: value for name, value in form.items() if value is not None})
    assert (said.json()["error"].get("code"), said.json()["error"]["param"]) == (code, param)


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"colour": "red"}, "colour"),
        ({"created[after]": 1}, "created[after]"),
        ({"starting_after": "cus_nobody"}, "starting_after"),
        ({"starting_after": "cus_a", "ending_before": "cus_b"}, "ending_before"),
        ({"expand[]": "data.colour"}, "expand"),
    ],
)
def test_a_list_that_is_refused(ask: Ask, customer: str, query: dict[str, Any], param: str) -> None:
    answer = ask("GET", "/customers", query)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_json_bodies_are_not_read(ask: Ask, acme: World) -> None:
    assert ask("POST", "/customers", '{"name":"x"}').status_code == 400


def test_charges_and_payouts_are_not_made_here(ask: Ask, acme: World) -> None:
    assert {ask("POST", path, {"amount": 1}).status_code for path in ("/charges", "/payouts")} == {404}


def test_metadata_is_the_callers_own_whatever_its_keys_are_called(ask: Ask, acme: World) -> None:
    made = ask("POST", "/customers", {"metadata[_hidden]": "x", "metadata[0]": "y"})
    assert made.json()["metadata"] == {"_hidden": "x", "0": "y"}
    assert ask("POST", "/customers", {"metadata[0]": "y"}).json()["metadata"] == {"0": "y"}


def kept(world: World) -> dict[str, Any]:
    return {name: rows for name, rows in world.snapshot()["state"]["tables"].items() if rows}


def test_what_is_refused_leaves_nothing_half_made(ask: Ask, customer: str, acme: World) -> None:
    before = kept(acme)
    ask("POST", "/customers", {f"metadata[k{number}]": "x" for number in range(51)})
    ask("POST", "/invoices", {"customer": customer, "default_tax_rates[]": "txr_none"})
    assert kept(acme) == before
    invoice = ask("POST", "/invoices", {"customer": customer}).json()["id"]
    before = kept(acme)
    lines = {"lines[0][amount]": 1, "lines[1][amount]": 2, "lines[1][tax_amounts][0][amount]": 3}
    refused = ask("POST", f"/invoices/{invoice}/add_lines", lines).json()["error"]
    assert refused["param"] == "lines[1][tax_amounts][0][taxable_amount]"
    too_many = {f"lines[{number}][amount]": 1 for number in range(251)}
    assert ask("POST", f"/invoices/{invoice}/add_lines", too_many).status_code == 400
    assert kept(acme) == before


def test_names_that_utf8_cannot_say_are_escaped(ask: Ask, acme: World) -> None:
    made = ask("POST", "/customers", {"name": "Vallée \x00 مرحبا"}).json()
    assert ask("GET", f"/customers/{made['id']}").json()["name"] == "Vallée \x00 مرحبا"
    acme.table("test/customers")[made["id"]]["name"] = "broken \ud800"
    assert ask("GET", f"/customers/{made['id']}").text.count("\\ud800") == 1
