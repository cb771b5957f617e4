"""Simulators are found by their place in the tree."""

from __future__ import annotations

import pytest

from connectors.sandbox.found import simulators


def test_an_unknown_system_is_refused_by_name() -> None:
    with pytest.raises(LookupError, match="no simulator for nosuch"):
        simulators("nosuch")


def test_every_simulator_is_found_under_its_own_name() -> None:
    found = simulators()
    assert len({simulator.slug for simulator in found}) == len(found)
    assert all([simulator] == simulators(simulator.slug) for simulator in found)
