"""The bell between a row and the worker that looks at it: heard at commit, oldest first, and after every kind of trouble."""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import psycopg
import pytest
from django.contrib import admin
from django.db import connection, connections, transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from connectors.bell import EAR, Bell
from mlconnector.processes import Crew, Planned
from tests.house.processes import ROOT, environment, until

RINGS_EVERY = 50
PATIENCE_SECONDS = 90
"""Only so that a test ends; how fast work goes on is measured, not tested."""
HEARD_SECONDS_MAX = 0.8  # less than one listening lasts: only a ring explains it
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell("test")
    yield bell
    if bell._ear is not None:
        bell._ear.close()


def test_a_ring_in_a_transaction_that_fails_is_never_heard(bell: Bell) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        bell.enqueue("payload")
        raise ZeroDivisionError
    assert bell.dequeue() is None


def test_the_oldest_is_pulled_first_and_by_one_worker_only(bell: Bell) -> None:
    numbers = [bell.enqueue(f"payload {n}") for n in range(3)]
    pulled = [bell.dequeue() for _ in range(3)]
    assert [rows and rows[0][0] for rows in pulled] == numbers
    assert bell.dequeue() is None


def test_a_sleeping_worker_is_woken_at_once(bell: Bell) -> None:
    def listen() -> float:
        bell.dequeue()
        connections.close_all()
        return time.monotonic()

    bell.dequeue()
    with ThreadPoolExecutor(1) as pool:
        woken = pool.submit(listen)
        time.sleep(0.1)
        rung = time.monotonic()
        bell.enqueue("payload")
        assert woken.result() - rung < HEARD_SECONDS_MAX


def test_another_queue_is_not_woken_and_not_emptied(bell: Bell) -> None:
    Bell("other").enqueue("payload")
    assert bell.dequeue() is None
    assert OrmQ.objects.filter(key="other").count() == 1


def test_a_lost_connection_costs_a_breath_and_no_task(bell: Bell, owner_db: psycopg.Connection) -> None:
    bell.dequeue()
    owner_db.execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s", [EAR]
    )
    bell.dequeue()
    bell.enqueue("payload")
    assert bell.dequeue()


def test_the_queue_has_an_index_for_its_question_and_no_page_in_the_admin() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select indexdef from pg_indexes where indexname = 'bell_due'")
        assert "(key, lock)" in cursor.fetchone()[0]
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]


@pytest.fixture
def crew() -> Iterator[Crew]:
    """A real worker under its supervisor."""
    crew = Crew(f"test {uuid.uuid4()}", lambda words: None)
    crew.start(Planned("worker", (sys.executable, str(ROOT / "manage.py"), "worker"), environment()))
    yield crew
    crew.stop()


def test_work_goes_on_when_the_worker_is_killed_whole(crew: Crew, tmp_path: Path) -> None:
    assert done(crew, tmp_path / "before")
    for group in crew.pids():
        os.killpg(group, signal.SIGKILL)
    assert done(crew, tmp_path / "after")


def done(crew: Crew, file: Path) -> bool:
    """Rung again and again, as the sweep does: what a dying worker had pulled is heard again only much later."""
    rings = count()

    def there() -> bool:
        crew.tend()
        if next(rings) % RINGS_EVERY == 0:
            async_task("pathlib.Path.touch", file)
        return file.exists()

    return until(there, seconds=PATIENCE_SECONDS)
