"""What we write into metadata so that a document is known again, and how it is read back."""

from __future__ import annotations

from connectors.transport.stated import Stated

REFERENCE = "mlc_ref"
SOURCE, SOURCE_ID = "mlc_source", "mlc_source_id"
NUMBER = "mlc_source_no"
DUE = "mlc_due"


def traces(stated: Stated) -> tuple[str, ...]:
    """Our references found on an object."""
    found = reference_of(stated)
    return (found,) if found else ()


def reference_of(stated: Stated) -> str:
    """As one word; or in two, as an object carries it that was linked by system and id."""
    metadata = stated.part_or("metadata")
    whole, source, id = (metadata.text_or(name) for name in (REFERENCE, SOURCE, SOURCE_ID))
    return whole or (f"{source.upper()}:{id}" if source and id else "")
