"""The audit page shows, exports and checks exactly what happened in one company."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as real
from django.test import Client
from django.urls import reverse

from tenants.models import AuditEntry, Person, Tenant
from tenants.scoping import tenant_scope
from tests.tenants.test_gate import signed_in


@pytest.fixture
def client(owner: Person, tenant: Tenant) -> Client:
    with tenant_scope(tenant):
        tenant.change(name="=cmd|'/C calc'!A0")
    return signed_in(owner)


def export(client: Client, tenant: Tenant, kind: str, **query: str) -> str:
    answer = client.get(reverse("audit_export", args=[tenant.slug, kind]), query)
    assert "attachment" in answer.headers["Content-Disposition"]
    return b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]


def test_a_filter_narrows_page_and_export_alike(client: Client, tenant: Tenant) -> None:
    page = client.get(reverse("audit", args=[tenant.slug]), {"what": "tenant"}).content.decode()
    rows = json.loads(export(client, tenant, "json", what="tenant"))
    assert "Company: founded" in page
    assert "Membership: granted" not in page
    assert {row["what"] for row in rows} == {"tenant.founded", "tenant.changed"}


def test_a_spreadsheet_runs_nothing_out_of_the_table(client: Client, tenant: Tenant) -> None:
    cells = [cell for row in csv.reader(export(client, tenant, "csv").splitlines()) for cell in row]
    assert any("cmd|" in cell for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_every_entry_is_in_the_table_however_many_there_are(client: Client, tenant: Tenant) -> None:
    with tenant_scope(tenant):
        for n in range(450):
            tenant.change(name=f"Name {n}")
        expected = AuditEntry.objects.count() + 1  # the export itself is written down first
    assert len(json.loads(export(client, tenant, "json"))) == expected


@pytest.mark.django_db(transaction=True)
def test_the_chain_is_verified_without_us(client: Client, tenant: Tenant, tmp_path: Path) -> None:
    file = tmp_path / "trail.txt"
    file.write_text(export(client, tenant, "chain"))
    checker = [sys.executable, str(real.ROOT / "tenants" / "audit_checker.py"), str(file)]
    assert subprocess.run(checker, check=False).returncode == 0
    file.write_text(file.read_text().replace("tenant.founded", "tenant.flooded"))
    assert subprocess.run(checker, check=False).returncode != 0


def test_a_check_says_that_the_trail_is_unbroken(client: Client, tenant: Tenant) -> None:
    page = client.post(reverse("audit_verify", args=[tenant.slug])).content.decode()
    assert "The trail is unbroken" in page


def test_an_export_is_itself_in_the_trail(client: Client, tenant: Tenant, owner: Person) -> None:
    export(client, tenant, "csv", what="tenant")
    with tenant_scope(tenant):
        entry = AuditEntry.objects.get(what="audit.exported")
    assert (entry.actor, entry.after) == (f"person:{owner.pk}", {"as": "csv", "what": "tenant"})


@pytest.mark.parametrize(
    "odd", [{"since": "x"}, {"since": "2026-02-02", "until": "2026-01-01"}, {"after": "~"}]
)
def test_an_odd_filter_is_told_and_breaks_nothing(
    odd: dict[str, Any], client: Client, tenant: Tenant
) -> None:
    assert client.get(reverse("audit", args=[tenant.slug]), odd).status_code == 200
