"""What an auditor reads: trial balance, account balance, journal, open items, the postings of a document.

And the promise behind them all: the books balance, and every sub-ledger equals its control account.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.accounts import CONTROL_TYPES
from connectors.systems.qad.sandbox.ledger import ZERO
from connectors.systems.qad.sandbox.open_items import control_totals
from connectors.systems.qad.sandbox.store import Row, plain


def entries(world: World, entity: str, layer: str = "OFFICIAL") -> Iterator[Row]:
    for entry in world.table("glEntries").values():
        if entry["entityCode"] == entity and entry["layerType"] == layer:
            yield entry


def trial_balance(
    world: World, entity: str, currency: str = "", until: str = "", layer: str = "OFFICIAL"
) -> list[Row]:
    """One row per account and currency, up to a day; the base amounts of all rows add up to nothing."""
    totals: dict[tuple[str, str], list[Decimal]] = {}
    for entry in entries(world, entity, layer):
        if until and entry["postingDate"] > until:
            continue
        for line in entry["lines"]:
            _add(totals.setdefault((line["glAccountCode"], line["currencyCode"]), [ZERO] * 4), line)
    return [
        _balance_row(world, account, in_currency, sums)
        for (account, in_currency), sums in sorted(totals.items())
        if currency in ("", in_currency)
    ]


def account_balance(world: World, entity: str, account: str, currency: str = "", until: str = "") -> Row:
    rows = [row for row in trial_balance(world, entity, currency, until) if row["glAccountCode"] == account]
    return {
        "glAccountCode": account,
        "balanceTC": plain(sum((Decimal(row["balanceTC"]) for row in rows), ZERO)),
        "balanceBC": plain(sum((Decimal(row["balanceBC"]) for row in rows), ZERO)),
    }


def journal(world: World, entity: str, daybook: str = "", account: str = "") -> list[Row]:
    """Entries in the order they were posted."""
    return [
        entry
        for entry in entries(world, entity)
        if daybook in ("", entry["daybookCode"])
        and (not account or any(line["glAccountCode"] == account for line in entry["lines"]))
    ]


def postings(world: World, kind: str, key: str) -> list[Row]:
    """All GL lines of one document, whatever it went through; the key as its table has it, `10USACO|2026|STRJE|1`."""
    document = f"{kind}:{key}"
    found = [entry for entry in world.table("glEntries").values() if entry["document"] == document]
    return [{**line, "daybookCode": entry["daybookCode"]} for entry in found for line in entry["lines"]]


def open_items(world: World, entity: str, party: str = "", kind: str = "") -> list[Row]:
    return [
        item
        for item in world.table("openItems").values()
        if item["entityCode"] == entity
        and Decimal(item["balanceTC"])
        and party in ("", item["party"])
        and kind in ("", item["kind"])
    ]


def broken(world: World) -> list[str]:
    """Every invariant of the books that does not hold; an empty list is a clean audit."""
    return [line for entity in world.table("entities") for line in _broken_in(world, entity)]


def _broken_in(world: World, entity: str) -> Iterator[str]:
    rows = trial_balance(world, entity)
    if off := sum((Decimal(row["balanceBC"]) for row in rows), ZERO):
        yield f"{entity}: the trial balance is off by {off}"
    for entry in world.table("glEntries").values():
        sides = [
            sum((Decimal(line[name]) for line in entry["lines"]), ZERO) for name in ("debitBC", "creditBC")
        ]
        if entry["entityCode"] == entity and sides[0] != sides[1]:
            yield f"{entity}: {entry['daybookCode']}/{entry['voucher']} has {sides[0]} against {sides[1]}"
    owed = control_totals(world, entity)
    for account, row in world.table("gl_account").items():
        if row["glType"] in CONTROL_TYPES:
            held = Decimal(account_balance(world, entity, account)["balanceBC"])
            if held != owed.get(account, ZERO):
                yield f"{entity}: control account {account} holds {held}, its open items {owed.get(account, ZERO)}"
    yield from _accruals(world, entity)


def _accruals(world: World, entity: str) -> Iterator[str]:
    """Received and not vouchered: the receivers must add up to the accrual account."""
    settings = world.table("entities")[entity]
    domain = settings["domainCode"]
    receivers = [row for row in world.table("po_receipt").values() if row["domainCode"] == domain]
    accrued = sum((Decimal(row["accrualBC"]) for row in receivers), ZERO)
    held = Decimal(account_balance(world, entity, settings["accruedReceiptsAccount"])["balanceBC"])
    if held != accrued:
        yield f"{entity}: accrued receipts hold {held}, the receivers {accrued}"


def _add(sums: list[Decimal], line: Row) -> None:
    for place, name in enumerate(("debitTC", "creditTC", "debitBC", "creditBC")):
        sums[place] += Decimal(line[name])


def _balance_row(world: World, account: str, currency: str, sums: list[Decimal]) -> Row:
    return {
        "glAccountCode": account,
        "description": world.table("gl_account")[account]["description"],
        "currencyCode": currency,
        "debitTC": plain(sums[0]),
        "creditTC": plain(sums[1]),
        "balanceTC": plain(sums[0] - sums[1]),
        "balanceBC": plain(sums[2] - sums[3]),
    }
