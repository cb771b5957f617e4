"""Searching and paging over rows, the same for both list transports: filters joined by AND, one window at a time.

A filter is `field,op,value,literal`; a range is `field,rg,from,literal,to,literal`. There is no OR and no escape.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Any

from connectors.sandbox.kit import Lens
from connectors.systems.qad.sandbox.dates import DAY
from connectors.systems.qad.sandbox.fields import Field
from connectors.systems.qad.sandbox.refusals import Denied
from connectors.systems.qad.sandbox.store import Row

COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda value, asked: bool(value == asked),
    "gt": lambda value, asked: bool(value > asked),
    "ge": lambda value, asked: bool(value >= asked),
    "lt": lambda value, asked: bool(value < asked),
    "le": lambda value, asked: bool(value <= asked),
}
MATCH: dict[str, Callable[[str, str], bool]] = {
    "sw": str.startswith,
    "ew": str.endswith,
    "cn": lambda value, asked: asked in value,
}


@dataclass(frozen=True)
class Test:
    field: Field
    holds: Callable[[Any], bool]

    def passes(self, row: Mapping[str, Any], ignore_case: bool) -> bool:
        value = comparable(self.field, row.get(self.field.name), ignore_case)
        return value is not None and self.holds(value)


def tests(filters: Iterable[str], columns: Mapping[str, Field], ignore_case: bool) -> list[Test]:
    return [_test(text.split(","), columns, ignore_case) for text in filters]


def window(rows: Sequence[Row], start: int, size: int, lens: Lens, now: float, shift: int) -> list[Row]:
    """One page, as the lens and the moving of rows let it be seen."""
    seen = [row for row in rows if not lens.hides(row.get("born", 0), now)]
    begin = lens.start(max(0, start + shift) if start else 0)
    return seen[begin : begin + size]


def comparable(field: Field, value: Any, ignore_case: bool) -> Any:
    """A stored value, or one from a filter, as something that can be put in order."""
    if value is None:
        return None
    match field.type:
        case "amount" | "integer":
            return Decimal(str(value))
        case "day":
            found = DAY.fullmatch(str(value))
            return date.fromisoformat(found[1]) if found else None
        case "flag":
            return str(value).lower() == "true"
    return str(value).casefold() if ignore_case else str(value)


def _test(parts: list[str], columns: Mapping[str, Field], ignore_case: bool) -> Test:
    field = columns.get(parts[0])
    if field is None:
        raise Denied(
            HTTPStatus.BAD_REQUEST, f"Field {parts[0]} does not exist or cannot be filtered.", parts[0]
        )
    match parts[1:]:
        case ["rg", low, "literal", high, "literal"]:
            bottom, top = (_asked(field, text, ignore_case) for text in (low, high))
            return Test(field, lambda value: bool(bottom <= value <= top))
        case [op, text, "literal"] if op in COMPARE:
            asked = _asked(field, text, ignore_case)
            return Test(field, lambda value: COMPARE[op](value, asked))
        case [op, text, "literal"] if op in MATCH and field.type == "text":
            asked = _asked(field, text, ignore_case)
            return Test(field, lambda value: MATCH[op](value, asked))
    raise Denied(HTTPStatus.BAD_REQUEST, f"Filter {','.join(parts)} is invalid.", parts[0])


def _asked(field: Field, text: str, ignore_case: bool) -> Any:
    try:
        asked = comparable(field, text, ignore_case)
    except (InvalidOperation, ValueError):
        asked = None
    if asked is None:
        raise Denied(HTTPStatus.BAD_REQUEST, f"Value {text} is invalid for {field.name}.", field.name)
    return asked
