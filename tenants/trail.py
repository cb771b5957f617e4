"""Reading the audit trail a page at a time, for the portal and for programs alike.

Pages follow the newest entry that was seen, not a number of rows, so that page 1,000 costs as much as page 1 and nothing is
shown twice while new entries arrive.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils import timezone

from tenants.models import ApiToken, AuditEntry, Invitation, Membership, Person, SupportAccess, Tenant

NOUNS = {
    "membership": "People and roles",
    "invitation": "Invitations",
    "connection": "Connections",
    "tenant": "Company",
    "api token": "API tokens",
    "support": "Support access",
    "access": "Refused access",
    "audit": "Audit trail",
    "vault": "Keys",
}
"""What entries begin with, and what the filter calls it."""
NAMED: dict[str, tuple[type[Model], Callable[[Any], str]]] = {
    "person": (Person, str),
    "support": (Person, lambda row: f"{row}, support"),
    "token": (ApiToken, lambda row: row.name),
    "apitoken": (ApiToken, lambda row: row.name),
    "membership": (Membership, lambda row: str(row.person)),
    "invitation": (Invitation, lambda row: row.email),
    "tenant": (Tenant, str),
    "supportaccess": (SupportAccess, lambda row: row.reason),
}
"""What to call the rows that an entry names by kind and id."""
ROWS = 50
ROWS_MAX = 200


@dataclass(frozen=True)
class Wanted:
    """Which entries: by actor or by what they are about, by what happened, by day in the company's zone."""

    who: str = ""
    what: str = ""
    since: date | None = None
    until: date | None = None

    def rows(self) -> QuerySet[AuditEntry]:
        rows = AuditEntry.objects.order_by("-at", "-pk")
        if self.who:
            rows = rows.filter(actor=self.who)
        if self.what:
            rows = rows.filter(what__startswith=self.what)
        if self.since:
            rows = rows.filter(at__gte=_midnight(self.since))
        if self.until:
            rows = rows.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return rows


@dataclass(frozen=True)
class Leaf:
    """One page of entries, newest first, and the mark under which the next one begins."""

    entries: list[AuditEntry]
    onward: str


def leaf(wanted: Wanted, after: str = "", rows: int = ROWS) -> Leaf:
    """The entries that follow a mark; an odd mark is the beginning."""
    found = wanted.rows()
    if mark := _read(after):
        found = found.filter(at__lte=mark[0]).exclude(at=mark[0], pk__gte=mark[1])
    size = max(1, min(rows, ROWS_MAX))
    entries = list(found[: size + 1])
    more = len(entries) > size
    shown = entries[:size]
    return Leaf(shown, _mark(shown[-1]) if more else "")


def told(entries: list[AuditEntry]) -> list[tuple[AuditEntry, str, str]]:
    """Each entry with who did it and what it is about, by the names they have now; whoever is gone keeps their id."""
    called = _names({entry.actor for entry in entries} | {entry.about for entry in entries})
    return [
        (entry, called.get(entry.actor, entry.actor), called.get(entry.about, entry.about))
        for entry in entries
    ]


def _names(rows: set[str]) -> dict[str, str]:
    called = {"system": "ml-connector"}
    for kind, (model, name) in NAMED.items():
        keys = [row.partition(":")[2] for row in rows if row.startswith(f"{kind}:")]
        if keys:
            found = model._default_manager.filter(pk__in=keys)
            found = found.select_related("person") if model is Membership else found
            called |= {f"{kind}:{row.pk}": name(row) for row in found}
    return called


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _mark(entry: AuditEntry) -> str:
    return f"{entry.at.isoformat()}~{entry.pk}"


def _read(mark: str) -> tuple[datetime, UUID] | None:
    at, _, key = mark.partition("~")
    try:
        return datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None


def facts(entry: AuditEntry) -> dict[str, Any]:
    """An entry as programs read it."""
    return {
        "id": str(entry.pk),
        "at": entry.at.isoformat(),
        "what": entry.what,
        "actor": entry.actor,
        "about": entry.about,
        "before": entry.before,
        "after": entry.after,
        "reason": entry.reason,
    }
