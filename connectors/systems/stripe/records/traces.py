"""What we write into metadata so that a document is known again, and how it is read back."""

from __future__ import annotations

from connectors.transport.stated import Stated

REFERENCE = "mlc_ref"
NUMBER = "mlc_source_no"
DUE = "mlc_due"


def traces(stated: Stated) -> tuple[str, ...]:
    """Our references found on an object."""
    found = stated.part_or("metadata").text_or(REFERENCE)
    return (found,) if found else ()


def reference_of(stated: Stated) -> str:
    return stated.part_or("metadata").text_or(REFERENCE)
