"""Finding a tenant by what a person types on the command line."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError

from tenants.models import Tenant
from tenants.scoping import everywhere


def tenant_named(text: str) -> Tenant:
    """By id or slug."""
    with everywhere("find a tenant named on the command line"):
        try:
            return Tenant.objects.get(pk=UUID(text))
        except ValueError:
            found = Tenant.objects.filter(slug=text).first()
        except Tenant.DoesNotExist:
            found = None
    if found is None:
        raise CommandError(f"there is no tenant {text}")
    return found
