"""The books: money that fits nothing, money that goes back, and the ledger under both."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization
from marketplace.licensing.models import Obligation
from marketplace.payments.models.payment import Payment
from marketplace.payments.models.transfer import BankTransfer


class Why(models.TextChoices):
    """Why money fits nothing."""

    NOT_PAYABLE = "not_payable", _("The agreement had moved on: it could no longer be paid")
    ALREADY_SETTLED = "settled", _("It had been paid before")
    WRONG_AMOUNT = "amount", _("Another amount than the one owed")
    WRONG_CURRENCY = "currency", _("Another currency than the one owed")
    UNKNOWN_REFERENCE = "reference", _("The reference names nothing that is owed")


class Resolution(models.TextChoices):
    """How suspense ends."""

    NONE = "", "—"
    REFUNDED = "refunded", _("Paid back through the gateway")
    REFUNDED_OUTSIDE = "outside", _("Paid back by the university from its account")
    APPLIED = "applied", _("Applied to something owed")


class Suspense(models.Model):
    """Money that arrived at a university and fits nothing: never lost, never silently applied (PAY-8)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="suspense")  # where it lies
    payment = models.OneToOneField(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="suspense")
    transfer = models.OneToOneField(
        BankTransfer, null=True, blank=True, on_delete=models.PROTECT, related_name="suspense"
    )
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    why = models.CharField(max_length=12, choices=Why)
    detail = models.CharField(max_length=500, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
    returning_at = models.DateTimeField(null=True, blank=True)  # the gateway was asked to pay it back
    resolution = models.CharField(max_length=8, choices=Resolution, blank=True, default=Resolution.NONE)
    applied_to = models.ForeignKey(Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "suspense"
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="suspense_amount_positive"),
            models.CheckConstraint(
                condition=Q(payment__isnull=False) | Q(transfer__isnull=False), name="suspense_has_source"
            ),
            models.CheckConstraint(
                condition=Q(resolution="", resolved_at__isnull=True)
                | (~Q(resolution="") & Q(resolved_at__isnull=False) & ~Q(reason="")),
                name="suspense_resolved_has_reason",
            ),
            models.CheckConstraint(
                condition=~Q(resolution="applied") | Q(applied_to__isnull=False), name="suspense_applied_to_something"
            ),
        ]
        indexes = [models.Index(fields=["resolution", "opened_at"], name="suspense_open")]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency} of {self.organization_id}: {self.why}"


class ReturnKind(models.TextChoices):
    """Two ways in which money goes back to the payer."""

    REFUND = "refund", _("Refund")
    DISPUTE = "dispute", _("Payment disputed by the payer's bank")


class RefundState(models.TextChoices):
    """Where a refund stands (PAY-9)."""

    PENDING = "pending", _("On its way back")
    SUCCEEDED = "succeeded", _("Paid back")
    FAILED = "failed", _("Did not go through")


REFUND_RANKS = {RefundState.PENDING: 0, RefundState.SUCCEEDED: 1, RefundState.FAILED: 2}


class Refund(models.Model):
    """Money going back, as the gateway tells it; a license is revoked only by a decision, never by this row."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    kind = models.CharField(max_length=8, choices=ReturnKind, default=ReturnKind.REFUND)
    gateway_id = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=RefundState, default=RefundState.PENDING)
    made_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "gateway_id"], name="refund_once"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.gateway_id} ({self.state})"


class Account(models.TextChoices):
    """The ledger's accounts. They tell what lies on the universities' own accounts; the marketplace has none."""

    ARRIVED = "arrived", _("Arrived at the university")
    APPLIED = "applied", _("Applied to what was owed")
    SUSPENSE = "suspense", _("Fits nothing")
    RETURNED = "returned", _("Paid back")


class LedgerEntry(models.Model):
    """One posting. Postings of one source and kind sum to zero; rows are never changed or deleted (PAY-14)."""

    source_type = models.CharField(max_length=12)  # payment | transfer | suspense | refund | repayment
    source_id = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=12)  # arrive | resolve | return | undo
    account = models.CharField(max_length=8, choices=Account)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    obligation = models.ForeignKey(Obligation, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "kind", "account"], name="ledger_entry_posted_once"
            ),
            models.CheckConstraint(condition=~Q(amount_minor=0), name="ledger_entry_not_zero"),
        ]
        indexes = [models.Index(fields=["obligation", "account"], name="ledger_entry_of_obligation")]

    def __str__(self) -> str:
        return f"{self.account} {self.amount_minor} {self.currency} by {self.source_type} {self.source_id}"
