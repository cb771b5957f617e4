"""Tokens age, are revoked and rotate as the policy says."""

from __future__ import annotations

import pytest

from connectors.sandbox import tokens
from connectors.sandbox.clock import Clock
from connectors.sandbox.world import World


@pytest.fixture
def world() -> World:
    return World("shop", "acme", clock=Clock(1_762_300_000, frozen=True))


def test_an_access_token_ends_with_its_lifetime(world: World) -> None:
    tokens.set_policy(world, access_seconds=60)
    pair = tokens.issue(world, "anna")
    world.clock.advance(59)
    assert tokens.subject_of(world, pair.access) == "anna"
    world.clock.advance(1)
    assert tokens.subject_of(world, pair.access) is None


def test_an_idle_token_ends_earlier(world: World) -> None:
    tokens.set_policy(world, idle_seconds=10)
    pair = tokens.issue(world, "anna")
    world.clock.advance(9)
    assert tokens.subject_of(world, pair.access)
    world.clock.advance(11)
    assert tokens.subject_of(world, pair.access) is None


def test_strict_rotation_takes_the_old_refresh_token_at_once(world: World) -> None:
    tokens.set_policy(world, rotate="strict")
    pair = tokens.issue(world, "anna")
    assert tokens.refresh(world, pair.refresh)
    assert tokens.refresh(world, pair.refresh) is None


def test_rotation_with_grace_forgives_a_lost_answer(world: World) -> None:
    tokens.set_policy(world, rotate="grace", grace_seconds=100)
    pair = tokens.issue(world, "anna")
    assert tokens.refresh(world, pair.refresh)
    world.clock.advance(99)
    assert tokens.refresh(world, pair.refresh)
    world.clock.advance(1)
    assert tokens.refresh(world, pair.refresh) is None


def test_without_rotation_the_refresh_token_stays(world: World) -> None:
    pair = tokens.issue(world, "anna")
    again = tokens.refresh(world, pair.refresh)
    assert again and again.refresh == pair.refresh and again.access != pair.access


def test_revocation_ends_the_whole_family(world: World) -> None:
    pair, other = tokens.issue(world, "anna"), tokens.issue(world, "ben")
    assert tokens.revoke(world, pair.access) == 2
    assert tokens.refresh(world, pair.refresh) is None
    assert tokens.subject_of(world, other.access) == "ben"
