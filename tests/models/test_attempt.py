"""An attempt keeps what went over the wire: masked, sealed with the tenant's key, and bound to its place."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connectors.errors import LockedOut
from connectors.models import Attempt, Connection
from connectors.system import Mode
from connectors.transport.exchange import Exchange
from tenants.models import Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import SealedElsewhere
from tests.conftest import owner_connection

SOMEBODY = "ap@harbor-tooling.example"


def exchange() -> Exchange:
    return Exchange(
        system="stripe",
        method="GET",
        address="https://api.stripe.com/v1/customers",
        sent_headers={"Authorization": "•••"},
        sent_body="",
        key="",
        status=200,
        answer_headers={},
        answer_body=f'{{"email": "{SOMEBODY}"}}',
        request_id="req_1",
        began=datetime(2026, 5, 4, tzinfo=UTC),
        took_seconds=0.25,
        sent=True,
        outcome="fine",
    )


@pytest.fixture
def connection(tenant: Tenant) -> Connection:
    with tenant_scope(tenant):
        return Connection.make("stripe", "Payments", Mode.TEST, {})


def test_it_keeps_calls_time_and_outcome(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        kept = Attempt.keep(connection, "ping", [exchange(), exchange()], LockedOut("The key was rolled."))
        again = Attempt.objects.get(pk=kept.pk)
    assert (again.calls, again.took_ms, again.outcome, again.why) == (
        2,
        500,
        "LockedOut",
        "The key was rolled.",
    )
    with tenant_scope(connection.tenant_id):
        assert again.exchanges()[0]["answer_body"] == exchange().answer_body


@pytest.mark.django_db(transaction=True)
def test_personal_data_stands_nowhere_in_clear(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        Attempt.keep(connection, "ping", [exchange()])
    with owner_connection() as db, db.cursor() as cursor:
        cursor.execute("set app.everywhere = 'on'")
        cursor.execute("select row_to_json(t)::text from connectors_attempt t")
        rows = [text for (text,) in cursor.fetchall()]
    assert len(rows) == 1
    assert SOMEBODY not in rows[0]
    assert SOMEBODY.encode().hex() not in rows[0]


def test_what_is_copied_to_another_attempt_is_refused(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        one = Attempt.keep(connection, "ping", [exchange()])
        other = Attempt.keep(connection, "ping", [])
        other.sealed = one.sealed
        with pytest.raises(SealedElsewhere):
            other.exchanges()
