"""The pages that belong to nobody's company: the public first page, the theme switch, the keys, and what went wrong.

They need no tenant and no sign-in, and the error pages ask the database nothing, because it may be what failed.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from mlconnector.shell import KEYS_COOKIE, THEME_COOKIE, THEMES, Shell
from tenants.access import open_to
from tenants.models import Person

COOKIE_SECONDS = 365 * 24 * 3600


@open_to("anybody")
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    return render(request, "landing.html")


@open_to("anybody")
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember a theme: with the person when signed in, and on this device for the pages before that."""
    chosen = request.POST.get("theme", "")
    if chosen not in THEMES:
        return trouble(request, 400)
    person = request.user
    if isinstance(person, Person):
        person.theme = chosen
        person.save(update_fields=["theme"])
    return _remember(request, THEME_COOKIE, chosen)


@open_to("anybody")
def keys(request: HttpRequest) -> HttpResponse:
    """What each key does, and the switch that turns them off."""
    if request.method == "POST":
        return _remember(request, KEYS_COOKIE, "off" if request.POST.get("keys") == "off" else "on")
    return render(request, "keys.html")


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    quiet = request.headers.get("HX-Request") == "true"
    answer = HttpResponse(status=204) if quiet else HttpResponseRedirect(_back(request))
    answer.set_cookie(
        cookie, value, max_age=COOKIE_SECONDS, secure=request.is_secure(), httponly=True, samesite="Lax"
    )
    return answer


def _back(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "/")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else "/"


@dataclass(frozen=True)
class Trouble:
    """What happened and what a person does next; never why our code failed."""

    heading: str
    words: str
    again: bool = False


TROUBLES = {
    400: Trouble("This request could not be read", "Something in the address or the form was not as this page sends it. Nothing was changed. Go back and try again."),
    403: Trouble("You may not do this here", "Your role in this company does not allow it, and nothing was changed. An owner or an admin of the company can do it, or change your role."),
    404: Trouble("There is nothing at this address", "It may have been removed, belong to another company, or never have been here. If you came by a link, check which company you are in."),
    429: Trouble("Too many tries in a short time", "To keep accounts safe we slow this down. Wait a few minutes, then try again; nothing is lost.", again=True),
    500: Trouble("Something broke on our side", "It has been recorded for us to repair. What you just did may not have been saved: open the page again and look before you repeat it.", again=True),
    503: Trouble("Not ready for a moment", "The program is starting, being updated, or has lost its database. It comes back by itself; nothing that was saved is lost.", again=True),
}  # fmt: skip
FORGED = Trouble(
    "This form had grown too old",
    "To be sure that it was really you who sent it, a form is good for one sign-in only. Nothing was changed. "
    "Go back, load the page again and send it once more. If it happens each time, allow cookies for this site.",
)


def trouble(request: HttpRequest, status: int, told: Trouble | None = None) -> HttpResponse:
    context = {"trouble": told or TROUBLES[status], "status": status, "shell": Shell(request, blind=True)}
    return render(request, "trouble.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return trouble(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return trouble(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return trouble(request, 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return trouble(request, 429)


def broken(request: HttpRequest) -> HttpResponse:
    return trouble(request, 500)


def not_ready(request: HttpRequest) -> HttpResponse:
    return trouble(request, 503)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """A form that failed the check against cross-site posts."""
    return trouble(request, 403, FORGED)
