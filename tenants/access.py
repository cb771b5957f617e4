"""Who may do what in a company: one table, read by the views, the people page and the tests.

A view names its action with `gate.acts`, or whom it is for with `open_to`; a url that does neither fails a test.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from tenants.models import Role

OWNER, ADMIN, OPERATOR, VIEWER = Role.OWNER, Role.ADMIN, Role.OPERATOR, Role.VIEWER
ROLES = (OWNER, ADMIN, OPERATOR, VIEWER)
ROLE_SENTENCES: dict[str, str] = {
    OWNER: "answers for the company: names owners, closes it, ends support access, and all that follows.",
    ADMIN: "sets things up: people, connections, settings, API tokens.",
    OPERATOR: "does the daily work and sees what happened.",
    VIEWER: "reads only; suits auditors and advisers.",
}

Audience = Literal["anybody", "signed in", "demo"]
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Action:
    """One line of the table: a name for code, a sentence for people, the roles that may."""

    name: str
    sentence: str
    roles: frozenset[str]
    group: str


def _table(**groups: list[tuple[str, str, tuple[str, ...]]]) -> dict[str, Action]:
    return {
        name: Action(name, sentence, frozenset(roles), group.replace("_", " "))
        for group, lines in groups.items()
        for name, sentence, roles in lines
    }


_OWNERS = (OWNER,)
_SETTING_UP = (OWNER, ADMIN)
_DAILY = (OWNER, ADMIN, OPERATOR)

ACTIONS: dict[str, Action] = _table(
    Company=[
        ("company.read", "See the company's home page", ROLES),
        ("company.leave", "Leave the company (never its last owner)", ROLES),
        ("company.settings", "Change name, time zone and number format", _SETTING_UP),
        ("company.security", "Require two-factor sign-in of everybody", _OWNERS),
        ("company.delete", "Close the company for good, or take that back in time", _OWNERS),
    ],
    People=[
        ("people.read", "See who belongs to the company and what each role may do", ROLES),
        ("people.invite", "Invite a colleague, send an invitation again or withdraw it", _SETTING_UP),
        ("people.change", "Change a colleague's role or remove a colleague", _SETTING_UP),
        ("people.owners", "Name owners, and change or remove them", _OWNERS),
    ],
    Connections=[
        ("connections.read", "See connections, their checks and history, never a secret", ROLES),
        ("connections.ping", "Ping a connection", _DAILY),
        ("connections.make", "Connect a system and enter its credentials", _SETTING_UP),
        ("connections.change", "Rotate keys, change settings and profile, register webhooks", _SETTING_UP),
        ("connections.pause", "Pause and resume a connection", _SETTING_UP),
        ("connections.disconnect", "Disconnect a system and destroy its credentials", _SETTING_UP),
    ],
    Programs=[
        ("tokens.read", "See API tokens and when each was last used, never the token itself", _SETTING_UP),
        ("tokens.change", "Create and revoke API tokens", _SETTING_UP),
        ("api.read", "Read the company through the API", ROLES),
    ],
    Audit=[
        ("audit.read", "Read the audit trail and check that it is unbroken", ROLES),
        ("audit.export", "Export the audit trail", _DAILY),
        ("support.read", "See when support looked, who it was and why", ROLES),
        ("support.end", "End a support access at once", _OWNERS),
    ],
)


def may(role: str, action: str) -> bool:
    """Whether a role is allowed an action; an unknown action is a mistake in the code and raises."""
    return role in ACTIONS[action].roles


def roles_to_give(role: str) -> tuple[Role, ...]:
    """The roles that somebody may hand out and take away: an owner any, an admin any but owner, others none."""
    if may(role, "people.owners"):
        return ROLES
    return ROLES[1:] if may(role, "people.change") else ()


def open_to(audience: Audience) -> Callable[[View], View]:
    """Marks a view that stands outside any company, with the people it is for."""

    def mark(view: View) -> View:
        view.audience = audience  # type: ignore[attr-defined]
        return view

    return mark
