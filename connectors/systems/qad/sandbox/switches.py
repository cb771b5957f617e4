"""How this tenant's instance differs from the usual one, and what is to go wrong in QAD's own way.

Faults of the network belong to the stage; here is only what QAD itself does differently or refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from connectors.sandbox.world import World

SIGN_INS = ("password", "refresh_token", "client_credentials", "jwt", "basic", "static")


@dataclass(frozen=True)
class Switches:
    paths: Mapping[str, str] = field(default_factory=dict)
    """Kind to the name it has on this instance, path segment and plural: `{"customer_invoice": "arInvoices"}`."""
    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Kind to renamed fields: `{"customer_invoice": {"description": "extText"}}`."""
    hidden_kinds: tuple[str, ...] = ()
    """Kinds whose path does not exist here."""
    unfilterable: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind to fields that its listings cannot filter by."""
    openapi_hidden: bool = False
    offset: str = "on"
    """`on`, `400`, `404`, `405`, or `ignored`: the same first page whatever is asked."""
    limit_refused: bool = False
    """A limit above the cap is answered 400 instead of cut."""
    sign_ins: tuple[str, ...] = SIGN_INS
    jwt_tokens: bool = False
    expires_in: bool = True
    """Whether a token answer tells its lifetime."""
    workspaces_hidden: bool = False
    unauthorized: int = 0
    """So many of the next data calls are answered 401."""
    forbidden: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Kind to the methods that the role lacks: `{"journal_entry": ("POST",)}`."""
    refusals: tuple[Mapping[str, str], ...] = ()
    """One for each of the next writes: `{"kind", "fieldName", "message"}`, success:false over HTTP 200."""
    refusal_status: int = 200
    no_submit_result: int = 0
    """So many of the next accepted writes are answered without `submitResult`."""
    login_page: str = ""
    """`200`: an HTML page in place of data; `302`: a redirect to it."""
    ignores_case: bool = True
    """Searches of text do not tell upper from lower case."""
    shift_rows: int = 0
    """Later pages begin so many rows later (rows are missed) or, below zero, earlier (rows come twice)."""
    lines_embedded: bool = True
    """Order lines come inside the order; otherwise only from the grid and the browse."""
    stale_hash_refused: bool = True


def switches(world: World) -> Switches:
    return Switches(**world.state.get("switches", {}))


def switch(world: World, **changes: Any) -> dict[str, Any]:
    """An act: turn some of them, the others stay as they are."""
    unknown = set(changes) - {each.name for each in fields(Switches)}
    if unknown:
        raise ValueError(f"no switch is called {', '.join(sorted(unknown))}")
    world.state["switches"] = {**world.state.get("switches", {}), **changes}
    return asdict(switches(world))


def used_up(world: World, name: str) -> bool:
    """Count a `next n` switch down; True while it is on."""
    left = int(getattr(switches(world), name))
    if left:
        switch(world, **{name: left - 1})
    return bool(left)


def next_refusal(world: World, kind: str) -> Mapping[str, str] | None:
    """Take the first refusal that is meant for this kind of record."""
    waiting = list(switches(world).refusals)
    for refusal in waiting:
        if refusal.get("kind", kind) == kind:
            waiting.remove(refusal)
            switch(world, refusals=waiting)
            return refusal
    return None


def path_of(world: World, slug: str, path: str) -> str:
    renamed = switches(world).paths.get(slug)
    return f"{path.rpartition('/')[0]}/{renamed}" if renamed else path


def outward(world: World, slug: str, row: Any) -> Any:
    """The row with this instance's own names for its fields, lines included."""
    return _renamed(row, switches(world).fields.get(slug, {}))


def inward(world: World, slug: str, row: Any) -> Any:
    """The other way; a field sent under its usual name means nothing to an instance that renamed it."""
    names = switches(world).fields.get(slug, {})
    without = _dropped(row, set(names) - set(names.values()))
    return _renamed(without, {new: old for old, new in names.items()})


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if not names:
        return value
    if isinstance(value, list):
        return [_renamed(each, names) for each in value]
    if isinstance(value, dict):
        return {names.get(name, name): _renamed(part, names) for name, part in value.items()}
    return value


def _dropped(value: Any, names: set[str]) -> Any:
    if isinstance(value, list):
        return [_dropped(each, names) for each in value]
    if isinstance(value, dict):
        return {name: _dropped(part, names) for name, part in value.items() if name not in names}
    return value
