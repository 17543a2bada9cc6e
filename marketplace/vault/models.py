"""Files that only the right people may read."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models


class VaultFile(models.Model):
    """A private file, stored under its SHA-256 and read only through a permission check.

    `kind` names what the file is (`contract`, `evaluation_report`, …); the registry in `vault.reading` says who may
    read each kind. `subject_type`/`subject_id` point at the row the file belongs to.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=80)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    stored_as = models.CharField(max_length=120, unique=True)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.CharField(max_length=64, blank=True)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    stored_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)  # past its time: the bytes go, hash and size stay (KEEP-1)

    class Meta:
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="vault_file_of_subject")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
