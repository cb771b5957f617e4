from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from connectors.canon.bookings import CashReceipt
from connectors.canon.entries import journal_of
from connectors.canon.kind import Kind, Ref
from connectors.canon.money import Money
from connectors.canon.parties import Supplier
from connectors.canon.payables import (
    Bill,
    BillLine,
    BillPayment,
    BillStatus,
    Charge,
    ChargeSort,
    GoodsReceipt,
    OrderStatus,
    PurchaseOrder,
    Split,
    SupplierCredit,
    SupplierInvoice,
    SupplierPayment,
    SupplierPaymentStatus,
)
from connectors.flow import Hold
from connectors.flows import BY_NAME
from tests.flows.made import bill, change, goods, held, money, of, order, run

LINE = bill().lines[0]


def post(
    source: Bill, *receipts: GoodsReceipt, orders: tuple[PurchaseOrder, ...] = (order(),), **policies: object
) -> object:
    beside: dict[type[Kind], tuple[Kind, ...]] = {PurchaseOrder: orders, GoodsReceipt: receipts}
    return run("bills", source, beside=beside, **policies)


def ordered(**changes: object) -> PurchaseOrder:
    made = order()
    return replace(made, lines=(replace(made.lines[0], **changes),))  # type: ignore[arg-type]


def test_a_bill_is_matched_to_its_order_and_receipt() -> None:
    posted = of(SupplierInvoice, post(bill(), goods("100")))
    (match,) = posted.matches
    assert (match.order, match.order_line, match.receipt, match.quantity) == ("PO1", "1", "RC1", Decimal(100))
    assert match.unit_price == Decimal("4.25") and match.last
    assert posted.total == money("425") and posted.supplier_number == "HV-88121"
    assert (posted.dated, posted.posted) == (date(2026, 5, 4), date(2026, 6, 1))


def test_it_says_what_it_looks_at_in_the_ledger() -> None:
    asked = BY_NAME["bills"].beside
    assert asked and [(one.kind, one.key) for one in asked(bill())] == [
        (PurchaseOrder, "PO1"),
        (GoodsReceipt, "PO1"),
    ]


def test_without_a_posted_receipt_it_waits_by_itself_and_names_the_line() -> None:
    hold = held(post(bill()), "receipt_not_posted")
    assert hold.by_itself and hold.fact.startswith("PO1 line 1: 100 billed by HV-88121, 0 received")


def test_a_receipt_for_part_holds_the_whole_bill() -> None:
    hold = held(post(bill(), goods("40")), "receipt_short")
    assert "100 billed" in hold.fact and "40 received" in hold.fact


def test_what_another_bill_used_is_not_used_again() -> None:
    hold = held(post(bill(), goods("100", open="60")), "receipt_short")
    assert "100 received, 60 not yet invoiced" in hold.fact


def test_a_receipt_that_was_taken_back_covers_nothing() -> None:
    back = replace(goods("-100", open="0", receipt="RC2"), quantity=Decimal(-100))
    held(post(bill(), goods("100", open="0"), back), "receipt_short")


def test_receipts_are_used_oldest_first() -> None:
    posted = of(
        SupplierInvoice, post(bill("70"), goods("50", receipt="RC2", on=9), goods("60", receipt="RC1", on=3))
    )
    assert [(one.receipt, one.quantity, one.last) for one in posted.matches] == [
        ("RC1", Decimal(60), True),
        ("RC2", Decimal(10), False),
    ]


def test_two_lines_of_one_bill_do_not_use_the_same_goods_twice() -> None:
    half = replace(LINE, quantity=Decimal(60), amount=money("255"))
    twice = bill(lines=(half, replace(half, line="2")), total=money("510"))
    held(post(twice, goods("100")), "receipt_short")
    of(SupplierInvoice, post(twice, goods("120")))


@pytest.mark.parametrize(
    ("orders", "name", "words"),
    [
        ((), "order_missing", "PO1 is not in the ledger"),
        ((order(status=OrderStatus.CLOSED),), "order_not_open", "closed"),
        ((order(supplier=Ref(Supplier, "S9")),), "order_of_another", "supplier S9, the bill of S2001"),
        ((order(currency="EUR"),), "order_currency", "EUR, the bill in USD"),
        ((replace(order(), lines=()),), "order_line_missing", "no line 1"),
        ((ordered(self_billed=True),), "self_billed", "invoiced by the ledger itself"),
        ((ordered(unit="BOX"),), "unit_differs", "billed in EA, ordered in BOX"),
        ((ordered(unit_price=Decimal("4.00")),), "price_differs", "costs 4.25, ordered at 4"),
    ],
)
def test_an_order_that_does_not_fit_waits_with_the_figures_compared(
    orders: tuple[PurchaseOrder, ...], name: str, words: str
) -> None:
    assert words in held(post(bill(), goods("100"), orders=orders), name).fact


def test_a_higher_price_within_the_tolerance_passes() -> None:
    dearer = bill(price="4.33")
    held(post(dearer, goods("100")), "price_differs")
    of(SupplierInvoice, post(dearer, goods("100"), price_tolerance_percent="2"))
    held(post(bill(price="4.36"), goods("100"), price_tolerance_percent="2"), "price_differs")
    of(SupplierInvoice, post(bill(price="4.00"), goods("100")))


def test_a_tolerance_that_is_not_a_number_tolerates_nothing() -> None:
    held(post(bill(price="4.33"), goods("100"), price_tolerance_percent="two"), "price_differs")


def test_a_line_without_an_order_waits_or_is_a_cost_by_policy() -> None:
    free = BillLine(
        line="1",
        amount=money("80"),
        text="Cleaning",
        splits=(Split(amount=money("80"), coded=("account:6300",)),),
    )
    unbacked = bill(lines=(free,), total=money("80"))
    held(post(unbacked), "no_order")
    posted = of(SupplierInvoice, post(unbacked, no_order="cost_line"))
    assert [(cost.amount, cost.account.keys) for cost in posted.costs] == [
        (money("80"), ("account:6300", "cost"))
    ]


def test_freight_and_tax_are_cost_lines_and_all_of_it_adds_up() -> None:
    extra = (
        Charge(amount=money("20"), sort=ChargeSort.FREIGHT),
        Charge(amount=money("5"), sort=ChargeSort.TAX),
    )
    posted = of(SupplierInvoice, post(bill(charges=extra, total=money("450")), goods("100")))
    assert [(cost.amount, cost.account.keys) for cost in posted.costs] == [
        (money("20"), ("cost/freight",)),
        (money("5"), ("cost/tax",)),
    ]
    journal = journal_of(posted)
    assert journal and journal.accounts()[("received, not invoiced", "USD")] == money("425")
    held(post(bill(charges=extra), goods("100")), "lines_differ")


def test_a_line_billed_by_amount_cannot_be_covered() -> None:
    held(post(bill(lines=(replace(LINE, quantity=None),)), goods("100")), "amount_line")


@pytest.mark.parametrize("status", [BillStatus.PENDING, BillStatus.VOID])
def test_only_approved_bills_are_posted(status: BillStatus) -> None:
    assert post(bill(status=status), goods("100")) is None


def test_withdrawn_after_posting_waits_for_a_person() -> None:
    assert "void at its source" in held(change("bills", bill(status=BillStatus.VOID)), "bill_withdrawn").fact
    assert change("bills", bill()) is None


def test_the_bills_own_date_may_be_the_posting_date() -> None:
    assert of(SupplierInvoice, post(bill(), goods("100"), posting_date="bill")).posted == date(2026, 5, 4)


def test_a_credit_note_follows_the_bill_it_corrects() -> None:
    note = bill(credit=True, original="HV-1", corrects=Ref(Bill, "900"))
    posted = of(SupplierCredit, run("supplier_credits", note))
    assert posted.invoice == Ref(Bill, "900") and posted.costs[0].amount == money("425")
    held(run("supplier_credits", replace(note, corrects=None)), "original_unknown")
    assert post(note) is None and run("supplier_credits", bill()) is None


def paid(**changes: object) -> SupplierPayment:
    made = SupplierPayment(
        id="2026/ACH/512/1",
        number="2026/ACH/512",
        invoice=Ref(SupplierInvoice, "2026/APINV/903"),
        supplier=Ref(Supplier, "S2001"),
        status=SupplierPaymentStatus.PAID,
        amount=money("425"),
        dated=date(2026, 6, 3),
        settles=True,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def test_a_payment_is_reported_on_the_bill() -> None:
    reported = of(BillPayment, run("supplier_payments", paid(discount=Money(Decimal(5), "USD"))))
    assert (reported.amount, reported.settles, reported.dated) == (money("425"), True, date(2026, 6, 3))
    assert reported.bill == Ref(SupplierInvoice, "2026/APINV/903")
    assert reported.text == "2026/ACH/512, discount taken 5 USD"


def test_a_voided_payment_is_withdrawn_by_its_negative() -> None:
    back = of(
        BillPayment,
        run("voided_supplier_payments", paid(status=SupplierPaymentStatus.VOID, voided_on=date(2026, 6, 9))),
    )
    assert (back.amount, back.settles, back.dated) == (money("-425"), False, date(2026, 6, 9))
    assert back.text.endswith(" VOID") and back.reference == "PAY:2026/ACH/512/1/void"
    assert run("supplier_payments", paid(status=SupplierPaymentStatus.VOID)) is None
    assert run("voided_supplier_payments", paid()) is None


def test_a_match_never_takes_more_than_was_received() -> None:
    from hypothesis import given
    from hypothesis import strategies as st

    amounts = st.integers(0, 50)

    @given(st.integers(1, 120), st.lists(st.tuples(amounts, amounts), max_size=5))
    def never(billed: int, stock: list[tuple[int, int]]) -> None:
        receipts = [goods(str(q + o), open=str(o), receipt=f"R{n}") for n, (q, o) in enumerate(stock)]
        result = post(bill(str(billed)), *receipts)
        there = sum(o for _, o in stock)
        if isinstance(result, Hold):
            assert there < billed
        else:
            taken = {one.receipt: one.quantity for one in of(SupplierInvoice, result).matches}
            assert sum(taken.values()) == billed <= there
            assert all(quantity <= stock[int(receipt[1:])][1] for receipt, quantity in taken.items())

    never()


def test_kinds_of_other_flows_are_not_touched() -> None:
    assert BY_NAME["bills"].writes is SupplierInvoice is not CashReceipt
