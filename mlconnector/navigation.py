"""Where the rail leads: one table, in the order in which a day and then a setting-up goes.

A line appears when its page exists and this person may see it, so the rail never leads to a dead end.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse


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
        Line("Company", "company", "company"),
    ),
}
FOOT = (Line("Mail", "mail", "mailbox"), Line("Help", "info", "help"))
COMPANY = (Line("New company", "plus", "company_new"), Line("All companies", "company", "companies"))


def rail(request: HttpRequest) -> tuple[Group, ...]:
    groups = (Group(words, links(request, lines)) for words, lines in RAIL.items())
    return tuple(group for group in groups if group.links)


def links(request: HttpRequest, lines: tuple[Line, ...]) -> tuple[Link, ...]:
    found = ((line, address(line.name)) for line in lines)
    return tuple(
        Link(line.words, href, line.icon, _within(request.path, href), status=line.status)
        for line, href in found
        if href
    )


def address(name: str) -> str:
    """The page's address, or nothing while there is no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _within(path: str, href: str) -> bool:
    return path == href or (href.count("/") > 1 and path.startswith(href))
