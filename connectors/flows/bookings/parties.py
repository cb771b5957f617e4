"""Customers and suppliers as the other side should know them. Inactive is noted there, nothing is ever deleted."""

from __future__ import annotations

from dataclasses import replace

from connectors.canon.parties import Customer, Supplier
from connectors.flow import Policies, Revision, Update
from connectors.flows.terms import reference


def current(record: Customer | Supplier, _policies: Policies) -> bool:
    return record.active and not record.survivor


def customer(record: Customer, policies: Policies) -> Customer:
    return replace(record, known_as=(reference(record, policies),), version="", url="")


def customer_changed(record: Customer, policies: Policies) -> Revision:
    """One that was merged is left as it is: its links follow the survivor, which is a record of its own."""
    return None if record.survivor else Update(customer(record, policies))


def supplier(record: Supplier, policies: Policies) -> Supplier:
    return replace(record, known_as=(reference(record, policies),), version="", url="")


def supplier_changed(record: Supplier, policies: Policies) -> Revision:
    return None if record.survivor else Update(supplier(record, policies))
