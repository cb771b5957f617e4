"""A kind of record as the instance serves it: its path, keys, fields and browses, and the company level that owns it.

Everything the wire does (keyed reads, listings, browses, the OpenAPI document) is drawn from these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Any

from connectors.systems.qad.sandbox.fields import CUSTOM, HOUSEKEEPING, Fields
from connectors.systems.qad.sandbox.store import Row, key_of

BEBROWSE = "urn:browse:bebrowse:com.qad.erp."
LEGACY = "urn:browse:mfg:"


class Scope(StrEnum):
    """Who owns the rows: a pool that domains share, one domain, one entity, or the whole system."""

    SHARED = "sharedSetCode"
    DOMAIN = "domainCode"
    ENTITY = "entityCode"
    SYSTEM = ""


@dataclass(frozen=True)
class Kind:
    slug: str
    plural: str
    keys: tuple[str, ...]
    own_fields: Fields
    singular: str
    """What browse columns are prefixed with."""
    scope: Scope
    view_uri: str = ""
    folder: str = ""
    """A module segment between `/api/erp/` and the plural."""
    path_name: str = ""
    """The last path segment, where it is not the plural."""
    browses: tuple[str, ...] = ()
    legacy: Mapping[str, str] = field(default_factory=dict)
    """Columns of a legacy browse and the fields behind them."""
    methods: tuple[str, ...] = ("GET", "POST")
    codes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Fields that name another master: its table, and what the refusal calls it."""
    set_code: str = ""
    """The shared set that holds the rows, where a set holds them."""
    scope_field: str = ""

    @property
    def path(self) -> str:
        return "/".join(part for part in ("/api/erp", self.folder, self.path_name or self.plural) if part)

    @cached_property
    def fields(self) -> Fields:
        return (*self.own_fields, *CUSTOM, *HOUSEKEEPING)

    @property
    def owner_field(self) -> str:
        return self.scope_field or self.scope.value

    def key(self, row: Mapping[str, Any]) -> str:
        """The shared set is not part of it: each kind has one set in this instance."""
        return key_of(*(row[name] for name in self.keys if name != "sharedSetCode"))

    def uri(self, row: Row) -> str:
        """`urn:be:…:key.key`, a dot inside a key written as %2E."""
        return f"{self.view_uri}:" + ".".join(str(row[name]).replace(".", "%2E") for name in self.keys)
