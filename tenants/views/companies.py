"""The companies of a person: which there are, and founding another one.

Here people land after signing in, and are led on when there is only one way to go.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from tenants import audit
from tenants.access import open_to
from tenants.forms import NewCompany
from tenants.gate import actor, memberships
from tenants.models import Person, Tenant

LAST_COMPANY = "company"
"""In the session: the company that was open last, where the next sign-in leads."""


@open_to("signed in")
@login_required
def companies(request: HttpRequest) -> HttpResponse:
    """All companies of this person; straight into the one of last time when nobody asked for the list."""
    mine = memberships(request)
    if not mine:
        return redirect("company_new")
    if "all" not in request.GET:
        wanted = request.session.get(LAST_COMPANY)
        known = [m.tenant.slug for m in mine]
        if wanted in known or len(known) == 1:
            return redirect("home", slug=wanted if wanted in known else known[0])
    return render(request, "tenants/companies.html", {"mine": mine})


@open_to("signed in")
@login_required
def company_new(request: HttpRequest) -> HttpResponse:
    person = request.user
    assert isinstance(person, Person)
    form = NewCompany(request.POST or None, initial={"time_zone": person.time_zone})
    if form.is_valid():
        with audit.acting(actor(request)):
            tenant = Tenant.found(
                form.cleaned_data["name"].strip(), person, time_zone=form.cleaned_data["time_zone"]
            )
        messages.success(request, f"{tenant.name} is founded, and you are its owner.")
        return redirect("home", slug=tenant.slug)
    return render(request, "tenants/company_new.html", {"form": form, "first": not memberships(request)})
