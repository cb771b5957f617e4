"""Fills in the demo: a person who can sign in and a company to look at. Running it again changes nothing."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from django.core.management.base import BaseCommand
from django.db import transaction

from tenants.models import Person, Tenant

EMAIL = "olive@example.com"
PASSWORD = "quiet-harbour-41"  # noqa: S105 (the demo serves one machine, and prints it)


class Command(BaseCommand):
    help = "Creates the demo's person and company once, and says how to sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not Person.objects.filter(email=EMAIL).exists():
            with transaction.atomic():
                person = Person.objects.create_user(email=EMAIL, password=PASSWORD, name="Olive Owner")
                EmailAddress.objects.create(user=person, email=EMAIL, verified=True, primary=True)
                Tenant.found("Harbour Tools Ltd", person)
        self.stdout.write(f"Sign in as {EMAIL} with the password {PASSWORD}")
