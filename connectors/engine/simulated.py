"""Accounts for trying the product: asked of the simulators that this deployment opens by name, one per company.

They keep everything in memory, so an account that a restart has taken away is made again from its seed, with the same keys.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from connectors.engine.dial import way_out
from connectors.errors import NotFound, Refused, WireError
from connectors.system import Credential, System
from connectors.transport.http import Http

STORY = "northmoor"


@dataclass(frozen=True, repr=False)
class Simulated:
    """What the form would have asked for, as the simulator tells it."""

    secrets: Mapping[str, str]
    settings: Mapping[str, Any]


def offered() -> bool:
    """Whether this deployment opens any simulator; never in production."""
    return bool(settings.SANDBOX_HOSTS)


def account(of: System, name: str) -> Simulated:
    """The company's account in the simulated system, made if it is new."""
    for host in settings.SANDBOX_HOSTS:
        told = _asked(host, of.slug, name)
        if told is not None:
            return _filled(of, told)
    raise NotFound(
        f"No simulator of {of.name} answers here.",
        system=of.slug,
        remedy="Start one with `manage.py sandbox`, and name its address in SANDBOX_HOSTS.",
    )


def _asked(host: str, slug: str, name: str) -> Mapping[str, Any] | None:
    try:
        http = Http(out=way_out(), system=slug).at(f"http://{host}/_control")
        systems = http.call("GET", "/").json["acts"]
        if slug not in systems:
            return None
        path = f"/worlds/{slug}/{name}"
        made = http.call("POST", path, json={"story": STORY}, reads_only=True).json
    except (Refused, WireError, KeyError):
        return None
    told: Mapping[str, Any] = made["credentials"]
    return told


def _filled(of: System, told: Mapping[str, Any]) -> Simulated:
    secrets = {
        one.name: str(told[one.name])
        for one in of.credentials
        if one.secret and one.required and told.get(one.name)
    }
    chosen: dict[str, Any] = {}
    for one in _open_fields(of):
        if told.get(one.name):
            holder = chosen.setdefault(one.within, {}) if one.within else chosen
            holder[one.name] = told[one.name]
    return Simulated(secrets, {**chosen, "address": told["base_url"]})


def _open_fields(of: System) -> list[Credential]:
    return [one for one in (*of.credentials, *of.settings) if not one.secret]
