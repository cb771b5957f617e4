from dataclasses import replace
from datetime import date
from decimal import Decimal as D

import pytest

from connectors.canon.bookings import (
    Application,
    BookedLine,
    CashReceipt,
    CustomerInvoice,
    Settlement,
    SettlementLine,
    SettlementSort,
)
from connectors.canon.kind import Code, Ref
from connectors.canon.links import codes_of, needs, refs_of, with_resolved
from connectors.canon.money import Money, Unfit
from connectors.canon.parties import Customer
from connectors.canon.receivables import Dispute, Invoice, Payment, Payout, Refund

USD = Money(D("10.50"), "USD")
RECEIPT = CashReceipt(
    id="ch_1",
    reference="PAY:ch_1",
    customer=Ref(Customer, "cus_1"),
    dated=date(2026, 5, 4),
    amount=USD,
    clearing=Code("gl_account", "clearing/USD", ("clearing",)),
    applications=(Application(invoice=Ref(Invoice, "in_1"), amount=USD),),
)
CODES = {("gl_account", "clearing"): "1090"}


def test_a_kind_states_what_it_needs_in_its_types() -> None:
    found = {need.path: need for need in needs(CashReceipt)}
    assert found["customer"].kinds == (Customer,) and not found["customer"].optional
    assert found["applications[].invoice"].kinds == (Invoice,) and found["applications[].invoice"].optional
    assert found["clearing"].table == "gl_account"
    assert set(found) == {"customer", "clearing", "applications[].invoice"}


def test_a_reference_may_be_to_one_of_several_kinds_and_only_an_order_to_keep() -> None:
    (covers,) = (need for need in needs(Settlement) if need.path == "covers[]")
    assert covers.kinds == (Payment, Refund, Dispute, Payout) and covers.after


def test_what_one_record_depends_on_is_found_in_nested_lines() -> None:
    assert [(found.path, str(found.value), found.optional) for found in refs_of(RECEIPT)] == [
        ("customer", "Customer cus_1", False),
        ("applications[0].invoice", "Invoice in_1", True),
    ]
    line = BookedLine(amount=USD, account=Code("gl_account", "price:pro"), tax_code=Code("tax_code", "MwSt"))
    invoice = CustomerInvoice(
        id="i", reference="r", customer=Ref(Customer, "c"), dated=date(2026, 1, 1), total=USD, lines=(line,)
    )
    assert [(found.path, str(found.value)) for found in codes_of(invoice)] == [
        ("lines[0].account", "gl_account:price:pro"),
        ("lines[0].tax_code", "tax_code:MwSt"),
    ]


def test_resolving_writes_the_ids_of_the_target() -> None:
    there = with_resolved(
        RECEIPT, {("Customer", "cus_1"): "C1001", ("Invoice", "in_1"): "2026/SALES/4182"}, CODES
    )
    assert there.customer == Ref(Customer, "C1001", resolved=True)
    assert there.applications[0].invoice == Ref(Invoice, "2026/SALES/4182", resolved=True)
    assert there.clearing.key == "1090"
    assert refs_of(there) == () and codes_of(there) == ()
    assert RECEIPT.customer.id == "cus_1"


def test_what_is_resolved_is_left_alone() -> None:
    there = with_resolved(RECEIPT, {("Customer", "cus_1"): "C1", ("Invoice", "in_1"): "I1"}, CODES)
    assert with_resolved(there, {}, {}) == there


def test_the_nearest_mapped_word_wins() -> None:
    nearer = CODES | {("gl_account", "clearing/USD"): "1091"}
    refs = {("Customer", "cus_1"): "C1", ("Invoice", "in_1"): "I1"}
    assert with_resolved(RECEIPT, refs, nearer).clearing.key == "1091"


def test_an_optional_link_is_dropped_only_when_the_answer_says_so() -> None:
    there = with_resolved(RECEIPT, {("Customer", "cus_1"): "C1", ("Invoice", "in_1"): None}, CODES)
    assert there.applications[0].invoice is None and there.unapplied == USD
    with pytest.raises(Unfit, match="in_1"):
        with_resolved(RECEIPT, {("Customer", "cus_1"): "C1"}, CODES)


def test_a_required_link_or_code_without_an_answer_is_named() -> None:
    with pytest.raises(Unfit, match="customer: Customer cus_1 has no counterpart"):
        with_resolved(RECEIPT, {("Customer", "cus_1"): None, ("Invoice", "in_1"): None}, CODES)
    with pytest.raises(Unfit, match="clearing: gl_account:clearing/USD is not mapped"):
        with_resolved(RECEIPT, {("Customer", "cus_1"): "C1", ("Invoice", "in_1"): None}, {})


def test_an_order_to_keep_needs_no_answer() -> None:
    bank, clearing = Code("gl_account", "bank"), Code("gl_account", "clearing")
    line = SettlementLine(sort=SettlementSort.CHARGES, amount=USD, account=clearing)
    settled = Settlement(
        id="po_1", reference="r", dated=date(2026, 1, 1), net=USD, bank=bank, clearing=clearing, lines=(line,),
        covers=(Ref(Payment, "ch_1"), Ref(Dispute, "dp_1/withdrawn")),
    )  # fmt: skip
    assert [found.after for found in refs_of(settled)] == [True, True]
    there = with_resolved(settled, {("Payment", "ch_1"): "R1"}, CODES | {("gl_account", "bank"): "1010"})
    assert there.covers[1] == Ref(Dispute, "dp_1/withdrawn")


def test_a_reference_names_something() -> None:
    for odd in ("", None, 5):
        with pytest.raises(Unfit):
            replace(RECEIPT, customer=Ref(Customer, odd))  # type: ignore[arg-type]
    with pytest.raises(Unfit):
        Code("gl_account", "")
