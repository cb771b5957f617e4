"""How rows are kept: the world holds plain JSON, so exact amounts rest there as text and wake as Decimal.

A row stands in its kind's table under the key that the kind's own key fields spell.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

Row = dict[str, Any]


def key_of(*parts: object) -> str:
    return "|".join(str(part) for part in parts)


def digits(amount: Decimal) -> str:
    """One spelling for one value: 1080.00 and 1080 are the same amount."""
    return format(amount.normalize(), "f")


def plain(value: Any) -> Any:
    """The same value as the world may keep it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [plain(part) for part in value]
    return value
