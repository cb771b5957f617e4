"""One user at work in one workspace: the domain and entity that a call acts in, and the hour it does so.

QAD takes the company from the workspace header alone; what a record says about its entity does not change it.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.dates import stamp
from connectors.systems.qad.sandbox.ledger import Ledger
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row


@dataclass(frozen=True)
class Workspace:
    world: World
    entity: str
    domain: str
    user: str
    now: datetime
    """In the entity's own zone: the day it falls on is the day a change is filed under."""

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.world)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def settings(self) -> Row:
        """System accounts and daybooks of the entity."""
        return self.world.table("entities")[self.entity]

    def one(self, kind: str, code: object, field: str, name: str) -> Row:
        """A referenced master that must be there and active."""
        row = self.world.table(kind).get(str(code))
        code = str(code).rpartition("|")[2]
        if row is None:
            refuse(field, f"{name} {code} does not exist.", code, code="11")
        if not row.get("isActive", True):
            refuse(field, f"{name} {code} is inactive.", code, code="12")
        return row

    def account_of(self, profile: str) -> str:
        """The GL account behind a GL profile."""
        return str(self.one("glProfiles", profile, "glProfileCode", "GL profile")["glAccountCode"])

    def status(self, code: str, usage: str) -> Row:
        row = self.one("invoiceStatuses", code, "invoiceStatusCode", "Invoice status")
        if row["usage"] != usage:
            refuse("invoiceStatusCode", f"Invoice status {code} is invalid for this document.", code)
        return row

    def settled_rate(self, record: Row) -> Decimal | None:
        """The rate that the document brings along, if it does."""
        rate = Decimal(record["exchangeRate"])
        return rate * (Decimal(record["exchangeRateScale"]) or 1) if rate else None

    def touch(self, row: Row) -> Row:
        """Stamp a change: a day, seconds since midnight, and a new hash that outdates every copy read before."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        row.setdefault("born", self.now.timestamp())
        row["lastModifiedDate"] = stamp(self.today)
        row["lastModifiedTime"] = int((self.now - midnight).total_seconds())
        row["lastModifiedUser"] = self.user
        row["revision"] = self.world.count("revision")
        row["concurrencyHash"] = _hash(row)
        return row


def _hash(row: Row) -> str:
    return hashlib.sha256(json.dumps(row, default=str, sort_keys=True).encode()).hexdigest()[:20]
