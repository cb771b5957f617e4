"""What the shared checks need to know of one system: its simulator, how to fill it, what is written, and how it says no.

A system without a stand fails the suite: adding one is how a new vendor shows that it is done.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.canon.kind import Kind
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.system import Account, Adapter, Mode, System
from connectors.transport.auth import Tokens
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Http
from connectors.transport.wire import WayOut


class Held:
    """Tokens of one test."""

    def __init__(self) -> None:
        self.tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens

    @contextmanager
    def locked(self, _: float) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Rows:
    """How a kind comes to be at the vendor."""

    make: Callable[[int], str]
    """Makes the n-th and returns its id as we know it."""
    remove_act: tuple[str, dict[str, Any]] | None = None
    path: str = "*"
    """Of its listing, for faults."""


@dataclass(frozen=True)
class Writing:
    """A kind that we write: a body by its number and amount, and how many of it the vendor holds."""

    body: Callable[[str, Decimal, str], Kind]
    """(reference, amount, currency) → what is rendered."""
    made: Callable[[str], int]
    """How many documents there carry this reference."""
    path: str
    currencies: tuple[str, ...] = ("USD",)
    read_back: Callable[[str], Any] | None = None
    """The amount that stands there for an id."""
    same: tuple[str, ...] = ()
    """Of a kind that is read as well: the fields that come back as they were written."""
    edited: tuple[str, Callable[[str], dict[str, Any]]] | None = None
    """What a person may change there beside us: the act, and its arguments for an id."""
    kept: Callable[[str], bool] | None = None
    """Whether that person's change still stands."""


@dataclass(frozen=True)
class Broken:
    """One thing that is wrong, and the one check that must turn red by it."""

    what: str
    turns: str
    breaks: Callable[[Stand], Mapping[str, Any] | None]
    """Breaks it, or tells which `secrets` and `settings` are to be used instead."""


@dataclass
class Stand:
    system: System
    stage: Stage
    world: World
    secrets: dict[str, str]
    settings: dict[str, Any]
    bad_secrets: Mapping[str, str]
    rows: Mapping[type[Kind], Rows]
    writings: Mapping[type[Kind], Writing]
    forbid: Callable[[type[Kind]], str]
    """Take a right away; its vendor's name, which the error must carry."""
    mode: Mode = Mode.TEST
    wrong_mode: Mapping[str, str] | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    tokens: Held = field(default_factory=Held)
    opened: set[str] = field(default_factory=set)
    healthy: Callable[[], None] = lambda: None
    """Does what is left to do before everything is green."""

    shift: timedelta = timedelta()
    """How far our clock is from the vendor's."""

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.world.clock.time(), UTC) + self.shift

    def closed_address(self) -> str:
        """Ours to call, and nobody there."""
        with socket.socket() as reserved:
            reserved.bind(("127.0.0.1", 0))
            self.opened.add(f"127.0.0.1:{reserved.getsockname()[1]}")
            return f"http://127.0.0.1:{reserved.getsockname()[1]}"

    def account(self, secrets: Mapping[str, str] | None = None, **settings: Any) -> Account:
        self.opened.add(self.stage.wire.address.split("://")[1])
        http = Http(
            out=WayOut(egress=Egress(opened=frozenset(self.opened))),
            system=self.system.slug,
            observe=self.exchanges.append,
        )
        return Account(
            system=self.system.slug,
            mode=self.mode,
            secrets={**self.secrets, **(secrets or {})},
            settings={**self.settings, **settings},
            http=http,
            now=self.now,
            tokens=self.tokens,
        )

    def adapter(self, secrets: Mapping[str, str] | None = None, **settings: Any) -> Adapter:
        return self.system.open(self.account(secrets, **settings))

    def act(self, act: str, **args: Any) -> Any:
        return self.stage.act(self.world, act, **args)

    def fault(self, kind: str, **args: Any) -> int:
        return self.stage.fault(kind, system=self.system.slug, **args)
