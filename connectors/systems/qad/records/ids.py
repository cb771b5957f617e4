"""The ids that our product knows QAD's records by, and the references by which our documents are found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import Refused
from connectors.transport.stated import Stated

_OURS = re.compile(r"[A-Z]{2,12}:[^\s]+")
HASH_DIGITS = 8
CODE_LENGTH = 8
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def document_id(row: Stated) -> str:
    """`{year}/{daybook}/{voucher}`: what a person reads on QAD's screens too."""
    return f"{row.whole('year')}/{row.text('daybookCode')}/{row.whole('voucher')}"


def document_keys(id: str, entity: str) -> dict[str, Any]:
    year, daybook, voucher = _split(id)
    return {"entityCode": entity, "year": int(year), "daybookCode": daybook, "voucher": int(voucher)}


def payment_id(row: Stated) -> str:
    return f"{row.whole('year')}/{row.text('paymentInstrument')}/{row.whole('number')}"


def payment_keys(id: str, entity: str) -> dict[str, Any]:
    year, instrument, number = _split(id)
    return {"entityCode": entity, "year": int(year), "paymentInstrument": instrument, "number": int(number)}


def entry_id(row: Stated) -> str:
    parts = (
        row.whole("year"),
        row.text("bankGlAccountCode"),
        row.whole("statementNumber"),
        row.whole("line"),
    )
    return "/".join(str(part) for part in parts)


def invoice_fields(id: str) -> dict[str, Any]:
    """As the lines of receipts and adjustments name an invoice."""
    year, daybook, voucher = _split(id)
    return {"invoiceYear": int(year), "invoiceDaybookCode": daybook, "invoiceVoucher": int(voucher)}


def fitted(reference: str, most: int) -> str:
    """Cut by a stated rule, so that a look-up cuts alike: the beginning, then eight digits of the whole's hash."""
    if len(reference) <= most:
        return reference
    return f"{reference[: most - HASH_DIGITS - 1]}~{hashlib.sha256(reference.encode()).hexdigest()[:HASH_DIGITS]}"


def own_code(reference: str) -> str:
    """A customer code that is always the same for the same reference."""
    number = int.from_bytes(hashlib.sha256(reference.encode()).digest()[:8], "big")
    letters = ""
    for _ in range(CODE_LENGTH - 1):
        number, rest = divmod(number, len(_ALPHABET))
        letters += _ALPHABET[rest]
    return "X" + letters


def traces(row: Mapping[str, Any], *names: str) -> tuple[str, ...]:
    """Our references found in the fields that carry them."""
    found = (_OURS.match(value) for name in names if isinstance(value := row.get(name), str))
    return tuple(dict.fromkeys(match[0] for match in found if match))


def _split(id: str) -> list[str]:
    parts = id.split("/")
    if len(parts) != 3 or not parts[0].isdigit() or not parts[2].isdigit():
        raise Refused(f"{id} is not a document number of QAD (year/daybook/number).", system="qad")
    return parts
