"""Secrets that the demo makes for itself in var/: written once, whole or not at all, readable by their owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def made(file: Path, make: Callable[[], str]) -> str:
    """What the file holds; the first to ask fills it, and whoever races with him takes the winner's."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_name(f"{file.name}.{os.getpid()}")
        write_private(fresh, make())
        try:
            os.link(fresh, file)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return file.read_text().strip()


def write_private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def passwords(folder: Path) -> dict[str, str]:
    """Of the embedded database's roles."""
    text = made(
        folder / "passwords.json", lambda: json.dumps({role: word() for role in ("postgres", "owner", "app")})
    )
    words: dict[str, str] = json.loads(text)
    return words


def word() -> str:
    return secrets.token_urlsafe(48)


def fernet_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
