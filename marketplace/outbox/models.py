"""Effects waiting to be carried out."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class EffectState(models.TextChoices):
    """Where an effect stands."""

    PENDING = "pending"
    DONE = "done"
    DEAD = "dead"


class Effect(models.Model):
    """One thing to do in the outside world, written in the transaction that causes it.

    `key` is unique within its topic, so the same cause never leaves two effects; handlers receive it and use it to stay
    idempotent. Payloads hold ids and plain values, never personal data.
    """

    topic = models.CharField(max_length=80)
    key = models.CharField(max_length=200)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=EffectState, default=EffectState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)  # when `last_error` happened; stays None until one does

    class Meta:
        constraints = [models.UniqueConstraint(fields=["topic", "key"], name="effect_once_per_key")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=models.Q(state="pending"), name="effect_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key} ({self.state})"
