"""The vendors, one folder each, found by themselves: a folder that states a SYSTEM is one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from connectors.system import System


@cache
def systems() -> tuple[System, ...]:
    """Every system, by its slug."""
    folders = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.ispkg)
    modules = (importlib.import_module(f"{__name__}.{name}") for name in folders)
    return tuple(module.SYSTEM for module in modules if hasattr(module, "SYSTEM"))


def system(slug: str) -> System:
    for one in systems():
        if one.slug == slug:
            return one
    known = ", ".join(one.slug for one in systems())
    raise LookupError(f"no system is called {slug!r}; there are: {known}")
