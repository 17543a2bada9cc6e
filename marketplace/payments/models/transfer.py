"""Money sent from bank to bank."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization
from marketplace.payments.models.payment import Payment
from marketplace.vault.models import VaultFile


class TransferState(models.TextChoices):
    """Where a bank transfer stands, seen from the university's account."""

    DECLARED = "declared", _("Declared by the payer")
    SECOND = "second", _("Waits for a second person")
    RECEIVED = "received", _("Received")
    NOT_FOUND = "not_found", _("Not found on the account")
    WITHDRAWN = "withdrawn", _("Declared by mistake")


class BankTransferQuerySet(models.QuerySet["BankTransfer"]):
    """Who may see which transfer."""

    def visible_to(self, user: Any) -> BankTransferQuerySet:
        """Members of the payee and of the payer, and moderators."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        own = Organization.objects.of(user)
        return self.filter(Q(organization__in=own) | Q(payment__obligation__agreement__licensee__in=own))


class BankTransfer(models.Model):
    """Money sent from bank to bank: what the payer says, and what the university's finance found (PAY-12, PAY-13)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="arrivals")  # the payee
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="transfer"
    )  # None: the money names nothing that is owed
    reference = models.CharField(max_length=60)  # KX-2026-00417-1, or whatever the payer wrote
    payer = models.CharField(max_length=120)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    paid_on = models.DateField(null=True, blank=True)
    payer_serial = models.CharField(max_length=60, blank=True)
    receipt = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    declared_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=TransferState, default=TransferState.DECLARED)
    reason = models.CharField(max_length=500, blank=True)
    bank_reference = models.CharField(max_length=60, blank=True)  # the serial on the university's own statement
    received_on = models.DateField(null=True, blank=True)
    received_minor = models.BigIntegerField(null=True, blank=True)
    needs_second = models.BooleanField(default=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = BankTransferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # PAY-12: one line of the statement is booked once
                fields=["organization", "bank_reference"],
                condition=~Q(bank_reference=""),
                name="bank_transfer_line_once",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0) & (Q(received_minor__isnull=True) | Q(received_minor__gt=0)),
                name="bank_transfer_amount_positive",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["received", "second"])
                | (
                    ~Q(bank_reference="")
                    & Q(received_on__isnull=False, received_minor__isnull=False, confirmed_by__isnull=False)
                ),
                name="bank_transfer_received_is_whole",
            ),
            models.CheckConstraint(  # PAY-13
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("confirmed_by")),
                name="bank_transfer_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="received") | Q(needs_second=False) | Q(approved_by__isnull=False),
                name="bank_transfer_large_has_second",
            ),
        ]
        indexes = [models.Index(fields=["organization", "state", "-declared_at"], name="bank_transfer_of_payee")]

    def __str__(self) -> str:
        return f"{self.reference} ({self.state})"
