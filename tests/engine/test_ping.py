"""A ping of a connection: its checks stay with it, and what went over the wire is kept on an attempt."""

from __future__ import annotations

from connectors.engine.dial import ping
from connectors.models import Attempt, Connection, State
from tenants.scoping import tenant_scope


def test_a_ping_is_kept_with_its_checks_and_its_calls(qad: Connection, settings, stage) -> None:  # type: ignore[no-untyped-def]
    settings.SANDBOX_HOSTS = [stage.wire.address.split("://")[1]]
    from connectors.engine import dial

    dial.way_out.cache_clear()
    ping(qad)
    with tenant_scope(qad.tenant_id):
        kept = Connection.objects.get(pk=qad.pk)
        attempt = Attempt.objects.get(connection=kept)
        told = attempt.exchanges()
    dial.way_out.cache_clear()
    assert kept.state == State.READY
    assert {"auth", "workspace", "permission:customer"} <= {check["name"] for check in kept.checks}
    assert attempt.calls == len(told) > 5
    password = "pw_"
    assert all(password not in one["sent_body"] for one in told)
