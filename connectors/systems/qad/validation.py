"""Holds the profile against what the instance says of itself: its published description, or one row of each kind.

Nothing is ever posted to try it out, so what only a write could prove is said to be not proven.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from connectors.errors import LockedOut, NotFound, OutcomeUnknown, Refused, TryLater, Unreadable, WireError
from connectors.system import Check, Colour
from connectors.systems.qad.api import Api
from connectors.systems.qad.listing import Lists
from connectors.systems.qad.posting import TRACED
from connectors.systems.qad.profile import KindProfile
from connectors.transport.http import Deadlines
from connectors.transport.reading import NotJson, load

DOCUMENT_BYTES_MAX = 50_000_000
REFERENCES_DEEP_MAX = 20
_PARAMETER = re.compile(r"\{[^}]*\}")
_TIMES = Deadlines(connect_seconds=10, read_seconds=30, total_seconds=90, answer_bytes_max=DOCUMENT_BYTES_MAX)

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Description:
    """An OpenAPI 3 or Swagger 2 document. Only references inside it are followed."""

    body: Mapping[str, Any]
    where: str
    digest: str

    def operations(self, path: str) -> Mapping[str, Any] | None:
        """By its path, with or without the server's prefix in front; names of path parameters do not matter."""
        wanted = _PARAMETER.sub("{}", path)
        for one, operations in dict(self.body.get("paths") or {}).items():
            plain = _PARAMETER.sub("{}", str(one))
            if isinstance(operations, Mapping) and (
                plain == wanted or (wanted.endswith(plain) and len(plain) > 1)
            ):
                return operations
        return None

    def fields(self, operation: Schema, plural: str) -> Mapping[str, Schema]:
        """The fields of one row, wherever this document puts them."""
        for schema in self._schemas(operation):
            row = self._row(schema, plural)
            if row:
                return row
        return {}

    def _schemas(self, operation: Schema) -> Iterator[Schema]:
        for part in (operation.get("requestBody"), dict(operation.get("responses") or {}).get("200")):
            content = dict(self._there(part).get("content") or {})
            for media in content.values():
                yield self._there(dict(media).get("schema"))
            if self._there(part).get("schema"):
                yield self._there(self._there(part)["schema"])
        for parameter in operation.get("parameters") or ():
            if self._there(parameter).get("in") == "body":
                yield self._there(self._there(parameter).get("schema"))

    def _row(self, schema: Schema, plural: str) -> Mapping[str, Schema]:
        inside = dict(schema.get("properties") or {})
        if "data" in inside and plural not in inside:
            inside = dict(self._there(inside["data"]).get("properties") or {})
        rows = self._there(inside.get(plural))
        found = dict(self._there(rows.get("items")).get("properties") or {})
        return {name: self._there(one) for name, one in found.items()}

    def _there(self, part: Any) -> Schema:
        for _ in range(REFERENCES_DEEP_MAX):
            if not isinstance(part, Mapping):
                return {}
            reference = part.get("$ref")
            if not isinstance(reference, str):
                return part
            part = self._at(reference)
        return {}

    def _at(self, reference: str) -> Any:
        if not reference.startswith("#/"):
            return None
        found: Any = self.body
        for name in reference[2:].split("/"):
            found = (
                found.get(name.replace("~1", "/").replace("~0", "~")) if isinstance(found, Mapping) else None
            )
        return found


def checks(api: Api, uploaded: bytes | None = None) -> Iterator[Check]:
    """One line a kind, led by where the description was found."""
    described = read(uploaded, "the uploaded file") if uploaded else _published(api)
    if described is None:
        seen = "The instance publishes no description at the known addresses."
        remedy = "Paste its address into the profile (openapi), or upload the file; until then one row of each kind is read."
        yield Check("profile", "Description", Colour.AMBER, seen, remedy)
        lists = Lists(api)
        yield from (_by_reading(lists, name) for name in api.profile.kinds)
        return
    seen = f"Found at {described.where}, {len(described.body.get('paths') or {})} paths, mark {described.digest}."
    yield Check("profile", "Description", Colour.GREEN, seen)
    yield from (_by_description(described, name, kind) for name, kind in api.profile.kinds.items())


def _published(api: Api) -> Description | None:
    for path in api.profile.openapi:
        try:
            answer = api.http.call("GET", path, expects=bytes, times=_TIMES)
            return read(answer.body, path)
        except (NotFound, Refused, Unreadable, LockedOut, TryLater, OutcomeUnknown):
            continue
    return None


def read(raw: bytes, where: str) -> Description:
    """JSON or YAML, read safely; anything else is refused by name."""
    if len(raw) > DOCUMENT_BYTES_MAX:
        raise Refused(
            "The description is larger than 50 MB.",
            system="qad",
            remedy="Upload the part for business entities.",
        )
    try:
        body: Any = load(raw)
    except NotJson:
        try:
            body = yaml.safe_load(raw)
        except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
            body = None
    if not isinstance(body, Mapping) or not isinstance(body.get("paths"), Mapping):
        raise Refused(
            f"What stands at {where} is no OpenAPI or Swagger description.",
            system="qad",
            remedy="Open Swagger in QAD and copy the address of its JSON, or upload that file.",
        )
    return Description(body, where, hashlib.sha256(raw).hexdigest()[:12])


def _by_description(described: Description, name: str, kind: KindProfile) -> Check:
    operations = described.operations(kind.path)
    if operations is None:
        return _red(
            name,
            f"Path {kind.path} is not in the description.",
            "Find the entity in Swagger and correct its path.",
        )
    for method in ("get", "post") if name in TRACED else ("get",):
        if method not in operations:
            return _red(
                name,
                f"{method.upper()} is not offered on {kind.path}.",
                "Ask QAD's administrator to allow it.",
            )
    fields = described.fields(operations.get("post") or operations["get"], kind.plural)
    known = {field.lower() for field in fields}
    if not fields:
        seen = f"Path and methods ok; the description names no fields of {kind.plural}."
        return Check(
            f"profile:{name}",
            _label(name),
            Colour.AMBER,
            seen,
            "Fields are proved by the first row that is read.",
        )
    missing = [
        kind.theirs(one) for one in (*kind.keys, *kind.required) if kind.theirs(one).lower() not in known
    ]
    if missing:
        return _red(
            name, f"Not in the description: {', '.join(missing)}.", "Correct the field's name in the profile."
        )
    return Check(
        f"profile:{name}", _label(name), Colour.GREEN, f"{len(fields)} fields{_lengths(name, kind, fields)}."
    )


def _lengths(name: str, kind: KindProfile, fields: Mapping[str, Schema]) -> str:
    """How long our reference may be here: a shorter field than usual would cut it."""
    traced = TRACED.get(name)
    most = fields.get(kind.theirs(traced.field), {}).get("maxLength") if traced else None
    if traced is None or not isinstance(most, int):
        return ""
    return f", {kind.theirs(traced.field)} takes {most}" + (" (too short)" if most < traced.length else "")


def _by_reading(lists: Lists, name: str) -> Check:
    kind = lists.api.profile.kind(name)
    try:
        browse = lists.transport(name) == "browse"
        call = "00000000-0000-4000-8000-000000000000"
        rows = (lists.browse(name, (), 0, call) if browse else lists.offset(name, (), 0)).rows
    except LockedOut as error:
        return _red(name, f"Forbidden. {error.said.message}".strip(), error.remedy)
    except NotFound:
        return _red(
            name,
            f"Nothing at {kind.path}.",
            "Find the entity in Swagger and correct its path in the profile.",
        )
    except WireError as error:
        return _red(name, error.why, error.remedy or "Check again in a minute.")
    if not rows:
        seen = "Path ok, no row yet: fields not proven."
        return Check(
            f"profile:{name}", _label(name), Colour.AMBER, seen, "Fields are proved by the first row."
        )
    missing = [kind.theirs(one) for one in (*kind.keys, *kind.required) if one not in rows[0].body]
    if missing:
        return _red(
            name, f"Not in its rows: {', '.join(missing)}.", "Correct the field's name in the profile."
        )
    return Check(
        f"profile:{name}",
        _label(name),
        Colour.GREEN,
        "Read; writing is not proven before the first document.",
    )


def _red(name: str, seen: str, remedy: str) -> Check:
    return Check(f"profile:{name}", _label(name), Colour.RED, seen, remedy)


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
