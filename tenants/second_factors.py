"""The secrets of authenticator apps and recovery codes, sealed by the deployment's keys.

allauth keeps them as text inside a JSON column, so they need their own way of taking part in a rotation of those keys.
"""

import base64
from typing import Any

from allauth.mfa.models import Authenticator

from tenants.fields import decrypt, deployment_keys, encrypt, mark

SECRET_FIELDS = ("secret", "seed")
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)


def seal(text: str) -> str:
    return base64.b64encode(encrypt(text)).decode()


def unseal(sealed: str) -> str:
    return decrypt(base64.b64decode(sealed))


def reseal() -> int:
    """Under the first key; only where the row is still as it was read, for a code used meanwhile has changed it."""
    done = 0
    for row in Authenticator.objects.filter(type__in=KINDS).order_by("pk").iterator():
        while row is not None and (stale := _stale(row.data)):
            fresh = row.data | {name: seal(unseal(row.data[name])) for name in stale}
            done += Authenticator.objects.filter(pk=row.pk, data=row.data).update(data=fresh)
            row = Authenticator.objects.filter(pk=row.pk).first()
    return done


def _stale(data: dict[str, Any]) -> list[str]:
    first = mark(deployment_keys()[0])
    return [
        name for name in SECRET_FIELDS if name in data and not base64.b64decode(data[name]).startswith(first)
    ]
