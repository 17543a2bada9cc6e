"""What keeps a deal's data beyond its time."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from marketplace.licensing.models.agreement import Agreement


class LegalHold(models.Model):
    """A moderator's word that nothing of a deal is deleted: a lawsuit, an inspection. It stands until it is lifted."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="legal_holds")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(lifted_at__isnull=True), name="legal_hold_one_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="legal_hold_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"hold on {self.agreement_id}"
