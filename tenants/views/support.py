"""What support did here: when they looked, who it was, why, and the button that ends it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from tenants.access import may
from tenants.gate import CompanyRequest, acts
from tenants.models import SupportAccess

SHOWN_MAX = 100


@acts("support.read")
def support(request: CompanyRequest) -> HttpResponse:
    rows = list(SupportAccess.objects.select_related("staff").order_by("-opened_at")[:SHOWN_MAX])
    context = {
        "accesses": rows,
        "open": [row for row in rows if row.is_open],
        "allowed": may(request.membership.role, "support.end"),
    }
    return render(request, "tenants/support.html", context)


@acts("support.end")
@require_POST
def support_end(request: CompanyRequest, access: UUID) -> HttpResponse:
    get_object_or_404(SupportAccess, pk=access).end()
    messages.success(request, "Support can no longer look.")
    return redirect("support", slug=request.tenant.slug)
