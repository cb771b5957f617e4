"""Second factors outlive a rotation of the deployment's keys, and need no old key after it."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from cryptography.fernet import Fernet

from tenants import keyring, second_factors
from tenants.models import Person
from tenants.secrets import KeyMissing


def test_a_rotation_re_seals_second_factors(owner: Person, settings: Any) -> None:
    secret = generate_totp_secret()
    TOTP.activate(owner, secret)
    codes = RecoveryCodes.activate(owner).get_unused_codes()
    old, new = settings.FERNET_KEYS[0], Fernet.generate_key().decode()
    settings.FERNET_KEYS = [new, old]
    assert dict(keyring.rotate())["second factors"] == 2
    assert second_factors.reseal() == 0
    settings.FERNET_KEYS = [new]
    rows = {row.type: row for row in Authenticator.objects.filter(user=owner)}
    assert second_factors.unseal(rows["totp"].data["secret"]) == secret
    assert rows["recovery_codes"].wrap().get_unused_codes() == codes


def test_without_its_key_a_second_factor_names_the_key_that_is_missing(owner: Person, settings: Any) -> None:
    TOTP.activate(owner, generate_totp_secret())
    sealed = Authenticator.objects.get(user=owner).data["secret"]
    settings.FERNET_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(KeyMissing, match="sealed by deployment key"):
        second_factors.unseal(sealed)
