"""A Stripe customer, read."""

from __future__ import annotations

from connectors.canon.parties import Address, Customer
from connectors.systems.stripe.records.traces import traces
from connectors.transport.stated import Stated


def customer(stated: Stated) -> Customer:
    if stated.flag("deleted", False):
        return Customer(id=stated.text("id"), name="", active=False)
    return Customer(
        id=stated.text("id"),
        changed=None,
        name=stated.text_or("name"),
        email=stated.text_or("email").strip(),
        phone=stated.text_or("phone"),
        address=_address(stated.part_or("address")),
        currency=stated.text_or("currency").upper(),
        known_as=traces(stated),
    )


def _address(stated: Stated) -> Address | None:
    if not stated.body:
        return None
    lines = (stated.text_or("line1"), stated.text_or("line2"))
    return Address(
        lines=tuple(line for line in lines if line),
        city=stated.text_or("city"),
        region=stated.text_or("state"),
        postal_code=stated.text_or("postal_code"),
        country=stated.text_or("country"),
    )
