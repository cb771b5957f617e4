"""Ends the companies whose days of grace are over: destroys their keys, so that what backups hold cannot be read either.

A sweep may call `delete_due` as often as it likes; a company that an owner took back meanwhile stays.
"""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tenants import audit
from tenants.models import Tenant
from tenants.scoping import everywhere, tenant_scope

REASON = "delete companies whose days of grace are over"


class Command(BaseCommand):
    help = __doc__

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{delete_due()} deleted")


def delete_due() -> int:
    """How many were due and are gone now."""
    with everywhere(REASON):
        due = list(Tenant.objects.filter(deletion_due__lte=timezone.now(), destroyed_at=None))
    return sum(_delete(tenant) for tenant in due)


def _delete(tenant: Tenant) -> bool:
    with tenant_scope(tenant), audit.acting(audit.SYSTEM):
        fresh = Tenant.objects.select_for_update().get(pk=tenant.pk)
        if fresh.destroyed_at or not fresh.deletion_due or fresh.deletion_due > timezone.now():
            return False
        fresh.destroy()
        return True
