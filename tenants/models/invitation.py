"""An invitation to join a tenant, sent to one address, good once and for a while.

Only the digest of its token is stored; whoever holds the token can find it, and nobody else before they are in the tenant's scope.
"""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.db import models
from django.utils import timezone

from tenants import audit
from tenants.models.membership import Membership, Role
from tenants.models.person import Address, Person
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, presenting
from tenants.secrets import Secret, digest

LIFETIME = timedelta(days=7)


class NotInvited(Exception):
    """The invitation is used, revoked, expired, or for another address. Its text is for the person who followed the link."""


class Invitation(TenantOwned):
    through_digest = "digest"

    email = Address()
    role = models.CharField(max_length=10, choices=Role)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "-created_at"], name="invitation_by_time")]

    def __str__(self) -> str:
        return f"{self.role} by {self.expires_at:%Y-%m-%d}"

    @classmethod
    def send(cls, email: str, role: str, by: Person | None) -> tuple[Invitation, Secret]:
        """A new invitation of the tenant in scope, and the token for its link, which is not kept."""
        invitation = cls(email=email.strip().lower(), role=role, invited_by=by)
        token = invitation._renew()
        who = {"email": invitation.email}
        invitation.entry = audit.record(
            "invitation.sent",
            about=invitation,
            after={"role": role},
            personal={f"email:{invitation.pk}": who},
        )
        invitation.save(force_insert=True)
        return invitation, token

    @classmethod
    def find(cls, token: str) -> Invitation | None:
        """By the token of its link, outside any scope. Then open `tenant_scope(invitation.tenant_id)`."""
        with presenting(digest(token)):
            return cls.objects.first()

    @property
    def is_open(self) -> bool:
        return not (self.accepted_at or self.revoked_at) and self.expires_at > timezone.now()

    def resend(self) -> Secret:
        """A new token and a new term; the old link stops working."""
        if self.accepted_at or self.revoked_at:
            raise NotInvited("this invitation was already used or revoked")
        token = self._renew()
        self.entry = audit.record("invitation.resent", about=self)
        self.save(update_fields=["digest", "expires_at", "entry"])
        return token

    def revoke(self) -> None:
        self.revoked_at = timezone.now()
        self.entry = audit.record("invitation.revoked", about=self)
        self.save(update_fields=["revoked_at", "entry"])

    def accept(self, person: Person) -> Membership:
        """Call it in the tenant's scope. The row is locked, so that two clicks make one membership."""
        fresh = Invitation.objects.select_for_update().get(pk=self.pk)
        if not fresh.is_open or fresh.digest != self.digest:
            raise NotInvited("this invitation was already used, was revoked, or has expired")
        if fresh.email != person.email.lower():
            raise NotInvited("this invitation was sent to another address")
        fresh.accepted_at = self.accepted_at = timezone.now()
        fresh.entry = self.entry = audit.record("invitation.accepted", about=self)
        fresh.save(update_fields=["accepted_at", "entry"])
        there = Membership.objects.filter(person=person).first()
        return there or Membership.grant(person, fresh.role)

    def _renew(self) -> Secret:
        token = Secret(secrets.token_urlsafe(32))
        self.digest = digest(token)
        self.expires_at = timezone.now() + LIFETIME
        return token
