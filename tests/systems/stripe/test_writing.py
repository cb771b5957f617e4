"""Customers and invoices as they are put into Stripe: checked before they are final, one whatever breaks in between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from connectors.canon.kind import Ref
from connectors.canon.money import Money
from connectors.canon.parties import Customer
from connectors.canon.receivables import Invoice, InvoiceLine, InvoiceStatus, LineSort, Tax
from connectors.errors import OutcomeUnknown, Refused, TryLater
from tests.systems.stripe.conftest import DAY, Acme

REFERENCE = "QA:2026/SALES/7"
KEY = "key-1"


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")


def body(acme: Acme, *amounts: str, **changes: Any) -> Invoice:
    lines = tuple(InvoiceLine(amount=usd(one), text=f"Part {n}") for n, one in enumerate(amounts, 1))
    added = usd(str(sum(Decimal(one) for one in amounts)))
    values = {
        "id": "2026/SALES/7",
        "number": "2026/SALES/7",
        "customer": Ref(Customer, acme.customer, resolved=True),
        "status": InvoiceStatus.OPEN,
        "dated": acme.stand.now().date(),
        "due": acme.stand.now().date() + timedelta(days=30),
        "total": added,
        "balance": added,
        "lines": lines,
        "known_as": (REFERENCE,),
    }
    return Invoice(**{**values, **changes})


def put(acme: Acme, invoice: Invoice, id: str | None = None, key: str = KEY, **settings: Any) -> str:
    adapter = acme.stand.adapter(**settings)
    return adapter.write(adapter.render(invoice), id, key).id


def stored(acme: Acme, table: str = "invoices") -> list[dict[str, Any]]:
    return [row for row in acme.stand.world.table(f"test/{table}").values() if not row.get("_gone")]


def status(acme: Acme, id: str) -> str:
    return str(acme.stand.world.table("test/invoices")[id]["status"])


def client(**changes: Any) -> Customer:
    values = {"id": "C1001", "number": "C1001", "name": "Kai & Söhne", "known_as": ("QA:C1001",)}
    return Customer(**{**values, **changes})


def test_a_customer_is_updated_beside_what_others_noted_on_it(acme: Acme) -> None:
    adapter = acme.stand.adapter()
    id = adapter.write(adapter.render(client(email="ap@kai.example")), None, KEY).id
    row = acme.stand.world.table("test/customers")[id]
    row["metadata"]["crm"] = "0017"
    adapter.write(adapter.render(client(name="Kai AG", active=False)), id, "key-2")
    assert (row["name"], row["email"]) == ("Kai AG", "ap@kai.example")
    assert row["metadata"] == {
        "crm": "0017",
        "mlc_ref": "QA:C1001",
        "mlc_source_no": "C1001",
        "mlc_inactive": "yes",
    }
    adapter.write(adapter.render(client()), id, "key-3")
    assert "mlc_inactive" not in row["metadata"]


def test_what_is_too_long_is_cut_and_said(acme: Acme) -> None:
    document = acme.stand.adapter().render(client(name="K" * 300, phone="+49 40 123456789 ext. 1234"))
    sent = document.steps[0].body
    assert (len(sent["name"]), len(sent["phone"]), len(document.notes)) == (256, 20, 2)
    assert acme.stand.adapter().write(document, None, KEY).id


def test_an_invoice_is_checked_before_it_is_final_and_mailed_only_by_choice(acme: Acme) -> None:
    quiet = put(acme, body(acme, "60.00", "40.00"))
    mailed = put(acme, body(acme, "70.00", known_as=("QA:2026/SALES/8",)), key="key-2", mail_invoices=True)
    sent = [row["data"]["object"]["id"] for row in stored(acme, "events") if row["type"] == "invoice.sent"]
    assert (status(acme, quiet), status(acme, mailed), sent) == ("open", "open", [mailed])
    row = acme.stand.world.table("test/invoices")[quiet]
    assert (row["total"], row["auto_advance"], row["custom_fields"][0]["value"]) == (
        10_000,
        False,
        "2026/SALES/7",
    )


def test_taxes_and_discounts_of_the_ledger_stand_as_lines(acme: Acme) -> None:
    lines = (
        InvoiceLine(
            amount=usd("100.00"), text="Spindle", quantity=Decimal("2.50"), taxes=(Tax(amount=usd("17.10")),)
        ),
        InvoiceLine(amount=usd("-10.00"), text="Discount", sort=LineSort.DISCOUNT),
    )
    id = put(acme, body(acme, lines=lines, total=usd("107.10"), balance=usd("107.10")))
    read = acme.one(Invoice, id)
    assert [(one.text, one.amount) for one in read.lines] == [
        ("Spindle (2.5)", usd("100.00")),
        ("Discount", usd("-10.00")),
        ("Sales tax", usd("17.10")),
    ]
    assert (read.pushed, read.known_as, read.adrift) == (True, (REFERENCE,), usd("0.00"))


def test_pending_items_of_other_programs_do_not_slip_in(acme: Acme) -> None:
    acme.stand.adapter().api.http.call(  # type: ignore[attr-defined]
        "POST", "/v1/invoiceitems", form={"customer": acme.customer, "amount": 999, "currency": "usd"}
    )
    assert acme.one(Invoice, put(acme, body(acme, "60.00"))).total == usd("60.00")


def test_a_total_that_is_not_the_ledgers_drops_the_draft(acme: Acme) -> None:
    acme.stand.fault("edit", method="GET", path="*/invoices/*", old='"total":6000', new='"total":6100')
    acme.stand.fault("edit", method="GET", path="*/invoices/*", old='"total": 6000', new='"total": 6100')
    with pytest.raises(Refused, match="6100 where the ledger has 6000"):
        put(acme, body(acme, "60.00"))
    assert stored(acme) == []


def test_a_due_day_that_is_over_becomes_now_and_the_true_one_is_kept(acme: Acme) -> None:
    over = date(2026, 1, 15)
    document = acme.stand.adapter().render(body(acme, "60.00", due=over))
    id = acme.stand.adapter().write(document, None, KEY).id
    row = acme.stand.world.table("test/invoices")[id]
    assert (row["metadata"]["mlc_due"], bool(document.notes)) == ("2026-01-15", True)
    due = datetime.fromtimestamp(row["due_date"], UTC)
    assert timedelta(minutes=50) < due - acme.stand.now() < timedelta(hours=25)
    acme.later(60)
    assert acme.stand.adapter().render(body(acme, "60.00", due=over)).steps == document.steps


def test_a_due_day_lasts_until_its_end_where_the_books_are(acme: Acme) -> None:
    day = acme.stand.now().date() + timedelta(days=5)
    adapter = acme.stand.adapter(time_zone="Pacific/Auckland")
    due = adapter.render(body(acme, "60.00", due=day)).steps[0].body["due_date"]
    assert datetime.fromtimestamp(due, UTC).isoformat()[:16] == f"{day.isoformat()}T10:59"


@pytest.mark.parametrize(
    ("amounts", "changes", "said"),
    [
        (("1.00",) * 251, {}, "251 lines"),
        (("0.49",), {}, "below what Stripe collects"),
        (("60.00",), {"collectable": False}, "not to be collected"),
        (("60.00",), {"status": InvoiceStatus.WRITTEN_OFF}, "has no place"),
        (("60.00",), {"total": usd("61.00")}, "differ from its total"),
    ],
)
def test_what_cannot_be_collected_is_refused_before_anything_is_sent(
    acme: Acme, amounts: tuple[str, ...], changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(Refused, match=said) as told:
        acme.stand.adapter().render(body(acme, *amounts, **changes))
    assert said in told.value.why
    assert stored(acme) == []


def test_an_amount_that_stripe_cannot_count_is_refused(acme: Acme) -> None:
    odd = Money(Decimal("12.345"), "KWD")
    wrong = body(acme, lines=(InvoiceLine(amount=odd),), total=odd, balance=odd)
    with pytest.raises(Exception, match=r"12\.345"):
        acme.stand.adapter().render(wrong)


def test_250_lines_are_taken(acme: Acme) -> None:
    assert acme.one(Invoice, put(acme, body(acme, *["1.00"] * 250))).total == usd("250.00")


def test_a_changed_open_invoice_is_voided_and_followed_by_its_successor(acme: Acme) -> None:
    first = put(acme, body(acme, "60.00"))
    second = put(acme, body(acme, "75.00"), first, "key-2")
    again = put(acme, body(acme, "75.00"), first, "key-2")
    assert (status(acme, first), status(acme, second), again) == ("void", "open", second)
    assert len(stored(acme)) == 2
    document = acme.stand.adapter().render(body(acme, "75.00"))
    assert acme.stand.adapter().find(Invoice, REFERENCE, document) == second


@pytest.mark.parametrize("pays", [2_000, None])
def test_an_invoice_on_which_money_has_moved_is_not_voided(acme: Acme, pays: int | None) -> None:
    id = put(acme, body(acme, "60.00"))
    acme.paid(id, pays)
    with pytest.raises(Refused, match="Money has moved"):
        put(acme, body(acme, "75.00"), id, "key-2")
    with pytest.raises(Refused, match="Money has moved"):
        acme.stand.adapter().reverse(Invoice, id, "key-3")
    assert len(stored(acme)) == 1


def test_an_invoice_whose_bank_debit_is_on_its_way_is_left_alone(acme: Acme) -> None:
    id = put(acme, body(acme, "60.00"))
    charge = acme.paid(id, method="us_bank_account")
    outside = body(acme, "60.00", status=InvoiceStatus.PAID, paid_outside=True)
    for changed in (body(acme, "75.00"), body(acme, "60.00", status=InvoiceStatus.VOID), outside):
        with pytest.raises(Refused, match="on its way"):
            put(acme, changed, id, "key-2")
    acme.later(5 * DAY)
    assert (status(acme, id), acme.stand.world.table("test/charges")[charge]["status"]) == (
        "paid",
        "succeeded",
    )


def test_voiding_and_settling_outside_happen_once(acme: Acme) -> None:
    void, paid = put(acme, body(acme, "60.00")), put(acme, body(acme, "70.00"), key="key-2")
    for _ in range(2):
        put(acme, body(acme, "60.00", status=InvoiceStatus.VOID), void, "key-3")
        put(acme, body(acme, "70.00", status=InvoiceStatus.PAID, paid_outside=True), paid, "key-4")
        acme.stand.adapter().reverse(Invoice, void, "key-5")
    assert (status(acme, void), status(acme, paid)) == ("void", "paid")
    told = [row["type"] for row in stored(acme, "events")]
    assert (told.count("invoice.voided"), told.count("invoice.paid")) == (1, 1)


def test_a_customer_is_not_taken_back(acme: Acme) -> None:
    with pytest.raises(Refused, match="not taken back"):
        acme.stand.adapter().reverse(Customer, acme.customer, KEY)


@pytest.mark.parametrize(
    "step", ["invoices", "invoices/*/add_lines", "invoices/*/finalize", "invoices/*/send"]
)
def test_whichever_step_it_broke_at_the_same_keys_bring_it_to_its_end(acme: Acme, step: str) -> None:
    acme.stand.fault("drop_answer", method="POST", path=f"*/{step}")
    with pytest.raises(OutcomeUnknown):
        put(acme, body(acme, "60.00"), mail_invoices=True)
    id = put(acme, body(acme, "60.00"), mail_invoices=True)
    assert [(row["id"], row["status"], row["total"]) for row in stored(acme)] == [(id, "open", 6_000)]
    assert [row["type"] for row in stored(acme, "events")].count("invoice.sent") == 1


def test_half_an_invoice_is_not_found_as_one(acme: Acme) -> None:
    document = acme.stand.adapter().render(body(acme, "60.00"))
    acme.stand.fault("drop_answer", method="POST", path="*/add_lines")
    with pytest.raises(OutcomeUnknown):
        acme.stand.adapter().write(document, None, KEY)
    assert acme.stand.adapter().find(Invoice, REFERENCE, document) is None


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("kind", [Customer, Invoice])
def test_a_failure_that_stripe_keeps_under_the_key_does_not_keep_the_work(
    acme: Acme, kind: type, before: bool
) -> None:
    made = body(acme, "60.00") if kind is Invoice else client()
    document = acme.stand.adapter().render(made)
    acme.act("break_next_write", before=before)
    with pytest.raises(OutcomeUnknown):
        acme.stand.adapter().write(document, None, KEY)
    first = acme.stand.adapter().write(document, None, KEY)
    again = acme.stand.adapter().write(document, None, KEY)
    table = "invoices" if kind is Invoice else "customers"
    mine = [row["id"] for row in stored(acme, table) if row["metadata"].get("mlc_ref")]
    assert (mine, again.id) == ([first.id], first.id)


@pytest.mark.parametrize(("step", "sends"), [("add_lines", False), ("finalize", False), ("send", True)])
@pytest.mark.parametrize("before", [True, False])
def test_a_kept_failure_in_the_middle_neither_skips_nor_doubles_a_step(
    acme: Acme, step: str, sends: bool, before: bool
) -> None:
    wish = {"act": "break_next_write", "args": {"before": before}}
    acme.stand.fault("act_first", method="POST", path=f"*/invoices/*/{step}", **wish)
    with pytest.raises(OutcomeUnknown):
        put(acme, body(acme, "60.00"), mail_invoices=sends)
    put(acme, body(acme, "60.00"), mail_invoices=sends)
    assert [(row["status"], row["total"]) for row in stored(acme)] == [("open", 6_000)]


def test_the_same_key_still_running_is_waited_for(acme: Acme) -> None:
    acme.stand.fault("error", method="POST", path="*/customers", status=409, code="idempotency_key_in_use")
    with pytest.raises(TryLater):
        acme.stand.adapter().write(acme.stand.adapter().render(client()), None, KEY)
