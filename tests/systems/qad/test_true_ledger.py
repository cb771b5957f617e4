"""Every booking against the instance's own ledger: what a preview shows is what is posted, account by account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from connectors.canon.bookings import (
    Adjustment,
    Application,
    BookedLine,
    CashReceipt,
    ClearingEntry,
    CreditMemo,
    CreditMemoReversal,
    CustomerInvoice,
    DisputeMovement,
    ReceiptReversal,
    RefundOut,
    RefundReturned,
    Settlement,
    SettlementLine,
    SettlementReversal,
    SettlementSort,
)
from connectors.canon.kind import Ref
from connectors.canon.money import Money
from connectors.canon.receivables import (
    CreditNote,
    Direction,
    Invoice,
    LineSort,
    Payment,
    Payout,
    Refund,
)
from connectors.errors import OutcomeUnknown, Refused
from tests.systems.qad.conftest import Acme, account, eur, usd


def receipt(acme: Acme, amount: Money, *used: tuple[Ref[Invoice], Money], **more: Any) -> CashReceipt:
    values = {
        "id": "ch_1",
        "reference": "ST:ch_1AbC",
        "customer": acme.payer(amount.currency),
        "dated": acme.stand.now().date(),
        "amount": amount,
        "clearing": account("1090"),
        "applications": tuple(Application(invoice=invoice, amount=part) for invoice, part in used),
    }
    return CashReceipt(**{**values, **more})


def bounce(acme: Acme, of: CashReceipt, id: str) -> ReceiptReversal:
    return ReceiptReversal(
        id="ch_1",
        reference="ST:ch_1AbC/back",
        receipt=Ref(Payment, id, resolved=True),
        customer=of.customer,
        dated=of.dated,
        amount=of.amount,
        clearing=of.clearing,
        settled=of.settled,
        applications=of.applications,
    )


def refund(acme: Acme, amount: Money, **more: Any) -> RefundOut:
    values = {
        "id": "re_1",
        "reference": "ST:re_1AbC",
        "customer": acme.payer(amount.currency),
        "dated": acme.stand.now().date(),
        "amount": amount,
        "clearing": account("1090"),
        "returns": account("1160"),
    }
    return RefundOut(**{**values, **more})


def lines(*parts: tuple[str, str]) -> tuple[BookedLine, ...]:
    sorts = {"4800": LineSort.DISCOUNT, "2350": LineSort.TAX}
    return tuple(
        BookedLine(amount=usd(amount), account=account(key), text=key, sort=sorts.get(key, LineSort.SALE))
        for key, amount in parts
    )


def memo(acme: Acme, *used: tuple[Ref[Invoice], Money], **more: Any) -> CreditMemo:
    values = {
        "id": "cn_1",
        "reference": "CB:CN-311",
        "customer": acme.payer(),
        "dated": acme.stand.now().date(),
        "total": usd("108.00"),
        "lines": lines(("4000", "100.00"), ("2350", "8.00")),
        "applications": tuple(Application(invoice=invoice, amount=part) for invoice, part in used),
    }
    return CreditMemo(**{**values, **more})


IN = {("1090", "USD"): usd("108.37"), ("1091", "EUR"): eur("-100.00")}


def test_a_receipt_for_several_invoices_and_the_rest_on_account(acme: Acme) -> None:
    first, second = acme.invoice("600.00"), acme.invoice("500.00")
    acme.proved(receipt(acme, usd("1250.00"), (first, usd("600.00")), (second, usd("450.00"))))
    assert (acme.balance(first), acme.balance(second)) == (Decimal(0), Decimal(50))


def test_a_receipt_without_an_invoice_waits_on_the_account(acme: Acme) -> None:
    acme.proved(receipt(acme, usd("75.10")))


def test_a_receipt_that_was_converted_reaches_clearing_at_the_rate_it_was_converted_at(acme: Acme) -> None:
    invoice = acme.invoice("100.00", acme.payer("EUR").id)
    body = receipt(acme, eur("100.00"), (invoice, eur("100.00")), settled=usd("108.37"))
    acme.proved(body, IN)
    assert acme.balance(invoice) == 0


@pytest.mark.parametrize("applied", ["0", "40.00", "100.00"])
def test_a_receipt_that_was_no_money_opens_its_invoices_again(acme: Acme, applied: str) -> None:
    invoice = acme.invoice("100.00")
    used = ((invoice, usd(applied)),) if applied != "0" else ()
    body = receipt(acme, usd("100.00"), *used)
    made = acme.proved(body)
    acme.proved(bounce(acme, body, made.id))
    assert acme.balance(invoice) == 100


def test_a_converted_receipt_that_was_no_money_leaves_nothing_behind(acme: Acme) -> None:
    before = acme.entries()
    body = receipt(acme, eur("100.00"), settled=usd("108.37"))
    acme.proved(
        bounce(acme, body, acme.proved(body, IN).id), {where: -amount for where, amount in IN.items()}
    )
    assert acme.gl(before) == {}


def test_a_refund_on_the_customers_account_and_one_that_came_back(acme: Acme) -> None:
    before = acme.entries()
    acme.proved(refund(acme, usd("20.00")))
    acme.proved(
        RefundReturned(
            id="re_1",
            reference="ST:re_1AbC/back",
            refund=Ref(Refund, "re_1", resolved=True),
            customer=acme.payer(),
            dated=acme.stand.now().date(),
            amount=usd("20.00"),
            clearing=account("1090"),
            returns=account("1160"),
        )
    )
    assert acme.gl(before) == {}


def test_a_refund_against_a_credit_note_settles_it(acme: Acme) -> None:
    note = acme.act("post_credit_note", customer=acme.payer().id, amount="20.00")
    acme.proved(refund(acme, usd("20.00"), credit_note=Ref(CreditNote, note, resolved=True)))
    assert acme.balance(Ref(Invoice, note)) == 0


@pytest.mark.parametrize(
    ("direction", "fee"),
    [
        (Direction.WITHDRAWN, "15.00"),
        (Direction.REINSTATED, "0"),
        (Direction.REINSTATED, "-15.00"),
        (Direction.LOST, "0"),
    ],
)
def test_a_dispute_in_each_direction(acme: Acme, direction: Direction, fee: str) -> None:
    acme.proved(dispute(acme, direction, fee))


def dispute(acme: Acme, direction: Direction, fee: str = "0", **more: Any) -> DisputeMovement:
    values = {
        "id": "dp_1/x",
        "reference": "ST:dp_1/x",
        "direction": direction,
        "receipt": Ref(Payment, "2026/STRIPE/1", resolved=True),
        "customer": acme.payer(),
        "dated": acme.stand.now().date(),
        "amount": usd("100.00"),
        "fee": usd(fee),
        "clearing": account("1090"),
        "disputes": account("1150"),
        "losses": account("6120"),
        "fees": account("6110"),
    }
    return DisputeMovement(**{**values, **more})


def settlement(acme: Acme, **more: Any) -> Settlement:
    sorts = SettlementSort
    parts = (
        (sorts.CHARGES, "500.00", "1090"),
        (sorts.REFUNDS, "-20.00", "1090"),
        (sorts.FEES, "-14.80", "6100"),
        (sorts.FEE_TAX, "-1.20", "6105"),
        (sorts.SUSPENSE, "-0.05", "1190"),
    )
    values = {
        "id": "po_1",
        "reference": "ST:po_1AbC",
        "dated": acme.stand.now().date(),
        "net": usd("463.95"),
        "bank": account("1010"),
        "clearing": account("1090"),
        "lines": tuple(
            SettlementLine(sort=sort, amount=usd(amount), account=account(key), text=str(sort))
            for sort, amount, key in parts
        ),
    }
    return Settlement(**{**values, **more})


def test_a_payout_and_its_return(acme: Acme) -> None:
    acme.proved(settlement(acme))
    acme.proved(
        SettlementReversal(
            id="po_1",
            reference="ST:po_1AbC/back",
            settlement=Ref(Payout, "po_1", resolved=True),
            dated=acme.stand.now().date(),
            net=usd("463.95"),
            bank=account("1010"),
            clearing=account("1090"),
        )
    )


def test_a_payout_that_takes_from_the_bank(acme: Acme) -> None:
    line = SettlementLine(sort=SettlementSort.REFUNDS, amount=usd("-40.00"), account=account("1090"))
    acme.proved(settlement(acme, net=usd("-40.00"), lines=(line,)))


def test_a_fee_outside_any_payout(acme: Acme) -> None:
    line = SettlementLine(sort=SettlementSort.FEES, amount=usd("-7.00"), account=account("6100"))
    acme.proved(
        ClearingEntry(
            id="txn_1",
            reference="ST:txn_1",
            dated=acme.stand.now().date(),
            clearing=account("1090"),
            net=usd("-7.00"),
            lines=(line,),
        )
    )


def test_an_invoice_with_a_discount_and_tax(acme: Acme) -> None:
    acme.proved(
        CustomerInvoice(
            id="in_1",
            reference="CB:INV-20871",
            customer=acme.payer(),
            dated=acme.stand.now().date(),
            total=usd("972.00"),
            lines=lines(("4000", "1000.00"), ("4800", "-100.00"), ("2350", "72.00")),
        )
    )


def test_a_credit_memo_left_open_and_one_used_on_an_invoice(acme: Acme) -> None:
    acme.proved(memo(acme))
    invoice = acme.invoice("250.00")
    acme.proved(memo(acme, (invoice, usd("108.00")), reference="CB:CN-312"))
    assert acme.balance(invoice) == 142


def test_a_credit_memo_that_broke_before_it_was_used_is_taken_up_there(acme: Acme) -> None:
    invoice = acme.invoice("250.00")
    body = memo(acme, (invoice, usd("108.00")))
    acme.stand.fault("error", method="POST", path="*/openItemAdjustments", status=503)
    before = acme.entries()
    with pytest.raises(OutcomeUnknown):
        acme.put(body)
    document = acme.stand.adapter().render(body)
    assert acme.stand.adapter().find(CreditMemo, document.reference, document) is None
    acme.put(body)
    assert document.journal is not None
    assert acme.gl(before) == {k: v for k, v in document.journal.accounts().items() if v}


def test_a_credit_memo_taken_back(acme: Acme) -> None:
    before = acme.entries()
    note = acme.proved(memo(acme)).id
    acme.proved(
        CreditMemoReversal(
            id="cn_1",
            reference="CB:CN-311/back",
            credit_note=Ref(CreditNote, note, resolved=True),
            customer=acme.payer(),
            dated=acme.stand.now().date(),
            total=usd("108.00"),
            lines=lines(("4000", "100.00"), ("2350", "8.00")),
        )
    )
    assert {k[0] for k in acme.gl(before)} <= {"1200", "1210"}


def test_a_write_off(acme: Acme) -> None:
    invoice = acme.invoice("250.00")
    acme.proved(
        Adjustment(
            id="wo_1",
            reference="CB:WO-1",
            customer=acme.payer(),
            invoice=invoice,
            dated=acme.stand.now().date(),
            amount=usd("250.00"),
            account=account("6130"),
        )
    )
    assert acme.balance(invoice) == 0


def test_a_journal_taken_back_leaves_nothing_behind(acme: Acme) -> None:
    before = acme.entries()
    made = acme.proved(settlement(acme))
    for _ in range(2):
        acme.stand.adapter().reverse(Settlement, made.id, "key-2")
    assert acme.gl(before) == {}


def test_a_receipt_taken_back_leaves_nothing_behind(acme: Acme) -> None:
    before = acme.entries()
    made = acme.proved(receipt(acme, eur("100.00"), settled=usd("108.37")), IN)
    for _ in range(2):
        acme.stand.adapter().reverse(CashReceipt, made.id, "key-2")
    assert acme.gl(before) == {}


def test_a_posted_invoice_is_not_taken_back_by_us(acme: Acme) -> None:
    with pytest.raises(Refused, match="not taken back"):
        acme.stand.adapter().reverse(CustomerInvoice, "2026/STINV/1", "key-2")


def test_a_lost_dispute_that_the_customer_owes_again_is_not_booked_as_a_loss(acme: Acme) -> None:
    invoice = acme.invoice("100.00")
    made = acme.proved(receipt(acme, usd("100.00"), (invoice, usd("100.00"))))
    acme.proved(dispute(acme, Direction.WITHDRAWN))
    body = dispute(
        acme,
        Direction.LOST,
        owed=True,
        reference="ST:dp_1/lost",
        receipt=Ref(Payment, made.id, resolved=True),
    )
    acme.proved(body)
    assert acme.balance(invoice) == 100


def test_a_receipt_of_which_only_a_part_is_lost_does_not_bounce(acme: Acme) -> None:
    made = acme.proved(receipt(acme, usd("150.00")))
    before = acme.entries()
    body = dispute(acme, Direction.LOST, owed=True, receipt=Ref(Payment, made.id, resolved=True))
    with pytest.raises(Refused, match="only the whole of it"):
        acme.put(body)
    assert acme.gl(before) == {}


def test_days_are_never_moved_by_a_zone(acme: Acme) -> None:
    acme.put(receipt(acme, usd("10.00"), dated=date(2026, 11, 1)))
    row = next(
        row for row in acme.stand.world.table("customer_payment").values() if row["reference"] == "ST:ch_1AbC"
    )
    assert row["postingDate"][:10] == "2026-11-01"
