"""The time in which one of the support staff may look into a tenant, and why.

It begins with a reason, ends by itself, and the tenant sees it and can end it sooner.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db import models
from django.utils import timezone

from tenants import audit
from tenants.models.person import Person
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, as_person

HOURS_MAX = 8


class SupportAccess(TenantOwned):
    through_person = "staff_id"

    staff = models.ForeignKey(Person, models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    opened_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)
    entry = EntryField()

    class Meta(TenantOwned.Meta):
        verbose_name_plural = "support accesses"
        indexes = [
            models.Index(fields=["tenant", "-opened_at"], name="support_access_by_time"),
            models.Index(fields=["staff", "expires_at"], name="support_access_by_staff"),
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} until {self.expires_at:%Y-%m-%d %H:%M}"

    @classmethod
    def begin(cls, staff: Person, reason: str, hours: int) -> SupportAccess:
        """Lets one of the staff look into the tenant in scope for a while."""
        until = timezone.now() + timedelta(hours=min(hours, HOURS_MAX))
        access = cls(staff=staff, reason=reason, expires_at=until)
        after = {"until": until.isoformat(), "staff": str(staff.pk)}
        access.entry = audit.record("support.opened", about=access, after=after, reason=reason, of=staff)
        access.save(force_insert=True)
        return access

    @classmethod
    def open_for(cls, staff: UUID) -> list[SupportAccess]:
        """The tenants that one of the staff may look into at this moment."""
        with as_person(staff):
            return list(
                cls.objects.filter(ended_at=None, expires_at__gt=timezone.now()).order_by("expires_at")
            )

    @property
    def is_open(self) -> bool:
        return self.ended_at is None and self.expires_at > timezone.now()

    def end(self) -> None:
        if self.is_open:
            self.ended_at = timezone.now()
            self.entry = audit.record("support.ended", about=self, of=self.staff)
            self.save(update_fields=["ended_at", "entry"])
