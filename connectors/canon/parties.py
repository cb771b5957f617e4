"""Who we deal with: customers and suppliers, as every system can state them.

`number` is the code a ledger knows them by; everything else is what people read and what matching compares.
"""

from __future__ import annotations

from connectors.canon.kind import Kind, Part, kind, part


@part
class Address(Part):
    lines: tuple[str, ...] = ()
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = ""
    """Two letters (ISO 3166) where the system can tell them, else its own word."""


@part
class Contact(Part):
    name: str = ""
    email: str = ""
    phone: str = ""


@kind
class Customer(Kind):
    name: str
    email: str = ""
    phone: str = ""
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    currency: str = ""
    """Empty where the system does not tie a customer to one."""
    tax_id: str = ""
    terms_days: int | None = None
    active: bool = True
    survivor: str = ""
    """The id this one was merged into, there: its links follow that one."""
    known_as: tuple[str, ...] = ()
    """Our references found on it (`QAD:C10045`), the surest ground for matching; or the one to be written to it."""


@kind
class Supplier(Kind):
    name: str
    email: str = ""
    phone: str = ""
    address: Address | None = None
    contacts: tuple[Contact, ...] = ()
    currency: str = ""
    tax_id: str = ""
    terms_days: int | None = None
    active: bool = True
    survivor: str = ""
    known_as: tuple[str, ...] = ()
