"""Taking personal data out of the trail, while the trail stays whole: its chain holds digests, not the data.

What was done is itself an entry, with counts and without the data.
"""

from __future__ import annotations

from datetime import datetime

from tenants import audit
from tenants.models import AuditPart
from tenants.scoping import current_tenant_id


def erase_subject(subject: str, reason: str) -> int:
    """Everything kept about one person ("person:<id>") in the trail of the tenant in scope."""
    count, _ = AuditPart.objects.filter(subject=subject).delete()
    _tell({"subject": subject, "parts": count}, reason)
    return count


def erase_before(moment: datetime, reason: str) -> int:
    """Personal data older than the time it may be kept."""
    count, _ = AuditPart.objects.filter(at__lt=moment).delete()
    if count:
        _tell({"before": audit.stamp(moment), "parts": count}, reason)
    return count


def _tell(what: dict[str, object], reason: str) -> None:
    audit.record(
        "audit.personal data erased", about=f"tenant:{current_tenant_id()}", after=what, reason=reason
    )
