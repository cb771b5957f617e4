"""Telling a company's owners that support looks in: by mail, at once."""

from django.http import HttpRequest
from django.urls import reverse

from tenants import mail
from tenants.models import Membership, Role, SupportAccess, Tenant


def tell_owners(request: HttpRequest, company: Tenant, access: SupportAccess) -> None:
    """Called in the company's scope."""
    link = request.build_absolute_uri(reverse("support", args=[company.slug]))
    for owner in Membership.objects.filter(role=Role.OWNER).select_related("person"):
        mail.later(
            request,
            "support_opened",
            owner.person.email,
            company=company.name,
            staff=access.staff.name,
            until=access.expires_at,
            reason=access.reason,
            link=link,
        )
