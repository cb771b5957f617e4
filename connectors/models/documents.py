"""Documents as plain JSON and back, exactly, so that what is sent again is word for word what was sent before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.system import Document, Step

DECIMAL = "$decimal"


def document_to_json(document: Document) -> dict[str, Any]:
    """Without its journal and notes: they are shown, not sent."""
    return {
        "kind": document.kind,
        "title": document.title,
        "reference": document.reference,
        "dated": document.dated.isoformat() if document.dated else None,
        "steps": [
            {"name": one.name, "method": one.method, "path": one.path, "body": _plain(one.body)}
            for one in document.steps
        ],
    }


def document_from_json(data: Mapping[str, Any]) -> Document:
    return Document(
        kind=data["kind"],
        title=data["title"],
        reference=data["reference"],
        dated=date.fromisoformat(data["dated"]) if data["dated"] else None,
        steps=tuple(
            Step(one["name"], one["method"], one["path"], _exact(one["body"])) for one in data["steps"]
        ),
    )


def _plain(value: Any) -> Any:
    match value:
        case Mapping():
            return {str(name): _plain(one) for name, one in value.items()}
        case list() | tuple():
            return [_plain(one) for one in value]
        case Decimal():
            return {DECIMAL: str(value)}
        case None | bool() | int() | str():
            return value
    raise TypeError(f"a document holds no {type(value).__name__}")


def _exact(value: Any) -> Any:
    match value:
        case dict() if set(value) == {DECIMAL}:
            return Decimal(value[DECIMAL])
        case dict():
            return {name: _exact(one) for name, one in value.items()}
        case list():
            return [_exact(one) for one in value]
    return value
