"""The papers of a deal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.licensing.models.agreement import Agreement
from marketplace.vault.models import VaultFile


class PaperKind(models.TextChoices):
    """The papers of a deal."""

    CONTRACT = "contract", _("License contract")
    NOTICE = "notice", _("Written notice")
    CERTIFICATE = "certificate", _("Certificate of the open license")
    SIGNATURES = "signatures", _("Signature record")
    TRIAL = "trial", _("Trial agreement")
    GUIDANCE = "guidance", _("Guidance plan")
    SUMMARY = "summary", _("Summary on one page")
    AMENDMENT = "amendment", _("Amendment")
    TERMINATION = "termination", _("Termination")
    WITHDRAWAL = "withdrawal", _("Withdrawal notice")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")


class Paper(models.Model):
    """A paper of an agreement: the bytes shown and signed, and later the sealed file that contains them."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="papers")
    kind = models.CharField(max_length=20, choices=PaperKind)
    number = models.PositiveSmallIntegerField(default=1)  # the second amendment is number 2
    language = models.CharField(max_length=10, default="zh-hans")  # the Chinese text binds; English is a rendering
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    sealed_file = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sealed_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField(null=True, blank=True)  # both sides have signed it; never of a contract
    # with certificates (PAdES): the bytes that were shown, and the parties' signatures appended to them one by one
    signed_file = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    signed_sha256 = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind", "language", "number"], name="paper_once"),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True, sealed_sha256="")
                | (Q(sealed_at__isnull=False) & ~Q(sealed_sha256="")),
                name="paper_sealed_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.agreement_id}"
