"""The bell that wakes a worker: django-q2's queue in our database, rung by NOTIFY and emptied oldest first.

A ring made inside a transaction is heard at its commit or never. Nothing rests on it: rows know, and the sweep finds
what nobody rang for.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from time import sleep

import psycopg
from django.db import OperationalError, connections, transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from psycopg import sql

from tenants import chores

log = logging.getLogger(__name__)

LISTEN_SECONDS = 1.0
"""How long one listening lasts: the order to stop is looked at in between."""
EAR = "ml-connector ear"
"""The name under which a listening worker stands in the server's list of sessions."""


class Bell(ORM):
    _ear: psycopg.Connection | None = None

    def enqueue(self, task: str) -> int:
        number: int = super().enqueue(task)  # type: ignore[no-untyped-call]
        with connections[Conf.ORM].cursor() as cursor:  # type: ignore[index]
            cursor.execute("select pg_notify(%s, '')", [self._channel()])
        return number

    def dequeue(self) -> list[tuple[int, str]] | None:
        try:
            ear = self._listening()  # before looking: what is rung from now on is heard
            chores.run_due()  # before a claim: what is claimed by who dies here would wait for its lock to end
            rows = self._claimed()
            if not rows:
                list(ear.notifies(timeout=LISTEN_SECONDS, stop_after=1))
        except (psycopg.OperationalError, OperationalError):
            self._deaf()
            return None
        return rows or None

    def _claimed(self) -> list[tuple[int, str]]:
        self.get_connection()  # drops a connection that has gone stale
        now = timezone.now()
        with transaction.atomic(using=Conf.ORM):
            rows = list(
                OrmQ.objects.using(Conf.ORM)
                .select_for_update(skip_locked=True)
                .filter(key=self.list_key, lock__lt=now)
                .order_by("id")[: Conf.BULK]
            )
            held_until = now + timedelta(seconds=Conf.RETRY)
            OrmQ.objects.using(Conf.ORM).filter(pk__in=[row.pk for row in rows]).update(lock=held_until)
        return [(row.pk, row.payload) for row in rows]

    def _listening(self) -> psycopg.Connection:
        if self._ear is None or self._ear.closed:
            self._ear = ear()
            self._ear.execute(sql.SQL("listen {}").format(sql.Identifier(self._channel())))
        return self._ear

    def _deaf(self) -> None:
        """The server went away. An exception here would cost the queue ten seconds, so: a breath, and listen anew."""
        log.warning("the database is out of reach; the bell listens again in %s s", LISTEN_SECONDS)
        if self._ear is not None:
            self._ear.close()
        sleep(LISTEN_SECONDS)

    def _channel(self) -> str:
        return f"bell_{self.list_key or Conf.CLUSTER_NAME}"


def ear() -> psycopg.Connection:
    """A connection of its own, outside every transaction; it carries no Django settings but the address."""
    parameters = connections[Conf.ORM].get_connection_params()  # type: ignore[index]
    address = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    return psycopg.connect(**address, autocommit=True, connect_timeout=10, application_name=EAR)
