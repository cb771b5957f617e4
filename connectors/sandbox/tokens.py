"""Access and refresh tokens as vendors issue them: they age, are revoked, and refresh tokens may rotate.

Kept in the world's state. A simulator decides the URL and the shape of the answers; here is only who is let in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from connectors.sandbox.world import World


@dataclass(frozen=True)
class Policy:
    """What a vendor does with tokens. `rotate`: "never", "grace" (the old one works for a while) or "strict"."""

    access_seconds: float = 3600
    refresh_seconds: float | None = None
    idle_seconds: float | None = None
    rotate: str = "never"
    grace_seconds: float = 86_400


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str
    access_seconds: float


def policy(world: World) -> Policy:
    return Policy(**world.state.setdefault("token_policy", {}))


def set_policy(world: World, **changes: Any) -> None:
    """An act: `access_seconds=60`, `rotate="strict"` …"""
    world.state["token_policy"] = {**world.state.get("token_policy", {}), **changes}


def issue(world: World, subject: str, family: str = "") -> Pair:
    """A fresh pair for that user or company; tokens of one sign-in share a family."""
    rules, now = policy(world), world.clock.time()
    pair = Pair(world.new_id("at_", 32), world.new_id("rt_", 32), rules.access_seconds)
    family = family or world.new_id("family_", 8)
    note = {"subject": subject, "family": family, "issued": now, "used": now}
    _kept(world)[pair.access] = {**note, "kind": "access", "until": now + rules.access_seconds}
    until = None if rules.refresh_seconds is None else now + rules.refresh_seconds
    _kept(world)[pair.refresh] = {**note, "kind": "refresh", "until": until}
    return pair


def subject_of(world: World, access: str) -> str | None:
    """Whose valid access token this is; looking counts as use."""
    note = _valid(world, access, "access")
    if note is None:
        return None
    idle = policy(world).idle_seconds
    if idle is not None and world.clock.time() - note["used"] > idle:
        return None
    note["used"] = world.clock.time()
    return str(note["subject"])


def refresh(world: World, token: str) -> Pair | None:
    """A fresh pair, or None for `invalid_grant`. Without rotation the refresh token stays the same."""
    note = _valid(world, token, "refresh")
    if note is None:
        return None
    rules, now = policy(world), world.clock.time()
    world.state["refreshes"] = world.state.get("refreshes", 0) + 1
    pair = issue(world, note["subject"], note["family"])
    if rules.rotate == "never":
        del _kept(world)[pair.refresh]
        return Pair(pair.access, token, pair.access_seconds)
    if not note.get("replaced"):
        note["replaced"] = True
        note["until"] = now if rules.rotate == "strict" else now + rules.grace_seconds
    return pair


def revoke(world: World, token: str = "", subject: str = "") -> int:
    """An act: take back one token with its family, all of a subject's, or simply all."""
    families = {
        note["family"] for name, note in _kept(world).items() if name == token or note["subject"] == subject
    }
    everything = not token and not subject
    gone = [name for name, note in _kept(world).items() if everything or note["family"] in families]
    for name in gone:
        del _kept(world)[name]
    return len(gone)


def expire_access(world: World) -> int:
    """An act: every access token ends now; refresh tokens stay good."""
    now = world.clock.time()
    open = [note for note in _kept(world).values() if note["kind"] == "access"]
    for note in open:
        note["until"] = now
    return len(open)


ACTS = {"revoke_tokens": revoke, "expire_access_tokens": expire_access, "set_token_policy": set_policy}


def _kept(world: World) -> dict[str, Any]:
    kept: dict[str, Any] = world.state.setdefault("tokens", {})
    return kept


def _valid(world: World, token: str, kind: str) -> dict[str, Any] | None:
    note: dict[str, Any] | None = _kept(world).get(token)
    if note is None or note["kind"] != kind:
        return None
    return note if note["until"] is None or world.clock.time() < note["until"] else None
