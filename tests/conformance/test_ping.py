"""Ping: a healthy account is green; one broken thing turns just its own check red, with a remedy to act on."""

from __future__ import annotations

import importlib

import pytest

from connectors.system import Check
from connectors.systems import systems
from tests.conformance.conftest import standing
from tests.conformance.stand import Broken, Stand

BROKEN: list[tuple[str, Broken]] = [
    (one.slug, broken)
    for one in systems()
    for broken in importlib.import_module(f"tests.conformance.stands.{one.slug}").BROKEN
]


def red(checks: list[Check]) -> dict[str, str]:
    return {check.name: check.remedy for check in checks if check.colour == "red"}


def test_a_healthy_account_has_no_red_check(stand: Stand) -> None:
    stand.healthy()
    checks = list(stand.adapter().ping())
    assert red(checks) == {}
    assert len({check.name for check in checks}) == len(checks)
    assert all(check.label and check.seen for check in checks)


@pytest.mark.parametrize(("slug", "broken"), BROKEN, ids=lambda one: getattr(one, "what", one))
def test_one_broken_thing_turns_just_its_own_check_red(slug: str, broken: Broken) -> None:
    with standing(slug) as stand:
        stand.healthy()
        changes = broken.breaks(stand) or {}
        found = red(list(stand.adapter(changes.get("secrets"), **changes.get("settings", {})).ping()))
    assert set(found) == {broken.turns}
    assert len(found[broken.turns].split()) >= 4, "a remedy is a sentence"
