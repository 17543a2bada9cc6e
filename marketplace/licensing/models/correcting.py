"""What a licensee puts right of a report of use that it has given."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from marketplace.lib.terms import last_day_before as last_day
from marketplace.licensing.models.obligations import Obligation
from marketplace.licensing.models.trials import UseReport
from marketplace.vault.models import VaultFile


class CorrectionState(models.TextChoices):
    """What raises the royalty stands at once; what lowers it waits for the licensor, then for a moderator."""

    ASKED = "asked", pgettext_lazy("correction", "Waits for the licensor")
    CONTESTED = "contested", pgettext_lazy("correction", "Contested, waits for a moderator")
    STANDS = "stands", pgettext_lazy("correction", "Stands")
    FELL = "fell", pgettext_lazy("correction", "Did not stand")


OPEN_CORRECTIONS = (CorrectionState.ASKED, CorrectionState.CONTESTED)


class ReportCorrection(models.Model):
    """Another base for a period that was reported, with the reason; the report itself stays as it was given."""

    report = models.ForeignKey(UseReport, on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField()
    base_minor = models.BigIntegerField()
    royalty_minor = models.BigIntegerField()
    before_minor = models.BigIntegerField()  # the royalty of the period as it stood
    reason = models.CharField(max_length=500)
    proof = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=CorrectionState)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    answer_until = models.DateTimeField(null=True, blank=True)  # the licensor answers, then a moderator decides
    answered_at = models.DateTimeField(null=True, blank=True)
    reasons = models.CharField(max_length=500, blank=True)  # why the licensor contests
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True)
    # what it made owed beyond the report's own royalty
    obligation = models.OneToOneField(
        Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="correction"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_correction_number_once"),
            models.UniqueConstraint(
                fields=["report"], condition=Q(state__in=["asked", "contested"]), name="report_correction_one_open"
            ),
            models.CheckConstraint(
                condition=Q(base_minor__gte=0, royalty_minor__gte=0, before_minor__gte=0),
                name="report_correction_not_negative",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="report_correction_has_reason"),
            models.CheckConstraint(
                condition=~Q(state__in=["asked", "contested"]) | Q(answer_until__isnull=False),
                name="report_correction_open_has_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state="contested") | ~Q(reasons=""), name="report_correction_contest_has_reasons"
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_until"], name="report_correction_due")]

    def __str__(self) -> str:
        return f"correction {self.number} of report {self.report_id}: {self.state}"

    @property
    def difference_minor(self) -> int:
        """What it adds to the royalty of the period, in minor units; below zero where it lowers it."""
        return self.royalty_minor - self.before_minor

    @property
    def last_day(self) -> date | None:
        """The last whole day (Asia/Shanghai) on which it can be answered or decided; None where nothing waits."""
        return last_day(self.answer_until) if self.answer_until else None
