"""A customer or supplier as QAD wants it: a business relation first, then the party, then its record in the domain."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connectors.canon.parties import Address, Customer
from connectors.errors import Refused
from connectors.system import Document, Step
from connectors.systems.qad.book import Book
from connectors.systems.qad.profile import Profile
from connectors.systems.qad.records.ids import fitted, own_code

SEARCH_NAME_MAX, TRACE_MAX, NAME_MAX = 28, 20, 80

MANDATORY = (
    "creditTermsCode",
    "invoiceStatusCode",
    "invoiceControlGLProfileCode",
    "creditNoteControlGLProfileCode",
    "prePaymentControlGLProfileCode",
    "salesAccountGLProfileCode",
)
DOMAIN_FIELDS = ("siteCode", "daybookSetCode")


def customer(body: Customer, book: Book, profile: Profile) -> Document:
    """Every code that no other system knows is a default that an administrator chose for the book."""
    notes: list[str] = []
    code = own_code(_reference(body))
    missing = [name for name in (*MANDATORY, *DOMAIN_FIELDS) if not book.customer_defaults.get(name)]
    if missing:
        raise Refused(
            f"A new QAD customer needs {', '.join(missing)}.",
            system="qad",
            remedy="Choose them under Settings of the QAD connection (Defaults of new customers).",
        )
    common = _common(body, book, notes)
    relation = {
        "dataOperation": "C",
        "changeStatus": "2",
        "businessRelationCode": code,
        "businessRelationName1": common["businessRelationName"],
        "businessRelationSearchName": common["addressSearchName"],
        "isActive": True,
        "headOffice": {
            "addressTypeCode": "HEADOFFICE",
            "addressName": body.name[:NAME_MAX],
            **_office(common),
        },
    }
    party = {
        "dataOperation": "C",
        "changeStatus": "2",
        "sharedSetCode": book.code("customer_set"),
        "customerCode": code,
        "businessRelationCode": code,
        **common,
        "isActive": body.active,
        "currencyCode": body.currency or book.base_currency,
        "customShort0": fitted(_reference(body), TRACE_MAX),
        **{name: value for name, value in book.customer_defaults.items() if name not in DOMAIN_FIELDS},
    }
    domain = {"domainContext": book.code("domain"), "customerCode": code}
    domain |= {name: book.customer_defaults[name] for name in DOMAIN_FIELDS}
    steps = tuple(
        Step(name, "POST", profile.kind(name).path, row)
        for name, row in (("business_relation", relation), ("customer", party), ("customer_domain", domain))
    )
    return Document("Customer", "Customer", _reference(body), None, steps, notes=tuple(notes))


def changed(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The whole record with our fields set anew: what a person entered beside them stays.

    What the source does not know is not taken away either: an empty telephone is no telephone number to write.
    """
    wanted = {name: value for name, value in wanted.items() if value != "" or name in ADDRESS}
    ours = ("businessRelationName", "addressSearchName", "EMail", "telephone", "isActive", *ADDRESS)
    return {**row, **{name: wanted[name] for name in ours if name in wanted}, "dataOperation": "U"}


ADDRESS = ("street1", "street2", "street3", "city", "zipCode", "stateCode", "countryCode")


def _common(body: Customer, book: Book, notes: list[str]) -> dict[str, Any]:
    if len(body.name) > SEARCH_NAME_MAX:
        notes.append(f"search name cut to {SEARCH_NAME_MAX} characters")
    return {
        "businessRelationName": body.name[:NAME_MAX],
        "addressSearchName": body.name[:SEARCH_NAME_MAX],
        "EMail": body.email,
        "telephone": body.phone,
        **_address(body.address, book),
    }


def _address(address: Address | None, book: Book) -> dict[str, str]:
    if address is None:
        return {}
    lines = [*address.lines[:3], "", "", ""]
    country = book.country_codes.get(address.country, address.country)
    return {
        "street1": lines[0],
        "street2": lines[1],
        "street3": lines[2],
        "city": address.city,
        "zipCode": address.postal_code,
        "stateCode": address.region,
        "countryCode": country,
    }


def _office(common: Mapping[str, Any]) -> dict[str, Any]:
    return {name: common[name] for name in ("addressSearchName", *ADDRESS) if name in common}


def _reference(body: Customer) -> str:
    if not body.known_as:
        raise Refused(f"Customer {body.label} carries no reference of ours.", system="qad")
    return body.known_as[0]
