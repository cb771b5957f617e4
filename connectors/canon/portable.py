"""Records as plain JSON and back, exactly, and the fingerprint of what they say.

What is stored, sealed, compared and approved goes through here, so the text form is one: sorted, decimal, unambiguous.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from connectors.canon.kind import NOT_CONTENT, Code, Kind, Part, Ref, kind_named, shapes
from connectors.canon.money import Money, Unfit, parse_decimal, parse_money, plain, shortest
from connectors.canon.shape import Coded, Link, Many, Maybe, Nested, Plain, Shape

KIND = "kind"
RESOLVED = "resolved"


@dataclass(frozen=True)
class _Style:
    digits: Callable[[Decimal], str]
    brief: bool
    """Leave out what is only a default, so that a field added later changes no stored fingerprint."""


EXACT = _Style(plain, brief=False)
ESSENCE = _Style(shortest, brief=True)


def to_json(body: Kind) -> dict[str, Any]:
    return {KIND: type(body).__name__, **_write_part(body, EXACT)}


def from_json(data: Any) -> Kind:
    """The record that `to_json` wrote. Unknown kinds and fields, and missing ones, are named."""
    if not isinstance(data, dict) or not isinstance(data.get(KIND), str):
        raise Unfit("a record as JSON names its kind")
    cls = kind_named(data[KIND])
    made = _read_part(cls, {name: value for name, value in data.items() if name != KIND}, cls.__name__)
    assert isinstance(made, Kind)
    return made


def fingerprint(body: Kind) -> str:
    """SHA-256 over what the record says: not over its id, number, version, change time or address.

    Two records that say the same have the same one, whichever system states them: that is how an echo is recognised.
    """
    content = _unresolved({k: v for k, v in _write_part(body, ESSENCE).items() if k not in NOT_CONTENT})
    text = json.dumps(
        [type(body).__name__, content], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def _unresolved(value: Any) -> Any:
    """A reference says the same before and after it is marked as resolved."""
    if isinstance(value, dict):
        return {name: _unresolved(inner) for name, inner in value.items() if name != RESOLVED}
    if isinstance(value, list):
        return [_unresolved(inner) for inner in value]
    return value


def _write_part(body: Part, style: _Style) -> dict[str, Any]:
    kept = body.__dict__.items()
    if style.brief:
        defaults = {f.name: f.default for f in fields(body)}
        kept = {name: value for name, value in kept if value != defaults[name]}.items()
    return {name: _write(value, style) for name, value in kept}


def _write(value: Any, style: _Style) -> Any:
    match value:
        case StrEnum():
            return value.value
        case None | bool() | int() | str():
            return value
        case Money():
            return f"{style.digits(value.amount)} {value.currency}"
        case Decimal():
            return style.digits(value)
        case datetime() | date():
            return value.isoformat()
        case tuple():
            return [_write(one, style) for one in value]
        case Ref():
            return {"ref": value.kind.__name__, "id": value.id, RESOLVED: value.resolved}
        case Code():
            return {
                "code": value.key,
                "table": value.table,
                "or_else": list(value.or_else),
                RESOLVED: value.resolved,
            }
    return _write_part(value, style)


def _read_part(cls: type[Part], data: Any, where: str) -> Part:
    if not isinstance(data, dict):
        raise Unfit("an object was expected", where)
    known = shapes(cls)
    for name in data:
        if name not in known:
            raise Unfit("no such field", f"{where}.{name}")
    values = {name: _read(known[name], value, f"{where}.{name}") for name, value in data.items()}
    try:
        return cls(**values)
    except TypeError as missing:
        raise Unfit(str(missing).partition(") ")[2] or str(missing), where) from None


def _read(shape: Shape, data: Any, where: str) -> Any:
    match shape:
        case Maybe(of):
            return None if data is None else _read(of, data, where)
        case Many(of):
            if not isinstance(data, list):
                raise Unfit("a list was expected", where)
            return tuple(_read(of, one, where) for one in data)
        case Nested(cls):
            return _read_part(cls, data, where)
        case Link():
            return Ref(kind_named(_text(data, "ref", where)), _text(data, "id", where), _flag(data, where))
        case Coded():
            wider = tuple(data.get("or_else", ())) if isinstance(data, dict) else ()
            return Code(_text(data, "table", where), _text(data, "code", where), wider, _flag(data, where))
        case Plain(allowed):
            return _read_plain(allowed, data, where)


def _read_plain(allowed: tuple[type, ...], data: Any, where: str) -> Any:
    first = allowed[0]
    if first in (bool, int, str):
        return data
    if not isinstance(data, str):
        raise Unfit(f"text was expected for a {first.__name__}", where)
    try:
        if first is Money:
            amount, _, currency = data.partition(" ")
            return parse_money(amount, currency)
        if first is Decimal:
            return parse_decimal(data)
        if first is datetime and (len(allowed) == 1 or len(data) > 10):
            return datetime.fromisoformat(data)
        if first in (date, datetime):
            return date.fromisoformat(data)
        return first(data)
    except ValueError as odd:
        raise Unfit(getattr(odd, "why", f"{data[:40]!r} is not a {first.__name__}"), where) from None


def _text(data: Any, name: str, where: str) -> str:
    value = data.get(name) if isinstance(data, dict) else None
    if not isinstance(value, str):
        raise Unfit(f"{name} is missing", where)
    return value


def _flag(data: dict[str, Any], where: str) -> bool:
    value = data.get(RESOLVED, False)
    if not isinstance(value, bool):
        raise Unfit("resolved is yes or no", where)
    return value
