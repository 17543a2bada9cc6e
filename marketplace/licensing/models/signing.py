"""What a party confirmed and signed, with everything that SIG-4 asks to keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from listings.models import TermSheet
from marketplace.accounts.models import SigningAuthority
from marketplace.licensing.models.agreement import Agreement, Party


class Confirmation(models.Model):
    """A highlighted clause, confirmed on its own by the licensee; the text's hash says which words (LIC-F)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="confirmations")
    clause = models.CharField(max_length=60)
    text_sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "clause", "text_sha256"], name="confirmation_once")]

    def __str__(self) -> str:
        return f"{self.clause} of {self.agreement_id}"


class Method(models.TextChoices):
    """Signature levels under their honest names (SIG-2)."""

    PAPER = "paper", _("stamped paper, scanned and confirmed")
    CLICK = "click", _("click with log-in and one-time code")
    PASSKEY = "passkey", _("own passkey over the document's hash")
    CA = "ca", _("certificate of a licensed authority")


class Signature(models.Model):
    """One party's signature, with everything SIG-4 asks to keep."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    party = models.CharField(max_length=8, choices=Party)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    authority = models.ForeignKey(SigningAuthority, on_delete=models.PROTECT, related_name="+")
    method = models.CharField(max_length=8, choices=Method)
    document_sha256 = models.CharField(max_length=64)
    term_sheet = models.ForeignKey(TermSheet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()  # when the server got the request
    at = models.DateTimeField()  # when the signature was made; a standing offer keeps its own earlier date (LIC-K)
    address = models.GenericIPAddressField(null=True, blank=True)
    evidence = models.JSONField(default=dict)  # signer's name, authority's basis and validity, template version, agent

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "party"], name="signature_once_per_party")]

    def __str__(self) -> str:
        return f"{self.party} of {self.agreement_id}"
