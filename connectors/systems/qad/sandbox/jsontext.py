"""JSON with exact numbers: a Decimal is written digit by digit and read back as the very same Decimal.

The standard library would need a float in between.
"""

from __future__ import annotations

import json
import re
import secrets
from decimal import Decimal
from typing import Any, NoReturn

# the library's fast encoder writes a Decimal as marked text, and the quotes come off afterwards; nobody can guess the mark
MARK = secrets.token_hex(12)
MARKED = re.compile(f'"{MARK}([^"]*)"')


def written(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_marked)
    return MARKED.sub(r"\1", text)


def understood(body: bytes) -> Any:
    """Raises ValueError for what is not JSON, NaN and the infinities included."""
    return json.loads(body, parse_float=Decimal, parse_constant=_no_number)


def _marked(value: Any) -> str:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON")
    return f"{MARK}{value:f}"


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")
