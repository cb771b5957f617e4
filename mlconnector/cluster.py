"""A django-q2 cluster that gives up when one of its processes is killed in a way that would leave the others deaf.

The processes hand each other tasks through a pipe with a lock. Who is killed while waiting at it takes the lock along:
new processes are made, look healthy and never receive anything. So the whole cluster ends, and the supervisor starts it anew.
"""

from __future__ import annotations

import logging
import os
from multiprocessing.process import BaseProcess

from django_q import cluster

log = logging.getLogger(__name__)
IDLE = -1
KILLED = 70


class Sentinel(cluster.Sentinel):
    def reincarnate(self, process: BaseProcess) -> None:
        at_work = process in self.pool and process.timer.value != IDLE  # type: ignore[attr-defined]
        if (process.exitcode or 0) < 0 and not at_work:
            log.error(
                "a process of this cluster was killed while waiting for work; the cluster ends, to be started anew"
            )
            self._end()
        super().reincarnate(process)  # type: ignore[no-untyped-call]

    def _end(self) -> None:
        for process in (*self.pool, self.monitor, self.pusher):
            process.kill()
        os._exit(KILLED)


def run() -> None:
    """Returns once the cluster was told to stop, or gave up."""
    cluster.Sentinel = Sentinel  # type: ignore[misc]  # the one place where it is looked up
    cluster.Cluster().start()
