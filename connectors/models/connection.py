"""One tenant's account in a System: what may be seen of it, and its secrets, which nobody sees again.

A secret is written and used, never read back by a person: of each one only its fingerprint, its age and who entered it are shown.
"""

from __future__ import annotations

import json
import secrets as randomness
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils import timezone

from connectors.system import Check, Colour, Mode
from tenants import audit, vault
from tenants.fields import SealedColumn
from tenants.models.trail import EntryField
from tenants.scoping import TenantOwned, current_tenant_id
from tenants.secrets import Secret, fingerprint


class State(models.TextChoices):
    NEW = "new", "Not yet proven"
    READY = "ready", "Ready"
    PAUSED = "paused", "Paused"
    LOCKED_OUT = "locked_out", "Locked out"


class Connection(TenantOwned):
    system = models.CharField(max_length=40, editable=False)
    name = models.CharField(max_length=100)
    mode = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Mode], editable=False)
    settings = models.JSONField(default=dict)
    """What may be seen: address, profile, book, chosen codes."""
    sealed = SealedColumn(null=True, editable=False)
    """All credentials as one value, so that they change together."""
    kept = models.JSONField(default=dict, editable=False)
    """Of each secret: fingerprint, when it was entered and by whom."""
    tokens = SealedColumn(null=True, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.NEW, editable=False)
    why = models.TextField(blank=True, editable=False)
    """What stopped it and what to do, in words for its owner."""
    checks = models.JSONField(default=list, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False)
    hook = models.CharField(max_length=64, unique=True, editable=False)
    """The unguessable part of its webhook address."""
    forged = models.IntegerField(default=0, editable=False)
    """Knocks that no secret vouched for: counted, and nothing else of them kept."""
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    entry = EntryField()

    through_digest = "hook"

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(fields=["tenant", "system", "name"], name="connection_by_system")]

    def __str__(self) -> str:
        return f"{self.name} ({self.system})"

    @property
    def place(self) -> str:
        return f"connection:{self.pk}"

    @classmethod
    def make(cls, system: str, name: str, mode: Mode, settings: Mapping[str, Any]) -> Connection:
        """A new account of the tenant in scope, without credentials yet."""
        made = cls(system=system, name=name, mode=mode.value, settings=dict(settings))
        made.hook = randomness.token_urlsafe(32)
        made.entry = audit.record(
            "connection.made", about=made, after={"system": system, "name": name, "mode": mode}
        )
        made.save(force_insert=True)
        return made

    def keep_secrets(self, given: Mapping[str, str]) -> None:
        """Store what was entered; what was left empty stays. Tokens of the old credential end with it."""
        entered = {name: value.strip() for name, value in given.items() if value and value.strip()}
        if not entered:
            return
        everything = {**self.open_secrets(), **entered}
        by, at = audit.acting_now().name, timezone.now().isoformat()
        self.sealed = vault.seal(current_tenant_id(), self.place, dict(everything))
        self.tokens = None
        marks = {
            name: {"fingerprint": fingerprint(value), "at": at, "by": by} for name, value in entered.items()
        }
        self.kept = {**self.kept, **marks}
        self.state, self.why = State.NEW, ""
        self._changed(
            "connection.secrets entered",
            {"names": sorted(entered)},
            "sealed",
            "tokens",
            "kept",
            "state",
            "why",
        )

    def open_secrets(self) -> dict[str, str]:
        """For the length of a call. They mask themselves wherever they are shown."""
        if self.sealed is None:
            return {}
        found = vault.open_sealed(current_tenant_id(), self.place, self.sealed)
        return {name: Secret(value) for name, value in found.items()}

    def set_settings(self, settings: Mapping[str, Any]) -> None:
        before, self.settings = self.settings, dict(settings)
        changed = sorted(
            name for name in {*before, *self.settings} if before.get(name) != self.settings.get(name)
        )
        if changed:
            self._changed("connection.settings changed", {"names": changed}, "settings")

    def note_ping(self, checks: Iterable[Check]) -> None:
        """The last ping stays visible with its age; all red lines gone makes the connection ready again."""
        found = [_row(check) for check in checks]
        red = [one["label"] for one in found if one["colour"] == Colour.RED]
        self.checks, self.checked_at = found, timezone.now()
        if not red and self.state != State.PAUSED:
            self.state, self.why = State.READY, ""
        self._changed(
            "connection.pinged", {"red": red, "checks": len(found)}, "checks", "checked_at", "state", "why"
        )

    def note_profile(self, checks: Iterable[Check]) -> None:
        """The last check of the profile stays visible with its date, and with what is different since the one before."""
        found = [_row(check) for check in checks]
        before = {one["name"]: one for one in (self.settings.get("profile_check") or {}).get("checks", ())}
        changed = [one["label"] for one in found if before and before.get(one["name"]) != one]
        red = [one["label"] for one in found if one["colour"] == Colour.RED]
        last = {"at": timezone.now().isoformat(), "checks": found, "changed": changed}
        self.settings = {**self.settings, "profile_check": last}
        self._changed("connection.profile checked", {"red": red, "checks": len(found)}, "settings")

    def lock_out(self, why: str) -> bool:
        """The credential is not accepted. True the first time only: the owner is told once, not once a call."""
        rows = type(self).objects.filter(pk=self.pk).exclude(state=State.LOCKED_OUT)
        if not rows.update(state=State.LOCKED_OUT, why=why):
            return False
        self.state, self.why = State.LOCKED_OUT, why
        self._changed("connection.locked out", {"why": why}, "state")
        return True

    def pause(self) -> None:
        self.state = State.PAUSED
        self._changed("connection.paused", {}, "state")

    def resume(self) -> None:
        self.state, self.why = State.READY, ""
        self._changed("connection.resumed", {}, "state", "why")

    def wipe(self) -> None:
        """Disconnect: nothing of its secrets remains, its history does."""
        self.sealed = self.tokens = None
        self.kept, self.state, self.why = {}, State.PAUSED, "Disconnected."
        self._changed("connection.wiped", {}, "sealed", "tokens", "kept", "state", "why")

    def _changed(self, what: str, after: dict[str, Any], *fields: str) -> None:
        self.entry = audit.record(what, about=self, after=json.loads(json.dumps(after, default=str)))
        self.save(update_fields=[*fields, "entry"])


def _row(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "label": check.label,
        "colour": check.colour.value,
        "seen": check.seen,
        "remedy": check.remedy,
    }
