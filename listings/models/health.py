"""What happened to patents after they were offered, and the files of legal status that told it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from listings.models.owned import OwnedQuerySet
from listings.models.patent import LegalStatus, Patent
from marketplace.accounts.models import Organization
from marketplace.vault.models import VaultFile


class HealthKind(models.TextChoices):
    """What can happen to a patent while it is on offer (GL 9)."""

    LAPSE = "lapse", _("The patent has ended")
    ASSIGNMENT = "assignment", _("The patent was assigned to somebody else")
    PLEDGE = "pledge", _("The patent was pledged")
    EXCLUSIVE = "exclusive", _("A sole or exclusive license was recorded")
    DISPUTE = "dispute", _("Who owns the patent is in dispute, or a court preserves it")
    INVALIDATION = "invalidation", _("Somebody asked to have the patent declared invalid")


class HealthEvent(models.Model):
    """One event that stops new licenses until somebody has recorded how it ended; licenses in force stay (DECL-8)."""

    patent = models.ForeignKey(Patent, on_delete=models.CASCADE, related_name="health_events")
    kind = models.CharField(_("what happened"), max_length=12, choices=HealthKind)
    happened_on = models.DateField(_("day"))
    source = models.CharField(max_length=200)
    detail = models.CharField(max_length=300, blank=True)
    evidence = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_how = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-happened_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["patent", "kind", "happened_on"], name="health_event_once"),
            models.CheckConstraint(condition=~Q(source=""), name="health_event_has_source"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_how="")
                | (Q(settled_at__isnull=False) & ~Q(settled_how="")),
                name="health_event_settled_says_how",
            ),
        ]
        indexes = [models.Index(fields=["patent", "settled_at"], name="health_event_open")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.patent_id} on {self.happened_on}"


class StatusRunQuerySet(OwnedQuerySet["StatusRun"]):
    """Who may see which file."""


class StatusRun(models.Model):
    """One file of legal status: staged, looked at, then stored whole or not at all.

    Without organization it speaks about everybody's patents (a moderator's file, or a connected source's).
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="status_runs"
    )
    source = models.CharField(_("source"), max_length=200)  # who says it: shown with every status
    as_of = models.DateField(_("looked up on"), null=True, blank=True)  # none: each row's own day
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    counts = models.JSONField(default=dict)  # {outcome: rows}
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    committed_at = models.DateTimeField(null=True, blank=True)

    objects = StatusRunQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256"], condition=Q(organization__isnull=False), name="status_file_once"
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(organization__isnull=True), name="status_file_of_all_once"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="status_run_has_source"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page with its rows."""
        from django.urls import reverse

        return reverse("listings:status_run", args=[self.code])


class StatusOutcome(models.TextChoices):
    """What storing a row would do, or did."""

    NEWS = "news", _("Stops new licenses")
    CHANGED = "changed", _("Changes the record")
    SAME = "same", _("Confirms the record")
    OLD = "old", _("Older than the record, kept in the history")
    DOUBLE = "double", _("The same statement stands in an earlier row")
    UNKNOWN = "unknown", _("Not among the patents here")
    REFUSED = "refused", _("Cannot be read")


class StatusRow(models.Model):
    """One row of a status file: what it says about which patent."""

    run = models.ForeignKey(StatusRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the spreadsheet program counts: the first row is 1
    application_number = models.CharField(max_length=40, blank=True)  # normalized where it could be read
    status = models.CharField(max_length=16, choices=LegalStatus, blank=True)
    event = models.CharField(max_length=12, choices=HealthKind, blank=True)
    on = models.DateField(null=True, blank=True)
    fees_paid_through = models.PositiveSmallIntegerField(null=True, blank=True)
    detail = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=8, choices=StatusOutcome)
    problem = models.CharField(max_length=40, blank=True)  # key of a remark in listings.health.reading
    patent = models.ForeignKey(Patent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="status_row_once")]

    def __str__(self) -> str:
        return f"{self.run_id} row {self.number}"


class ListingViews(models.Model):
    """How often a listing's page was read on a day: a sum, nothing about who read it (PII-1)."""

    listing = models.ForeignKey("listings.Listing", on_delete=models.CASCADE, related_name="views")
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "listing views"
        constraints = [models.UniqueConstraint(fields=["listing", "day"], name="listing_views_once_a_day")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.day}: {self.count}"
