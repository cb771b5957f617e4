"""Model fields that keep their value encrypted under the deployment's keys.

The only module that knows fernet_fields: models and migrations name the subclasses here. What belongs to a tenant is not for
these fields but for `vault.seal`; they hold the tenants' own keys.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.db.models import Case, Value
from django.db.models.functions import Cast
from fernet_fields import EncryptedField, EncryptedTextField, hkdf

from tenants.secrets import KeyMissing, Secret, Tampered, fingerprint

MARK_BYTES = 8
"""In front of each token stand the first bytes of its key's fingerprint: a Fernet token does not name its key."""


class Sealed:
    """What fernet_fields lacks: the key named beside the token, and no way for a value to reach the column in clear."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        if hasattr(value, "as_sql"):  # bulk_update hands over an expression, whose text would be stored
            self._own_values_only(value)
            return value
        plain = self.get_db_prep_value(value, connection, prepared=False)  # type: ignore[attr-defined]
        return None if plain is None else encrypt(plain)

    def from_db_value(self, value: bytes | None, *_: Any) -> Any:
        return None if value is None else Secret(decrypt(bytes(value)))

    def value_to_string(self, _: models.Model) -> str:
        raise FieldError(f"{self}: not for fixtures")  # dumpdata would print it

    def _own_values_only(self, expression: Any) -> None:
        if isinstance(expression, Value):
            if expression.value is not None and expression._output_field_or_none is not self:  # type: ignore[attr-defined]
                raise FieldError(f"{self}: value would be stored in clear")
        elif isinstance(expression, Case):
            for part in (*(case.result for case in expression.cases), expression.default):
                self._own_values_only(part)
        elif isinstance(expression, Cast):
            self._own_values_only(expression.get_source_expressions()[0])
        else:
            raise FieldError(f"{self}: {type(expression).__name__} cannot be sealed")


class SealedText(Sealed, EncryptedTextField):
    """Text under the deployment's keys; it comes back as a `Secret`, which masks itself."""


class SealedJSON(Sealed, EncryptedField, models.JSONField):
    """A whole JSON document under the deployment's keys, its types kept."""

    def get_prep_value(self, value: Any) -> Any:
        return value

    def get_db_prep_value(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else json.dumps(value, cls=self.encoder)

    def from_db_value(self, value: bytes | None, *_: Any) -> Any:  # type: ignore[override]
        return None if value is None else json.loads(decrypt(bytes(value)), cls=self.decoder)

    def get_transform(self, _: str) -> None:  # type: ignore[override]
        return None

    def get_lookup(self, lookup_name: str) -> Any:
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None


class SealedColumn(models.BinaryField):
    """A column of what `vault.seal` returns. Being declared as one is how a table takes part in its tenant's key rotation."""


def encrypt(plain: str) -> bytes:
    first = deployment_keys()[0]
    return mark(first) + _fernet(first).encrypt(plain.encode())


def decrypt(sealed: bytes) -> str:
    """The text, or an error that names the key that is missing."""
    for key in deployment_keys():
        if sealed.startswith(mark(key)):
            try:
                return _fernet(key).decrypt(sealed[MARK_BYTES:]).decode()
            except InvalidToken:
                raise Tampered(
                    f"sealed by deployment key {fingerprint(key)}, but not as it was written"
                ) from None
    held = ", ".join(fingerprint(key) for key in deployment_keys())
    raise KeyMissing(f"sealed by deployment key {sealed[:MARK_BYTES].hex()}; FERNET_KEYS holds {held}")


def deployment_keys() -> tuple[str, ...]:
    """Newest first: the first one seals, all of them open."""
    return tuple(settings.FERNET_KEYS)


def mark(key: str) -> bytes:
    return bytes.fromhex(fingerprint(key))


@lru_cache(maxsize=16)
def _fernet(key: str) -> Fernet:
    return Fernet(hkdf.derive_fernet_key(key))  # type: ignore[no-untyped-call]
