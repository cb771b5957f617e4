"""The demo company at the vendor: a month of business that adds up."""

from __future__ import annotations

from collections import Counter

from connectors.sandbox.stage import Stage
from connectors.sandbox.world import World
from connectors.systems.stripe.sandbox.books import Books
from tests.sandbox.stripe_account.conftest import START


def told(stage: Stage) -> World:
    return stage.world("stripe", "northmoor", story="northmoor", clock=START)


def test_the_month_adds_up(stage: Stage) -> None:
    assert stage.check(told(stage)) == []


def test_every_kind_of_thing_has_happened(stage: Stage) -> None:
    books = Books(told(stage), False)
    statuses = Counter(row["status"] for row in books.table("payouts").values())
    assert statuses["paid"] >= 5 and statuses["failed"] == 1
    assert {row["status"] for row in books.table("disputes").values()} == {"won", "lost"}
    assert len(books.table("refunds")) == 2
    assert {row["status"] for row in books.table("invoices").values()} == {"open", "paid"}
    assert any(
        fee["type"] == "tax"
        for row in books.table("balance_transactions").values()
        for fee in row["fee_details"]
    )


def test_it_ends_now_and_the_clock_goes_on_as_before(stage: Stage) -> None:
    world = told(stage)
    assert world.clock.time() == START
    assert max(row["created"] for row in Books(world, False).table("events").values()) <= START


def test_customers_known_by_their_mail_only(stage: Stage) -> None:
    world = stage.world("stripe", "unlinked", story="customers", clock=START)
    rows = Books(world, False).table("customers").values()
    assert len(rows) == 14 and not any(row["metadata"] for row in rows)
