"""What a party confirmed and signed, with everything that SIG-4 asks to keep."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models import TermSheet
from marketplace.accounts.models import SigningAuthority
from marketplace.licensing.models.agreement import Agreement, Party
from marketplace.licensing.models.papers import Paper
from marketplace.vault.models import VaultFile


class Confirmation(models.Model):
    """A highlighted clause, confirmed on its own by the licensee; the text's hash says which words (LIC-F).

    `paper` is the further paper before whose signature it was confirmed; None: the contract's.
    """

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="confirmations")
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmations")
    clause = models.CharField(max_length=60)
    text_sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "clause", "text_sha256"], condition=Q(paper__isnull=True), name="confirmation_once"
            ),
            models.UniqueConstraint(
                fields=["paper", "clause", "text_sha256"],
                condition=Q(paper__isnull=False),
                name="confirmation_once_per_paper",
            ),
        ]

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
    # the further paper it stands under; None: the contract or the notice that the agreement itself rests on
    paper = models.ForeignKey(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="signatures")
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
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "party"], condition=Q(paper__isnull=True), name="signature_once_per_party"
            ),
            models.UniqueConstraint(
                fields=["paper", "party"],
                condition=Q(paper__isnull=False),
                name="signature_once_per_party_and_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} of {self.agreement_id}"


class CopyState(models.TextChoices):
    """What the other side said to a scanned copy."""

    WAITING = "waiting", _("waits for the other side")
    CONFIRMED = "confirmed", _("confirmed by the other side")
    REFUSED = "refused", _("refused by the other side")
    WITHDRAWN = "withdrawn", _("taken back")
    LAPSED = "lapsed", _("not answered in time")


class StampedCopy(models.Model):
    """A paper that one side printed, stamped and scanned; it counts when the other side confirms it (SIG-2)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="copies")
    party = models.CharField(max_length=8, choices=Party)
    file = models.ForeignKey(VaultFile, on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)  # of the scan
    document_sha256 = models.CharField(max_length=64)  # of the file that was printed
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    received_at = models.DateTimeField()
    answer_until = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=CopyState, default=CopyState.WAITING)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper", "party"],
                condition=Q(state__in=["waiting", "confirmed"]),
                name="stamped_copy_once_per_party",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="stamped_copy_refused_has_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "refused"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="stamped_copy_answered_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "answer_until"], name="stamped_copy_due")]

    def __str__(self) -> str:
        return f"{self.party}'s copy of {self.paper_id}"


class CaSession(models.Model):
    """One visit to a certificate authority: what was handed over to be signed, by whom, until when."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    authority = models.CharField(max_length=40)  # the adapter's name in settings.SIGNING_AUTHORITIES
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="ca_sessions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base_sha256 = models.CharField(max_length=64)  # of the bytes that were handed over
    state = models.JSONField(default=dict)  # what the adapter needs to find its way back
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.authority} for {self.paper_id}"


class HandOver(models.Model):
    """A link that takes one person's signing to another device; it opens a page, it signs nobody in."""

    secret_hash = models.CharField(max_length=64, unique=True)
    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="handovers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"for {self.user_id} to {self.paper_id}"
