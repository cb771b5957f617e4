"""The OpenAPI document of this instance, drawn from the same tables that serve the calls.

Whatever is renamed or hidden here is renamed or hidden there.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.world import World
from connectors.systems.qad.sandbox.fields import Field, Fields
from connectors.systems.qad.sandbox.kinds import Kind
from connectors.systems.qad.sandbox.rows import KINDS
from connectors.systems.qad.sandbox.switches import path_of, switches

TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer", "format": "int32"},
    "amount": {"type": "number"},
    "flag": {"type": "boolean"},
    "day": {"type": "string", "format": "date-time"},
    "codes": {"type": "array", "items": {"type": "string"}},
}


def document(world: World, server: str) -> dict[str, Any]:
    served = [kind for kind in KINDS if kind.slug not in switches(world).hidden_kinds]
    return {
        "openapi": "3.0.1",
        "info": {"title": "QAD Adaptive ERP business entities", "version": "3"},
        "servers": [{"url": server}],
        "paths": {path_of(world, kind.slug, kind.path): _operations(world, kind) for kind in served},
        "components": {"schemas": {kind.singular: _schema(world, kind) for kind in served}},
    }


def _operations(world: World, kind: Kind) -> dict[str, Any]:
    name = switches(world).paths.get(kind.slug, kind.plural)
    renamed = switches(world).fields.get(kind.slug, {})
    keys = [_parameter(renamed.get(key, key)) for key in kind.keys]
    paging = [_parameter(each) for each in ("offset", "limit", "filter", "sort")]
    listed = paging if switches(world).offset == "on" else []
    envelope = {
        "type": "object",
        "properties": {name: {"type": "array", "items": {"$ref": f"#/components/schemas/{kind.singular}"}}},
    }
    content = {"application/json": {"schema": envelope}}
    answer = {"200": {"description": "OK", "content": content}}
    found = {
        "get": {"tags": [name], "parameters": [*keys, _parameter("viewUri"), *listed], "responses": answer}
    }
    if "POST" in kind.methods:
        body = {"required": True, "content": content}
        found["post"] = {"tags": [name], "parameters": keys, "requestBody": body, "responses": answer}
    if "DELETE" in kind.methods:
        found["delete"] = {"tags": [name], "parameters": keys, "responses": answer}
    return found


def _parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}


def _schema(world: World, kind: Kind) -> dict[str, Any]:
    return _object(kind.fields, switches(world).fields.get(kind.slug, {}))


def _object(fields: Fields, renamed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "object",
        "properties": {renamed.get(field.name, field.name): _property(field, renamed) for field in fields},
    }
    required = [renamed.get(field.name, field.name) for field in fields if field.mandatory]
    return {**found, "required": required} if required else found


def _property(field: Field, renamed: Any) -> dict[str, Any]:
    if field.type == "rows":
        return {"type": "array", "items": _object(field.parts, renamed)}
    if field.type == "object":
        return _object(field.parts, renamed)
    found = dict(TYPES[field.type])
    if field.length:
        found["maxLength"] = field.length
    if field.read_only:
        found["readOnly"] = True
    return found
