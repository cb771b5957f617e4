"""What a body depends on, answered: records by the deliveries that carried them and by mappings, codes by mappings.

For master data the pair of ids is a mapping, for documents it is the delivered delivery. There is no third place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.canon.kind import Code, Kind, Ref
from connectors.canon.links import Found, codes_of, refs_of, with_resolved
from connectors.flow import Hold
from connectors.flows import ALL_FLOWS
from connectors.models import Delivery, Lane, Mapping, Review, Status
from connectors.models.delivery import OPEN

UNDOING = frozenset(flow.undone_by for flow in ALL_FLOWS if flow.undone_by)
"""Their deliveries book something back; the record's own counterpart is the one they take back."""


@dataclass(frozen=True)
class Resolved:
    body: Kind
    dropped: tuple[str, ...] = ()
    """Links that stay open by policy, for the trail."""


@dataclass(frozen=True)
class Unresolved:
    hold: Hold
    waits_for: tuple[str, ...]


@dataclass
class _Answers:
    refs: dict[tuple[str, str], str | None] = field(default_factory=dict)
    codes: dict[tuple[str, str], str] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)


def resolve(lane: Lane, body: Kind, policies: dict[str, Any]) -> Resolved | Unresolved:
    """In the tenant's scope. The first thing missing is what a person reads; all of it is waited for."""
    answers = _Answers()
    missing = [hold for hold in _refs(lane, body, policies, answers) if hold]
    missing += _codes(lane, body, answers)
    if missing:
        waits = (need for one in missing for need in one.waits_for)
        return Unresolved(missing[0].hold, tuple(dict.fromkeys(waits)))
    return Resolved(with_resolved(body, answers.refs, answers.codes), tuple(answers.dropped))


def _refs(lane: Lane, body: Kind, policies: dict[str, Any], answers: _Answers) -> Iterable[Unresolved | None]:
    for found in refs_of(body):
        ref = found.value
        assert isinstance(ref, Ref)
        yield _ref(lane, ref, found, policies, answers)


def _ref(
    lane: Lane, ref: Ref[Any], found: Found, policies: dict[str, Any], answers: _Answers
) -> Unresolved | None:
    name = ref.kind.__name__
    if target := counterpart(lane, name, ref.id):
        answers.refs[name, ref.id] = target
        return None
    states = _states(lane, name, ref.id)
    under_way = any(status in OPEN for status in states)
    if found.after:
        ended = bool(states) and not under_way
        return None if ended or not _carried(lane, name) else _awaited(name, ref.id)
    if not found.optional:
        return _awaited(name, ref.id) if under_way or _carried(lane, name) else _unmapped(name, ref.id)
    if under_way or (not states and _carried(lane, name)):
        return _awaited(name, ref.id)
    if policies.get("unbound_links", "on_account") == "hold":
        return _unmapped(name, ref.id)
    answers.refs[name, ref.id] = None
    answers.dropped.append(f"{name}:{ref.id}")
    return None


def counterpart(lane: Lane, kind: str, id: str) -> str:
    """The id at the target of what the source knows by this id; empty where there is none."""
    return _delivered(lane, kind, id) or _mapped(lane, kind, [id])


def _delivered(lane: Lane, kind: str, id: str) -> str:
    forth, back = _lanes(lane, kind)
    rows = Delivery.objects.filter(status=Status.DELIVERED).exclude(target_id="").order_by("-id")
    there = rows.filter(lane__in=forth, source_id=id).values_list("target_id", flat=True).first()
    return there or rows.filter(lane__in=back, target_id=id).values_list("source_id", flat=True).first() or ""


def _mapped(lane: Lane, table: str, keys: list[str]) -> str:
    approved = Mapping.objects.filter(integration=lane.integration, table=table, state=Review.APPROVED)
    there = dict(approved.filter(source=lane.source, key__in=keys).values_list("key", "target_key"))
    back = dict(approved.filter(source=lane.target, target_key__in=keys).values_list("target_key", "key"))
    return next((answer for key in keys if (answer := there.get(key) or back.get(key))), "")


def _lanes(lane: Lane, kind: str) -> tuple[list[Lane], list[Lane]]:
    """Those that carry this kind from our source, and those that brought it there."""
    mine = lane.declared
    forth, back = [], []
    for one in Lane.objects.filter(integration=lane.integration):
        flow = one.declared
        if flow.source == mine.source and flow.reads.__name__ == kind and flow.name not in UNDOING:
            forth.append(one)
        if flow.source == mine.target and flow.writes and flow.writes.__name__ == kind:
            back.append(one)
    return forth, back


def _states(lane: Lane, kind: str, id: str) -> list[str]:
    """Of every delivery of that record, the ones that book it back among them: all of it is to be settled."""
    same = [
        one
        for one in Lane.objects.filter(integration=lane.integration)
        if one.declared.source == lane.declared.source and one.declared.reads.__name__ == kind
    ]
    return list(Delivery.objects.filter(lane__in=same, source_id=id).values_list("status", flat=True))


def _carried(lane: Lane, kind: str) -> bool:
    forth, back = _lanes(lane, kind)
    return any(one.on for one in (*forth, *back))


def _codes(lane: Lane, body: Kind, answers: _Answers) -> list[Unresolved]:
    missing: dict[str, Unresolved] = {}
    for found in codes_of(body):
        code = found.value
        assert isinstance(code, Code)
        if answer := _mapped(lane, code.table, list(code.keys)):
            answers.codes[code.table, code.key] = answer
        else:
            missing[str(code)] = _uncoded(code)
    return list(missing.values())


def _awaited(kind: str, id: str) -> Unresolved:
    hold = Hold(
        name="prerequisite",
        fact=f"{kind} {id} has no counterpart there yet.",
        releases=f"It goes on by itself as soon as {kind} {id} is delivered or mapped.",
        by_itself=True,
        group=f"{kind}:{id}",
    )
    return Unresolved(hold, (f"{kind}:{id}",))


def _unmapped(kind: str, id: str) -> Unresolved:
    hold = Hold(
        name="mapping_missing",
        fact=f"{kind} {id} is not mapped.",
        releases=f"Map {kind} {id}; what waits for it goes on at once.",
        by_itself=False,
        group=f"{kind}:{id}",
    )
    return Unresolved(hold, (f"{kind}:{id}",))


def _uncoded(code: Code) -> Unresolved:
    words = " or ".join(code.keys)
    hold = Hold(
        name="mapping_missing",
        fact=f"No {code.table.replace('_', ' ')} is mapped for {words}.",
        releases=f"Map {words}; what waits for it goes on at once.",
        by_itself=False,
        group=str(code),
    )
    return Unresolved(hold, tuple(f"{code.table}:{key}" for key in code.keys))
