"""Which pairs are offered follows from what systems state. Six made-up systems stand for the real ones' abilities."""

from __future__ import annotations

from typing import Any, cast

import pytest

from connectors.canon import bookings as b
from connectors.canon import payables as p
from connectors.canon import receivables as r
from connectors.canon import reference as ref
from connectors.canon.kind import Kind
from connectors.canon.parties import Customer, Supplier
from connectors.flows import ALL_FLOWS, pairs
from connectors.system import Moves, Once, Role, System


def system(slug: str, role: Role, reads: list[type[Kind]], writes: list[type[Kind]]) -> System:
    return System(
        slug=slug,
        name=slug,
        role=role,
        credentials=(),
        reads=tuple(Moves(kind) for kind in reads),
        writes=dict.fromkeys(writes, Once.BY_REFERENCE),
        open=cast(Any, None),
    )


CASH: list[type[Kind]] = [
    b.CashReceipt, b.ReceiptReversal, b.RefundOut, b.RefundReturned, b.DisputeMovement,
    b.Settlement, b.SettlementReversal, b.ClearingEntry,
]  # fmt: skip
ERP = system(
    "erp",
    Role.LEDGER,
    [Customer, r.Invoice, Supplier, p.PurchaseOrder, p.GoodsReceipt, p.SupplierPayment, ref.CostCentre],
    [
        Customer,
        Supplier,
        *CASH,
        b.CustomerInvoice,
        b.CreditMemo,
        b.CreditMemoReversal,
        b.Adjustment,
        p.SupplierInvoice,
    ],
)
SMALL = system("small", Role.LEDGER, [Customer, r.Invoice], [*CASH])
CARDS = system(
    "cards",
    Role.PAYMENTS,
    [Customer, r.Invoice, r.Payment, r.Refund, r.Dispute, r.Payout, r.CreditNote, r.BalanceMovement],
    [Customer, r.Invoice],
)
BILL = system(
    "bill", Role.BILLING, [Customer, ref.Item, r.Invoice, r.Payment, r.Refund, r.CreditNote], [Customer]
)
SUBS = system("subs", Role.BILLING, [Customer, ref.Item, r.Invoice, r.Payment, r.Refund, r.CreditNote], [])
BUY = system(
    "buy", Role.PROCUREMENT, [Supplier, p.PurchaseOrder, p.Bill], [Supplier, p.BillPayment, ref.LookupValue]
)
SYSTEMS = (CARDS, SUBS, BUY, SMALL, BILL, ERP)


def offered() -> dict[tuple[str, str], set[str]]:
    return {(pair.left.slug, pair.right.slug): {flow.name for flow in pair.flows} for pair in pairs(SYSTEMS)}


def test_five_pairs_follow_and_the_ledger_stands_left() -> None:
    assert set(offered()) == {
        ("erp", "bill"),
        ("erp", "cards"),
        ("erp", "subs"),
        ("erp", "buy"),
        ("small", "cards"),
    }


def test_a_ledger_that_cannot_book_invoices_is_not_offered_to_billing() -> None:
    assert ("small", "bill") not in offered()


def test_both_ledgers_have_the_same_flows_with_payments_except_what_one_cannot_write() -> None:
    found = offered()
    assert found["erp", "cards"] - found["small", "cards"] == {"own_invoices", "own_credits"}
    assert {
        "customers_to_payments",
        "invoices_to_payments",
        "payments",
        "refunds",
        "disputes",
        "payouts",
    } <= found["small", "cards"]


def test_customers_go_both_ways_only_where_both_can() -> None:
    found = offered()
    assert "customers_to_billing" in found["erp", "bill"]
    assert "customers_to_billing" not in found["erp", "subs"]
    assert "customers_from_billing" in found["erp", "subs"]


@pytest.mark.parametrize(
    ("pair", "names"),
    [
        (
            ("erp", "bill"),
            {"billed_items", "invoices_from_billing", "payments_from_billing", "credits_from_billing"},
        ),
        (("erp", "subs"), {"invoices_from_billing", "voided_invoices", "write_offs", "negative_invoices"}),
        (
            ("erp", "buy"),
            {"suppliers_to_procurement", "bills", "supplier_payments", "receipts_of_ledger", "cost_centres"},
        ),
    ],
)
def test_each_pair_has_its_table(pair: tuple[str, str], names: set[str]) -> None:
    assert names <= offered()[pair]


def test_what_a_system_cannot_read_or_write_is_not_in_a_pair() -> None:
    assert "projects" not in offered()["erp", "buy"]
    assert "supplier_credits" not in offered()["erp", "buy"]


def test_no_system_is_paired_with_itself_or_its_like() -> None:
    assert pairs([ERP, SMALL]) == () and pairs([CARDS]) == () and pairs([BILL, CARDS]) == ()


def test_every_flow_is_in_some_pair() -> None:
    seen = {name for names in offered().values() for name in names}
    missing = {flow.name for flow in ALL_FLOWS} - seen
    assert missing == {"projects", "gl_accounts", "supplier_credits"}
