"""A connection keeps its secrets to itself: they go in, they are used, and nothing shows them again."""

from __future__ import annotations

import json

import pytest
from django.forms.models import model_to_dict

from connectors.models import Connection, State
from connectors.system import Check, Colour, Mode
from tenants.models import AuditEntry, Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import SealedElsewhere

CANARY = "rk_test_canary_51abcdefghij"


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    with tenant_scope(tenant):
        made = Connection.make("stripe", "Payments", Mode.TEST, {})
        made.keep_secrets({"api_key": CANARY, "webhook_secret": ""})
    return made


def test_a_secret_is_kept_as_a_fingerprint_its_age_and_who_entered_it(connection: Connection) -> None:
    assert set(connection.kept) == {"api_key"}
    assert set(connection.kept["api_key"]) == {"fingerprint", "at", "by"}
    shown = json.dumps([model_to_dict(connection), connection.kept, repr(connection)], default=str)
    assert CANARY not in shown


def test_what_is_left_empty_stays_as_it_was(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        connection.keep_secrets({"api_key": "", "webhook_secret": "whsec_new_secret"})
        assert connection.open_secrets() == {"api_key": CANARY, "webhook_secret": "whsec_new_secret"}


def test_no_column_and_no_audit_entry_holds_a_secret_in_clear(connection: Connection, owner_db) -> None:  # type: ignore[no-untyped-def]
    with owner_db.cursor() as cursor:
        cursor.execute("set app.everywhere = 'on'")
        for table in ("connectors_connection", "tenants_auditentry", "tenants_auditpart"):
            cursor.execute(f"select row_to_json(t)::text from {table} t")
            rows = cursor.fetchall()
            assert all(CANARY not in text and CANARY.encode().hex() not in text for (text,) in rows)


def test_secrets_copied_to_another_connection_are_refused(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        other = Connection.make("stripe", "Other", Mode.TEST, {})
        Connection.objects.filter(pk=other.pk).update(sealed=connection.sealed)
        other.refresh_from_db()
        with pytest.raises(SealedElsewhere):
            other.open_secrets()


def test_a_ping_without_a_red_line_makes_it_ready(connection: Connection) -> None:
    green = Check("auth", "Key accepted", Colour.GREEN, "Accepted.")
    with tenant_scope(connection.tenant_id):
        connection.note_ping([green, Check("clock", "Clock", Colour.RED, "400 s apart.", "Set the clock.")])
        assert connection.state == State.NEW
        connection.note_ping([green])
    assert (connection.state, connection.checks[0]["seen"]) == (State.READY, "Accepted.")


def test_being_locked_out_is_told_once(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        told = [connection.lock_out("The key was rolled."), connection.lock_out("The key was rolled.")]
        entries = AuditEntry.objects.filter(what="connection.locked out").count()
    assert (told, entries) == ([True, False], 1)


def test_wiped_secrets_are_gone_and_the_history_stays(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        connection.wipe()
        assert connection.open_secrets() == {}
        assert AuditEntry.objects.filter(about=f"connection:{connection.pk}").count() >= 3


def test_another_tenant_does_not_see_it(connection: Connection, owner) -> None:  # type: ignore[no-untyped-def]
    stranger = Tenant.found("Elsewhere", owner)
    with tenant_scope(stranger):
        assert not Connection.objects.filter(pk=connection.pk).exists()
