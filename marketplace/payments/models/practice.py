"""The practice gateway's own rows: checkouts and the messages it sends."""

from __future__ import annotations

import uuid

from django.db import models


class PracticeCheckout(models.Model):
    """A checkout at the practice gateway, which stands in for a real one where no money moves."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment_code = models.UUIDField(unique=True)  # the same key again gives the same checkout
    reference = models.CharField(max_length=60)
    payee = models.CharField(max_length=160)
    title = models.CharField(max_length=300)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    return_url = models.CharField(max_length=300)
    state = models.CharField(max_length=10, default="open")  # open | paid | declined | abandoned
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.reference} ({self.state})"


class PracticeEvent(models.Model):
    """A message of the practice gateway, delivered signed by the outbox, as often as its page was told."""

    checkout = models.ForeignKey(PracticeCheckout, on_delete=models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=60, unique=True)
    body = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.event_id
