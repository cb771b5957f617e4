"""What a simulator is: a request comes in, a reply goes out, and the world in between has changed or not.

A vendor's simulator is one `Simulator` value built from plain functions; the stage does everything that is the same
for all of them (the wire, faults, limits, clocks, the ledger of effects, the control channel).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, unquote

from connectors.sandbox.limits import Limit
from connectors.sandbox.world import Row, World


@dataclass(frozen=True)
class Lens:
    """How the rows of a listing are to be seen wrongly this once; every simulator's listing looks through it."""

    hide_new_seconds: float = 0
    duplicate_rows: int = 0
    rows_most: int | None = None

    def hides(self, born: float, now: float) -> bool:
        return born > now - self.hide_new_seconds if self.hide_new_seconds else False

    def most(self, limit: int) -> int:
        """How many rows a page really gets: fewer than asked for when the server has a cap of its own."""
        return limit if self.rows_most is None else min(limit, self.rows_most)

    def start(self, index: int) -> int:
        """Where a page really starts: earlier than asked for when rows are to come twice."""
        return max(0, index - self.duplicate_rows) if index else 0


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    """Below the address the simulator is mounted at, decoded."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    base: str = ""
    """The address the simulator is mounted at, as the caller sees it."""
    params: Mapping[str, str] = field(default_factory=dict)
    """What the route's pattern caught."""
    lens: Lens = field(default_factory=Lens)
    pause: Callable[[], None] = lambda: None
    """Call it between claiming an idempotency key and committing: a fault may make that moment long."""

    def pairs(self) -> list[tuple[str, str]]:
        """The query string, in order."""
        return parse_qsl(self.query, keep_blank_values=True)

    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    made: str = ""
    """What an accepted write made; empty for a read, a refusal or a replay. It becomes an Effect."""

    @classmethod
    def of(cls, value: Any, status: int = 200, made: str = "", **headers: str) -> Reply:
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, json_text(value).encode(), names, made=made)

    def with_headers(self, **headers: str) -> Reply:
        names = {name.replace("_", "-"): text for name, text in headers.items()}
        return replace(self, headers={**self.headers, **names})


def json_text(value: Any, **how: Any) -> str:
    """As vendors write it: letters as they are, and only what UTF-8 cannot say (a lone surrogate) escaped."""
    text = json.dumps(value, ensure_ascii=False, **how)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, **how)
    return text


Handler = Callable[[Request, World], Reply]


@dataclass(frozen=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    handler: Handler
    path: str


class Routes:
    """(method, path pattern) to handler; `{id}` in a pattern matches one segment, `{rest*}` all that follow.

    The more literal pattern wins: `/things/search` before `/things/{id}`.
    """

    def __init__(self) -> None:
        self._routes: list[Route] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        self._routes.append(Route(method, _pattern(path), handler, path))
        self._routes.sort(key=lambda route: route.path.count("{"))

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        def note(handler: Handler) -> Handler:
            self.add(method, path, handler)
            return handler

        return note

    def find(self, request: Request) -> tuple[Route, Request] | None:
        for route in self._routes:
            if route.method == request.method and (found := route.pattern.fullmatch(request.path)):
                return route, replace(request, params=found.groupdict())
        return None


def _pattern(path: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\*?\})", path)
    return re.compile("".join(_part(part) for part in parts))


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    name = part.strip("{}")
    return f"(?P<{name[:-1]}>.+)" if name.endswith("*") else f"(?P<{name}>[^/]+)"


def refuse_plainly(status: int, code: str, message: str) -> Reply:
    return Reply.of({"error": {"code": code, "message": message}}, status)


@dataclass(frozen=True)
class Simulator:
    """One vendor, simulated. Only `slug`, `name`, `choose` and `answer` are needed to begin."""

    slug: str
    name: str
    choose: Callable[[Request, Mapping[str, World]], World | Reply]
    """Which world a request is for (by credentials or by path), or the vendor's refusal."""
    answer: Handler
    """Called with the world's lock held."""
    furnish: Callable[[World], None] = lambda _: None
    """Make a new world an empty, usable account."""
    credentials: Callable[[World, str], Mapping[str, Any]] = lambda _world, base: {"base_url": base}
    """What a person types into the connection form to reach this world, given the mounted address."""
    error: Callable[[int, str, str], Reply] = refuse_plainly
    """(status, code, message) in the vendor's own shape, for faults on cue."""
    acts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    """What people do at the vendor: each takes the world and JSON arguments, and returns JSON."""
    timers: Mapping[str, Callable[..., None]] = field(default_factory=dict)
    """What happens by itself later; see `World.later`."""
    check: Callable[[World], list[str]] = lambda _: []
    """The vendor's own invariants; an empty list is health."""
    limit: Limit = field(default_factory=Limit)
    """What every world of this vendor allows, unless told otherwise."""
    stories: Mapping[str, Callable[[World], None]] = field(default_factory=dict)
    """Named contents for a new world, e.g. `northmoor`."""
    webhook_headers: Callable[[World, bytes, float, Sequence[str]], Mapping[str, str]] = lambda *_: {}
    """How (world, body, time, secrets) is signed."""
    webhook_retries: Callable[[World, Row], Sequence[float]] = lambda *_: (60, 600, 3600)
    """Seconds to wait after each failed try of (world, letter)."""
    webhook_tried: Callable[[World, Row, bool, bool], None] = lambda *_: None
    """Told of each try: (world, letter, arrived, no more tries)."""


def decoded(target: str) -> tuple[str, str]:
    """A request target as (path, raw query)."""
    path, _, query = target.partition("?")
    return unquote(path), query
