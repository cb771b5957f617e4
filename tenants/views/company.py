"""One company: its first page, its settings, and the ways out of it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenants import mail, trail
from tenants.access import may
from tenants.checklist import steps
from tenants.forms import CloseCompany, CompanySettings
from tenants.gate import CompanyRequest, acts
from tenants.models import LastOwner, Membership, Role, SupportAccess
from tenants.signin import has_two_factor
from tenants.views.companies import LAST_COMPANY

RECENT = 6
FORM = ("GET", "HEAD", "POST")


@acts("company.read")
def home(request: CompanyRequest) -> HttpResponse:
    request.session[LAST_COMPANY] = request.tenant.slug
    todo = steps(request)
    context = {
        "steps": todo,
        "open": [step for step in todo if not step.done],
        "members": Membership.objects.count(),
        "recent": trail.told(trail.leaf(trail.Wanted(), rows=RECENT).entries),
        "support": [a for a in SupportAccess.objects.order_by("-opened_at")[:RECENT] if a.is_open],
    }
    return render(request, "tenants/home.html", context)


@acts("company.settings")
@require_http_methods(FORM)
def company(request: CompanyRequest) -> HttpResponse:
    form = CompanySettings(request.POST or None, tenant=request.tenant)
    if form.is_valid():
        request.tenant.change(**form.cleaned_data)
        messages.success(request, "Company settings saved.")
        return redirect("company", slug=request.tenant.slug)
    context = {"form": form, "without": _without_two_factor(), "members": Membership.objects.count()}
    return render(request, "tenants/company.html", context)


@acts("company.security")
@require_POST
def require_two_factor(request: CompanyRequest) -> HttpResponse:
    """Only somebody who has it may ask it of others: the rule must not shut out the one who makes it."""
    wanted = request.POST.get("required") == "yes"
    if wanted and not has_two_factor(request.user):
        messages.error(request, "Turn on two-factor for yourself first; then require it of everybody.")
        return redirect("mfa_index")
    request.tenant.change(requires_two_factor=wanted)
    said = "Everybody needs two-factor now." if wanted else "Two-factor is each person's own choice now."
    messages.success(request, said)
    return redirect("company", slug=request.tenant.slug)


@acts("company.leave")
@require_http_methods(FORM)
def leave(request: CompanyRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "tenants/leave.html")
    try:
        request.membership.end()
    except LastOwner:
        messages.error(request, "You are the last owner. Name another owner first, or close the company.")
        return redirect("people", slug=request.tenant.slug)
    request.session.pop(LAST_COMPANY, None)
    messages.success(request, f"You have left {request.tenant.name}.")
    return redirect("companies")


@acts("company.delete")
@require_http_methods(FORM)
def close(request: CompanyRequest) -> HttpResponse:
    form = CloseCompany(request.POST or None, tenant=request.tenant)
    if form.is_valid() and not request.tenant.deletion_due:
        until = request.tenant.schedule_deletion(form.cleaned_data["reason"])
        link = request.build_absolute_uri(reverse("company_closing", args=[request.tenant.slug]))
        by, name = request.user.name, request.tenant.name
        for owner in Membership.objects.filter(role=Role.OWNER).select_related("person"):
            mail.later(request, "closing", owner.person.email, company=name, until=until, by=by, link=link)
        return redirect("company_closing", slug=request.tenant.slug)
    return render(request, "tenants/close.html", {"form": form})


@acts("company.leave")
def closing(request: CompanyRequest) -> HttpResponse:
    """All that is left of a company in its days of grace."""
    if not request.tenant.deletion_due:
        return redirect("home", slug=request.tenant.slug)
    owners = Membership.objects.filter(role=Role.OWNER).select_related("person")
    allowed = may(request.membership.role, "company.delete")
    return render(request, "tenants/closing.html", {"owners": owners, "allowed": allowed})


@acts("company.delete")
@require_POST
def keep(request: CompanyRequest) -> HttpResponse:
    if request.tenant.deletion_due:
        request.tenant.call_off_deletion()
        messages.success(request, f"{request.tenant.name} stays.")
    return redirect("home", slug=request.tenant.slug)


def _without_two_factor() -> list[Membership]:
    everybody = Membership.objects.select_related("person")
    return [m for m in everybody if not has_two_factor(m.person)]
