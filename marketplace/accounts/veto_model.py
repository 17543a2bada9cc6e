"""The veto of an organization (INST-5): a row that is added and lifted, never erased."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Veto(models.Model):
    """Why an organization may not offer or sign, by whom, and who lifted it; at most one stands at a time.

    While one stands, `Organization.vetoed_at` is set, so that every gate can ask without another query.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="vetoes")
    reason = models.TextField()
    by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lift_reason = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "vetoes"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(lifted_at__isnull=True), name="veto_one_standing"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="veto_has_reason"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | (Q(lifted_by__isnull=False) & ~Q(lift_reason="")),
                name="veto_lifted_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"veto of {self.organization_id}"
