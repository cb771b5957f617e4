"""A person's own account: who they are, how they sign in, where they are signed in."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from tenants.access import open_to
from tenants.forms import Profile
from tenants.gate import memberships
from tenants.models import Person
from tenants.signin import has_two_factor


@open_to("signed in")
@require_http_methods(("GET", "HEAD", "POST"))
@login_required
def account(request: HttpRequest) -> HttpResponse:
    person = request.user
    assert isinstance(person, Person)
    form = Profile(request.POST or None, initial={"name": person.name})
    if form.is_valid():
        person.name = form.cleaned_data["name"].strip()
        person.save(update_fields=["name"])
        messages.success(request, "Name saved.")
        return redirect("account")
    context = {
        "form": form,
        "two_factor": has_two_factor(person),
        "passkeys": Authenticator.objects.filter(user=person, type=Authenticator.Type.WEBAUTHN).count(),
        "signins": UserSession.objects.filter(user=person).count(),
        "mine": memberships(request),
    }
    return render(request, "tenants/account.html", context)


@open_to("signed in")
@require_POST
@login_required
def end_signin(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sign-ins; another person's is not there."""
    session = get_object_or_404(UserSession, pk=pk, user=request.user)
    session.end()
    messages.success(request, "That sign-in has ended.")
    return redirect("usersessions_list")
