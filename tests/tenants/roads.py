"""Every address of the product, walked from the route table: who may go there and how to fill in its ids."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Road:
    route: str
    name: str
    view: Any

    @property
    def of_company(self) -> bool:
        return self.route.startswith("c/<slug:slug>/")


def roads(resolver: Any = None, prefix: str = "") -> Iterator[Road]:
    for part in (resolver or get_resolver()).url_patterns:
        route = prefix + str(part.pattern)
        if isinstance(part, URLResolver):
            yield from roads(part, route)
        elif isinstance(part, URLPattern):
            yield Road(route, part.name or "", part.callback)
