"""How an instance says no to a booking, and what a finance team reads; and one document whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connectors.canon.bookings import CashReceipt, Settlement
from connectors.canon.kind import Ref
from connectors.canon.parties import Address, Customer
from connectors.errors import OutcomeUnknown, Refused
from tests.systems.qad.conftest import Acme, account, usd
from tests.systems.qad.test_true_ledger import receipt, settlement


def _close(acme: Acme) -> None:
    today = acme.stand.now().date()
    acme.act("close_period", year=today.year, period=today.month)


def _lock(acme: Acme) -> None:
    today = acme.stand.now().date()
    acme.act("lock_daybook", daybook="STRPAY", year=today.year, period=today.month)


def _inactive(acme: Acme) -> None:
    acme.act("edit", kind="customer", key=acme.payer().id, isActive=False)


@pytest.mark.parametrize(
    ("breaks", "code"),
    [
        (_close, "closed_period"),
        (_lock, "closed_period"),
        (_inactive, "inactive_reference"),
    ],
)
def test_a_receipt_that_cannot_be_booked_says_why_and_what_to_do(
    acme: Acme, breaks: Callable[[Acme], None], code: str
) -> None:
    body = receipt(acme, usd("10.00"))
    breaks(acme)
    before = acme.entries()
    with pytest.raises(Refused) as told:
        acme.put(body)
    assert (told.value.said.code, bool(told.value.remedy), acme.gl(before)) == (code, True, {})


@pytest.mark.parametrize(
    ("clearing", "code"),
    [("9999", "missing_reference"), ("6900", "inactive_reference"), ("4000", "missing_reference")],
)
def test_an_account_that_cannot_be_used_is_named(acme: Acme, clearing: str, code: str) -> None:
    with pytest.raises(Refused) as told:
        acme.put(receipt(acme, usd("10.00"), clearing=account(clearing)))
    assert (told.value.said.code, clearing in told.value.why, bool(told.value.remedy)) == (code, True, True)


def test_a_customer_that_is_not_there_is_named(acme: Acme) -> None:
    with pytest.raises(Refused) as told:
        acme.put(receipt(acme, usd("10.00"), customer=Ref(Customer, "NOBODY", resolved=True)))
    assert told.value.said.code == "missing_reference"


def test_a_control_account_is_not_posted_to_by_hand(acme: Acme) -> None:
    with pytest.raises(Refused) as told:
        acme.put(settlement(acme, bank=account("1200")))
    assert told.value.remedy


def test_an_answer_that_does_not_say_whether_it_was_saved_is_in_doubt(acme: Acme) -> None:
    acme.act("switch", no_submit_result=1)
    with pytest.raises(OutcomeUnknown):
        acme.put(receipt(acme, usd("10.00")))
    acme.put(receipt(acme, usd("10.00")))
    rows = acme.stand.world.table("customer_payment").values()
    assert len([row for row in rows if row["reference"] == "ST:ch_1AbC"]) == 1


@pytest.mark.parametrize("hidden", [False, True])
def test_references_too_long_or_alike_but_for_case_stay_apart(acme: Acme, hidden: bool) -> None:
    """Also where the instance cannot filter by the reference at all."""
    if hidden:
        fields = {"customer_payment": ["reference"], "journal_entry": ["description"]}
        acme.act("switch", unfilterable=fields)
    stem = "ST:ch_" + "3QpK2mLkdIwHu7ix0aB1cD2e" * 2
    references = ["ST:ch_abc", "ST:ch_ABC", stem + "x", stem + "X"]
    receipts = [acme.put(receipt(acme, usd("10.00"), reference=one))[1].id for one in references]
    entries = [acme.put(settlement(acme, reference=one))[1].id for one in references]
    assert (len(set(receipts)), len(set(entries))) == (4, 4)
    for one, first, second in zip(references, receipts, entries, strict=True):
        for kind, body, id in (
            (CashReceipt, receipt(acme, usd("10.00"), reference=one), first),
            (Settlement, settlement(acme, reference=one), second),
        ):
            document = acme.stand.adapter().render(body)
            assert acme.stand.adapter().find(kind, one, document) == id


def customer(**changes: Any) -> Customer:
    values = {
        "id": "cus_1",
        "name": "Lighthouse Optical",
        "email": "ap@lighthouse.example",
        "phone": "+49 40 1234",
        "address": Address(lines=("Pier 4",), city="Hamburg", postal_code="20457", country="DE"),
        "currency": "EUR",
        "known_as": ("ST:cus_1",),
    }
    return Customer(**{**values, **changes})


def test_a_customer_is_changed_without_touching_what_a_person_entered(acme: Acme) -> None:
    _, made = acme.put(customer())
    row = acme.stand.world.table("customer")[made.id]
    acme.act("edit", kind="customer", key=made.id, creditTermsCode="N60", telephone="+49 40 9999")
    adapter = acme.stand.adapter()
    adapter.write(adapter.render(customer(name="Lighthouse AG", phone="")), made.id, "key-2")
    row = acme.stand.world.table("customer")[made.id]
    assert (row["businessRelationName"], row["creditTermsCode"]) == ("Lighthouse AG", "N60")
    assert row["telephone"] == "+49 40 9999"


def test_somebody_else_saving_in_between_costs_one_more_try(acme: Acme) -> None:
    _, made = acme.put(customer())
    wish = {"act": "edit", "args": {"kind": "customer", "key": made.id, "creditTermsCode": "N60"}}
    acme.stand.fault("act_first", method="POST", path="*/customerV2s", **wish)
    adapter = acme.stand.adapter()
    adapter.write(adapter.render(customer(name="Lighthouse AG")), made.id, "key-2")
    row = acme.stand.world.table("customer")[made.id]
    assert (row["businessRelationName"], row["creditTermsCode"]) == ("Lighthouse AG", "N60")


def test_a_code_that_is_somebody_elses_is_never_written_over(acme: Acme) -> None:
    """A save under a code that exists changes that record: there is no other guard."""
    _, made = acme.put(customer())
    acme.act("edit", kind="customer", key=made.id, customShort0="CRM:17")
    with pytest.raises(Refused, match="taken"):
        acme.put(customer(name="Another"))
    assert acme.stand.world.table("customer")[made.id]["businessRelationName"] == "Lighthouse Optical"


def test_a_posted_document_is_not_changed(acme: Acme) -> None:
    document, made = acme.put(receipt(acme, usd("10.00")))
    with pytest.raises(Refused, match="not changed"):
        acme.stand.adapter().write(document, made.id, "key-2")


def test_fields_and_paths_that_an_instance_renames_are_written_and_found(acme: Acme) -> None:
    acme.act(
        "switch",
        paths={"customer_payment": "arReceipts"},
        fields={"customer_payment": {"reference": "extRef"}},
    )
    renamed = {"path": "/api/erp/arReceipts", "plural": "arReceipts", "fields": {"reference": "extRef"}}
    acme.stand.settings["profile"] = {"kinds": {"customer_payment": renamed}}
    acme.proved(receipt(acme, usd("10.00")))
