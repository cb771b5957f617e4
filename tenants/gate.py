"""The one way into a company's pages: who is asking, do they belong, are they allowed.

Strangers are told that there is no such page, the same as for a company that does not exist; colleagues without the right are told
who has it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.adapter import get_adapter
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from tenants import audit
from tenants.access import ACTIONS, Action, may
from tenants.models import Membership, Person, Tenant
from tenants.numbers import writing
from tenants.scoping import tenant_scope
from tenants.signin import has_two_factor

ALWAYS_REACHABLE = frozenset({"company.closing", "company.leave"})


class CompanyRequest(HttpRequest):
    """A request that came through the gate. Never made: it tells the type checker what the gate has added."""

    user: Person
    tenant: Tenant
    membership: Membership


Page = Callable[..., HttpResponseBase]


def acts(name: str, scoped: bool = True) -> Callable[[Page], Page]:
    """Let only those in whose role has the action, and work in their company's scope.

    With `scoped=False` the view opens the scope itself, because it talks to a vendor and must hold no transaction meanwhile.
    """
    action = ACTIONS[name]

    def wrap(view: Page) -> Page:
        @wraps(view)
        def gate(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponseBase:
            if not isinstance(request.user, Person):
                return redirect_to_login(request.get_full_path())
            membership = _membership(request, slug)
            with as_member(request, membership):
                if detour := _detour(request, membership, action):
                    return detour
                with ExitStack() as scope:
                    if scoped:
                        scope.enter_context(tenant_scope(membership.tenant))
                    return view(request, **kwargs)

        gate.action = action  # type: ignore[attr-defined]
        return gate

    return wrap


@contextmanager
def as_member(request: HttpRequest, membership: Membership) -> Iterator[None]:
    """Times in the company's zone, numbers in its way, and every audit entry in this person's name."""
    request.membership, request.tenant = membership, membership.tenant  # type: ignore[attr-defined]
    tenant = membership.tenant
    with timezone.override(ZoneInfo(tenant.time_zone)), writing(tenant.locale), audit.acting(actor(request)):
        yield


def actor(request: HttpRequest) -> audit.Actor:
    """The signed-in person as the audit trail names them, with the address they came from."""
    person = request.user
    assert isinstance(person, Person)
    return audit.Actor("person", str(person.pk), person.email, get_adapter().get_client_ip(request))


def memberships(request: HttpRequest) -> list[Membership]:
    """The companies of whoever is signed in, read once per request."""
    if not isinstance(request.user, Person):
        return []
    if not hasattr(request, "memberships"):
        request.memberships = Membership.of_person(request.user.pk)  # type: ignore[attr-defined]
    found: list[Membership] = request.memberships  # type: ignore[attr-defined]
    return found


def _membership(request: HttpRequest, slug: str) -> Membership:
    for membership in memberships(request):
        if membership.tenant.slug == slug:
            return membership
    raise Http404


def _detour(request: HttpRequest, membership: Membership, action: Action) -> HttpResponse | None:
    """Where somebody is led instead, if the company is closing, wants a second factor, or does not allow it."""
    tenant = membership.tenant
    if tenant.deletion_due and action.name not in ALWAYS_REACHABLE and action.name != "company.delete":
        return redirect("company_closing", slug=tenant.slug)
    if tenant.requires_two_factor and not has_two_factor(membership.person):
        return render(request, "tenants/two_factor_needed.html", status=403)
    if not may(membership.role, action.name):
        with tenant_scope(tenant):
            audit.refused("access.refused", about=tenant, reason=action.sentence)
            helpers = Membership.objects.filter(role__in=action.roles).select_related("person")
            context = {"action": action, "helpers": list(helpers[:5])}
            return render(request, "tenants/refused.html", context, status=403)
    return None
