"""What must be done every few seconds or hours whoever is there to do it: each worker looks in its idle loop, one of them does it.

No process of its own and no schedule: a worker that dies takes nothing along, for the next look of any other finds the chore due.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from tenants import sealer
from tenants.models import Tenant

log = logging.getLogger(__name__)


@dataclass
class Chore:
    """Doing it twice must be harmless: every worker keeps its own time."""

    name: str
    every_seconds: float
    act: Callable[[], object]
    last: float = float("-inf")


CHORES = [
    Chore("seal the audit trails", 5, sealer.seal_all),
    Chore("end tenants whose grace is over", 3600, Tenant.destroy_due),
]


def run_due() -> None:
    """A chore that fails is told in the log and tried again at its next time; it never stops the worker."""
    now = time.monotonic()
    for chore in CHORES:
        if now - chore.last >= chore.every_seconds:
            chore.last = now
            try:
                chore.act()
            except Exception:
                log.exception("could not %s", chore.name)
