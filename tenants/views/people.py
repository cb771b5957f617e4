"""Who belongs to the company: colleagues, their roles, and those who are invited."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from tenants import audit, mail
from tenants.access import ACTIONS, ROLE_SENTENCES, ROLES, may, roles_to_give
from tenants.forms import Invite, RoleChoice
from tenants.gate import CompanyRequest, acts
from tenants.models import Invitation, LastOwner, Membership, NotInvited, Person
from tenants.secrets import Secret
from tenants.signin import with_two_factor

FORM = ("GET", "HEAD", "POST")


@acts("people.read")
def people(request: CompanyRequest) -> HttpResponse:
    members = list(Membership.objects.select_related("person").order_by("person__name", "pk"))
    may_invite = may(request.membership.role, "people.invite")
    waiting = Invitation.objects.filter(accepted_at=None, revoked_at=None).order_by("-created_at")
    context = {
        "members": members,
        "protected": with_two_factor([m.person_id for m in members]),
        "invitations": list(waiting) if may_invite else [],
        "may_invite": may_invite,
        "givable": roles_to_give(request.membership.role),
        "roles": ROLES,
        "role_sentences": [(role.label, ROLE_SENTENCES[role]) for role in ROLES],
        "actions": list(ACTIONS.values()),
    }
    return render(request, "tenants/people.html", context)


@acts("people.invite")
@require_http_methods(FORM)
def invite(request: CompanyRequest) -> HttpResponse:
    form = Invite(request.POST or None, roles=roles_to_give(request.membership.role))
    if form.is_valid():
        address, role = form.cleaned_data["email"], form.cleaned_data["role"]
        if Membership.objects.filter(person__email=address.lower()).exists():
            form.add_error("email", "This colleague belongs to the company already.")
        else:
            _withdraw_earlier(address)
            invitation, token = Invitation.send(address, role, request.user)
            _post(request, invitation, token)
            messages.success(request, f"{invitation.email} is invited.")
            return redirect("people", slug=request.tenant.slug)
    return render(request, "tenants/invite.html", {"form": form})


@acts("people.invite")
@require_POST
def resend(request: CompanyRequest, invitation: UUID) -> HttpResponse:
    found = _invitation(request, invitation)
    try:
        token = found.resend()
    except NotInvited as refusal:
        messages.error(request, f"Not sent: {refusal}.")
    else:
        _post(request, found, token)
        messages.success(request, f"Sent again to {found.email}. The link of before no longer works.")
    return redirect("people", slug=request.tenant.slug)


@acts("people.invite")
@require_POST
def revoke(request: CompanyRequest, invitation: UUID) -> HttpResponse:
    found = _invitation(request, invitation)
    if not found.accepted_at and not found.revoked_at:
        found.revoke()
        messages.success(request, f"The invitation of {found.email} is withdrawn.")
    return redirect("people", slug=request.tenant.slug)


@acts("people.change")
@require_http_methods(FORM)
def change_role(request: CompanyRequest, member: UUID) -> HttpResponse:
    colleague = _colleague(request, member)
    form = RoleChoice(
        request.POST or None,
        roles=roles_to_give(request.membership.role),
        initial={"role": colleague.role},
    )
    if form.is_valid():
        before, role = colleague.get_role_display(), form.cleaned_data["role"]
        try:
            colleague.change_role(role)
        except LastOwner:
            form.add_error("role", "The last owner stays owner until somebody else is one.")
        else:
            _tell(request, colleague, before)
            messages.success(request, f"{colleague.person} is {colleague.get_role_display().lower()} now.")
            return redirect("people", slug=request.tenant.slug)
    return render(request, "tenants/change_role.html", {"form": form, "colleague": colleague})


@acts("people.change")
@require_http_methods(FORM)
def remove(request: CompanyRequest, member: UUID) -> HttpResponse:
    colleague = _colleague(request, member)
    if request.method != "POST":
        return render(request, "tenants/remove.html", {"colleague": colleague})
    try:
        colleague.end()
    except LastOwner:
        messages.error(request, "The last owner cannot be removed. Name another owner first.")
    else:
        company = request.tenant.name
        mail.later(request, "removed", colleague.person.email, company=company, by=request.user.name)
        messages.success(request, f"{colleague.person} no longer belongs to {company}.")
    return redirect("people", slug=request.tenant.slug)


def _colleague(request: CompanyRequest, member: UUID) -> Membership:
    """A member whom this person may change: only owners touch owners."""
    colleague: Membership = get_object_or_404(Membership.objects.select_related("person"), pk=member)
    if colleague.role not in roles_to_give(request.membership.role):
        audit.refused("access.refused", about=colleague, reason=ACTIONS["people.owners"].sentence)
        raise Http404
    return colleague


def _invitation(request: CompanyRequest, invitation: UUID) -> Invitation:
    found = get_object_or_404(Invitation, pk=invitation)
    if found.role not in roles_to_give(request.membership.role):
        raise Http404
    return found


def _withdraw_earlier(address: str) -> None:
    """One open invitation per address: the newest says the role."""
    for earlier in Invitation.objects.filter(email=address, accepted_at=None, revoked_at=None):
        earlier.revoke()


def _post(request: CompanyRequest, invitation: Invitation, token: Secret) -> None:
    link = request.build_absolute_uri(reverse("invitation", args=[str(token)]))
    mail.later(
        request,
        "invitation",
        invitation.email,
        address=invitation.email,
        inviter=request.user.name,
        company=request.tenant.name,
        role=invitation.get_role_display().lower(),
        sentence=ROLE_SENTENCES[invitation.role],
        until=invitation.expires_at,
        link=link,
    )


def _tell(request: CompanyRequest, colleague: Membership, before: str) -> None:
    person: Person = colleague.person
    mail.later(
        request,
        "role_changed",
        person.email,
        company=request.tenant.name,
        by=request.user.name,
        before=before.lower(),
        role=colleague.get_role_display().lower(),
        sentence=ROLE_SENTENCES[colleague.role],
        link=request.build_absolute_uri(reverse("home", args=[request.tenant.slug])),
    )
