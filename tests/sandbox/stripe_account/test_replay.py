"""Seed, script and traffic decide a run completely; and whatever business is done, the account adds up."""

from __future__ import annotations

import json
from typing import Any

import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.sandbox.limits import Limit
from connectors.sandbox.stage import Stage
from connectors.sandbox.world import Row, World
from connectors.systems.stripe.sandbox import SIMULATOR
from connectors.systems.stripe.sandbox.books import Books
from connectors.systems.stripe.sandbox.check import check
from connectors.systems.stripe.sandbox.refusal import Refusal
from tests.sandbox.stripe_account.conftest import START, VERSION


def run(seed: int) -> list[tuple[int, bytes]]:
    """The same traffic against a fresh account, with one call in three going wrong."""
    seen: list[tuple[int, bytes]] = []
    with Stage([SIMULATOR], seed=seed) as stage, requests.Session() as session:
        world = stage.world("stripe", "acme", clock=START)
        stage.limit(world, Limit())
        stage.fault("error", probability="0.15", times=0, status=503)
        stage.fault("error_after_commit", probability="0.15", times=0, status=500)
        session.auth = (stage.credentials(world)["secret_key"], "")
        session.headers["Stripe-Version"] = VERSION
        for number in range(30):
            url = f"{stage.base('stripe')}/v1/customers"
            headers = {"Idempotency-Key": f"k{number // 2}"}
            answer = session.post(url, {"name": f"c{number // 2}"}, headers=headers, timeout=5)
            seen.append((answer.status_code, answer.content))
            stage.advance(7)
    return seen


def test_a_run_replays_to_the_byte() -> None:
    assert run(5) == run(5)
    assert [status for status, _ in run(5)] != [status for status, _ in run(6)]


def test_a_kept_month_is_json_and_goes_on_with_the_same_ids() -> None:
    with Stage([SIMULATOR]) as stage:
        world = stage.world("stripe", "northmoor", story="northmoor", clock=START)
        kept = json.loads(json.dumps(world.snapshot()))
        again = stage.adopt({**kept, "name": "northmoor"})
        first = stage.act(again, "new_customer", name="next")["id"]
        assert stage.act(stage.adopt(kept), "new_customer", name="next")["id"] == first
        assert stage.check(again) == []


ACTS = st.sampled_from(
    (
        "new_invoice pay_part pay pay_debit charge charge_jpy refund fail_refund dispute escalate win lose "
        "payout manual_payout fail_payout bounce void credit day"
    ).split()
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.tuples(ACTS, st.integers(0, 9)), min_size=10, max_size=60))
def test_whatever_is_done_the_account_adds_up(steps: list[tuple[str, int]]) -> None:
    stage = Stage([SIMULATOR])
    world = stage.world("stripe", "acme", clock=START)
    customer = stage.act(world, "new_customer")["id"]
    for what, which in steps:
        try:
            DO[what](stage, world, customer, which)
        except (Refusal, ValueError, LookupError):
            continue  # the vendor says no: then nothing must have changed half-way
        finally:
            assert check(world) == []
    stage.wire.stop()


def _one(world: World, table: str, which: int, **wanted: Any) -> Row:
    rows = Books(world, False).where(table, **wanted)
    return rows[which % len(rows)] if rows else rows[0]


def _charge(world: World, which: int) -> str:
    return str(_one(world, "charges", which, status="succeeded")["id"])


def _open(world: World, which: int) -> str:
    return str(_one(world, "invoices", which, status="open")["id"])


DO: dict[str, Any] = {
    "new_invoice": lambda s, w, c, n: s.act(
        w, "new_invoice", customer=c, amount=1_000 * n + 60, currency="usd"
    ),
    "pay": lambda s, w, c, n: s.act(w, "pay_invoice", invoice=_open(w, n)),
    "pay_part": lambda s, w, c, n: s.act(w, "pay_invoice", invoice=_open(w, n), amount=500 * n + 50),
    "pay_debit": lambda s, w, c, n: s.act(w, "pay_invoice", invoice=_open(w, n), method="us_bank_account"),
    "charge": lambda s, w, c, n: s.act(w, "charge", amount=777 * n + 50, currency="usd"),
    "charge_jpy": lambda s, w, c, n: s.act(w, "charge", amount=1_001 * n + 50, currency="jpy"),
    "refund": lambda s, w, c, n: s.act(w, "refund", charge=_charge(w, n), amount=100 * n or None),
    "fail_refund": lambda s, w, c, n: s.act(w, "fail_refund", refund=_one(w, "refunds", n)["id"]),
    "dispute": lambda s, w, c, n: s.act(w, "open_dispute", charge=_charge(w, n), inquiry=n == 0),
    "win": lambda s, w, c, n: s.act(w, "win_dispute", dispute=_one(w, "disputes", n)["id"], return_fee=n > 5),
    "escalate": lambda s, w, c, n: s.act(w, "escalate_dispute", dispute=_one(w, "disputes", n)["id"]),
    "lose": lambda s, w, c, n: s.act(w, "lose_dispute", dispute=_one(w, "disputes", n)["id"]),
    "payout": lambda s, w, c, n: s.act(w, "run_payout"),
    "manual_payout": lambda s, w, c, n: s.act(
        w, "run_payout", kind=("manual", "instant")[n % 2], amount=100 * n + 100
    ),
    "fail_payout": lambda s, w, c, n: s.act(w, "fail_payout", payout=_one(w, "payouts", n)["id"]),
    "bounce": lambda s, w, c, n: s.act(w, "debit_fails", charge=_charge(w, n)),
    "void": lambda s, w, c, n: s.act(w, "void_invoice", invoice=_open(w, n)),
    "credit": lambda s, w, c, n: s.act(w, "credit_invoice", invoice=_open(w, n), amount=100 * n + 1),
    "day": lambda s, w, c, n: s.advance(86_400 * (n % 4) + 3),
}
