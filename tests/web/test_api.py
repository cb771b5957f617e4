"""Connections for programs: read with any role, pinged from operator up, and of a secret not even a part."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tenants.models import ApiToken, AuditEntry, Membership, Role, Tenant
from tenants.scoping import tenant_scope
from tests.factories import TenantFactory
from tests.web.conftest import Connect


def token(company: Tenant, role: Role) -> dict[str, str]:
    with tenant_scope(company):
        person = Membership.objects.select_related("person").first().person  # type: ignore[union-attr]
        _, text = ApiToken.issue("program", role, person)
    return {"authorization": f"Bearer {str.__str__(text)}"}


def test_a_program_lists_reads_and_pings(connect: Connect, company: Tenant) -> None:
    one, headers = connect("stripe"), token(company, Role.OPERATOR)
    listed = Client().get(reverse("api_connections"), headers=headers).json()
    assert [(row["id"], row["system"], row["mode"]) for row in listed] == [(str(one.pk), "stripe", "sandbox")]
    whole = Client().get(reverse("api_connection", args=[one.pk]), headers=headers).json()
    assert whole["checks"][0].keys() == {"name", "label", "colour", "seen", "remedy"}
    pinged = Client().post(reverse("api_connection_ping", args=[one.pk]), headers=headers)
    assert pinged.status_code == 200
    assert pinged.json()["checked_at"] > whole["checked_at"]
    with tenant_scope(company):
        last = AuditEntry.objects.filter(what="connection.pinged").order_by("-at").first()
    assert last is not None
    assert last.actor.startswith("token:")


def test_no_answer_holds_a_secret_or_a_part_of_one(connect: Connect, company: Tenant) -> None:
    one, headers = connect("qad"), token(company, Role.OWNER)
    with tenant_scope(company):
        secrets = [str.__str__(value) for value in one.open_secrets().values()]
    said = json.dumps(
        [
            Client().get(page, headers=headers).json()
            for page in (reverse("api_connections"), reverse("api_connection", args=[one.pk]))
        ]
    )
    assert all(secret not in said for secret in secrets if len(secret) > 6)
    assert all(kept["fingerprint"] not in said for kept in one.kept.values())


def test_a_viewer_reads_and_does_not_ping(connect: Connect, company: Tenant) -> None:
    one, headers = connect("stripe"), token(company, Role.VIEWER)
    assert Client().get(reverse("api_connection", args=[one.pk]), headers=headers).status_code == 200
    assert Client().post(reverse("api_connection_ping", args=[one.pk]), headers=headers).status_code == 403


def test_a_program_of_another_company_finds_none(connect: Connect) -> None:
    one, headers = connect("stripe"), token(TenantFactory(name="Rival"), Role.OWNER)
    assert Client().get(reverse("api_connections"), headers=headers).json() == []
    assert Client().get(reverse("api_connection", args=[one.pk]), headers=headers).status_code == 404
    assert Client().post(reverse("api_connection_ping", args=[one.pk]), headers=headers).status_code == 404


@pytest.mark.django_db
def test_they_stand_in_the_schema() -> None:
    schema = Client().get(reverse("api_schema"), headers={"accept": "application/json"}).content.decode()
    for path in ("/api/connections/", "/api/connections/{connection}/", "/api/connections/{connection}/ping"):
        assert path in schema
