"""What a finance team chooses for one set of books, as fields of a form; `book.py` says what each is for.

Nothing here has a silent default that posts: a code that is needed and empty is a clear refusal later.
"""

from __future__ import annotations

from zoneinfo import available_timezones

from connectors.system import Credential
from connectors.systems.qad.book import LABELS

ZONES = tuple(
    (zone, zone.replace("_", " "))
    for zone in ("UTC", *sorted(available_timezones()))
    if "/" in zone or zone == "UTC"
)
CODE = r"[^\s,;=]{1,40}"


def _code(
    name: str, table: str = "", help: str = "", example: str = "", required: bool = False
) -> Credential:
    return Credential(
        name,
        LABELS[name],
        help=help,
        pattern=CODE,
        example=example,
        required=required,
        within="book",
        table=table,
    )


def _map(name: str, label: str, help: str, example: str) -> Credential:
    return Credential(
        name, label, help=help, example=example, required=False, within="book", pairs=True, many_lines=True
    )


BOOK = (
    _code("domain", help="The part before the underscore of the workspace.", example="10USA", required=True),
    _code("entity", help="The part behind it.", example="10USACO", required=True),
    _code("customer_set", example="CUST-SS", required=True),
    _code("gl_set", example="GL-SS", required=True),
)
"""Asked for when it is connected."""

BOOKING = (
    _code("supplier_set", help="Only where purchase invoices are booked.", example="SUPP-SS"),
    Credential(
        "time_zone",
        "Time zone of the books",
        help="Decides on which day something is posted.",
        required=False,
        within="book",
        choices=ZONES,
    ),
    Credential(
        "base_currency",
        "Base currency",
        help="Of the entity.",
        required=False,
        pattern="[A-Z]{3}",
        example="USD",
        within="book",
        table="currency",
    ),
    _code("daybook_journal", "daybook"),
    _code("daybook_invoice", "daybook"),
    _code("daybook_credit", "daybook"),
    _code("daybook_adjustment", "daybook"),
    _code("daybook_bill", "daybook"),
    _code("daybook_match", "daybook"),
    _code("payment_instrument", help="Of the receipts that we book.", example="STRIPE"),
    _code("invoice_status"),
    _code("bill_status"),
    _map(
        "customer_defaults",
        "Codes of a new customer",
        "The mandatory codes that no other system knows.",
        "creditTermsCode = N30",
    ),
    _map("country_codes", "Countries", "From two letters to the code in your own table.", "US = USA"),
    _map(
        "conversion_accounts",
        "Conversion accounts",
        "By currency: where money passes through that the payment system converted.",
        "EUR = 1091",
    ),
    _map(
        "controls",
        "Names of control accounts",
        "For previews; QAD itself chooses them by GL profile.",
        "customer = 1100",
    ),
)
"""Chosen once it is connected, before something is booked."""
