"""One simulated Stripe account over real HTTP: the official library on it, and plain requests beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import stripe

from connectors.sandbox.control import control
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox import SIMULATOR

VERSION = "2026-10-28.endive"
START = 1_762_300_000  # 2025-11-04 23:46:40 UTC


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage([SIMULATOR], seed=3, control=control) as stage:
        yield stage
        for world in stage.all_worlds():
            assert stage.check(world) == []
    assert stage.bugs == []


@pytest.fixture
def acme(stage: Stage) -> World:
    """Its clock stands still unless a test moves it, so nothing happens by itself; and it takes any number of calls."""
    world = stage.world("stripe", "acme", clock=START)
    stage.limit(world, Limit())
    return world


@pytest.fixture
def keys(stage: Stage, acme: World) -> dict[str, str]:
    return dict(stage.credentials(acme))


def client_for(base: str, key: str) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        base_addresses={"api": base},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=5),
    )


@pytest.fixture
def client(stage: Stage, keys: dict[str, str]) -> stripe.StripeClient:
    return client_for(stage.base("stripe"), keys["secret_key"])


Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(stage: Stage, keys: dict[str, str]) -> Ask:
    """`ask("POST", "/customers", {"name": "x"}, key=…)` with Basic authentication, as the product does it."""

    def ask(
        method: str, path: str, form: Any = None, *, key: str = "secret_key", **headers: str
    ) -> requests.Response:
        names = {
            "Stripe-Version": VERSION,
            **{name.replace("_", "-"): text for name, text in headers.items()},
        }
        where = {"params": form} if method == "GET" else {"data": form}
        url = f"{stage.base('stripe')}/v1{path}"
        return requests.request(method, url, auth=(keys.get(key, key), ""), headers=names, timeout=5, **where)

    return ask


@pytest.fixture
def act(stage: Stage, acme: World) -> Callable[..., Any]:
    def act(name: str, /, **args: Any) -> Any:
        return stage.act(acme, name, **args)

    return act


@pytest.fixture
def customer(act: Callable[..., Any]) -> str:
    return str(act("new_customer", name="Harbor Tooling GmbH", email="ap@harbor-tooling.example")["id"])
