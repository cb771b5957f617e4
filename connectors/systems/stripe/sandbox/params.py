"""Reads what a caller sent, as strictly as the vendor does: brackets, types, lengths, and no unknown names.

A spec is a dict from name to a reader; a reader takes the text and the name as the caller wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.systems.stripe.sandbox.refusal import Invalid

Reader = Callable[[Any, str], Any]
Spec = Mapping[str, Reader]

UNSET = ""
"""What an optional field becomes when the caller sends an empty string."""

METADATA_KEYS_MAX, METADATA_KEY_MAX, METADATA_VALUE_MAX = 50, 40, 500
INTEGER_MAX = 2**53


def nested(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=1` and `a[]=1` as dicts in dicts; whether digits count or name is for the reader to say."""
    tree: dict[str, Any] = {}
    for name, text in pairs:
        path = re.findall(r"[^\[\]]+|(?<=\[)(?=\])", name)
        if not path or name.count("[") != name.count("]"):
            raise Invalid(f"Invalid parameter name: {name}", param=name)
        _plant(tree, path, text, name)
    return tree


def _plant(tree: dict[str, Any], path: list[str], text: str, name: str) -> None:
    *branches, leaf = path
    for branch in branches:
        tree = tree.setdefault(branch or str(len(tree)), {})
        if not isinstance(tree, dict):
            raise Invalid(f"Invalid parameter: {name}", param=name)
    tree[leaf or str(len(tree))] = text


def read(given: Mapping[str, Any], spec: Spec, required: Iterable[str] = (), at: str = "") -> dict[str, Any]:
    """Everything the spec knows and the caller sent, read; the rest is refused by name."""
    for name in given:
        if name not in spec:
            where = within(at, name)
            raise Invalid(f"Received unknown parameter: {where}", code="parameter_unknown", param=where)
    for name in required:
        if name not in given:
            raise needed(within(at, name))
    for name in required:
        if given[name] == "":
            where = within(at, name)
            said = f"You passed an empty string for '{where}'. We assume empty values are an attempt to unset a parameter; "
            raise Invalid(
                f"{said}however '{where}' cannot be unset.", code="parameter_invalid_empty", param=where
            )
    return {name: spec[name](value, within(at, name)) for name, value in given.items()}


def needed(name: str) -> Invalid:
    return Invalid(f"Missing required param: {name}.", code="parameter_missing", param=name)


def text(most: int = 5000) -> Reader:
    def reader(value: Any, at: str) -> str:
        if not isinstance(value, str):
            raise Invalid(f"Invalid string: {value}", param=at)
        if len(value) > most:
            message = f"Invalid string: {value[:10]}…; must be at most {most} characters"
            raise Invalid(message, code="parameter_invalid_string_length" if most > 5000 else "", param=at)
        return value

    return reader


def integer(least: int = -INTEGER_MAX, most: int = INTEGER_MAX) -> Reader:
    def reader(value: Any, at: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?\d+", value):
            raise Invalid(f"Invalid integer: {value}", code="parameter_invalid_integer", param=at)
        if not least <= int(value) <= most:
            said = f"Invalid integer: {value}; must be between {least} and {most}"
            raise Invalid(said, code="parameter_invalid_integer", param=at)
        return int(value)

    return reader


def decimal(places: int = 12) -> Reader:
    def reader(value: Any, at: str) -> Decimal:
        try:
            number = Decimal(value)
        except (InvalidOperation, TypeError):
            raise Invalid(f"Invalid decimal: {value}", param=at) from None
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or -exponent > places:
            raise Invalid(f"Invalid decimal: {value}; at most {places} decimal places", param=at)
        return number

    return reader


def boolean(value: Any, at: str) -> bool:
    if value not in ("true", "false"):
        raise Invalid(f"Invalid boolean: {value}", param=at)
    return bool(value == "true")


def choice(*known: str) -> Reader:
    def reader(value: Any, at: str) -> str:
        if value not in known:
            said = f"Invalid {at}: must be one of {', '.join(known)}"
            raise Invalid(said, param=at)
        return str(value)

    return reader


def currency(value: Any, at: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{3}", value):
        raise Invalid(f"Invalid currency: {value}. Use a lower case three-letter code.", param=at)
    return value


def email(value: Any, at: str) -> str:
    address = str(text(512)(value, at))
    if address and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address):
        raise Invalid(f"Invalid email address: {address}", code="email_invalid", param=at)
    return address


def url(value: Any, at: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"https?://[^\s/]+(/\S*)?", value):
        raise Invalid(f"Invalid URL: {value}", code="url_invalid", param=at)
    return value


def fields(**spec: Reader) -> Reader:
    def reader(value: Any, at: str) -> Any:
        if value == UNSET:
            return UNSET
        if not isinstance(value, dict):
            raise Invalid(f"Invalid object: {value}", param=at)
        return read(value, spec, at=at)

    return reader


def many(one: Reader, most: int = 1000) -> Reader:
    def reader(value: Any, at: str) -> list[Any]:
        if value == UNSET:
            return []
        if not isinstance(value, dict) or not all(name.isdigit() for name in value):
            raise Invalid(f"Invalid array: {value}", param=at)
        if len(value) > most:
            raise Invalid(f"Array {at} exceeded maximum {most} allowed elements.", param=at)
        return [one(value[name], f"{at}[{name}]") for name in sorted(value, key=int)]

    return reader


def metadata(value: Any, at: str) -> dict[str, str] | str:
    if value == UNSET:
        return UNSET
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        raise Invalid("Invalid metadata: values must be strings", param=at)
    for key, part in value.items():
        if len(key) > METADATA_KEY_MAX:
            raise Invalid(
                f"Metadata keys can be at most {METADATA_KEY_MAX} characters.", param=f"{at}[{key}]"
            )
        if len(part) > METADATA_VALUE_MAX:
            raise Invalid(
                f"Metadata values can be at most {METADATA_VALUE_MAX} characters.", param=f"{at}[{key}]"
            )
    return value


def merged(old: Mapping[str, str], new: Mapping[str, str] | str) -> dict[str, str]:
    """POST merges keys, an empty value takes one away, and an empty whole takes all."""
    if isinstance(new, str):
        return {}
    both = {**old, **new}
    kept = {key: part for key, part in both.items() if part != ""}
    if len(kept) > METADATA_KEYS_MAX:
        raise Invalid(f"You can have at most {METADATA_KEYS_MAX} metadata keys.", param="metadata")
    return kept


def when(value: Any, at: str) -> dict[str, int]:
    """A filter on a time: a Unix second, or bounds by gt, gte, lt, lte."""
    if isinstance(value, dict):
        bounds = read(value, dict.fromkeys(("gt", "gte", "lt", "lte"), integer(0)), at=at)
        return {name: int(bound) for name, bound in bounds.items()}
    return {"eq": int(integer(0)(value, at))}


ADDRESS = fields(**dict.fromkeys(("line1", "line2", "city", "state", "postal_code", "country"), text()))
EXPAND = many(text())


def within(at: str, name: str) -> str:
    """The name of a part as the caller would write it: `lines[0]` and `pricing[price]` make `lines[0][pricing][price]`."""
    first, bracket, rest = name.partition("[")
    return f"{at}[{first}]{bracket}{rest}" if at else name
