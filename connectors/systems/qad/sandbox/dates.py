"""QAD dates mean a day and nothing else, although they travel with a midnight attached.

They are never shifted by a time zone, in either direction.
"""

from __future__ import annotations

import re
from datetime import date

from connectors.systems.qad.sandbox.refusals import refuse

DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T00:00:00(\.0{1,3})?Z?)?")


def stamp(day: date) -> str:
    return f"{day.isoformat()}T00:00:00.000Z"


def day_of(value: object, field: str) -> date:
    """The day that a payload states; a time of day other than midnight is not a date to QAD."""
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        refuse(field, f"{field} must be a date (YYYY-MM-DD).", value, code="21")
    try:
        return date.fromisoformat(found[1])
    except ValueError:
        refuse(field, f"{field} is no day of the calendar.", value, code="21")
