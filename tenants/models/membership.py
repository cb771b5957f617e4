"""A person's place in a tenant, with the role that says what they may do there.

A tenant always keeps an owner: the last one can neither leave nor step down.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models
from django.utils import timezone

from tenants import audit
from tenants.models.person import Person
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, as_person


class Role(models.TextChoices):
    """From most to least. What each may do is one table in `access.py`."""

    OWNER = "owner", "Owner"
    ADMIN = "admin", "Administrator"
    OPERATOR = "operator", "Operator"
    VIEWER = "viewer", "Viewer"


class LastOwner(Exception):
    """The tenant would be left without an owner."""


class Membership(TenantOwned):
    through_person = "person_id"

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role)
    since = models.DateTimeField(default=timezone.now, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "person"], name="one_membership_each"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="membership_role_known"),
        ]
        indexes = [models.Index(fields=["person"], name="membership_by_person")]

    def __str__(self) -> str:
        return f"{self.role} {self.person_id}"

    @classmethod
    def grant(cls, person: Person, role: str) -> Membership:
        """Makes the person a member of the tenant in scope."""
        membership = cls(person=person, role=role)
        membership.entry = audit.record(
            "membership.granted", about=membership, after={"role": role, "person": str(person.pk)}, of=person
        )
        membership.save(force_insert=True)
        return membership

    @classmethod
    def of_person(cls, person: UUID) -> list[Membership]:
        """All of one person's memberships, tenants included: the one way to see them without a tenant in scope."""
        with as_person(person):
            rows = cls.objects.select_related("tenant").filter(tenant__destroyed_at=None)
            return list(rows.order_by("tenant__name", "tenant_id"))

    def change_role(self, role: str) -> None:
        if role == self.role:
            return
        self._keep_an_owner()
        before, self.role = self.role, role
        self.entry = audit.record(
            "membership.role changed",
            about=self,
            before={"role": before},
            after={"role": role},
            of=self.person,
        )
        self.save(update_fields=["role", "entry"])

    def end(self) -> None:
        """The person leaves, or is removed: who did it is the actor of the entry."""
        self._keep_an_owner()
        audit.record("membership.ended", about=self, before={"role": self.role}, of=self.person)
        self.delete()

    def _keep_an_owner(self) -> None:
        """Locks the owners' rows: two owners who leave at once must not both see the other one stay."""
        if self.role == Role.OWNER:
            owners = Membership.objects.select_for_update().filter(role=Role.OWNER).order_by("pk")
            if not [owner for owner in owners if owner.pk != self.pk]:
                raise LastOwner("the last owner stays until somebody else is one")
