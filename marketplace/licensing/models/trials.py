"""What happens in a use-first-pay-later license: triggers claimed, use reported, payment demanded (PRESET-2, F3)."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.lib.terms import last_day_before as last_day
from marketplace.licensing.models.agreement import Agreement, Party
from marketplace.licensing.models.obligations import Obligation
from marketplace.vault.models import VaultFile


class ClaimKind(models.TextChoices):
    """What can end a free period, or make a conditional fee due, beside the calendar."""

    FIRST_REVENUE = "first_revenue", _("First revenue from the product")
    MILESTONE = "milestone", _("The milestone named in the terms")


class ClaimState(models.TextChoices):
    """How far a claim is that a trigger was reached."""

    REPORTED = "reported", _("Reported by the licensee")
    ASSERTED = "asserted", _("Asserted by the licensor, waits for the licensee's answer")
    CONTESTED = "contested", _("Contested, waits for a moderator")
    AGREED = "agreed", _("Agreed by the licensee")
    SILENT = "silent", _("Not answered in time, counts as agreed")
    UPHELD = "upheld", _("Upheld by a moderator")
    DISMISSED = "dismissed", _("Dismissed")


OPEN_CLAIMS = (ClaimState.ASSERTED, ClaimState.CONTESTED)
STANDING_CLAIMS = (ClaimState.REPORTED, ClaimState.AGREED, ClaimState.SILENT, ClaimState.UPHELD)


class Claim(models.Model):
    """One side says that a trigger was reached: on which day, in which words, with which proof."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="claims")
    kind = models.CharField(max_length=13, choices=ClaimKind)
    party = models.CharField(max_length=8, choices=Party)  # who says so
    state = models.CharField(max_length=9, choices=ClaimState)
    happened_on = models.DateField()
    words = models.CharField(max_length=500)
    proof = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    answer_until = models.DateTimeField(null=True, blank=True)  # the licensee answers, then a moderator decides
    answered_at = models.DateTimeField(null=True, blank=True)
    reasons = models.CharField(max_length=500, blank=True)  # why the licensee contests
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind"], condition=~Q(state="dismissed"), name="claim_one_live_per_kind"
            ),
            models.CheckConstraint(
                condition=~Q(state="reported") | Q(party="licensee"), name="claim_only_a_licensee_reports"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["asserted", "contested"]) | Q(answer_until__isnull=False),
                name="claim_open_has_deadline",
            ),
            models.CheckConstraint(condition=~Q(state="contested") | ~Q(reasons=""), name="claim_contest_has_reasons"),
            models.CheckConstraint(
                condition=~Q(state__in=["upheld", "dismissed"]) | ~Q(decision=""), name="claim_decision_has_reason"
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_until"], name="claim_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.agreement_id}: {self.state}"

    @property
    def last_day(self) -> date | None:
        """The last whole day (Asia/Shanghai) on which it can be answered or decided; None where nothing waits."""
        return last_day(self.answer_until) if self.answer_until else None


class ReportState(models.TextChoices):
    """Whether a report of use was given."""

    EXPECTED = "expected", _("Expected")
    GIVEN = "given", _("Given")
    DROPPED = "dropped", _("No longer expected")


class UseReport(models.Model):
    """The licensee's report of one period: the base of the royalty, or that there was nothing (CC 846).

    `base_minor` is net sales or profit in minor units; `royalty_minor` = base × `rate_bp` / 10,000, half up.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="use_reports")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=ReportState, default=ReportState.EXPECTED)
    rate_bp = models.PositiveIntegerField()
    base_minor = models.BigIntegerField(null=True, blank=True)
    royalty_minor = models.BigIntegerField(null=True, blank=True)
    words = models.CharField(max_length=500, blank=True)
    proof = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    obligation = models.OneToOneField(
        Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="use_report"
    )
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="use_report_once_per_period"),
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="use_report_period_possible"),
            models.CheckConstraint(
                condition=~Q(state="given")
                | Q(base_minor__gte=0, royalty_minor__gte=0, given_at__isnull=False, given_by__isnull=False),
                name="use_report_given_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.number} of {self.agreement_id}"


class PayDemandState(models.TextChoices):
    """How a written demand for a payment or a report went."""

    RUNNING = "running", _("Waits for the licensee")
    MET = "met", _("Met")
    RUN_OUT = "run_out", _("Run out: the licensor may end the contract")
    KEPT = "kept", _("The licensor keeps the license")
    DROPPED = "dropped", _("Dropped with the end of the license")


LIVE_DEMANDS = (PayDemandState.RUNNING, PayDemandState.RUN_OUT)


class PaymentDemand(models.Model):
    """The licensor's written demand for what is overdue, with a reasonable period (CC 563)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="payment_demands")
    obligation = models.ForeignKey(
        Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="payment_demands"
    )
    report = models.ForeignKey(
        UseReport, null=True, blank=True, on_delete=models.PROTECT, related_name="payment_demands"
    )
    state = models.CharField(max_length=8, choices=PayDemandState, default=PayDemandState.RUNNING)
    words = models.CharField(max_length=500, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(obligation__isnull=False, report__isnull=True)
                | Q(obligation__isnull=True, report__isnull=False),
                name="payment_demand_for_one_thing",
            ),
            models.UniqueConstraint(
                fields=["obligation"], condition=Q(state__in=["running", "run_out"]), name="payment_demand_once"
            ),
            models.UniqueConstraint(
                fields=["report"], condition=Q(state__in=["running", "run_out"]), name="report_demand_once"
            ),
        ]
        indexes = [models.Index(fields=["state", "until"], name="payment_demand_due")]

    def __str__(self) -> str:
        return f"demand of {self.agreement_id}: {self.state}"

    @property
    def last_day(self) -> date:
        """The last whole day (Asia/Shanghai) of what runs: the licensee's time, then the licensor's choice."""
        return last_day(self.until)
