"""Messages to people: what happened, and what to do next."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Message(models.Model):
    """One sentence and one next action for one person; mailed once and kept in the person's inbox."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="messages")
    key = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    action_label = models.CharField(max_length=80, blank=True)
    action_path = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once_per_key")]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"
