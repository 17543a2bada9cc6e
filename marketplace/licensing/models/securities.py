"""What secures deferred fees, and to whom the licensee lets the file of a deal be shown."""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.lib.terms import last_day_before
from marketplace.licensing.models.agreement import Agreement, Party
from marketplace.vault.models import VaultFile


class SecurityKind(models.TextChoices):
    """Who stands for the fees if the licensee does not pay."""

    GUARANTEE = "guarantee", _("Bank guarantee")
    INSURANCE = "insurance", _("Insurance")
    TRUST = "trust", _("Trust")
    DEPOSIT = "deposit", _("Deposit")


class SecurityState(models.TextChoices):
    """Whether the other side has confirmed it."""

    RECORDED = "recorded", _("Recorded, not confirmed yet")
    CONFIRMED = "confirmed", _("Confirmed")
    ENDED = "ended", _("Ended")


class Security(models.Model):
    """A reference to a guarantee, insurance, trust or deposit for deferred fees; the platform holds none of it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="securities")
    kind = models.CharField(max_length=9, choices=SecurityKind)
    provider = models.CharField(max_length=120)
    number = models.CharField(max_length=60)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    valid_until = models.DateField()
    paper = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9, choices=SecurityState, default=SecurityState.RECORDED)
    party = models.CharField(max_length=8, choices=Party)  # who recorded it; the other one confirms
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "securities"
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "provider", "number"], condition=~Q(state="ended"), name="security_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="security_positive"),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="security_confirmed_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number} of {self.agreement_id}"


class Disclosure(models.Model):
    """The licensee's consent that the file of a deal is handed to a bank or an insurer; may be taken back."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="disclosures")
    recipient = models.CharField(max_length=120)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(withdrawn_at__isnull=True), name="disclosure_one_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient}: {self.agreement_id}"

    @property
    def last_day(self) -> date:
        """The last whole day (Asia/Shanghai) of the consent."""
        return last_day_before(self.until)
