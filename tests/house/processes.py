"""What tests that start our real processes share: the address of this test's database, and patience with a limit."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def manage(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """One of our commands on this test's database."""
    return subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *words],
        env={**environment(), **more},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def environment() -> dict[str, str]:
    """In which a process of its own works on this test's database."""
    return {
        **os.environ,
        "DATABASE_URL": address(settings.APP),
        "DATABASE_OWNER_URL": address(settings.OWNER),
        "ROOM_FOR_TITLES": "."
        * 200,  # a process's title is no longer than what its arguments and environment took
    }


def address(role: dict[str, str]) -> str:
    connection.ensure_connection()
    at = connection.settings_dict
    host = str(at["HOST"]).replace("/", "%2F")
    return f"postgres://{role['USER']}:{role['PASSWORD']}@{host}:{at['PORT']}/{at['NAME']}"


def until(true: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
