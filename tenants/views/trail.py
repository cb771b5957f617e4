"""The audit trail on a page: filter it, walk it, open an entry, take it away, and see that it is unbroken."""

from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tenants import export, sealer, trail, trail_files, verification
from tenants.access import may
from tenants.audit import record
from tenants.forms import TrailFilter
from tenants.gate import CompanyRequest, acts
from tenants.models import AuditEntry, Membership
from tenants.scoping import tenant_scope


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


@acts("audit.export", scoped=False)
@require_safe
def audit_export(request: CompanyRequest, kind: str) -> HttpResponseBase:
    """The whole chain for an auditor, or what the filter shows as a table or for programs."""
    form = TrailFilter(request.GET)
    if not form.is_valid():
        return redirect("audit", slug=request.tenant.slug)
    wanted, zone = trail.Wanted(**form.cleaned_data), timezone.get_current_timezone()
    files: dict[str, tuple[str, Iterator[str]]] = {
        "chain": ("text/plain", export.lines(request.tenant.pk)),
        "csv": ("text/csv", trail_files.csv_lines(request.tenant, wanted, zone)),
        "json": ("application/json", trail_files.json_lines(request.tenant, wanted, zone)),
    }
    if kind not in files:
        raise Http404
    with tenant_scope(request.tenant):
        asked = {name: str(value) for name, value in form.cleaned_data.items() if value}
        record("audit.exported", about=request.tenant, after={"as": kind, **asked})
    mime, lines = files[kind]
    name = f"{request.tenant.slug}-audit-{timezone.localdate():%Y-%m-%d}.{'txt' if kind == 'chain' else kind}"
    return StreamingHttpResponse(
        lines,
        content_type=f"{mime}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@acts("audit.read", scoped=False)
@require_POST
def audit_verify(request: CompanyRequest) -> HttpResponse:
    """Goes through the chain from its first entry, and says what it found."""
    sealer.seal(request.tenant.pk)
    report = verification.verify(request.tenant.pk)
    with tenant_scope(request.tenant):
        record(
            "audit.verified",
            about=request.tenant,
            after={"whole": report.is_whole, "entries": report.entries},
        )
        return render(request, "tenants/audit_verified.html", {"report": report, "now": timezone.now()})


@acts("audit.read")
def audit_entry(request: CompanyRequest, entry: UUID) -> HttpResponse:
    found = get_object_or_404(AuditEntry, pk=entry)
    [(_, who, about)] = trail.told([found])
    context = {"entry": found, "who": who, "about": about}
    return render(request, "tenants/audit_entry.html", context)
