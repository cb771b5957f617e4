"""Records that are read only to be mapped, matched or shown: nothing is ever written from them."""

from __future__ import annotations

from connectors.canon.kind import Kind
from connectors.flow import Policies


def never(_record: Kind, _policies: Policies) -> bool:
    return False


def as_it_is(record: Kind, _policies: Policies) -> Kind:
    return record
