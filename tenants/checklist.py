"""What is set up so far, as steps that know whether they are done.

Each step is a function of the request; the portal adds its own to `STEPS`, in the order in which a newcomer goes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from tenants.access import may
from tenants.gate import CompanyRequest
from tenants.models import Invitation, Membership
from tenants.signin import has_two_factor


@dataclass(frozen=True)
class Step:
    words: str
    note: str
    done: bool
    href: str = ""
    current: bool = False


def founded(request: CompanyRequest) -> Step:
    return Step("Found the company", f"{request.tenant.name}, {request.tenant.time_zone}", done=True)


def two_factor(request: CompanyRequest) -> Step:
    done = has_two_factor(request.user)
    return Step(
        "Turn on two-factor", "done for you" if done else "two minutes, for you", done, reverse("mfa_index")
    )


def colleague(request: CompanyRequest) -> Step:
    done = Membership.objects.count() > 1 or Invitation.objects.exists()
    allowed = may(request.membership.role, "people.invite")
    page = reverse("invite" if allowed else "people", args=[request.tenant.slug])
    return Step("Invite a colleague", "so that you can be on holiday", done, page)


def everybody(request: CompanyRequest) -> Step:
    """Only an owner can decide it, so the others read who can."""
    owner = may(request.membership.role, "company.security")
    page = reverse("company", args=[request.tenant.slug]) if owner else ""
    note = "of everybody" if owner else "an owner decides"
    return Step("Require two-factor", note, request.tenant.requires_two_factor, page)


STEPS: list[Callable[[CompanyRequest], Step]] = [founded, two_factor, colleague, everybody]


def steps(request: CompanyRequest) -> list[Step]:
    """All steps; the first one that is open is the current one."""
    made = [step(request) for step in STEPS]
    first = next((step for step in made if not step.done), None)
    return [
        Step(step.words, step.note, step.done, "" if step.done else step.href, step is first) for step in made
    ]
