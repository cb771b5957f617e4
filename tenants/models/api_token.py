"""A key to the REST API for one tenant, with a role like a member's.

Shown once when it is made; stored are its digest and the first characters, by which a person tells one from another.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import models
from django.utils import timezone

from tenants import audit
from tenants.models.membership import Role
from tenants.models.person import Person
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, presenting, tenant_scope
from tenants.secrets import Secret, digest

SCHEME = "mlc_"
PREFIX_CHARACTERS = len(SCHEME) + 8
USE_NOTED_EVERY = timedelta(minutes=1)


class ApiToken(TenantOwned):
    through_digest = "digest"

    name = models.CharField(max_length=100)
    role = models.CharField(max_length=10, choices=Role)
    prefix = models.CharField(max_length=PREFIX_CHARACTERS, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "-created_at"], name="api_token_by_time")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    def issue(
        cls, name: str, role: str, by: Person | None, expires_at: datetime | None = None
    ) -> tuple[ApiToken, Secret]:
        """A new token of the tenant in scope, and its text, which is not kept."""
        text = Secret(SCHEME + secrets.token_urlsafe(32))
        token = cls(name=name, role=role, created_by=by, expires_at=expires_at)
        token.prefix, token.digest = text[:PREFIX_CHARACTERS], digest(text)
        after = {"name": name, "role": role, "expires_at": expires_at and expires_at.isoformat()}
        token.entry = audit.record("api token.issued", about=token, after=after)
        token.save(force_insert=True)
        return token, text

    @classmethod
    def find(cls, text: str) -> ApiToken | None:
        """A usable token by its text, outside any scope; its use is noted. None for a wrong, revoked or expired one."""
        with presenting(digest(text)):
            token: ApiToken | None = cls.objects.first()
        if token is None or not token.is_usable:
            return None
        token._note_use()
        return token

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > timezone.now())

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.entry = audit.record("api token.revoked", about=self)
        self.save(update_fields=["revoked_at", "entry"])

    def _note_use(self) -> None:
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - USE_NOTED_EVERY:
            self.last_used_at = now
            with tenant_scope(UUID(str(self.tenant_id))):
                self.save(update_fields=["last_used_at"])
