"""Opens a connection's adapter: its secrets for the length of the work, the shared pace, the one way out.

Nothing else in the product builds an Account, so a call that is not paced, masked and checked cannot be made.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from connectors.models import Attempt, Connection, PaceRows, TokenRow
from connectors.system import Account, Adapter, Limits, Mode, System
from connectors.systems import system
from connectors.transport.egress import Egress
from connectors.transport.exchange import Exchange
from connectors.transport.http import Http
from connectors.transport.pace import Pace, Rule
from connectors.transport.wire import WayOut
from tenants.scoping import tenant_scope
from tenants.secrets import digest


def dial(connection: Connection, observe: Callable[[Exchange], None] | None = None) -> Adapter:
    """Secrets are opened in a scope that closes before anything is called."""
    of = system(connection.system)
    with tenant_scope(_tenant(connection)):
        secrets = connection.open_secrets()
    account = Account(
        system=of.slug,
        mode=Mode(connection.mode),
        secrets=secrets,
        settings=connection.settings,
        http=Http(out=way_out(), system=of.slug, pace=pace(connection, of, secrets), observe=observe),
        now=timezone.now,
        name=connection.name,
        tokens=TokenRow(_tenant(connection), connection.pk),
    )
    return of.open(account)


def ping(connection: Connection) -> None:
    """Outside of any transaction; its result is stored in one of its own."""
    exchanges: list[Exchange] = []
    found = tuple(dial(connection, exchanges.append).ping())
    with tenant_scope(_tenant(connection)):
        Attempt.keep(connection, "ping", exchanges)
        connection.note_ping(found)


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
