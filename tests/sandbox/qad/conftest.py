"""A simulated QAD over real HTTP, standing at noon of 15 May 2026, signed in to the main company."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.control import control
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.qad.sandbox import SIMULATOR
from tests.sandbox.qad.client import Qad
from tests.sandbox.qad.records import CUSTOMER_DOMAIN, customer, relation, supplier

NOON = datetime(2026, 5, 15, 12, tzinfo=UTC).timestamp()


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage([SIMULATOR], seed=7, control=control) as stage:
        yield stage
    assert stage.bugs == []


@pytest.fixture
def world(stage: Stage) -> World:
    world = World("qad", "acme", 7, Clock(NOON, frozen=True))
    SIMULATOR.furnish(world)
    stage.worlds["qad"]["acme"] = world
    return world


@pytest.fixture
def stranger(stage: Stage, world: World) -> Qad:
    """Not signed in yet."""
    return Qad(stage, world)


@pytest.fixture
def qad(stranger: Qad) -> Iterator[Qad]:
    """Signed in, with customers C1 (USD) and C2 (EUR) and supplier S1; the books are proved afterwards."""
    assert stranger.sign_in().status_code == 200
    for code, currency in (("C1", "USD"), ("C2", "EUR")):
        stranger.post("businessRelationV2s", relation(code))
        stranger.post("customerV2s", customer(code, currencyCode=currency))
        stranger.post("mfgCustomers", {**CUSTOMER_DOMAIN, "customerCode": code})
    stranger.post("businessRelationV2s", relation("S1"))
    stranger.post("supplierV2s", supplier("S1"))
    yield stranger
    assert stranger.stage.check(stranger.world) == []
