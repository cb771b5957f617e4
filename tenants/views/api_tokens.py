"""Tokens for programs: made once and shown once, known afterwards by their first characters."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import may, roles_to_give
from tenants.forms import NewToken
from tenants.gate import CompanyRequest, acts
from tenants.models import ApiToken

TOKENS_SHOWN_MAX = 200


@acts("tokens.read")
def tokens(request: CompanyRequest) -> HttpResponse:
    rows = ApiToken.objects.select_related("created_by").order_by("-created_at")[:TOKENS_SHOWN_MAX]
    context = {"tokens": rows, "allowed": may(request.membership.role, "tokens.change")}
    return render(request, "tenants/tokens.html", context)


@acts("tokens.change")
@require_http_methods(("GET", "HEAD", "POST"))
@never_cache
def token_new(request: CompanyRequest) -> HttpResponse:
    form = NewToken(request.POST or None, roles=roles_to_give(request.membership.role))
    if form.is_valid():
        name, role = form.cleaned_data["name"].strip(), form.cleaned_data["role"]
        token, text = ApiToken.issue(name, role, request.user, form.expires_at())
        return render(request, "tenants/token_made.html", {"token": token, "text": str.__str__(text)})
    return render(request, "tenants/token_new.html", {"form": form})


@acts("tokens.change")
@require_POST
def token_revoke(request: CompanyRequest, token: UUID) -> HttpResponse:
    found = get_object_or_404(ApiToken, pk=token)
    if found.revoked_at is None:
        found.revoke()
        messages.success(request, f"{found.name} is revoked. Its next call is refused.")
    return redirect("tokens", slug=request.tenant.slug)
