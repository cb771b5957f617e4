"""A stage with one small vendor, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.sandbox.control import control
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.sandbox.shop import SHOP


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage([SHOP], seed=7, control=control) as stage:
        yield stage
    assert stage.bugs == []


@pytest.fixture
def acme(stage: Stage) -> World:
    return stage.world("shop", "acme")


@pytest.fixture
def things(stage: Stage, acme: World) -> str:
    return f"{stage.base('shop')}/t/acme/things"
