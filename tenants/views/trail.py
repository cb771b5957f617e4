"""The audit trail on a page: filter it, walk it, open an entry."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from tenants import trail
from tenants.access import may
from tenants.forms import TrailFilter
from tenants.gate import CompanyRequest, acts
from tenants.models import AuditEntry, Membership


@acts("audit.read")
def audit(request: CompanyRequest) -> HttpResponse:
    form = TrailFilter(request.GET)
    wanted = trail.Wanted(**form.cleaned_data) if form.is_valid() else trail.Wanted()
    leaf = trail.leaf(wanted, after=request.GET.get("after", ""))
    members = Membership.objects.select_related("person").order_by("person__name")
    query = request.GET.copy()
    query.pop("after", None)
    context = {
        "form": form,
        "filtered": any(wanted.__dict__.values()),
        "rows": trail.told(leaf.entries),
        "onward": leaf.onward,
        "query": query.urlencode(),
        "first": "after" not in request.GET,
        "whos": [(f"person:{m.person_id}", str(m.person)) for m in members] + [("system", "ml-connector")],
        "whats": trail.NOUNS,
        "may_export": may(request.membership.role, "audit.export"),
    }
    return render(request, "tenants/audit.html", context)


@acts("audit.read")
def audit_entry(request: CompanyRequest, entry: UUID) -> HttpResponse:
    found = get_object_or_404(AuditEntry, pk=entry)
    [(_, who, about)] = trail.told([found])
    context = {"entry": found, "who": who, "about": about}
    return render(request, "tenants/audit_entry.html", context)
