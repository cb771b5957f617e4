"""What a field may hold, read once from its type hint and then used to check, to write and to read it.

The list of what is allowed is short and closed, so a float, a dict or an untyped value cannot enter the vocabulary.
"""

from __future__ import annotations

import re
import types
from dataclasses import dataclass, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ForwardRef, Union, get_args, get_origin

from connectors.canon.money import Money, Unfit, fit_decimal
from connectors.canon.ref import AFTER, Code, Ref

PLAIN = (str, int, bool, Decimal, date, datetime, Money)
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


@dataclass(frozen=True)
class Plain:
    types: tuple[type, ...]


@dataclass(frozen=True)
class Maybe:
    of: Shape


@dataclass(frozen=True)
class Many:
    of: Shape


@dataclass(frozen=True)
class Nested:
    cls: type


@dataclass(frozen=True)
class Link:
    kinds: tuple[type, ...]
    after: bool = False


@dataclass(frozen=True)
class Coded:
    table: str


Shape = Plain | Maybe | Many | Nested | Link | Coded


def shape_of(hint: Any, where: str, after: bool = False) -> Shape:
    """The shape behind a resolved hint; a hint outside the closed list is a mistake in the kind itself."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        if arguments[0] is Code:
            return Coded(arguments[1])
        return shape_of(arguments[0], where, after=AFTER in arguments[1:])
    if origin in (Union, types.UnionType):
        return _union(arguments, where, after)
    if origin is tuple and len(arguments) == 2 and arguments[1] is Ellipsis:
        return Many(shape_of(arguments[0], where, after))
    if origin is Ref and not isinstance(arguments[0], (str, ForwardRef)):
        return Link(arguments, after)
    if hint in PLAIN or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return Plain((hint,))
    if isinstance(hint, type) and is_dataclass(hint) and hint not in (Code, Ref):
        return Nested(hint)
    raise TypeError(f"{where} may not be a {hint}")


def _union(arguments: tuple[Any, ...], where: str, after: bool) -> Shape:
    rest = tuple(argument for argument in arguments if argument is not type(None))
    shapes = [shape_of(argument, where, after) for argument in rest]
    optional = len(rest) < len(arguments)
    if len(shapes) == 1:
        one: Shape = shapes[0]
    elif all(isinstance(shape, Link) for shape in shapes):
        one = Link(tuple(kind for shape in shapes if isinstance(shape, Link) for kind in shape.kinds), after)
    elif set(rest) == {date, datetime}:
        one = Plain((datetime, date))
    else:
        raise TypeError(f"{where} may not be a choice of {rest}")
    return Maybe(one) if optional else one


def check_value(shape: Shape, value: Any, where: str) -> None:
    match shape:
        case Plain(allowed):
            _check_plain(allowed, value, where)
        case Maybe(of):
            if value is not None:
                check_value(of, value, where)
        case Many(of):
            if type(value) is not tuple:
                raise Unfit(f"a tuple was expected, not {type(value).__name__}", where)
            for one in value:
                check_value(of, one, where)
        case Nested(cls):
            if type(value) is not cls:
                raise Unfit(f"{cls.__name__} was expected, not {type(value).__name__}", where)
        case Link(kinds):
            if type(value) is not Ref or value.kind not in kinds:
                names = " or ".join(kind.__name__ for kind in kinds)
                raise Unfit(f"a reference to {names} was expected, not {value!r}", where)
        case Coded(table):
            if type(value) is not Code or value.table != table:
                raise Unfit(f"a code of the table {table} was expected, not {value!r}", where)


def _check_plain(allowed: tuple[type, ...], value: Any, where: str) -> None:
    # By exact type: a bool is an int and a datetime is a date to Python, and neither is meant.
    if type(value) not in allowed:
        names = " or ".join(one.__name__ for one in allowed)
        raise Unfit(f"{names} was expected, not {type(value).__name__}", where)
    if type(value) is str and _UNSAFE.search(value):
        raise Unfit("text with a NUL or half a surrogate pair", where)
    if type(value) is datetime and value.utcoffset() is None:
        raise Unfit("a time needs its zone", where)
    if type(value) is Decimal:
        try:
            fit_decimal(value)
        except Unfit as odd:
            raise Unfit(odd.why, where) from None
