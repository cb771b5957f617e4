"""Systems are found by their folder, and each says enough of itself to be shown and opened."""

import re
from pathlib import Path

import pytest

import connectors.systems
from connectors.system import System
from connectors.systems import system, systems

HERE = Path(connectors.systems.__file__).parent


def test_systems_are_found_by_their_folders() -> None:
    assert {"qad", "stripe"} <= {one.slug for one in systems()}


def test_an_unknown_system_is_named_with_those_that_exist() -> None:
    with pytest.raises(LookupError, match=r"'sap'; there are: .*stripe"):
        system("sap")


@pytest.mark.parametrize("one", systems(), ids=lambda one: one.slug)
def test_a_system_explains_every_credential(one: System) -> None:
    guide = (HERE / one.slug / one.guide).read_text(encoding="utf-8")
    assert "## What a red check means" in guide
    assert all(credential.label and (credential.help or credential.example) for credential in one.credentials)
    assert all(re.compile(credential.pattern) for credential in one.credentials if credential.pattern)
