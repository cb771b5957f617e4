"""No binary fraction is written, named or made anywhere that money passes through."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "connectors"
FILES = sorted(path for room in ("canon", "flows") for path in (ROOT / room).rglob("*.py"))


def floats(source: str) -> list[int]:
    return sorted(
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and "amount" in ast.dump(node.left))
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_float_is_near_money(path: Path) -> None:
    assert floats(path.read_text()) == []


def test_the_search_finds_what_it_is_for() -> None:
    assert floats("x = 1.5\ny = float('2')\nz = money.amount / 3\n") == [1, 2, 3]
    assert floats("x = Decimal('1.5')\ny = a // 3\n") == []
