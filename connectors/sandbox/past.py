"""What worlds looked like a while ago, for reads that are to be stale."""

from __future__ import annotations

import copy
from typing import Any

from connectors.sandbox.world import World


class Past:
    def __init__(self) -> None:
        self._states: dict[tuple[str, str], list[tuple[float, dict[str, Any]]]] = {}

    def note(self, world: World) -> None:
        states = self._states.setdefault((world.system, world.name), [])
        states.append((world.clock.time(), copy.deepcopy(world.state)))

    def of(self, world: World, seconds: float) -> dict[str, Any]:
        """The state of so long ago; the oldest known when nothing is that old."""
        states = self._states.get((world.system, world.name), [])
        old = [state for at, state in states if at <= world.clock.time() - seconds]
        return old[-1] if old else states[0][1] if states else world.state
