"""Spreadsheets on their way into the inventory: staged whole, looked at, then stored in one step or not at all."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models.owned import OwnedQuerySet
from listings.models.patent import Patent
from marketplace.accounts.models import Organization


class ImportState(models.TextChoices):
    """Where an upload stands."""

    READING = "reading", _("Being read")
    STAGED = "staged", _("Being checked")
    STORING = "storing", _("Being stored")
    COMMITTED = "committed", _("Stored")
    UNFIT = "unfit", pgettext_lazy("upload", "Refused")


class Mapped(models.TextChoices):
    """How it is known what the columns mean."""

    GUESSED = "guessed", _("guessed from names and cells")
    REMEMBERED = "remembered", _("as told for an earlier sheet with these columns")
    TOLD = "told", _("told by a person")


class ImportRunQuerySet(OwnedQuerySet["ImportRun"]):
    """Who may see which upload."""


class ImportRun(models.Model):
    """One uploaded sheet. Without organization it brings reference records: known, never offerable.

    `mapping` says which column (its position as text) means what; `header_row` counts from 0. The rows keep their cells
    as read, so that a changed mapping needs no second upload. `phase` names the step that comes next ('' where nobody
    works on it), `cursor` where that step goes on, `done` of `total` how far the rows are.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="import_runs"
    )
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    reader = models.CharField(max_length=16, blank=True)  # sheet | st96 | ops
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.STAGED)
    phase = models.CharField(max_length=16, blank=True)
    cursor = models.CharField(max_length=40, blank=True)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    trouble = models.JSONField(default=dict)  # what stopped it, in the uploader's language: rule, message, remedy
    preamble = models.JSONField(default=list)  # the rows above the header
    header_row = models.PositiveIntegerField(default=0)
    header = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    mapped_by = models.CharField(max_length=10, choices=Mapped, default=Mapped.GUESSED)
    leave_out = models.BooleanField(default=False)  # refused rows may stay away
    counts = models.JSONField(default=dict)  # {outcome: rows}
    gates = models.JSONField(default=dict)  # {track: {rule: rows that it still blocks, "": rows that pass}}
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    committed_at = models.DateTimeField(null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta:
        constraints = [
            # The same file twice does nothing (IMP-4).
            models.UniqueConstraint(
                fields=["organization", "sha256"], condition=Q(organization__isnull=False), name="import_file_once"
            ),
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(organization__isnull=True), name="import_reference_file_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="committed") | (Q(committed_by__isnull=False) & Q(committed_at__isnull=False)),
                name="import_committed_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def get_absolute_url(self) -> str:
        """The page with its rows."""
        from django.urls import reverse

        return reverse("listings:import_run", args=[self.code])


class Outcome(models.TextChoices):
    """What storing a row would do, or did."""

    NEW = "new", pgettext_lazy("row", "New")
    CHANGED = "changed", _("Completes or corrects a known patent")
    SAME = "same", _("Already known, nothing to do")
    DOUBLE = "double", _("The same patent stands in an earlier row")
    REFUSED = "refused", _("Refused, with reasons")


class ImportRow(models.Model):
    """One row of the sheet: its cells as read, what was asked and answered, what was found."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField()  # as the spreadsheet program counts: the first row is 1
    cells = models.JSONField(default=list)
    answers = models.JSONField(default=dict, blank=True)  # {field: text} typed in the dry run
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)
    findings = models.JSONField(default=list)  # remarks of listings.importing.remarks as [key, field, {…}]: no words
    facts = models.JSONField(default=dict)  # the patent's columns as they would be stored
    gates = models.JSONField(default=dict)  # {track: rules that forbid to offer it as it stands}
    key = models.CharField(max_length=13, blank=True)  # application number (NUM-1); finds doubles (IMP-2)
    announced = models.CharField(max_length=16, blank=True)  # announcement number
    patent = models.ForeignKey(Patent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="import_row_once")]
        indexes = [
            models.Index(fields=["run", "outcome", "number"], name="import_row_by_outcome"),
            models.Index(fields=["run", "key"], name="import_row_by_key"),
            models.Index(fields=["run", "announced"], condition=~Q(announced=""), name="import_row_by_announced"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} row {self.number}"


class ImportPart(models.Model):
    """A piece of an upload on its way: the file until it is read, its rows until they are looked at.

    In the database and not on a disk, so that any machine may go on with the work. Rows are lines of JSON, compressed.
    """

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=8, choices=[("upload", "upload"), ("rows", "rows")])
    place = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "kind", "place"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.run_id} {self.kind} {self.place}"


class ColumnMemory(models.Model):
    """What an organization's columns meant when somebody last said so; found again by the names in the header.

    Without organization it is the moderators' memory. `mapping` is {evened name of a column: field}.
    """

    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.CASCADE, related_name="column_memories"
    )
    fingerprint = models.CharField(max_length=64)
    mapping = models.JSONField(default=dict)
    told_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "fingerprint"], condition=Q(organization__isnull=False), name="columns_once"
            ),
            models.UniqueConstraint(
                fields=["fingerprint"], condition=Q(organization__isnull=True), name="reference_columns_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.fingerprint[:8]}"
