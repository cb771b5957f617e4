"""What must always be true inside one account; an empty list means that it is."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox import ledger, lines
from connectors.systems.stripe.sandbox.books import Books


def check(world: World) -> list[str]:
    found: list[str] = []
    for livemode in (False, True):
        books = Books(world, livemode)
        for rule in (_balance, _rows, _payouts, _charges, _refunds, _invoices, _disputes):
            found.extend(f"{books.mode}: {broken}" for broken in rule(books))
    return found


def _balance(books: Books) -> Iterator[str]:
    """What was booked, added up as it happened, is what the balance shows."""
    running = books.world.state.get(f"running/{books.mode}", {})
    for currency in ledger.currencies(books):
        shown = sum(ledger.total(books, currency, available=available) for available in (True, False))
        if shown != running.get(currency, 0):
            yield f"balance in {currency} is {shown}, booked {running.get(currency, 0)}"


def _rows(books: Books) -> Iterator[str]:
    for row in books.table("balance_transactions").values():
        if row["net"] != row["amount"] - row["fee"]:
            yield f"{row['id']}: net is not amount less fee"
        if row["fee"] != sum(fee["amount"] for fee in row["fee_details"]):
            yield f"{row['id']}: fee is not the sum of its details"


def _payouts(books: Books) -> Iterator[str]:
    for payout in books.where("payouts", automatic=True):
        rows = books.where("balance_transactions", _payout=payout["id"])
        carried = sum(row["net"] for row in rows if row["source"] != payout["id"])
        if carried != payout["amount"]:
            yield f"{payout['id']}: its rows make {carried}, it is {payout['amount']}"
        if sum(row["net"] for row in rows):
            yield f"{payout['id']}: its rows with its own do not make zero"


def _charges(books: Books) -> Iterator[str]:
    for charge in books.table("charges").values():
        standing = [row for row in books.where("refunds", charge=charge["id"]) if row["status"] not in GONE]
        if charge["amount_refunded"] != sum(refund["amount"] for refund in standing):
            yield f"{charge['id']}: amount_refunded is not the sum of its refunds"
        if charge["amount_refunded"] > charge["amount_captured"]:
            yield f"{charge['id']}: more refunded than charged"


GONE = ("failed", "canceled")


def _refunds(books: Books) -> Iterator[str]:
    for refund in books.table("refunds").values():
        back = refund["failure_balance_transaction"]
        if (refund["status"] in GONE) is not bool(back):
            yield f"{refund['id']}: {refund['status']}, money back: {back}"
        if back and _net(books, refund["balance_transaction"]) + _net(books, back):
            yield f"{refund['id']}: what came back is not what went out"


def _invoices(books: Books) -> Iterator[str]:
    for invoice in books.table("invoices").values():
        taxes = [
            tax
            for line in lines.of(books, invoice)
            for tax in line["taxes"]
            if tax["tax_behavior"] == "exclusive"
        ]
        made = sum(line["amount"] for line in lines.of(books, invoice)) + sum(tax["amount"] for tax in taxes)
        if not invoice.get("_gone") and made != invoice["total"]:
            yield f"{invoice['id']}: lines and taxes make {made}, total is {invoice['total']}"
        links = [books.get("invoice_payments", id) for id in invoice["_payments"]]
        paid = sum(link["amount_paid"] or 0 for link in links) + invoice["amount_paid_off_stripe"]
        if paid != invoice["amount_paid"]:
            yield f"{invoice['id']}: payments make {paid}, amount_paid is {invoice['amount_paid']}"
        if invoice["status"] == "paid" and invoice["amount_remaining"]:
            yield f"{invoice['id']}: paid with {invoice['amount_remaining']} remaining"


def _disputes(books: Books) -> Iterator[str]:
    for dispute in books.table("disputes").values():
        if len(dispute["_rows"]) != {"won": 2}.get(dispute["status"], 1) and not _moneyless(
            dispute["status"]
        ):
            yield f"{dispute['id']}: {dispute['status']} with {len(dispute['_rows'])} movements"


def _moneyless(status: str) -> bool:
    return status.startswith("warning") or status == "prevented"


def _net(books: Books, id: str) -> int:
    return int(books.get("balance_transactions", id)["net"])
