"""What a record's fields may hold: type, longest text, mandatory or read-only.

A name ending in `!` is mandatory on create, one ending in `?` is read-only; the tables of kinds read like the manual so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.systems.qad.sandbox.dates import day_of, stamp
from connectors.systems.qad.sandbox.refusals import Complaint, Refused, refuse
from connectors.systems.qad.sandbox.store import Row, digits


@dataclass(frozen=True)
class Field:
    name: str
    type: str
    length: int = 0
    mandatory: bool = False
    read_only: bool = False
    parts: tuple[Field, ...] = ()
    """The fields of a line, or of a nested address."""


Fields = tuple[Field, ...]

DIGITS_MAX = 30

BLANK: dict[str, Any] = {"text": "", "integer": 0, "amount": "0", "flag": False, "day": None}


def text(length: int, *names: str) -> Iterator[Field]:
    return (_field(name, "text", length) for name in names)


def integers(*names: str) -> Iterator[Field]:
    return (_field(name, "integer") for name in names)


def amounts(*names: str) -> Iterator[Field]:
    return (_field(name, "amount") for name in names)


def flags(*names: str) -> Iterator[Field]:
    return (_field(name, "flag") for name in names)


def days(*names: str) -> Iterator[Field]:
    return (_field(name, "day") for name in names)


def codes(name: str) -> Field:
    """A list of codes that the instance keeps itself."""
    return Field(name, "codes", read_only=True)


def rows(name: str, parts: Fields) -> Field:
    return Field(name, "rows", parts=parts)


def nested(name: str, parts: Fields) -> Field:
    return Field(name, "object", parts=parts)


def _field(name: str, type: str, length: int = 0) -> Field:
    return Field(name.rstrip("!?"), type, length, name.endswith("!"), name.endswith("?"))


CUSTOM: Fields = (
    *text(20, *(f"customShort{n}" for n in range(20))),
    *text(20, *(f"customCombo{n}" for n in range(15))),
    *text(255, "customLong0", "customLong1", "customNote"),
    *amounts(*(f"customDecimal{n}" for n in range(5))),
    *integers(*(f"customInteger{n}" for n in range(5))),
    *days(*(f"customDate{n}" for n in range(6))),
)

HOUSEKEEPING: Fields = (
    *text(200, "uri?", "instanceURI?"),
    *text(1, "dataOperation", "changeStatus"),
    *text(40, "concurrencyHash"),
    *text(80, "disallowedActions?", "disallowedActionsMessage?", "lastModifiedUser?"),
    *days("lastModifiedDate?"),
    *integers("lastModifiedTime?"),
)


def read(fields: Fields, payload: Row, *, where: str = "") -> Row:
    """The payload as a whole record: what it leaves out is blank, what it may not say is not heard."""
    complaints: list[Complaint] = []
    record: Row = {}
    for field in fields:
        if field.read_only:
            continue
        try:
            record[field.name] = _value(field, payload.get(field.name), f"{where}{field.name}")
        except Refused as refused:
            complaints.extend(refused.complaints)
    if complaints:
        raise Refused(*complaints)
    return record


def check_mandatory(fields: Fields, payload: Row) -> None:
    missing = [field.name for field in fields if field.mandatory and payload.get(field.name) in (None, "")]
    if missing:
        raise Refused(*(Complaint(name, f"{name} is mandatory.", code="20") for name in missing))


def show(fields: Fields, record: Row) -> Row:
    """A stored record as it goes out: amounts as numbers again."""
    return {field.name: _shown(field, record.get(field.name)) for field in fields}


def _value(field: Field, value: Any, where: str) -> Any:
    if field.type == "rows":
        return [_line(field, line, where) for line in _list(value, where)]
    if field.type == "object":
        return None if value is None else _line(field, value, where)
    if value is None or value == "":
        return BLANK[field.type]
    return READERS[field.type](field, value, where)


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list | None):
        refuse(where, f"{where} must be a list.", code="21")
    return value or []


def _line(field: Field, value: Any, where: str) -> Row:
    if not isinstance(value, dict):
        refuse(where, f"{where} must be a record.", code="21")
    check_mandatory(field.parts, value)
    return read(field.parts, value)


def _text(field: Field, value: Any, where: str) -> str:
    if not isinstance(value, str):
        refuse(where, f"{where} must be text.", value, code="21")
    if field.length and len(value) > field.length:
        # this one message spells the field with a capital, whatever the payload did
        refuse(
            where[:1].upper() + where[1:],
            f"Field length should be less than {field.length + 1}.",
            value,
            "47",
        )
    return value


def _integer(_field: Field, value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(where, f"{where} must be a whole number.", value, code="21")
    return value


def _amount(_field: Field, value: Any, where: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        refuse(where, f"{where} must be a number.", value, code="22")
    if not Decimal(value).is_finite() or abs(Decimal(value).adjusted()) > DIGITS_MAX:
        refuse(where, f"{where} is too large.", code="24")
    return digits(Decimal(value))


def _flag(_field: Field, value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        refuse(where, f"{where} must be true or false.", value, code="21")
    return value


def _day(_field: Field, value: Any, where: str) -> str:
    return stamp(day_of(value, where))


READERS = {"text": _text, "integer": _integer, "amount": _amount, "flag": _flag, "day": _day}


def _shown(field: Field, value: Any) -> Any:
    match field.type:
        case "rows":
            return [show(field.parts, line) for line in value or []]
        case "object":
            return None if value is None else show(field.parts, value)
        case "codes":
            return list(value or [])
        case "amount":
            return Decimal(value or 0)
    return BLANK[field.type] if value is None else value
