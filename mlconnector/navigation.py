"""Where the rail leads: one table, in the order in which a day and then a setting-up goes.

A line appears when its page exists and this person may see it, so the rail never leads to a dead end.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, resolve, reverse

from tenants.models import Membership


@dataclass(frozen=True)
class Link:
    words: str
    href: str
    icon: str = ""
    current: bool = False
    count: str = ""
    status: str = ""
    strong: bool = False


@dataclass(frozen=True)
class Group:
    words: str
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Line:
    words: str
    icon: str
    name: str
    status: str = ""
    query: str = ""


RAIL: dict[str, tuple[Line, ...]] = {
    "Daily": (
        Line("Home", "home", "home"),
        Line("Held", "held", "held", "held"),
        Line("In doubt", "doubt", "in_doubt", "doubt"),
        Line("Refused", "refused", "refused", "refused"),
        Line("Records", "records", "records"),
        Line("Runs", "runs", "runs"),
        Line("Payout proofs", "proof", "proofs"),
    ),
    "Setting up": (
        Line("Mappings", "maps", "mappings"),
        Line("Integrations", "join", "integrations"),
        Line("Connections", "plug", "connections"),
        Line("Audit", "audit", "audit"),
        Line("People and roles", "people", "people"),
        Line("API tokens", "key", "tokens"),
        Line("Company", "gear", "company"),
    ),
}
YOU = {
    "You": (
        Line("Companies", "company", "companies", query="?all"),
        Line("Your account", "person", "account"),
    )
}
FOOT = (Line("Mail sent", "mail", "mailbox"), Line("API", "file", "api"), Line("Help", "info", "help"))
COMPANY = (
    Line("All companies", "company", "companies", query="?all"),
    Line("Found a company", "plus", "company_new"),
)


def rail(request: HttpRequest, membership: Membership | None) -> tuple[Group, ...]:
    """The company's pages, as far as this member's role reaches; before the first company, the person's own."""
    table = RAIL if membership else YOU
    groups = (Group(words, links(request, lines, membership)) for words, lines in table.items())
    return tuple(group for group in groups if group.links)


def links(
    request: HttpRequest, lines: tuple[Line, ...], membership: Membership | None = None
) -> tuple[Link, ...]:
    found = ((line, address(line.name, membership)) for line in lines)
    return tuple(
        Link(line.words, href + line.query, line.icon, _within(request.path, href, line), status=line.status)
        for line, href in found
        if href
    )


def address(name: str, membership: Membership | None = None) -> str:
    """The page's address, or nothing while there is no such page or this member may not open it."""
    try:
        if membership is None:
            href = reverse(name)
            return href if _open(href) else ""
        href = reverse(name, args=[membership.tenant.slug])
    except NoReverseMatch:
        return ""
    action = getattr(resolve(href).func, "action", None)
    return href if action is None or membership.role in action.roles else ""


def _open(href: str) -> bool:
    """What is there for the demo alone is not there in production."""
    return not settings.PRODUCTION or getattr(resolve(href).func, "audience", "") != "demo"


def _within(path: str, href: str, line: Line) -> bool:
    return path == href or (line.name != "home" and href.endswith("/") and path.startswith(href))
