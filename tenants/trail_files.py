"""The audit trail as files that somebody takes away: exactly what the filter shows, however long it is.

Each page is read in a scope of its own, so that a slow reader holds no transaction open.
"""

import csv
import io
import json
from collections.abc import Iterator
from datetime import tzinfo

from django.utils import timezone

from tenants.models import AuditEntry, Tenant
from tenants.scoping import tenant_scope
from tenants.trail import ROWS_MAX, Wanted, facts, leaf, told

COLUMNS = ("at", "what", "who", "about", "before", "after", "reason", "actor", "id")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_lines(tenant: Tenant, wanted: Wanted, zone: tzinfo) -> Iterator[str]:
    yield _line(COLUMNS)
    for entry, who, about in _entries(tenant, wanted, zone):
        row = facts(entry) | {"who": who, "about": about}
        yield _line([_text(row[column]) for column in COLUMNS])


def json_lines(tenant: Tenant, wanted: Wanted, zone: tzinfo) -> Iterator[str]:
    yield "["
    for number, (entry, who, _) in enumerate(_entries(tenant, wanted, zone)):
        yield ("," if number else "") + "\n" + json.dumps(facts(entry) | {"who": who}, default=str)
    yield "\n]\n"


def _entries(tenant: Tenant, wanted: Wanted, zone: tzinfo) -> Iterator[tuple[AuditEntry, str, str]]:
    after = ""
    while True:
        with timezone.override(zone), tenant_scope(tenant):
            page = leaf(wanted, after, ROWS_MAX)
            rows = told(page.entries)
        yield from rows
        if not (after := page.onward):
            return


def _text(value: object) -> str:
    text = value if isinstance(value, str) else "" if value is None else json.dumps(value, default=str)
    return f"'{text}" if text.startswith(FORMULA) else text  # a spreadsheet would run it


def _line(cells: tuple[str, ...] | list[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()
