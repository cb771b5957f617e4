"""GL periods and daybooks: which day may be posted to, and by which kind of document.

Closing acts on the whole period; a lock shuts one daybook in it, usually receivables some days before the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.dates import day_of
from connectors.systems.qad.sandbox.refusals import refuse
from connectors.systems.qad.sandbox.store import Row


@dataclass(frozen=True)
class Daybook:
    code: str
    kind: str
    layer: str
    control: str


def daybook(world: World, code: object, *kinds: str, field: str = "daybookCode") -> Daybook:
    row = world.table("daybook").get(str(code))
    if row is None:
        refuse(field, f"Daybook {code} does not exist.", code, code="11")
    if not row["isActive"]:
        refuse(field, f"Daybook {code} is inactive.", code, code="12")
    if kinds and row["daybookType"] not in kinds:
        refuse(field, f"Daybook {code} of type {row['daybookType']} is invalid for this document.", code)
    return Daybook(row["daybookCode"], row["daybookType"], row["layerType"], row["control"])


def manual(book: Daybook) -> Daybook:
    """Only financial and external control lets a person or a third party write journals."""
    if book.control == "OPERATIONAL":
        refuse(
            "daybookCode",
            f"Daybook {book.code} has operational control and takes no manual entries.",
            book.code,
        )
    return book


def period_of(world: World, entity: str, on: date, field: str = "postingDate") -> Row:
    for row in world.table("gl_period").values():
        first, last = day_of(row["startDate"], field), day_of(row["endDate"], field)
        if row["entityCode"] == entity and first <= on <= last:
            return row
    return refuse(field, f"No GL period is defined for {on} in entity {entity}.", on, code="31")


def open_period(world: World, entity: str, book: Daybook | None, on: date, field: str = "postingDate") -> Row:
    row = period_of(world, entity, on, field)
    name = f"GL period {row['year']}/{row['period']}"
    if row["isClosed"]:
        refuse(field, f"{name} is closed for entity {entity}.", on, code="32")
    if book and book.code in row["lockedDaybooks"]:
        refuse(field, f"Daybook {book.code} is locked in {name}.", on, code="33")
    return row
