"""What is handed in at an authority after a license took effect: recordal and technology-contract registration."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.licensing.models.agreement import Agreement, Party

FILING_EVIDENCE = "filing"  # the vault's kind of receipts, notices and certificates of an authority


class FilingKind(models.TextChoices):
    """Where a license is filed."""

    RECORDAL = "recordal", _("Recordal at the patent office")
    REGISTRATION = "registration", _("Technology-contract registration")


class FilingState(models.TextChoices):
    """Where a filing stands; moved only by licensing.recordal.filing."""

    TO_PREPARE = "to_prepare", _("To be prepared")
    HANDED_IN = "handed_in", _("Handed in")
    CORRECTION = "correction", _("Correction asked for")
    ACCEPTED = "accepted", _("Accepted")
    REFUSED = "refused", _("Refused")
    NOT_NEEDED = "not_needed", _("Not filed")  # a registration is voluntary; the reason is kept


class Filing(models.Model):
    """One filing of one license: who does it, until when, where it stands, what the authority said (REC-1).

    Its evidence (receipt, notice of correction, certificate) lies in the vault with this row as its subject.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="filings")
    kind = models.CharField(max_length=12, choices=FilingKind)
    state = models.CharField(max_length=12, choices=FilingState, default=FilingState.TO_PREPARE)
    duty = models.CharField(max_length=8, choices=Party)  # which side hands in
    due_on = models.DateField(null=True, blank=True)  # the last day of the law; a registration has none
    answer_by = models.DateField(null=True, blank=True)  # the last day to answer a request for correction
    handed_in_on = models.DateField(null=True, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    number = models.CharField(max_length=60, blank=True)  # given by the authority on acceptance
    said = models.CharField(max_length=500, blank=True)  # what is to be corrected, or why it was refused
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "kind"], name="filing_once"),
            models.CheckConstraint(
                condition=~Q(state="accepted") | (~Q(number="") & Q(decided_on__isnull=False)),
                name="filing_accepted_has_number_and_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["handed_in", "correction", "accepted", "refused"])
                | Q(handed_in_on__isnull=False),
                name="filing_handed_in_has_day",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["correction", "refused", "not_needed"]) | ~Q(said=""),
                name="filing_answer_has_words",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="filing_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.agreement_id}"
