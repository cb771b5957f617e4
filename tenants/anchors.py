"""Heads of the chains, noted outside the database each time they grow.

Whoever can rewrite the whole database cannot rewrite what has left it: a file that may lie on other storage, and the log, from
where a collector takes it. A restored backup is behind its anchors, and verification says by how much.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from tenants.audit import stamp
from tenants.audit_checker import Anchor, read_anchors

log = logging.getLogger(__name__)


def note(tenant: UUID, number: int, hash_: str) -> None:
    """One line, appended in one write. A full disk is told in the log and does not stop the sealing."""
    line = f"{stamp(timezone.now())} {tenant} {number} {hash_}\n"
    log.info("audit head: tenant %s entry %s hash %s", tenant, number, hash_)
    try:
        _append(Path(settings.AUDIT_ANCHORS), line.encode())
    except OSError as trouble:
        log.error("AUDIT_ANCHORS: %s", trouble.strerror)


def noted(tenant: UUID, more: Path | None = None) -> dict[int, Anchor]:
    """The anchors of one tenant, by number, from our own file and perhaps another machine's."""
    found: dict[int, Anchor] = {}
    for file in (Path(settings.AUDIT_ANCHORS), more):
        if file is not None and file.exists():
            with file.open(encoding="utf-8") as lines:
                found |= read_anchors(lines, str(tenant))
    return found


def _append(file: Path, line: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
    finally:
        os.close(descriptor)
