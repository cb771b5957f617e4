"""The deployment keys that this database's tenants are sealed with, by fingerprint: what a start compares FERNET_KEYS to."""

from __future__ import annotations

from django.db import models


class DeploymentKey(models.Model):
    """Written when a key first seals something here; removed when `rotate_deployment_key` finds it no longer needed."""

    fingerprint = models.CharField(max_length=16, primary_key=True)
    first_at = models.DateTimeField(auto_now_add=True)

    @classmethod
    def claim(cls, fingerprint: str) -> None:
        DeploymentKey.objects.bulk_create([DeploymentKey(fingerprint=fingerprint)], ignore_conflicts=True)

    def __str__(self) -> str:
        return self.fingerprint
