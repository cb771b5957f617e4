"""Opens a connection's adapter: its secrets for the length of the work, the shared pace, the one way out.

Nothing else in the product builds an Account, so a call that is not paced, masked and checked cannot be made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from connectors.errors import WireError
from connectors.models import Attempt, Connection, PaceRows, TokenRow
from connectors.system import Account, Adapter, Check, Colour, Limits, Mode, System
from connectors.systems import system
from connectors.transport.auth import Tokens, TokenStore
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Http
from connectors.transport.pace import Pace, Rule
from connectors.transport.wire import WayOut
from tenants.scoping import tenant_scope
from tenants.secrets import Secret, digest


def dial(connection: Connection, observe: Callable[[Exchange], None] | None = None) -> Adapter:
    """Secrets are opened in a scope that closes before anything is called."""
    with tenant_scope(_tenant(connection)):
        secrets = connection.open_secrets()
    return _opened(connection, secrets, TokenRow(_tenant(connection), connection.pk), observe)


def ping(connection: Connection) -> None:
    """Outside of any transaction; its result is stored in one of its own."""
    exchanges: list[Exchange] = []
    found = _answers(lambda: dial(connection, exchanges.append))
    with tenant_scope(_tenant(connection)):
        Attempt.keep(connection, "ping", exchanges)
        connection.note_ping(found)


def prove(connection: Connection, given: Mapping[str, str], alone: bool = False) -> tuple[Check, ...]:
    """A ping with these secrets in place of the stored ones, or with these `alone`. Nothing is stored."""
    secrets: dict[str, str] = {}
    if not alone:
        with tenant_scope(_tenant(connection)):
            secrets = connection.open_secrets()
    trial = {**secrets, **{name: Secret(value) for name, value in given.items()}}
    return _answers(lambda: _opened(connection, trial, Fleeting()))


@dataclass
class Fleeting:
    """Tokens of a credential on trial: those of the stored one must not vouch for it."""

    tokens: Tokens | None = None

    def load(self) -> Tokens | None:
        return self.tokens

    def save(self, tokens: Tokens) -> None:
        self.tokens = tokens

    @contextmanager
    def locked(self, within_seconds: float) -> Iterator[None]:  # noqa: ARG002
        yield


def _answers(opened: Callable[[], Adapter]) -> tuple[Check, ...]:
    """What stops a ping before its first check is a red check like any other."""
    found: list[Check] = []
    try:
        found.extend(opened().ping())
    except WireError as error:
        found.append(
            Check("opened", "Set up", Colour.RED, error.why, error.remedy or "Correct it and ping again.")
        )
    return tuple(found)


def _opened(
    connection: Connection,
    secrets: dict[str, str],
    tokens: TokenStore,
    observe: Callable[[Exchange], None] | None = None,
) -> Adapter:
    of = system(connection.system)
    account = Account(
        system=of.slug,
        mode=Mode(connection.mode),
        secrets=secrets,
        settings=connection.settings,
        http=Http(out=way_out(), system=of.slug, pace=pace(connection, of, secrets), observe=observe),
        now=timezone.now,
        name=connection.name,
        tokens=tokens,
    )
    return of.open(account)


@cache
def way_out() -> WayOut:
    """One pool of connections a process. Only what the deployment opens by name goes anywhere but to public https."""
    opened, ports = frozenset(settings.SANDBOX_HOSTS), frozenset(settings.EGRESS_PORTS)
    return WayOut(egress=Egress(opened=opened, ports=ports))


def pace(connection: Connection, of: System, secrets: dict[str, str]) -> Pace:
    """By the vendor's account, not by our row: the same key or address entered twice shares one limit."""
    return Pace(
        store=PaceRows(),
        account=f"{of.slug}:{_account_name(connection, of, secrets)}",
        rules=rules(of.limits),
        at_once=of.limits.calls_at_once,
    )


def rules(limits: Limits) -> tuple[Rule, ...]:
    found = [Rule(limits.calls_per_second)]
    if limits.calls_per_minute:
        found.append(Rule(limits.calls_per_minute, 60.0))
    return tuple(found)


def _account_name(connection: Connection, of: System, secrets: dict[str, str]) -> str:
    """A digest of what names the account at the vendor, so that a key never stands in a row."""
    words = (str(connection.settings.get(name) or secrets.get(name, "")) for name in of.account)
    return digest("\0".join(word.strip().rstrip("/").lower() if "://" in word else word for word in words))


def _tenant(connection: Connection) -> UUID:
    """A stored connection has one; only a row that was never saved in a scope would not."""
    assert connection.tenant_id is not None
    return connection.tenant_id
