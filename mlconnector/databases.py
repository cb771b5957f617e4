"""Turns an address, or its absence, into Django's database settings and into the roles that use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from mlconnector import keys, roles
from mlconnector.postgres import DatabaseTrouble
from mlconnector.roles import DATABASE

# Without CONN_MAX_AGE every step of the worker logs in anew; without the check a restart of the server costs a request.
KEPT_OPEN: dict[str, Any] = {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}


def address(url: str) -> str | None:
    """A complaint about an odd address, for the table of settings."""
    try:
        roles.address(url)
    except DatabaseTrouble as trouble:
        return str(trouble).partition(": ")[2]
    return None


def default(url: str, root: Path) -> dict[str, Any]:
    if not url or address(url):
        return {
            "ENGINE": "mlconnector.embedded",
            "NAME": DATABASE,
            "ROOT": root,
            **role("", root, "app"),
            **KEPT_OPEN,
        }
    parts = conninfo_to_dict(url)
    named = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    known = {key: str(parts.pop(name, "") or "") for key, name in named.items()}
    return {"ENGINE": "tenants.database", **known, "OPTIONS": parts, **KEPT_OPEN}


def role(url: str, root: Path, embedded_name: str) -> dict[str, str]:
    """Who logs in: the words that replace USER and PASSWORD of the database settings."""
    if not url:
        return {"USER": embedded_name, "PASSWORD": keys.passwords(root)[embedded_name]}
    parts = conninfo_to_dict(url)
    return {"USER": str(parts["user"]), "PASSWORD": str(parts.get("password") or "")}
