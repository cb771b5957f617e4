"""What every page's frame needs: theme, rail, the company in scope and the others of this person.

Templates see it as `shell`; it is computed only when a page asks, so that JSON answers cost nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest

from mlconnector.navigation import COMPANY, FOOT, Group, Line, Link, address, links, rail
from tenants.gate import memberships
from tenants.models import Membership, Tenant
from tenants.views.companies import LAST_COMPANY

THEMES = {"system": "System", "light": "Light", "dark": "Dark"}
THEME_COOKIE = "theme"
KEYS_COOKIE = "keys"
SHEETS = tuple(
    f"css/{name}.css"
    for name in (
        *("tokens", "ground", "frame", "controls", "status", "tables", "work", "explain", "panels", "story"),
        *("proof", "chart", "public", "plain", "people", "connect", "narrow", "paper"),
    )
)
DOORS = (Line("Sign in", "", "account_login"), Line("Start with a sandbox", "", "account_signup"))


@dataclass(frozen=True)
class Company:
    """A line of the switcher."""

    name: str
    href: str
    role: str
    current: bool


@dataclass
class Shell:
    request: HttpRequest
    blind: bool = False
    """Ask the database nothing: it may be what failed."""

    themes = THEMES.items()
    sheets = SHEETS

    @cached_property
    def theme(self) -> str:
        """The person's choice wins over the cookie, and the cookie over the device."""
        chosen = getattr(self.person, "theme", None) or self.request.COOKIES.get(THEME_COOKIE, "system")
        return chosen if chosen in THEMES else "system"

    @property
    def keys_off(self) -> bool:
        return self.request.COOKIES.get(KEYS_COOKIE) == "off"

    @property
    def person(self) -> Any:
        user = None if self.blind else getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def membership(self) -> Membership | None:
        """Where the person is; on pages outside any company, where they were last."""
        there: Membership | None = getattr(self.request, "membership", None)
        if there or not self.person or not hasattr(self.request, "session"):
            return there
        last = self.request.session.get(LAST_COMPANY)
        return next((m for m in memberships(self.request) if m.tenant.slug == last), None)

    @property
    def tenant(self) -> Tenant | None:
        return self.membership.tenant if self.membership else None

    @property
    def role(self) -> str:
        return str(self.membership.get_role_display()) if self.membership else ""

    @cached_property
    def companies(self) -> list[Company]:
        here = self.tenant
        mine = memberships(self.request) if self.person else []
        return [
            Company(m.tenant.name, address("home", m), str(m.get_role_display()), m.tenant == here)
            for m in mine
        ]

    @cached_property
    def nav(self) -> tuple[Group, ...]:
        return rail(self.request, self.membership) if self.person else ()

    @property
    def account(self) -> str:
        return address("account")

    @property
    def sign_out(self) -> str:
        return address("account_logout")

    @cached_property
    def foot(self) -> tuple[Link, ...]:
        return links(self.request, FOOT)

    @cached_property
    def company_links(self) -> tuple[Link, ...]:
        return links(self.request, COMPANY)

    @property
    def home(self) -> str:
        return (self.tenant and address("home", self.membership)) or address("companies") or "/"

    @property
    def search(self) -> str:
        return address("search", self.membership) if self.tenant else ""

    @cached_property
    def doors(self) -> tuple[Link, ...]:
        if self.person:
            return (Link("Open the portal", self.home, strong=True),)
        found = [Link(line.words, address(line.name)) for line in DOORS]
        return tuple(Link(link.words, link.href, strong=link is found[-1]) for link in found if link.href)


def shell(request: HttpRequest) -> dict[str, Shell]:
    return {"shell": Shell(request)}
