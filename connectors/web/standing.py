"""How a connection stands, in the words and shapes of a page: its state, its checks, its secrets, what hangs on it.

Read from the row alone: no page of a connection calls the vendor to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from connectors.models import Connection, State
from connectors.system import GATES, Colour, Credential, Mode, System
from connectors.web.fields import stored
from tenants.models import Person

MODES = {
    Mode.LIVE: "Live",
    Mode.TEST: "Vendor’s test account",
    Mode.SANDBOX: "Sandbox, simulated",
}
ORDER = {Colour.RED: 0, Colour.AMBER: 1, Colour.GREEN: 2}
WORDS = {Colour.RED: "Red", Colour.AMBER: "Not proven", Colour.GREEN: "Green"}
SHAPES = {Colour.RED: "red", Colour.AMBER: "todo", Colour.GREEN: "green"}


@dataclass(frozen=True)
class Standing:
    """`kind` chooses shape and colour, `words` say it."""

    kind: str
    words: str


@dataclass(frozen=True)
class Line:
    """One check of the last ping."""

    name: str
    label: str
    seen: str
    remedy: str
    red: bool
    shape: str
    words: str
    needed: str


@dataclass(frozen=True)
class Sealed:
    """What may be said of one secret."""

    label: str
    required: bool
    fingerprint: str = ""
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True)
class Chosen:
    label: str
    value: str


def standing(connection: Connection) -> Standing:
    red = reds(connection)
    if is_disconnected(connection):
        return Standing("todo", "Disconnected")
    if connection.state == State.LOCKED_OUT:
        return Standing("red", "Locked out")
    if connection.state == State.PAUSED:
        return Standing("amber", "Paused")
    if red:
        return Standing("red", "1 check is red" if red == 1 else f"{red} checks are red")
    return (
        Standing("green", "Ready") if connection.state == State.READY else Standing("todo", "Not yet proven")
    )


def is_disconnected(connection: Connection) -> bool:
    return not connection.kept and connection.state == State.PAUSED


def reds(connection: Connection) -> int:
    return sum(one["colour"] == Colour.RED for one in connection.checks)


def lines(found: Iterable[dict[str, str]], of: System) -> list[Line]:
    """Red ones first: they are what somebody came for."""
    ordered = sorted(found, key=lambda one: ORDER[Colour(one["colour"])])
    return [_line(one, of) for one in ordered]


def summary(found: Iterable[dict[str, str]]) -> str:
    """9 green, 2 not proven, 1 red."""
    colours = [one["colour"] for one in found]
    counted = ((colours.count(one), WORDS[one].lower()) for one in (Colour.GREEN, Colour.AMBER, Colour.RED))
    return ", ".join(f"{many} {words}" for many, words in counted if many)


def sealed(connection: Connection, of: System) -> list[Sealed]:
    names = people(one["by"] for one in connection.kept.values())
    return [_sealed(connection, one, names) for one in of.credentials if one.secret]


def people(actors: Iterable[str]) -> dict[str, str]:
    """Who entered something, by name; whoever is no person keeps the name of the trail."""
    asked = {actor for actor in actors if actor.startswith("person:")}
    found = Person.objects.filter(pk__in=[UUID(actor.removeprefix("person:")) for actor in asked])
    return {f"person:{one.pk}": str(one) for one in found}


def chosen(connection: Connection, of: System) -> list[Chosen]:
    """What is set, in the order in which it is asked for; empty lines are left to the settings page."""
    rows = []
    for one in unsealed(of):
        value = stored(one, connection.settings)
        if value and one.name != "address":
            rows.append(Chosen(one.label, f"{len(value)} entered" if one.pairs else str(value)))
    return rows


def unsealed(of: System) -> list[Credential]:
    """All that is not secret, each once."""
    return list({one.name: one for one in (*of.credentials, *of.settings) if not one.secret}.values())


def dependents(connection: Connection) -> list[str]:
    """What hangs on it, asked of every table that points here: a new one cannot be forgotten."""
    found = []
    for relation in Connection._meta.related_objects:
        model = relation.related_model
        rows = model._default_manager.filter(**{relation.field.name: connection}).count()
        if rows:
            words = model._meta.verbose_name if rows == 1 else model._meta.verbose_name_plural
            found.append(f"{rows} {words}")
    return found


def _line(one: dict[str, str], of: System) -> Line:
    colour = Colour(one["colour"])
    return Line(
        name=one["name"],
        label=one["label"],
        seen=one["seen"],
        remedy=one["remedy"],
        red=colour is Colour.RED,
        shape=SHAPES[colour],
        words=WORDS[colour],
        needed=needed(one["name"], of),
    )


def needed(check: str, of: System) -> str:
    """Which kinds cannot be read without it; the first checks stand before all of them."""
    if check in GATES:
        return "everything"
    right = check.partition(":")[2]
    return ", ".join(kind_words(one.kind.__name__) for one in of.reads if right and one.permission == right)


def kind_words(name: str) -> str:
    """GlAccount → GL accounts."""
    words = re.sub(r"(?<!^)(?=[A-Z])", " ", name).lower().replace("gl ", "GL ")
    return words if words.endswith("s") else f"{words}s"


def _sealed(connection: Connection, one: Credential, names: dict[str, str]) -> Sealed:
    kept = connection.kept.get(one.name)
    if not kept:
        return Sealed(one.label, one.required)
    at, by = datetime.fromisoformat(kept["at"]), kept["by"]
    return Sealed(one.label, one.required, kept["fingerprint"], at, names.get(by, by))
