"""The processes that make the running product, as one table for the demo and for production."""

from __future__ import annotations

import sys
from pathlib import Path

from mlconnector.processes import Planned

ROOT = Path(__file__).resolve().parent.parent
MANAGE = (sys.executable, str(ROOT / "manage.py"))
QUEUES = ("mlconnector", "bulk")
WEB_STOP_SECONDS = 20


def product(
    *, listen: str, port: int, web_processes: int, web_threads: int, worker_stop_seconds: int
) -> tuple[Planned, ...]:
    web = (
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "mlconnector.wsgi:application"),
        *("--host", listen, "--port", str(port), "--workers", str(web_processes)),
        *("--blocking-threads", str(web_threads), "--respawn-failed-workers", "--respawn-interval", "1"),
        *("--workers-kill-timeout", "10", "--log-level", "error", "--no-access-log"),
        *("--working-dir", str(ROOT)),
    )
    workers = (
        Planned(f"worker {queue}", (*MANAGE, "worker"), {"Q_CLUSTER_NAME": queue}, worker_stop_seconds)
        for queue in QUEUES
    )
    return (Planned("web", web, {}, WEB_STOP_SECONDS), *workers)


def command(*words: str) -> tuple[str, ...]:
    return (*MANAGE, *words)
