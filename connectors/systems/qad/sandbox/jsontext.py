"""JSON with exact numbers: a Decimal is written digit by digit and read back as the very same Decimal.

The standard library would need a float in between.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(name)}:{written(part)}" for name, part in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(written(part) for part in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def understood(body: bytes) -> Any:
    """Raises ValueError for what is not JSON, NaN and the infinities included."""
    return json.loads(body, parse_float=Decimal, parse_constant=_no_number)


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
