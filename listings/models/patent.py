"""A patent as the register knows it, and what is declared about it."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models.owned import OwnedQuerySet
from marketplace.accounts.models import Organization
from marketplace.lib.terms import last_day
from marketplace.vault.models import VaultFile


class PatentKind(models.TextChoices):
    """The three kinds of Chinese patents (PL 2)."""

    INVENTION = "invention", _("Invention")
    UTILITY_MODEL = "utility_model", _("Utility model")
    DESIGN = "design", _("Design")


class LegalStatus(models.TextChoices):
    """Where a patent stands; always kept with its source and date."""

    UNKNOWN = "unknown", _("Not known")
    PENDING = "pending", _("Not yet granted")
    IN_FORCE = "in_force", pgettext_lazy("patent", "In force")
    LATE_PERIOD = "late_period", _("In force, annual fee overdue")
    LAPSED = "lapsed", _("Lapsed: annual fee not paid")
    EXPIRED = "expired", pgettext_lazy("patent", "Expired")
    WAIVED = "waived", _("Waived")
    INVALID = "invalid", _("Declared invalid")
    PARTLY_INVALID = "partly_invalid", _("Partly invalid, rest in force")
    SUSPENDED = "suspended", _("Proceedings suspended")
    PRESERVED = "preserved", _("Preserved by a court")


ALIVE = (LegalStatus.IN_FORCE, LegalStatus.PARTLY_INVALID)


class EvaluationConclusion(models.TextChoices):
    """What the patent office's evaluation report says (utility models and designs)."""

    NONE = "", _("No report")
    POSITIVE = "positive", _("No defect found")
    NEGATIVE = "negative", _("Grant conditions not met")


class PatentQuerySet(OwnedQuerySet["Patent"]):
    """Who may see which patent in the owner's pages."""


class Patent(models.Model):
    """One patent or application; one row per application number.

    `organization` is who may offer it here. None marks a reference record: known, never offerable.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="patents"
    )
    application_number = models.CharField(_("application number"), max_length=13, unique=True)  # digits + check (NUM-1)
    publication_number = models.CharField(_("announcement number"), max_length=16, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=PatentKind)
    title = models.CharField(pgettext_lazy("patent", "title"), max_length=300)
    abstract = models.TextField(_("abstract"), blank=True)
    patentee = models.CharField(_("patentee"), max_length=300)  # as on the register, several split by ";"
    inventors = models.CharField(_("inventors"), max_length=500, blank=True)
    ipc_main = models.CharField(_("main class"), max_length=20, blank=True)  # IPC or Locarno (NUM-5)
    ipc = models.JSONField(_("classes"), default=list, blank=True)
    filed_on = models.DateField(_("filing date"), null=True, blank=True)
    granted_on = models.DateField(_("grant date"), null=True, blank=True)
    last_day_override = models.DateField(_("last day, when compensated"), null=True, blank=True)  # NUM-3
    last_day_reason = models.CharField(max_length=300, blank=True)
    last_day = models.DateField(null=True, blank=True, editable=False)  # computed from the three above, for queries
    fees_paid_through = models.PositiveSmallIntegerField(
        _("annual fees paid through patent year"), null=True, blank=True
    )
    status = models.CharField(_("legal status"), max_length=16, choices=LegalStatus, default=LegalStatus.UNKNOWN)
    status_source = models.CharField(_("source of the status"), max_length=200, blank=True)
    status_checked_at = models.DateTimeField(null=True, blank=True)
    pledged = models.BooleanField(_("pledged"), default=False)
    pledgee_consent = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evaluation_conclusion = models.CharField(max_length=10, choices=EvaluationConclusion, blank=True)
    evaluation_report = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    evaluation_on = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=40, default="typed")  # typed | import:<id> | demo
    locked_fields = models.JSONField(
        default=list, blank=True
    )  # corrected by a person; no import overwrites them (IMP-5)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PatentQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["organization", "title"], name="patent_of_organization"),
            models.Index(
                fields=["publication_number"], name="patent_by_announcement"
            ),  # asked by each row of an import
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep `last_day` in step with the facts it is made of (NUM-3)."""
        self.last_day = self.last_day_by_facts()
        fields = kwargs.get("update_fields")
        if fields is not None:
            kwargs["update_fields"] = {*fields, "last_day"}
        super().save(*args, **kwargs)

    def last_day_by_facts(self) -> date | None:
        """The last day in force: the override where there is one, else by kind and filing date; None without either."""
        if self.last_day_override:
            return self.last_day_override
        return last_day(self.kind, self.filed_on) if self.filed_on else None

    @property
    def patentees(self) -> list[str]:
        """The names on the register, one by one."""
        return [name.strip() for name in self.patentee.replace("；", ";").split(";") if name.strip()]


class CoOwner(models.Model):
    """Another patentee and whether it agrees (PL 14; GATE-8: one file per co-owner)."""

    patent = models.ForeignKey(Patent, on_delete=models.CASCADE, related_name="co_owners")
    name = models.CharField(max_length=160)
    consent = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    consented_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["patent", "name"], name="co_owner_once")]

    def __str__(self) -> str:
        return self.name


class StatusRecord(models.Model):
    """One statement about a patent's legal status or annual fees: who said so, when, on what evidence."""

    patent = models.ForeignKey(Patent, on_delete=models.CASCADE, related_name="status_records")
    status = models.CharField(max_length=16, choices=LegalStatus)
    fees_paid_through = models.PositiveSmallIntegerField(null=True, blank=True)
    source = models.CharField(max_length=200)
    evidence = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-checked_at", "-id"]
        constraints = [models.CheckConstraint(condition=~Q(source=""), name="status_record_has_source")]

    def __str__(self) -> str:
        return f"{self.patent_id} {self.status} {self.checked_at:%Y-%m-%d}"
