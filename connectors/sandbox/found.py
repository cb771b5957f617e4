"""Finds the simulators by their place: `sandbox` inside a system's folder, with a `SIMULATOR` in it.

Nothing registers itself, and a system without a simulator is simply not listed.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil

from connectors.sandbox.kit import Simulator

SYSTEMS = "connectors.systems"


def simulators(*slugs: str, package: str = SYSTEMS) -> list[Simulator]:
    """All of them, or those named; an unknown name is an error that lists the known ones."""
    known = {
        slug: module
        for slug in _folders(package)
        if (module := f"{package}.{slug}.sandbox") and _is_there(module)
    }
    unknown = [slug for slug in slugs if slug not in known]
    if unknown:
        raise LookupError(f"no simulator for {', '.join(unknown)}; there are: {', '.join(sorted(known))}")
    return [importlib.import_module(known[slug]).SIMULATOR for slug in slugs or sorted(known)]


def _folders(package: str) -> list[str]:
    return [
        found.name for found in pkgutil.iter_modules(importlib.import_module(package).__path__) if found.ispkg
    ]


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
