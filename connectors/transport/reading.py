"""JSON as money needs it: decimals exact in both directions, and nothing accepted that two readers could read in two ways."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

DEPTH_MAX = 100
EXPONENT_MAX = 40
NUMBER_CHARS_MAX = 100


class NotJson(ValueError):
    """The text is not the JSON it should be. Carries the reason, never the text."""


def load(raw: bytes) -> Any:
    """The value of a JSON text, or NotJson: cut short, doubled keys, NaN, absurd numbers, absurd depth."""
    if not _is_shallow(raw):
        raise NotJson("it is cut short or nested too deep")
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
    except NotJson:
        raise
    except UnicodeDecodeError:
        raise NotJson("it is not UTF-8") from None
    except RecursionError:
        raise NotJson("it is nested too deep") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"it stops making sense at character {error.pos}") from None
    except ValueError:
        raise NotJson("a number in it has too many digits") from None


def dump(value: Any) -> str:
    """JSON text with Decimals as plain numbers. A float is refused: near money it is a mistake."""
    match value:
        case None | bool() | str() | int():
            return json.dumps(value, ensure_ascii=False)
        case Decimal() if value.is_finite():
            return format(value, "f")
        case date():
            return json.dumps(value.isoformat())
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(k))}:{dump(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(dump(item) for item in value) + "]"
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a document")


def _decimal(text: str) -> Decimal:
    if len(text) > NUMBER_CHARS_MAX:
        raise NotJson("a number in it has too many digits")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise NotJson("a number in it is out of range") from None
    if abs(number.adjusted()) > EXPONENT_MAX:
        raise NotJson("a number in it is out of range")
    return number


def _no_constant(name: str) -> Any:
    raise NotJson(f"it contains {name}, which is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise NotJson("it states one name twice")
    return made


_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_ALL_BUT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _is_shallow(raw: bytes) -> bool:
    """Bracket pairs are folded away level by level, at the speed of C; strings are looked at only when they disturb."""
    return _folds(raw) or _folds(_STRING.sub(b"", raw))


def _folds(raw: bytes) -> bool:
    brackets = raw.translate(None, _ALL_BUT_BRACKETS)
    for _ in range(DEPTH_MAX):
        folded = brackets.replace(b"[]", b"").replace(b"{}", b"")
        if len(folded) == len(brackets):
            break
        brackets = folded
    return not brackets
