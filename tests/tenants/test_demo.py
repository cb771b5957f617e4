"""The demo's people and companies are there after one run, and no more of them after two."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.core.management.base import CommandError

from tenants.management.commands.seed_demo import COMPANIES, DEMO
from tenants.models import Membership, Person, Role, Tenant
from tenants.scoping import everywhere

FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def seed(settings: Any, var: Path) -> str:
    settings.VAR, settings.PASSWORD_HASHERS = var, FAST
    said = StringIO()
    call_command("seed_demo", stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_seeding_twice_is_seeding_once(settings: Any, tmp_path: Path) -> None:
    first, second = seed(settings, tmp_path), seed(settings, tmp_path)
    assert first == second
    with everywhere("count the demo's companies"):
        assert Tenant.objects.count() == len(COMPANIES)
    demo = Person.objects.get(email=DEMO)
    assert demo.check_password(first.split("password ")[1].split()[0])
    assert EmailAddress.objects.get(user=demo).verified
    assert {m.role for m in Membership.of_person(demo.pk)} == set(Role)


def test_production_is_never_seeded(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="real people"):
        call_command("seed_demo")
