"""Which deployment keys are in use: asked before a process starts, so that a lost key is told before it is missed."""

from __future__ import annotations

from django.db import connection

from tenants.fields import MARK_BYTES, deployment_keys
from tenants.scoping import everywhere
from tenants.secrets import fingerprint


def missing() -> list[str]:
    """Fingerprints of the deployment keys that tenants are sealed by and that FERNET_KEYS does not hold."""
    held = {fingerprint(key) for key in deployment_keys()}
    with everywhere("see which deployment keys are in use"), connection.cursor() as cursor:
        cursor.execute(_IN_USE, [MARK_BYTES, MARK_BYTES])
        return sorted(mark for (mark,) in cursor.fetchall() if mark not in held)


_IN_USE = """
select encode(substr(keys, 1, %s), 'hex') from tenants_tenant
union select encode(substr(audit_key, 1, %s), 'hex') from tenants_tenant
"""
