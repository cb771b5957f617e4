"""What several processes share of one connection: its token, refreshed once, and its pace, kept together."""

from __future__ import annotations

import pytest

from connectors.models import Connection, TokenRow
from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from tests.engine.conftest import Run

CALLER = "tests.engine.caller"


def finished(processes) -> list[str]:  # type: ignore[no-untyped-def]
    return [process.communicate(timeout=120)[0] for process in processes]


def test_eight_processes_that_find_no_token_sign_in_once(run: Run, stage: Stage, world: World) -> None:
    assert finished(run(CALLER, 8, "1")) == ["done\n"] * 8
    given = [token for token in world.state["tokens"].values() if token["kind"] == "access"]
    assert len(given) == 1


def test_four_processes_keep_the_pace_together(run: Run, stage: Stage, world: World) -> None:
    """Each alone would go at five a second; beyond ten the simulator would turn them away. `bench pace` says how near."""
    stage.limit(world, Limit(per_second=10))
    assert finished(run(CALLER, 4, "10")) == ["done\n"] * 4
    meter = stage.meter(world)
    assert (meter.turned_away, meter.most_in(1.0) <= 10) == ([], True)


def test_a_refresh_that_somebody_else_holds_is_waited_for_with_a_limit(qad: Connection, run: Run) -> None:
    store = TokenRow(qad.tenant_id, qad.pk)
    with store.locked(1.0):
        (waiting,) = run("tests.engine.impatient", 1)
        assert "TryLater" in finished([waiting])[0]


def test_tokens_are_not_refreshed_inside_another_transaction(qad: Connection) -> None:
    from django.db import transaction

    with (
        transaction.atomic(),
        pytest.raises(RuntimeError, match="outside"),
        TokenRow(qad.tenant_id, qad.pk).locked(1),
    ):
        pass
