"""Stores in a locked file, so that real processes can share what in production is a row."""

from __future__ import annotations

import fcntl
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from connectors.errors import TryLater
from connectors.transport.auth import Tokens
from connectors.transport.pace import Ask, Bucket, Grant, leave, reserve, slow


@contextmanager
def locked(path: Path, within_seconds: float = 30) -> Iterator[None]:
    """The kernel gives the lock back when its holder dies."""
    until = time.monotonic() + within_seconds
    with path.with_suffix(".lock").open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise TryLater("Another worker is renewing the sign-in.") from None
                time.sleep(0.005)
        yield


@dataclass
class TokenFile:
    path: Path

    def load(self) -> Tokens | None:
        if not self.path.exists():
            return None
        kept = json.loads(self.path.read_text())
        dates = {name: datetime.fromisoformat(kept[name]) for name in ("issued", "expires")}
        return Tokens(kept["access"], dates["issued"], dates["expires"], kept["refresh"])

    def save(self, tokens: Tokens) -> None:
        fresh = self.path.with_suffix(".new")
        fresh.write_text(
            json.dumps(
                {
                    "access": tokens.access,
                    "refresh": tokens.refresh,
                    "issued": tokens.issued.isoformat(),
                    "expires": tokens.expires.isoformat(),
                }
            )
        )
        fresh.replace(self.path)

    def locked(self, within_seconds: float) -> Any:
        return locked(self.path, within_seconds)


@dataclass
class PaceFile:
    path: Path
    clock: Callable[[], float] = time.time

    def reserve(self, ask: Ask) -> Grant:
        with locked(self.path):
            buckets = self._load()
            grant, changed = reserve(buckets, ask, self.clock())
            self._save(buckets | changed)
            return grant

    def leave(self, key: str, lease: str) -> None:
        with locked(self.path):
            buckets = self._load()
            self._save(buckets | {key: leave(buckets.get(key, Bucket()), lease)})

    def slow(self, key: str, asked_seconds: float | None) -> None:
        with locked(self.path):
            buckets = self._load()
            self._save(buckets | {key: slow(buckets.get(key, Bucket()), asked_seconds, self.clock())})

    def _load(self) -> dict[str, Bucket]:
        if not self.path.exists():
            return {}
        return {key: Bucket(**kept) for key, kept in json.loads(self.path.read_text()).items()}

    def _save(self, buckets: dict[str, Bucket]) -> None:
        self.path.write_text(json.dumps({key: asdict(bucket) for key, bucket in buckets.items()}))
