"""Following an invitation: by the person it was sent to, once, in time.

Whoever holds the link reads which company invites, and nothing more; only its own address can accept.
"""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tenants import audit
from tenants.access import ROLE_SENTENCES, open_to
from tenants.gate import actor
from tenants.models import Invitation, NotInvited, Person, Tenant
from tenants.scoping import tenant_scope


@open_to("anybody")
@never_cache
@require_http_methods(("GET", "HEAD", "POST"))
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    found = Invitation.find(token)
    tenant = _company(found) if found and found.is_open else None
    if found is None or tenant is None:
        return render(request, "tenants/invitation_gone.html", status=404)
    if request.method != "POST":
        return render(request, "tenants/invitation.html", _context(request, found, tenant))
    if not isinstance(request.user, Person):
        return redirect_to_login(request.get_full_path())
    if not _accept(request, found, tenant, request.user):
        return render(request, "tenants/invitation.html", _context(request, found, tenant), status=403)
    messages.success(request, f"Welcome to {tenant.name}. You are {found.get_role_display().lower()} here.")
    return redirect("home", slug=tenant.slug)


def _company(found: Invitation) -> Tenant | None:
    company = UUID(str(found.tenant_id))
    with tenant_scope(company):
        return Tenant.objects.filter(pk=company, deletion_due=None, destroyed_at=None).first()


def _accept(request: HttpRequest, found: Invitation, tenant: Tenant, person: Person) -> bool:
    with audit.acting(actor(request)), tenant_scope(tenant):
        try:
            found.accept(person)
        except NotInvited:
            audit.refused("invitation.refused", about=found, reason="another address, or no longer open")
            return False
    return True


def _context(request: HttpRequest, found: Invitation, tenant: Tenant) -> dict[str, object]:
    person = request.user
    signed_in = isinstance(person, Person)
    query = urlencode({"next": request.path, "email": found.email})
    return {
        "invitation": found,
        "tenant": tenant,
        "sentence": ROLE_SENTENCES[found.role],
        "signed_in": signed_in,
        "mine": isinstance(person, Person) and person.email.lower() == found.email,
        "signup": f"{reverse('account_signup')}?{query}",
        "login": f"{reverse('account_login')}?{query}",
    }
