"""What must be public before an offer binds: the statutory declaration, the institution's publicity, objections."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Listing
from marketplace.vault.models import VaultFile


class Declaration(models.Model):
    """The open-license declaration as the patent office announced it (TRACK-1) and its withdrawal (DECL-7)."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="declaration")
    number = models.CharField(max_length=40)
    announced_on = models.DateField()
    evidence = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    withdrawal_requested_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.CharField(max_length=500, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)  # effective at 00:00 Asia/Shanghai of this day

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["number"], name="declaration_number_once"),
            models.CheckConstraint(condition=~Q(number=""), name="declaration_has_number"),
            models.CheckConstraint(
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gte=F("announced_on")),
                name="declaration_withdrawn_after_its_announcement",
            ),
            models.CheckConstraint(
                condition=Q(withdrawal_requested_at__isnull=True) | ~Q(withdrawal_reason=""),
                name="declaration_withdrawal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class WithdrawalPaper(models.Model):
    """Evidence of a withdrawal (DECL-7): each owner's consent, what was handed in, the page of the announcement."""

    declaration = models.ForeignKey(Declaration, on_delete=models.CASCADE, related_name="withdrawal_papers")
    kind = models.CharField(
        max_length=12,
        choices=[
            ("consent", _("An owner's consent")),
            ("request", _("What was handed in")),
            ("announcement", _("The announcement")),
        ],
    )
    name = models.CharField(max_length=160, blank=True)  # the owner who consents
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kind="consent") | ~Q(name=""), name="withdrawal_consent_has_name")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.declaration_id}"


class Publicity(models.Model):
    """The institution's public notice before terms bind (INST-1): held here, or elsewhere with proof."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="publicities")
    starts_on = models.DateField()
    ends_on = models.DateField()  # last day on which an objection can be made
    held_at = models.CharField(max_length=200, blank=True)  # empty: on this platform
    proof = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    terms_sha256 = models.CharField(max_length=64, blank=True)  # what was made public
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "publicities"
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="publicity_ends_after_start"),
            models.CheckConstraint(
                condition=Q(held_at="") | Q(proof__isnull=False), name="publicity_held_elsewhere_has_proof"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"


class Objection(models.Model):
    """A stranger's objection during publicity; it pauses the listing until a recorded decision (INST-2)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="objections")
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=120)
    text = models.TextField()
    evidence = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    files = models.ManyToManyField(VaultFile, blank=True, related_name="+")  # further evidence
    objector = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # none: a guest, who opened the form from a link sent to his address
    made_at = models.DateTimeField(auto_now_add=True)
    upheld = models.BooleanField(null=True, blank=True)
    decision = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True) | (Q(upheld__isnull=False) & ~Q(decision="")),
                name="objection_decision_is_written",
            )
        ]

    def __str__(self) -> str:
        return f"objection to {self.listing_id}"
