"""A company that uses the product, and the keys that its secrets are sealed with.

Its row is visible in its own scope and to its members; destroying its keys makes everything sealed for it unreadable, backups included.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from cryptography.fernet import Fernet
from django.db import models
from django.utils import timezone
from django.utils.text import slugify

from tenants import audit
from tenants.fields import SealedText, deployment_keys
from tenants.ids import new_id
from tenants.models.deployment import DeploymentKey
from tenants.models.membership import Membership, Role
from tenants.models.person import Person
from tenants.models.trail import EntryField
from tenants.scoping import everywhere, tenant_scope
from tenants.secrets import Secret, fingerprint

GRACE = timedelta(days=14)
"""Between the wish to delete a tenant and the end of its keys."""
SLUG_TAIL_CHARACTERS = 5


class Tenant(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=60, unique=True, editable=False)
    """For addresses. Its tail is drawn by lot, so that taking a name tells nobody whether it was taken."""
    time_zone = models.CharField(max_length=50, default="UTC")
    locale = models.CharField(max_length=20, default="en")
    requires_two_factor = models.BooleanField(default=False)
    deletion_due = models.DateTimeField(null=True, editable=False)
    destroyed_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    keys = SealedText(editable=False)
    """Fernet keys, newest first, separated by a space; empty once destroyed. Read through `vault` only."""
    audit_key = SealedText(editable=False)
    """Outlives `keys`: the trail of a deleted tenant can still be verified."""
    entry = EntryField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def found(cls, name: str, owner: Person, *, time_zone: str = "UTC", locale: str = "en") -> Tenant:
        """A new tenant and its first owner. Call it outside any scope: it opens the new tenant's own."""
        tenant = cls(name=name, slug=_slug(name), time_zone=time_zone, locale=locale)
        tenant.keys = Secret(Fernet.generate_key().decode())
        tenant.audit_key = Secret(secrets.token_hex(32))
        DeploymentKey.claim(fingerprint(deployment_keys()[0]))
        with tenant_scope(tenant):
            tenant.entry = new_id()
            tenant.save(force_insert=True)
            after = {"name": name, "time_zone": time_zone, "locale": locale}
            audit.record("tenant.founded", about=tenant, after=after, entry=tenant.entry)
            Membership.grant(owner, Role.OWNER)
        return tenant

    def change(self, **fields: str | bool) -> None:
        """New name, time zone, locale or two-factor rule; call it in the tenant's scope."""
        before = {name: getattr(self, name) for name in fields}
        if before == fields:
            return
        for name, value in fields.items():
            setattr(self, name, value)
        self.entry = audit.record("tenant.changed", about=self, before=before, after=fields)
        self.save(update_fields=[*fields, "entry"])

    def schedule_deletion(self, reason: str = "") -> datetime:
        """The owner's wish: until the returned moment it can be called off."""
        self.deletion_due = timezone.now() + GRACE
        after = {"deletion_due": self.deletion_due.isoformat()}
        self.entry = audit.record("tenant.deletion scheduled", about=self, after=after, reason=reason)
        self.save(update_fields=["deletion_due", "entry"])
        return self.deletion_due

    def call_off_deletion(self) -> None:
        self.deletion_due = None
        self.entry = audit.record("tenant.deletion called off", about=self)
        self.save(update_fields=["deletion_due", "entry"])

    @classmethod
    def destroy_due(cls) -> list[str]:
        """Ends every tenant whose grace is over, and returns their slugs. As often as you like, by as many as you like."""
        with everywhere("delete companies whose days of grace are over"):
            due = list(cls.objects.filter(deletion_due__lte=timezone.now(), destroyed_at=None))
        return [tenant.slug for tenant in due if tenant._destroy_if_due()]

    def _destroy_if_due(self) -> bool:
        """Looked at again under a lock: an owner may have taken it back, or another worker have been here."""
        with tenant_scope(self), audit.acting(audit.SYSTEM):
            fresh = Tenant.objects.select_for_update().get(pk=self.pk)
            if fresh.destroyed_at or not fresh.deletion_due or fresh.deletion_due > timezone.now():
                return False
            fresh.destroy()
            return True

    def destroy(self) -> None:
        """Ends the keys and the memberships; the row and the trail stay, with nothing personal left readable in them."""
        self.entry = audit.record("tenant.destroyed", about=self, before={"due": str(self.deletion_due)})
        Membership.objects.all().delete()
        self.keys, self.name, self.destroyed_at = "", "(deleted)", timezone.now()
        self.save(update_fields=["keys", "name", "destroyed_at", "entry"])


def _slug(name: str) -> str:
    tail = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(SLUG_TAIL_CHARACTERS))
    return f"{slugify(name)[:50] or 'company'}-{tail}"
