"""What a record depends on, read off its type hints, and the same record with those dependencies resolved.

The engine asks `refs_of` and `codes_of` for what must be there first and hands the answers to `with_resolved`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from connectors.canon.kind import Code, Kind, Part, Ref, shapes
from connectors.canon.money import Unfit
from connectors.canon.shape import Coded, Link, Many, Maybe, Nested, Shape

K = TypeVar("K", bound=Kind)


@dataclass(frozen=True)
class Need:
    """One thing a kind depends on, by its hint: a reference to one of `kinds`, or a code of `table`."""

    path: str
    kinds: tuple[type[Kind], ...] = ()
    table: str = ""
    optional: bool = False
    after: bool = False


@dataclass(frozen=True)
class Found:
    """One dependency of one record. `optional`: may stay open; `after`: an order to keep, not an id to write."""

    path: str
    value: Ref[Any] | Code
    optional: bool = False
    after: bool = False


def needs(cls: type[Kind]) -> tuple[Need, ...]:
    return tuple(_needs(cls, ""))


def refs_of(body: Kind) -> tuple[Found, ...]:
    """Every unresolved reference in it, nested lines included."""
    return tuple(found for found in _found(body, "") if isinstance(found.value, Ref))


def codes_of(body: Kind) -> tuple[Found, ...]:
    return tuple(found for found in _found(body, "") if isinstance(found.value, Code))


def with_resolved(
    body: K, refs: Mapping[tuple[str, str], str | None], codes: Mapping[tuple[str, str], str]
) -> K:
    """The record as the target sees it.

    `refs` answers (kind name, source id) with the id at the target, or with None where an optional one is dropped;
    `codes` answers (table, key). What is required and has no answer is an error that names it.
    """
    resolved = _Answers(refs, codes).part(body, "")
    assert isinstance(resolved, type(body))
    return resolved


def _needs(cls: type[Part], path: str, optional: bool = False) -> Iterator[Need]:
    for name, shape in shapes(cls).items():
        yield from _need(shape, f"{path}{name}", optional)


def _need(shape: Shape, path: str, optional: bool) -> Iterator[Need]:
    match shape:
        case Maybe(of):
            yield from _need(of, path, optional=True)
        case Many(of):
            yield from _need(of, f"{path}[]", optional)
        case Nested(cls):
            yield from _needs(cls, f"{path}.", optional)
        case Link(kinds, after):
            yield Need(path, kinds=kinds, optional=optional, after=after)
        case Coded(table):
            yield Need(path, table=table, optional=optional)


def _found(body: Part, path: str) -> Iterator[Found]:
    for name, shape in shapes(type(body)).items():
        yield from _find(shape, getattr(body, name), f"{path}{name}", optional=False)


def _find(shape: Shape, value: Any, path: str, optional: bool) -> Iterator[Found]:
    match shape:
        case Maybe(of) if value is not None:
            yield from _find(of, value, path, optional=True)
        case Many(of):
            for index, one in enumerate(value):
                yield from _find(of, one, f"{path}[{index}]", optional)
        case Nested():
            yield from _found(value, f"{path}.")
        case Link(_, after) if not value.resolved:
            yield Found(path, value, optional, after)
        case Coded() if not value.resolved:
            yield Found(path, value, optional)


@dataclass(frozen=True)
class _Answers:
    refs: Mapping[tuple[str, str], str | None]
    codes: Mapping[tuple[str, str], str]

    def part(self, body: Part, path: str) -> Part:
        changes = {}
        for name, shape in shapes(type(body)).items():
            before = getattr(body, name)
            now = self.value(shape, before, f"{path}{name}", optional=False)
            if now is not before:
                changes[name] = now
        return replace(body, **changes) if changes else body

    def value(self, shape: Shape, value: Any, path: str, optional: bool) -> Any:
        match shape:
            case Maybe(of) if value is not None:
                return self.value(of, value, path, optional=True)
            case Many(of) if value:
                return tuple(self.value(of, one, f"{path}[{i}]", optional) for i, one in enumerate(value))
            case Nested():
                return self.part(value, f"{path}.")
            case Link(_, after) if not value.resolved:
                return self.ref(value, path, optional, after)
            case Coded() if not value.resolved:
                return self.code(value, path)
        return value

    def ref(self, ref: Ref[Any], path: str, optional: bool, after: bool) -> Ref[Any] | None:
        answer = self.refs.get((ref.kind.__name__, ref.id))
        if answer:
            return Ref(ref.kind, answer, resolved=True)
        if after:
            return ref
        if optional and (ref.kind.__name__, ref.id) in self.refs:
            return None
        raise Unfit(f"{ref} has no counterpart yet", path)

    def code(self, code: Code, path: str) -> Code:
        for key in code.keys:
            if answer := self.codes.get((code.table, key)):
                return Code(code.table, answer, resolved=True)
        raise Unfit(f"{code} is not mapped", path)
