"""How an audit entry and a sign-in read on a page."""

import re
from typing import Any

from django import template

from tenants.models import AuditEntry

register = template.Library()

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("Chrom", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
CHANGES_SHOWN_MAX = 3
IDS = ("person", "staff")
"""Say nothing to a reader; the entry's own page shows them."""
NOUNS = {"tenant": "Company", "api token": "API token", "access": "Access"}


@register.filter
def happening(what: str) -> str:
    """`membership.role changed` → Membership: role changed."""
    noun, _, verb = what.partition(".")
    return f"{NOUNS.get(noun, noun.capitalize())}: {verb}"


@register.filter
def change(entry: AuditEntry) -> str:
    """The first few fields that changed, on one line."""
    lines = [line for line in before_after(entry) if line[0] not in IDS]
    parts = [f"{name}: {was} → {now}" if was is not None else f"{name}: {now}" for name, was, now in lines]
    return "; ".join(parts[:CHANGES_SHOWN_MAX]) + (" …" if len(parts) > CHANGES_SHOWN_MAX else "")


@register.filter
def before_after(entry: AuditEntry) -> list[tuple[str, Any, Any]]:
    """Each field that the entry tells of, as it was and as it is."""
    was, now = entry.before or {}, entry.after or {}
    return [
        (re.sub(r"_", " ", name), _worded(was.get(name)), _worded(now.get(name)))
        for name in {**was, **now}
        if was.get(name) != now.get(name)
    ]


def _worded(value: Any) -> Any:
    """A list as people write one."""
    return (", ".join(map(str, value)) or "none") if isinstance(value, list) else value


@register.filter
def browser(agent: str) -> str:
    """“Firefox on Windows” out of what a browser calls itself; its own words where that fails."""
    name = next((words for part, words in BROWSERS if part in agent), "")
    system = next((words for part, words in SYSTEMS if part in agent), "")
    return " on ".join(filter(None, (name, system))) or agent[:60] or "Unnamed"
