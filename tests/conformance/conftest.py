"""Each check runs for every system that the registry finds, against its simulator, over HTTP."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.sandbox.control import control
from connectors.sandbox.stage import Stage
from connectors.systems import systems
from tests.conformance.stand import Stand


@pytest.fixture(params=[one.slug for one in systems()])
def stand(request: pytest.FixtureRequest) -> Iterator[Stand]:
    with standing(request.param) as made:
        yield made


@pytest.fixture(params=[one.slug for one in systems() if one.webhooks])
def knocker(request: pytest.FixtureRequest) -> Iterator[Stand]:
    """A system that can push; the others say that they cannot by having no webhooks."""
    with standing(request.param) as made:
        yield made


@contextmanager
def standing(slug: str) -> Iterator[Stand]:
    module = importlib.import_module(f"tests.conformance.stands.{slug}")
    with Stage([module.SIMULATOR], seed=11, control=control) as stage:
        made: Stand = module.stand(stage)
        yield made
        assert stage.bugs == []
        assert stage.check(made.world) == []
