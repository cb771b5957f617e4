"""What is measured of connectors, each beside its floor in the same run."""

from __future__ import annotations

from connectors.benches import pace
from tenants.benches.measure import Bench

BENCHES: dict[str, Bench] = {"pace": pace.run}
