"""Payouts as a ledger books them: what other documents put on clearing leaves it, the rest is booked here, once.

A row whose category nobody knows is never guessed: it waits, and goes to suspense only when a person lets it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connectors.canon.bookings import (
    ClearingEntry,
    Settlement,
    SettlementLine,
    SettlementReversal,
    SettlementSort,
)
from connectors.canon.kind import Ref
from connectors.canon.money import Money, total, zero
from connectors.canon.receivables import (
    BalanceMovement,
    BalanceRow,
    Category,
    Dispute,
    FeeSort,
    Payment,
    Payout,
    PayoutStatus,
    Refund,
)
from connectors.flow import Hold, Policies
from connectors.flows.bookings.receipts import elsewhere
from connectors.flows.terms import account, day, reference, reversal_day

BOOKED_BY_OTHERS = {
    Category.CHARGE: SettlementSort.CHARGES,
    Category.CHARGE_FAILURE: SettlementSort.CHARGES,
    Category.CAPTURE_REVERSAL: SettlementSort.CHARGES,
    Category.REFUND: SettlementSort.REFUNDS,
    Category.REFUND_FAILURE: SettlementSort.REFUNDS,
    Category.DISPUTE: SettlementSort.DISPUTES,
    Category.DISPUTE_REVERSAL: SettlementSort.DISPUTES,
    Category.PAYOUT_REVERSAL: SettlementSort.RETURNED,
}
"""Their own documents moved clearing already: here they only leave it."""
FOLLOWED = BOOKED_BY_OTHERS.keys() - {Category.CAPTURE_REVERSAL}
"""Rows whose own document must be there first. A capture of less is already in the receipt of its charge."""
FEE_MOVED_TOO = (Category.DISPUTE, Category.DISPUTE_REVERSAL)
"""A dispute's document moves its fee with it, so the fee is not booked again here."""
BOOKED_HERE = {
    Category.FEE: (SettlementSort.FEES, "fees"),
    Category.TAX: (SettlementSort.FEE_TAX, "fee_tax"),
    Category.RESERVE: (SettlementSort.RESERVE, "reserve"),
    Category.TOPUP: (SettlementSort.TOPUPS, "topups"),
    Category.UNKNOWN: (SettlementSort.SUSPENSE, "suspense"),
}
FEE_ACCOUNTS = {
    FeeSort.PROCESSING: (SettlementSort.FEES, "fees"),
    FeeSort.TAX: (SettlementSort.FEE_TAX, "fee_tax"),
    FeeSort.OTHER: (SettlementSort.FEES, "fees"),
}
ORDER = list(SettlementSort)

Source = Ref[Payment] | Ref[Refund] | Ref[Dispute] | Ref[Payout]
Share = tuple[SettlementSort, str, Money]


def paid_out(payout: Payout, _policies: Policies) -> bool:
    return payout.status is PayoutStatus.PAID and bool(payout.amount)


def settlement(payout: Payout, policies: Policies) -> Settlement | Hold:
    if not by_row(policies) and (hold := _unknown(payout.label, payout.rows, policies)):
        return hold
    return Settlement(
        id=payout.id,
        number=payout.number,
        reference=reference(payout, policies),
        dated=payout.arrives,
        net=payout.amount,
        bank=account("bank", payout.amount.currency),
        clearing=account("clearing", payout.amount.currency),
        lines=_lines(_shares_of(payout, policies), payout.amount.currency),
        covers=() if elsewhere(policies) else tuple(_sources(payout.rows)),
        trace=payout.trace,
        text=payout.label,
    )


def came_back(payout: Payout, _policies: Policies) -> bool:
    return payout.status in (PayoutStatus.FAILED, PayoutStatus.CANCELLED) and bool(payout.amount)


def settlement_reversal(payout: Payout, policies: Policies) -> SettlementReversal:
    """The bank gives the amount back; the fees of what it contained stay charged."""
    return SettlementReversal(
        id=payout.id,
        number=payout.number,
        reference=reference(payout, policies, "/back"),
        settlement=Ref(Payout, payout.id),
        dated=reversal_day(payout.failed_on or payout.arrives, policies),
        net=payout.amount,
        bank=account("bank", payout.amount.currency),
        clearing=account("clearing", payout.amount.currency),
        text=payout.failure or payout.label,
    )


def stands_alone(movement: BalanceMovement, policies: Policies) -> bool:
    """A row on its own, where rows and not payouts carry the fees, unless its own document books all of it."""
    row = movement.row
    return by_row(policies) and row.category is not Category.PAYOUT and bool(_lines_here(row, policies))


def clearing_entry(movement: BalanceMovement, policies: Policies) -> ClearingEntry | Hold:
    row = movement.row
    if hold := _unknown(movement.label, (row,), policies):
        return hold
    currency = row.net.currency
    lines = _lines_here(row, policies)
    return ClearingEntry(
        id=movement.id,
        number=movement.number,
        reference=reference(movement, policies),
        dated=day(movement.occurred, policies),
        clearing=account("clearing", currency),
        net=total((line.amount for line in lines), currency),
        lines=lines,
        text=row.text or row.stated,
    )


def _lines_here(row: BalanceRow, policies: Policies) -> tuple[SettlementLine, ...]:
    return _lines(_booked_here(row, policies), row.net.currency)


def by_row(policies: Policies) -> bool:
    return policies.get("fees_by") == "row"


def _shares_of(payout: Payout, policies: Policies) -> Iterator[Share]:
    """What makes the amount: the rows where they are known and carry the fees, else the amount alone."""
    fee = payout.fee or zero(payout.amount.currency)
    if payout.automatic and not by_row(policies):
        for row in payout.rows:
            yield from _left_clearing(row, policies)
            yield from _booked_here(row, policies)
    else:
        yield SettlementSort.TRANSFER, "clearing", payout.amount + fee
    yield SettlementSort.FEES, "fees", -fee


def _left_clearing(row: BalanceRow, policies: Policies) -> Iterator[Share]:
    if sort := BOOKED_BY_OTHERS.get(row.category):
        yield sort, "clearing", row.net if _fee_moved(row, policies) else row.gross


def _booked_here(row: BalanceRow, policies: Policies) -> Iterator[Share]:
    if row.category in BOOKED_HERE:
        sort, name = BOOKED_HERE[row.category]
        yield sort, name, row.gross
    if not _fee_moved(row, policies):
        yield from _fees(row)


def _fees(row: BalanceRow) -> Iterator[Share]:
    """As the vendor itemises them; what it does not itemise is a fee like the others."""
    for detail in row.fees:
        sort, name = FEE_ACCOUNTS[detail.sort]
        yield sort, name, -detail.amount
    itemised = total((detail.amount for detail in row.fees), row.fee.currency)
    yield SettlementSort.FEES, "fees", itemised - row.fee


def _fee_moved(row: BalanceRow, policies: Policies) -> bool:
    return row.category in FEE_MOVED_TOO and not elsewhere(policies)


def _lines(shares: Iterable[Share], currency: str) -> tuple[SettlementLine, ...]:
    """One line for each sort of thing, in a fixed order, with the number of movements behind it."""
    sums: dict[tuple[SettlementSort, str], tuple[Money, int]] = {}
    for sort, name, amount in shares:
        if amount:
            before, count = sums.get((sort, name), (zero(currency), 0))
            sums[sort, name] = (before + amount, count + 1)
    return tuple(
        SettlementLine(sort=sort, amount=amount, account=account(name, currency), rows=count)
        for (sort, name), (amount, count) in sorted(sums.items(), key=lambda item: ORDER.index(item[0][0]))
        if amount
    )


def _sources(rows: Iterable[BalanceRow]) -> Iterator[Source]:
    seen = set()
    for row in rows:
        if row.category in FOLLOWED and row.source and row.source not in seen:
            seen.add(row.source)
            yield row.source


def _unknown(label: str, rows: Iterable[BalanceRow], policies: Policies) -> Hold | None:
    accepted = policies.get("accepted") or ()
    for row in rows:
        group = f"category:{row.stated or row.category}"
        if row.category is Category.UNKNOWN and group not in accepted:
            return Hold(
                name="unknown_category",
                fact=f"{label} contains {row.id} of {row.net}, called “{row.stated}”, which has no known booking.",
                releases="Look at the row, then let this category go to the suspense account, or book it by hand "
                "and ignore the record.",
                by_itself=False,
                group=group,
            )
        if row.category in FOLLOWED and row.source is None:
            return Hold(
                name="row_without_source",
                fact=f"{label} contains {row.id} of {row.net} ({row.stated or row.category}) that names nothing it is for.",
                releases="A later look may show it; otherwise ask the payment system's support.",
                by_itself=True,
            )
    return None
