"""Money that a licensor owes back to its licensee."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from marketplace.licensing.models.agreement import Agreement
from marketplace.licensing.models.changing import Termination
from marketplace.licensing.models.correcting import ReportCorrection
from marketplace.licensing.models.obligations import Obligation


class RepayState(models.TextChoices):
    """How far money is that is owed back."""

    OWED = "owed_back", pgettext_lazy("repayment", "To be paid back")
    ASKED = "on_its_way", pgettext_lazy("repayment", "On its way back")
    PAID = "paid_back", pgettext_lazy("repayment", "Paid back")


OPEN_REPAYMENTS = (RepayState.OWED, RepayState.ASKED)


class Repayment(models.Model):
    """A part of one settled obligation that the licensor pays back: why, how much, until when, and its proof.

    Either the patent was lost and `termination` ended the license (PL 47, CC 865: what was prepaid for the time
    after), or a `correction` of a report of use lowered a royalty that was paid (CC 985). `reckoned` says how the
    amount came about, in days or royalties; `proof` is how it went back, as of an obligation.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="repayments")
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="repayments")
    termination = models.ForeignKey(
        Termination, null=True, blank=True, on_delete=models.PROTECT, related_name="repayments"
    )
    correction = models.OneToOneField(
        ReportCorrection, null=True, blank=True, on_delete=models.PROTECT, related_name="repayment"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    reckoned = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=10, choices=RepayState, default=RepayState.OWED)
    due_on = models.DateField()
    owed_at = models.DateTimeField(auto_now_add=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    proof = models.JSONField(default=dict, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(  # the end of one license gives each payment back once
                fields=["obligation"], condition=Q(termination__isnull=False), name="repayment_once_per_obligation"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="repayment_amount_positive"),
            models.CheckConstraint(
                condition=Q(termination__isnull=False, correction__isnull=True)
                | Q(termination__isnull=True, correction__isnull=False),
                name="repayment_has_one_reason",
            ),
            models.CheckConstraint(
                condition=Q(state="paid_back", paid_at__isnull=False)
                | (~Q(state="paid_back") & Q(paid_at__isnull=True)),
                name="repayment_paid_has_instant",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="repayment_due")]

    def __str__(self) -> str:
        return f"{self.amount_minor} back of {self.obligation_id}"
