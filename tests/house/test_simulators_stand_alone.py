"""An adapter and its simulator share no code: they would share their misunderstandings."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SYSTEMS = Path(__file__).resolve().parent.parent.parent / "connectors" / "systems"
SIMULATORS = sorted(SYSTEMS.glob("*/sandbox"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("folder", SIMULATORS, ids=lambda folder: folder.parent.name)
def test_a_simulator_uses_the_kit_and_itself_only(folder: Path) -> None:
    own = f"connectors.systems.{folder.parent.name}.sandbox"
    for path in folder.rglob("*.py"):
        ours = {name for name in imported(path) if name.startswith("connectors")} - {
            "connectors",
            "connectors.sandbox",
        }
        strangers = {name for name in ours if not name.startswith(("connectors.sandbox.", own))}
        assert strangers == set(), path.name


@pytest.mark.parametrize("folder", SIMULATORS, ids=lambda folder: folder.parent.name)
def test_an_adapter_knows_nothing_of_simulators(folder: Path) -> None:
    for path in folder.parent.rglob("*.py"):
        if folder not in path.parents:
            assert not [name for name in imported(path) if "sandbox" in name.split(".")], path.name
