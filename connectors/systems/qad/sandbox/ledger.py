"""The general ledger of the simulated instance: balanced postings in transaction and base currency, and what they add up to.

Every document ends here, so a test can ask for the trial balance and believe it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import currencies
from connectors.systems.qad.sandbox.accounts import checked_account
from connectors.systems.qad.sandbox.periods import Daybook, open_period
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row, key_of, plain

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """One posting line; debit positive. Without a base amount it is rated on the posting date."""

    account: str
    currency: str
    tc: Decimal
    bc: Decimal | None = None
    sub_account: str = ""
    cost_center: str = ""
    project: str = ""
    text: str = ""

    @classmethod
    def written(cls, posting: Row, currency: str, tc: Decimal) -> Line:
        """From a line that a person or another system wrote."""
        return cls(
            posting["glAccountCode"],
            currency,
            tc,
            sub_account=posting["subAccountCode"],
            cost_center=posting["costCenterCode"],
            project=posting["projectCode"],
            text=posting.get("description", ""),
        )

    def reversed(self) -> Line:
        return replace(self, tc=-self.tc, bc=None if self.bc is None else -self.bc)


@dataclass(frozen=True)
class Heading:
    """Where and when an entry is posted."""

    entity: str
    daybook: Daybook
    posted_on: date
    text: str
    rate: Decimal | None = None
    """The document's own exchange rate, where it states one."""


class Ledger:
    def __init__(self, world: World) -> None:
        self.world = world

    def base_currency(self, entity: str) -> str:
        return str(self.world.table("entities")[entity]["baseCurrency"])

    def base_amount(self, amount: Decimal, currency: str, head: Heading) -> Decimal:
        base = self.base_currency(head.entity)
        if currency == base:
            return amount
        rate = head.rate or currencies.rate(self.world, currency, base, head.posted_on)
        return currencies.rounded(self.world, amount * rate, base)

    def prepare(self, head: Heading, lines: Sequence[Line]) -> Row:
        """A balanced entry, not stored yet: whatever may be refused is refused here."""
        period = open_period(self.world, head.entity, head.daybook, head.posted_on)
        for line in lines:
            checked_account(self.world, line.account, line.currency)
        rated = self._balanced(head, [self.rated(head, line) for line in lines])
        return {
            "entityCode": head.entity,
            "year": period["year"],
            "period": period["period"],
            "daybookCode": head.daybook.code,
            "layerType": head.daybook.layer,
            "voucher": 0,
            "postingDate": head.posted_on.isoformat(),
            "description": head.text,
            "document": "",
            "lines": [_line_row(place, line) for place, line in enumerate(rated, 1)],
        }

    def number(self, entry: Row) -> int:
        """The next voucher of the entry's entity, year and daybook."""
        return self.world.count(f"voucher|{entry['entityCode']}|{entry['year']}|{entry['daybookCode']}")

    def store(self, entry: Row, kind: str, key: str = "") -> str:
        """Number it and keep it as the posting of a document, by default the one with the entry's own key."""
        entry["voucher"] = entry["voucher"] or self.number(entry)
        own = key_of(entry["entityCode"], entry["year"], entry["daybookCode"], entry["voucher"])
        entry["document"] = f"{kind}:{key or own}"
        self.world.table("glEntries")[own] = entry
        return own

    def mirrored(self, head: Heading, entries: Iterable[Row]) -> Row:
        """The opposite of earlier entries, at their own amounts and not at today's rate."""
        return self.prepare(head, [line_of(row).reversed() for entry in entries for row in entry["lines"]])

    def postings(self, document: str) -> list[Row]:
        return [row for row in self.world.table("glEntries").values() if row["document"] == document]

    def with_exchange_difference(self, entity: str, lines: Sequence[Line]) -> list[Line]:
        """What settling at another rate has won or lost, as QAD posts it by itself; every line is rated already."""
        settings = self.world.table("entities")[entity]
        off = sum((line.bc or ZERO for line in lines), ZERO)
        if not off:
            return list(lines)
        account = settings["exchangeLossAccount"] if off < 0 else settings["exchangeGainAccount"]
        text = "Realised exchange difference"
        return [*lines, Line(account, settings["baseCurrency"], ZERO, -off, text=text)]

    def rated(self, head: Heading, line: Line) -> Line:
        if line.bc is not None:
            return line
        return replace(line, bc=self.base_amount(line.tc, line.currency, head))

    def _balanced(self, head: Heading, lines: list[Line]) -> list[Line]:
        """Debits equal credits per currency, a mixed entry in base; cents lost in rating get their own line."""
        totals = totals_by_currency(lines)
        if len(totals) <= 1 and any(totals.values()):
            currency, off = next(iter(totals.items()))
            refuse("amountTC", f"Debits and credits do not balance: {off} {currency}.", off, code="61")
        base = self.base_currency(head.entity)
        off = sum((line.bc or ZERO for line in lines), ZERO)
        if abs(off) > currencies.unit(self.world, base) * len(lines):
            refuse("amountBC", f"Debits and credits do not balance in {base}: {off}.", off, code="61")
        if not off:
            return lines
        account = self.world.table("entities")[head.entity]["roundingAccount"]
        return [*lines, Line(account, base, ZERO, -off, text="Rounding difference")]


def totals_by_currency(lines: Iterable[Line]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for line in lines:
        if line.tc:
            totals[line.currency] = totals.get(line.currency, ZERO) + line.tc
    return totals


def _line_row(place: int, line: Line) -> Row:
    bc = line.bc or ZERO
    return {
        "line": place,
        "glAccountCode": line.account,
        "subAccountCode": line.sub_account,
        "costCenterCode": line.cost_center,
        "projectCode": line.project,
        "currencyCode": line.currency,
        "debitTC": plain(max(line.tc, ZERO)),
        "creditTC": plain(max(-line.tc, ZERO)),
        "debitBC": plain(max(bc, ZERO)),
        "creditBC": plain(max(-bc, ZERO)),
        "description": line.text,
    }


def line_of(row: Row) -> Line:
    """The line that a stored row came from."""
    return Line(
        account=row["glAccountCode"],
        currency=row["currencyCode"],
        tc=Decimal(row["debitTC"]) - Decimal(row["creditTC"]),
        bc=Decimal(row["debitBC"]) - Decimal(row["creditBC"]),
        sub_account=row["subAccountCode"],
        cost_center=row["costCenterCode"],
        project=row["projectCode"],
        text=row["description"],
    )
