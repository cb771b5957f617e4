"""What is sealed for a tenant and a place opens there and nowhere else, and shows itself to nobody."""

from __future__ import annotations

import logging
import traceback
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.db.models import F
from django.utils import timezone

from tenants import keyring, vault
from tenants.fields import SealedJSON
from tenants.models import AuditEntry, DeploymentKey, Tenant
from tenants.scoping import tenant_scope
from tenants.secrets import KeyMissing, SealedElsewhere, Secret, Tampered, VaultError, fingerprint, masked

pytestmark = pytest.mark.django_db
CANARY = "sk_live_canary_51Nothing"
HERE = "connection:1"


@pytest.fixture
def sealed(tenant: Tenant) -> bytes:
    with tenant_scope(tenant):
        return vault.seal(tenant.pk, HERE, {"key": CANARY})


def test_what_was_sealed_opens_in_its_place_with_its_types(tenant: Tenant) -> None:
    value = {"key": CANARY, "n": 0, "none": None, "no": False, "list": ["", "ü"]}
    with tenant_scope(tenant):
        assert vault.open_sealed(tenant.pk, HERE, vault.seal(tenant.pk, HERE, value)) == value


def test_the_same_secret_never_looks_the_same(tenant: Tenant, other_tenant: Tenant, sealed: bytes) -> None:
    with tenant_scope(tenant):
        again = vault.seal(tenant.pk, HERE, {"key": CANARY})
    with tenant_scope(other_tenant):
        elsewhere = vault.seal(other_tenant.pk, HERE, {"key": CANARY})
    assert len({sealed, again, elsewhere}) == 3


def test_another_place_of_the_same_tenant_refuses_it_and_says_so_in_the_trail(
    tenant: Tenant, sealed: bytes
) -> None:
    with pytest.raises(SealedElsewhere, match="connection:2"), tenant_scope(tenant):
        vault.open_sealed(tenant.pk, "connection:2", sealed)
    with tenant_scope(tenant):
        entry = AuditEntry.objects.get(what="vault.refused")
    assert entry.about == "connection:2" and entry.after == {"sealed_for": HERE, "same_tenant": True}


def test_another_tenant_cannot_open_it(other_tenant: Tenant, sealed: bytes) -> None:
    with pytest.raises(KeyMissing), tenant_scope(other_tenant):
        vault.open_sealed(other_tenant.pk, HERE, sealed)


def test_another_tenants_envelope_is_refused_even_under_the_right_key(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    with tenant_scope(other_tenant):
        theirs = vault.keys(other_tenant.pk)
        forged = vault.seal(other_tenant.pk, HERE, CANARY)
    with tenant_scope(tenant):
        mine = (*vault.keys(tenant.pk), *theirs)
        moved = vault.reseal(mine, forged, HERE)
        with pytest.raises(SealedElsewhere):
            vault.open_sealed(tenant.pk, HERE, moved)


def test_every_changed_byte_is_found(tenant: Tenant, sealed: bytes) -> None:
    with tenant_scope(tenant):
        for at in range(len(sealed)):
            changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
            with pytest.raises(VaultError):
                vault.open_sealed(tenant.pk, HERE, changed)
        for cut in (b"", sealed[:1], sealed[:9], sealed[:-1], sealed + b"\0"):
            with pytest.raises(VaultError):
                vault.open_sealed(tenant.pk, HERE, cut)


def test_a_missing_key_is_named_by_its_fingerprint(tenant: Tenant, sealed: bytes) -> None:
    with tenant_scope(tenant):
        (lost,) = vault.keys(tenant.pk)
        Tenant.objects.update(keys=Secret("A" * 43 + "="))
    with pytest.raises(KeyMissing) as said, tenant_scope(tenant):
        vault.open_sealed(tenant.pk, HERE, sealed)
    assert fingerprint(lost) in str(said.value) and lost not in str(said.value)


def test_a_wrong_deployment_key_is_named_and_overwrites_nothing(tenant: Tenant, settings: Any) -> None:
    right, before = settings.FERNET_KEYS, raw_keys(tenant)
    settings.FERNET_KEYS = ["another key, thirty-two bytes or so"]
    with pytest.raises(KeyMissing) as said, tenant_scope(tenant):
        Tenant.objects.get()
    assert fingerprint(right[0]) in str(said.value) and right[0] not in str(said.value)
    assert keyring.missing() == [fingerprint(right[0])] and raw_keys(tenant) == before


def test_the_right_deployment_key_is_no_trouble(tenant: Tenant, settings: Any) -> None:
    assert keyring.missing() == []
    settings.FERNET_KEYS = ["a new key in front", *settings.FERNET_KEYS]
    assert keyring.missing() == []


def test_a_second_installation_with_its_own_key_is_refused_before_it_seals(
    tenant: Tenant, settings: Any
) -> None:
    """Two databases, or one restored from a backup of another deployment: said at once, not when a secret is needed."""
    first = fingerprint(settings.FERNET_KEYS[0])
    settings.FERNET_KEYS = ["a key of another installation"]
    assert keyring.missing() == [first]
    assert DeploymentKey.objects.count() == 1


def test_a_destroyed_key_opens_nothing_and_seals_nothing(tenant: Tenant, sealed: bytes) -> None:
    with tenant_scope(tenant):
        tenant.destroy()
    with pytest.raises(KeyMissing, match="holds none"), tenant_scope(tenant):
        vault.open_sealed(tenant.pk, HERE, sealed)
    with pytest.raises(KeyMissing, match="destroyed"), tenant_scope(tenant):
        vault.seal(tenant.pk, HERE, CANARY)


def test_no_secret_shows_in_a_repr_an_error_a_log_or_a_traceback(
    tenant: Tenant, sealed: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with tenant_scope(tenant):
        fresh = Tenant.objects.get()
        (key,) = vault.keys(tenant.pk)
    shown = f"{fresh!r} {fresh.keys!r} {[fresh.audit_key]} {Secret(CANARY)!r} {sealed!r}"
    try:
        with tenant_scope(tenant):
            vault.open_sealed(tenant.pk, HERE, sealed[:-1])
    except Tampered as error:
        stack = traceback.TracebackException.from_exception(error, capture_locals=True)
        shown += "".join(stack.format())
    assert CANARY not in shown + caplog.text and key not in shown + caplog.text


def test_a_mask_tells_which_secret_it_is_and_not_what_it_is() -> None:
    assert masked(CANARY) == "••••hing"
    assert masked("short") == "••••"


def test_sealed_columns_hold_no_clear_text(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        key = Tenant.objects.get().keys
    assert key.encode() not in raw_keys(tenant)


def test_bulk_update_seals_and_an_expression_is_refused(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        tenant.keys = Secret("changed")
        Tenant.objects.bulk_update([tenant], ["keys"])
        assert Tenant.objects.get().keys == "changed"
    with pytest.raises(FieldError), tenant_scope(tenant):
        Tenant.objects.update(keys=F("name"))
    with pytest.raises(FieldError), tenant_scope(tenant):
        Tenant.objects.filter(keys="changed").exists()


def test_a_sealed_json_keeps_its_types_and_is_not_for_fixtures() -> None:
    field = SealedJSON()
    field.set_attributes_from_name("field")
    stored = field.get_db_prep_save({"a": [0, False, "", None]}, connection)
    assert b"false" not in stored and field.from_db_value(stored) == {"a": [0, False, "", None]}
    with pytest.raises(FieldError):
        field.value_to_string(Tenant())
    assert field.get_lookup("contains") is None


def raw_keys(tenant: Tenant) -> bytes:
    with tenant_scope(tenant), connection.cursor() as cursor:
        cursor.execute("select keys from tenants_tenant")
        return bytes(cursor.fetchone()[0])


def test_a_company_past_its_grace_loses_its_key_and_one_taken_back_does_not(
    tenant: Tenant, other_tenant: Tenant
) -> None:
    for each in (tenant, other_tenant):
        with tenant_scope(each):
            each.schedule_deletion()
            Tenant.objects.update(deletion_due=timezone.now() - timedelta(seconds=1))
    with tenant_scope(other_tenant):
        other_tenant.call_off_deletion()
    assert Tenant.destroy_due() == [tenant.slug] and Tenant.destroy_due() == []
    with tenant_scope(tenant):
        assert vault.keys(tenant.pk) == () and Tenant.objects.get().name == "(deleted)"
    with tenant_scope(other_tenant):
        assert len(vault.keys(other_tenant.pk)) == 1
