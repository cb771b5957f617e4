"""New keys while the product runs: nobody fails meanwhile, a kill loses nothing, and the old key is not needed afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from threading import Event
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants import audit, keyring, rotation, vault
from tenants.models import AuditPart, DeploymentKey, Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import Secret, fingerprint
from tests.factories import TenantFactory

SECRETS = 10_000
pytestmark = pytest.mark.django_db(transaction=True)


def keep(tenant: Tenant, number: int) -> None:
    """Something sealed with the tenant's key, in a column that takes part in rotations."""
    audit.record("test.kept", about=tenant, personal={f"test:{number}": {"secret": number}})


def opened(tenant: Tenant, limit: int | None = None) -> int:
    """Opens what is there and says how much it was."""
    with tenant_scope(tenant):
        parts = AuditPart.objects.filter(subject__startswith="test:").order_by("?")[:limit]
        return sum(audit.read_part(part)["secret"] == int(part.subject[5:]) for part in parts)


@pytest.fixture
def many(tenant: Tenant) -> Tenant:
    """As many secrets as a busy tenant has, copied in SQL from one that was really sealed."""
    with tenant_scope(tenant):
        keep(tenant, 0)
        place = AuditPart.objects.get(subject="test:0")
        bodies = [
            vault.seal(tenant.pk, f"audit:{place.entry_id}", audit.part_body(f"test:{n}", {"secret": n}))
            for n in range(1, SECRETS)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "insert into tenants_auditpart (id, tenant_id, entry_id, at, subject, body) "
                "select gen_random_uuid(), tenant_id, entry_id, at, 'test:' || n, b.body "
                "from tenants_auditpart p, unnest(%s::bytea[]) with ordinality as b (body, n) where subject = 'test:0'",
                [bodies],
            )
    return tenant


def test_ten_thousand_secrets_get_a_new_key_while_others_read_and_write(many: Tenant) -> None:
    stop, before = Event(), key_marks(many)

    def use(thread: int) -> int:
        turns = 0
        try:
            while not stop.is_set() or not turns:
                with tenant_scope(many):
                    keep(many, SECRETS + thread * 100_000 + turns)
                assert opened(many, 50) == 50
                turns += 1
        finally:
            connection.close()
        return turns

    with ThreadPoolExecutor(2) as pool:
        users = [pool.submit(use, thread) for thread in range(2)]
        try:
            assert sum(rotation.rotate(many.pk)) >= SECRETS
        finally:
            stop.set()
        turns = sum(user.result() for user in users)
    assert turns and opened(many) == SECRETS + turns
    assert key_marks(many).isdisjoint(before) and len(key_marks(many)) == 1


def test_a_rotation_that_was_killed_goes_on_with_the_key_it_had_made(many: Tenant) -> None:
    cut_short: Iterator[int] = rotation.rotate(many.pk)
    done = next(cut_short) + next(cut_short)
    cut_short.close()  # type: ignore[attr-defined]
    assert len(key_marks(many)) == 2 and opened(many) == SECRETS
    with tenant_scope(many):
        made = fingerprint(vault.keys(many.pk)[0])
    assert sum(rotation.rotate(many.pk)) == SECRETS - done + 1  # and the founder's own part
    assert key_marks(many) == {made}


def test_the_old_key_stays_while_a_transaction_may_still_use_it(tenant: Tenant) -> None:
    rotation.PATIENCE_SECONDS, patience = 0, rotation.PATIENCE_SECONDS
    inside, go = Event(), Event()

    def slow_writer() -> None:
        with tenant_scope(tenant):
            vault.keys(tenant.pk)
            inside.set()
            go.wait(20)
            keep(tenant, 1)
        connection.close()

    try:
        with ThreadPoolExecutor(1) as pool:
            writer = pool.submit(slow_writer)
            inside.wait(20)
            with pytest.raises(rotation.StillInUse):
                list(rotation.rotate(tenant.pk))
            go.set()
            writer.result()
    finally:
        rotation.PATIENCE_SECONDS = patience
    assert opened(tenant) == 1
    assert sum(rotation.rotate(tenant.pk)) == 1 and opened(tenant) == 1


def test_the_old_key_is_not_dropped_while_a_row_needs_it(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        keep(tenant, 1)
    rotation.put_new_key_in_front(tenant.pk)
    with pytest.raises(rotation.StillInUse, match=r"values of tenants_auditpart.body still need the old key"):
        rotation.drop_old_keys(tenant.pk)
    assert opened(tenant) == 1


def test_the_command_names_the_tenant_by_slug_and_tells_the_trail(tenant: Tenant) -> None:
    said = StringIO()
    call_command("rotate_tenant_key", tenant.slug, stdout=said)
    assert "has a new key" in said.getvalue()
    with pytest.raises(CommandError, match="no tenant"):
        call_command("rotate_tenant_key", "nobody")


def test_a_new_deployment_key_takes_over_the_tenants_keys_only(settings: Any) -> None:
    tenants = [TenantFactory() for _ in range(3)]
    bodies, old = sealed_bodies(tenants), settings.FERNET_KEYS
    settings.FERNET_KEYS = ["the next key", *old]
    call_command("rotate_deployment_key", stdout=StringIO())
    settings.FERNET_KEYS = ["the next key"]
    assert keyring.missing() == []
    assert [key.fingerprint for key in DeploymentKey.objects.all()] == [fingerprint("the next key")]
    assert sealed_bodies(tenants) == bodies
    for tenant in tenants:
        with tenant_scope(tenant):
            assert vault.keys(tenant.pk) and vault.audit_key(tenant.pk)


def test_a_deployment_rotation_killed_half_way_can_run_again(settings: Any) -> None:
    tenants = [TenantFactory() for _ in range(3)]
    settings.FERNET_KEYS = ["the next key", *settings.FERNET_KEYS]
    half_done = keyring.rotate()
    next(half_done)
    half_done.close()  # type: ignore[attr-defined]
    assert keyring.missing() == [] and len(DeploymentKey.objects.all()) == 2
    assert sum(done for _, done in keyring.rotate()) == len(tenants)
    assert len(DeploymentKey.objects.all()) == 1


def test_a_deployment_rotation_without_the_old_key_names_it_and_changes_nothing(
    tenant: Tenant, settings: Any
) -> None:
    old = settings.FERNET_KEYS[0]
    settings.FERNET_KEYS = ["the next key"]
    with pytest.raises(CommandError, match=fingerprint(old)):
        call_command("rotate_deployment_key", stdout=StringIO())
    settings.FERNET_KEYS = [old]
    with tenant_scope(tenant):
        assert isinstance(Tenant.objects.get().keys, Secret)


def sealed_bodies(tenants: list[Tenant]) -> list[bytes]:
    found = []
    for tenant in tenants:
        with tenant_scope(tenant):
            found += [bytes(part.body) for part in AuditPart.objects.order_by("pk")]
    return found


def key_marks(tenant: Tenant) -> set[str]:
    """Fingerprints of the keys that the tenant's sealed rows need."""
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute("select distinct encode(substring(body from 2 for 8), 'hex') from tenants_auditpart")
        return {mark for (mark,) in cursor.fetchall()}
