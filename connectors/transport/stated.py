"""A vendor's object as it was stated, read field by field: what is missing or odd is named, never guessed.

Adapters turn JSON into kinds through this, so that every unreadable answer says which field of which object it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, NoReturn

from connectors.canon.money import Unfit, parse_decimal
from connectors.errors import Unreadable

EPOCH_EARLIEST, EPOCH_LATEST = 946_684_800, 4_102_444_800
"""2000 to 2100: seconds outside of it are milliseconds, or nonsense."""


@dataclass(frozen=True, repr=False)
class Stated:
    """One JSON object and what a person would call it (`charge ch_1`)."""

    body: Mapping[str, Any]
    what: str

    def __repr__(self) -> str:
        return f"Stated({self.what})"

    def has(self, name: str) -> bool:
        return self.body.get(name) not in (None, "")

    def text(self, name: str) -> str:
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            self.odd(name, "text", value)
        return value

    def text_or(self, name: str, otherwise: str = "") -> str:
        value = self.body.get(name)
        if value is None:
            return otherwise
        if not isinstance(value, str):
            self.odd(name, "text", value)
        return value

    def whole(self, name: str) -> int:
        value = self.body.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            self.odd(name, "a whole number", value)
        return value

    def whole_or(self, name: str, otherwise: int | None = None) -> int | None:
        return otherwise if self.body.get(name) is None else self.whole(name)

    def decimal(self, name: str) -> Decimal:
        try:
            return parse_decimal(self.body.get(name))
        except Unfit:
            self.odd(name, "a plain number", self.body.get(name))

    def flag(self, name: str, otherwise: bool | None = None) -> bool:
        value = self.body.get(name, otherwise)
        if not isinstance(value, bool):
            self.odd(name, "true or false", value)
        return value

    def epoch(self, name: str) -> datetime:
        value = self.whole(name)
        if not EPOCH_EARLIEST <= value <= EPOCH_LATEST:
            self.odd(name, "seconds since 1970", value)
        return datetime.fromtimestamp(value, UTC)

    def epoch_or(self, name: str) -> datetime | None:
        return None if self.body.get(name) is None else self.epoch(name)

    def day(self, name: str) -> date:
        """The date as it stands in the text; a date-only field is never moved by a zone."""
        value = self.text(name)
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            self.odd(name, "a date", value)

    def day_or(self, name: str) -> date | None:
        return self.day(name) if self.has(name) else None

    def part(self, name: str) -> Stated:
        value = self.body.get(name)
        if not isinstance(value, Mapping):
            self.odd(name, "an object", value)
        return Stated(value, f"{self.what} {name}")

    def part_or(self, name: str) -> Stated:
        """The object, or an empty one where there is none."""
        return Stated({}, f"{self.what} {name}") if self.body.get(name) is None else self.part(name)

    def parts(self, name: str) -> Iterator[Stated]:
        value = self.body.get(name)
        if not isinstance(value, list):
            self.odd(name, "a list", value)
        for index, one in enumerate(value):
            if not isinstance(one, Mapping):
                self.odd(f"{name}[{index}]", "an object", one)
            yield Stated(one, f"{self.what} {name}[{index}]")

    def parts_or(self, name: str) -> Iterator[Stated]:
        return iter(()) if self.body.get(name) is None else self.parts(name)

    def odd(self, name: str, wanted: str, value: object) -> NoReturn:
        """Name the field and what was there instead by its type only: the value may be somebody's data."""
        seen = "nothing" if value is None else type(value).__name__
        raise odd_field(self.what, name, f"{wanted} was expected, {seen} was there")


def odd_field(what: str, name: str, why: str) -> Unreadable:
    error = Unreadable(
        f"{what}: {name}: {why}.",
        remedy="Ask support: the system states this differently from its description.",
    )
    error.field = name
    return error


def stated(value: object, what: str) -> Stated:
    if not isinstance(value, Mapping):
        raise odd_field(what, "the whole answer", f"an object was expected, {type(value).__name__} was there")
    return Stated(value, what)
