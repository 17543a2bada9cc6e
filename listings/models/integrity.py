"""What looks odd about an offer or a deal, with evidence that a moderator can look at (a flag blocks nothing)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Listing
from listings.models.patent import Patent
from marketplace.accounts.models import Organization


class FlagKind(models.TextChoices):
    """One detector each."""

    DUPLICATE = "duplicate", _("Duplicate family")
    BOILERPLATE = "boilerplate", _("Boilerplate abstract")
    SUDDEN_PRICE = "sudden_price", _("Price set just before a quota date")
    RELATED = "related", _("Related parties")
    MANY_FREE = "many_free", _("Many free licenses in one hand")
    NO_USE = "no_use", _("License without a sign of use")


class FlagState(models.TextChoices):
    """Whether somebody has looked, and what came of it."""

    OPEN = "open", _("To be looked at")
    DISMISSED = "dismissed", _("Dismissed")
    ACTED = "acted", _("Acted upon")
    GONE = "gone", _("No longer found")


class IntegrityFlag(models.Model):
    """One finding of one detector about one or two subjects; the same finding again is the same row.

    `evidence` is plain JSON made by the detector. An answered flag keeps the score and evidence that were answered, and
    comes back only with a higher score.
    """

    kind = models.CharField(max_length=16, choices=FlagKind)
    key = models.CharField(max_length=120)  # names the subjects, the same at every run
    state = models.CharField(max_length=10, choices=FlagState, default=FlagState.OPEN)
    score = models.PositiveSmallIntegerField(default=0)  # 0 to 100, for the order of the list
    patent = models.ForeignKey(Patent, null=True, blank=True, on_delete=models.CASCADE, related_name="flags")
    other_patent = models.ForeignKey(Patent, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, null=True, blank=True, on_delete=models.CASCADE, related_name="flags")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="integrity_flags"
    )
    other_organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    evidence = models.JSONField(default=dict)
    evidence_sha256 = models.CharField(max_length=64)
    found_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField()  # when it was last found
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "-score"], name="integrity_flag_queue")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="integrity_flag_once"),
            models.CheckConstraint(
                condition=Q(patent__isnull=False) | Q(listing__isnull=False) | Q(organization__isnull=False),
                name="integrity_flag_has_subject",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dismissed", "acted"])
                | (Q(decided_by__isnull=False) & Q(decided_at__isnull=False) & ~Q(reason="")),
                name="integrity_flag_decided_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
