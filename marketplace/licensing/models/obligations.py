"""What is owed under an agreement."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.licensing.models.agreement import Agreement


class ObligationKind(models.TextChoices):
    """What a licensee can owe."""

    FEE = "fee", _("License fee")
    ENTRY_FEE = "entry_fee", _("Entry fee")
    YEARLY_FEE = "yearly_fee", _("Fee for the year")
    INSTALMENT = "instalment", _("Instalment")
    ROYALTY = "royalty", _("Royalty")


class ObligationState(models.TextChoices):
    """Whether it has to be paid yet, and whether it was."""

    FUTURE = "future", _("Not due yet")
    DUE = "due", _("Due")
    HELD = "held", _("Held: nothing is to be paid now")  # something happened to the patent (F9)
    SETTLED = "settled", _("Settled")
    WAIVED = "waived", _("No longer owed")


class Obligation(models.Model):
    """Something owed under an agreement, written by the step that causes it; settled by licensing.flow.settle()."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="obligations")
    kind = models.CharField(max_length=12, choices=ObligationKind)
    number = models.PositiveSmallIntegerField(default=1)  # year or instalment
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    state = models.CharField(max_length=8, choices=ObligationState)
    due_on = models.DateField(null=True, blank=True)
    trigger = models.CharField(max_length=300, blank=True)  # what makes a future obligation due, in words
    settled_at = models.DateTimeField(null=True, blank=True)
    proof = models.JSONField(default=dict, blank=True)  # {"kind", "reference", "received_on", …}, kept as LIC-A asks

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "number"], name="obligation_once"),
            models.CheckConstraint(condition=Q(amount_minor__gte=0), name="obligation_not_negative"),
            models.CheckConstraint(
                condition=~Q(state="settled") | Q(settled_at__isnull=False), name="obligation_settled_has_instant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.agreement_id}"
