"""Entry points of the worker: each rings one bell of the engine and holds no logic of its own."""

from __future__ import annotations

from uuid import UUID

from connectors.engine import inbox


def attend(tenant: str, event: str) -> None:
    inbox.attend(UUID(tenant), UUID(event))
