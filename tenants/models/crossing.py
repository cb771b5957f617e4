"""Each time somebody works across tenants, and why.

One row per reason, hour and database session: sweeps come by every few seconds, and two of them must not wait for each other.
"""

from __future__ import annotations

from django.db import connection, models


class Crossing(models.Model):
    """Written by `scoping.everywhere` alone; committed before the work begins, so that a failure does not hide it."""

    reason = models.CharField(max_length=200)
    actor = models.CharField(max_length=200)
    session = models.CharField(max_length=40)
    hour = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "reason", "actor", "session"], name="crossing_once_an_hour"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} by {self.actor}, {self.times}× in the hour from {self.hour:%Y-%m-%d %H:%M}"

    @classmethod
    def note(cls, reason: str, actor: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(_NOTE, [reason[:200], actor[:200]])


_NOTE = """
insert into tenants_crossing (reason, actor, session, hour, first_at, last_at, times)
values (%s, %s, pg_backend_pid()::text, date_trunc('hour', now()), now(), now(), 1)
on conflict (hour, reason, actor, session) do update
set last_at = now(), times = tenants_crossing.times + 1
"""
