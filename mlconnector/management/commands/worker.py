"""Works on one queue (Q_CLUSTER_NAME chooses it) once it is certain that this process may."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from mlconnector import cluster, readiness


class Command(BaseCommand):
    help = "Works on the queue named by Q_CLUSTER_NAME until it is told to stop."

    def handle(self, *args: Any, **options: Any) -> None:
        readiness.insist()
        cluster.run()
