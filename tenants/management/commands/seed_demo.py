"""Fills the demo with four companies and their people; run again, it adds what is missing and changes nothing else.

Everybody shares one password, made once and kept beside the demo's keys, because the demo serves this machine only.
"""

import os
import secrets
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from tenants.models import Membership, Person, Role, Tenant
from tenants.scoping import tenant_scope

DEMO = "demo@northmoor.example"
SUPPORT = "support@ml-connector.example"
PEOPLE = {
    DEMO: "Dana Whitfield",
    "admin@northmoor.example": "Ruth Okafor",
    "clerk@northmoor.example": "Marco Silva",
    "auditor@northmoor.example": "Ines Hartmann",
    "owner@brightwater.example": "Joan Ferris",
    "clerk@brightwater.example": "Peter Lund",
    "owner@halden.example": "Signe Berg",
    "clerk@halden.example": "Tomas Vogel",
    "owner@kestrel.example": "Amir Haddad",
    "clerk@kestrel.example": "Lucy Tran",
    SUPPORT: "Support Desk",
}
COMPANIES: dict[str, tuple[str, str, dict[str, Role]]] = {
    "Northmoor Instruments": (
        "America/Chicago",
        "en",
        {
            DEMO: Role.OWNER,
            "admin@northmoor.example": Role.ADMIN,
            "clerk@northmoor.example": Role.OPERATOR,
            "auditor@northmoor.example": Role.VIEWER,
        },
    ),
    "Kestrel Analytics": (
        "America/Los_Angeles",
        "en",
        {"owner@kestrel.example": Role.OWNER, DEMO: Role.ADMIN, "clerk@kestrel.example": Role.OPERATOR},
    ),
    "Brightwater Filtration": (
        "America/New_York",
        "en",
        {
            "owner@brightwater.example": Role.OWNER,
            DEMO: Role.OPERATOR,
            "clerk@brightwater.example": Role.OPERATOR,
        },
    ),
    "Halden Robotics": (
        "Europe/Berlin",
        "de",
        {"owner@halden.example": Role.OWNER, DEMO: Role.VIEWER, "clerk@halden.example": Role.OPERATOR},
    ),
}
"""Name: zone, number format, and who is what there; the first one founds it. The demo person has each role once."""


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("seed_demo is for the demo; production has real people")
        password = demo_password(Path(settings.VAR))
        hashed = _hashed(password)
        people = {address: _person(address, name, hashed) for address, name in PEOPLE.items()}
        for name, (zone, locale, roles) in COMPANIES.items():
            _company(name, zone, locale, {people[address]: role for address, role in roles.items()})
        self.stdout.write(f"Sign in as {DEMO} with the password {password}")
        self.stdout.write(
            f"Colleagues (clerk@, admin@, auditor@northmoor.example) and {SUPPORT} have the same."
        )


def demo_password(var: Path) -> str:
    file = var / "keys" / "demo-password"
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write("-".join(secrets.token_hex(2) for _ in range(4)))
    return file.read_text().strip()


def _hashed(password: str) -> str:
    """One strong hash for all of them: eleven would take longer than the rest of the start."""
    known = Person.objects.filter(email=DEMO).first()
    return known.password if known and known.check_password(password) else make_password(password)


def _person(address: str, name: str, hashed: str) -> Person:
    person = Person.objects.filter(email=address).first() or Person(email=address, name=name)
    person.password = hashed
    person.is_staff = address == SUPPORT
    person.save()
    EmailAddress.objects.update_or_create(
        user=person, email=address, defaults={"verified": True, "primary": True}
    )
    return person


def _company(name: str, zone: str, locale: str, roles: dict[Person, Role]) -> None:
    founder = next(iter(roles))
    there = [m.tenant for m in Membership.of_person(founder.pk) if m.tenant.name == name]
    tenant = there[0] if there else Tenant.found(name, founder, time_zone=zone, locale=locale)
    with tenant_scope(tenant):
        known = set(Membership.objects.values_list("person_id", flat=True))
        for person, role in roles.items():
            if person.pk not in known:
                Membership.grant(person, role)
