"""What binds a patent: open declarations and every license, in the one table that forbids exclusive beside open."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from listings.models.patent import Patent
from marketplace.vault.models import VaultFile


class EncumbranceKind(models.TextChoices):
    """Shared kinds may stand side by side; a sole or exclusive license tolerates nothing else (LIC-1, TRACK-3)."""

    OPEN_DECLARATION = "open_declaration", _("Open license declaration")
    OPEN = "open", _("Open license")
    ORDINARY = "ordinary", _("Ordinary license")
    SOLE = "sole", _("Sole license")
    EXCLUSIVE = "exclusive", _("Exclusive license")


ALONE = (EncumbranceKind.SOLE, EncumbranceKind.EXCLUSIVE)


class Encumbrance(models.Model):
    """One binding over a period [starts_at, ends_at); no end means until the patent ends.

    The database refuses an overlap with a sole or exclusive license: an exclusion constraint on PostgreSQL, triggers on
    SQLite (migration 0002).
    """

    patent = models.ForeignKey(Patent, on_delete=models.PROTECT, related_name="encumbrances")
    kind = models.CharField(max_length=20, choices=EncumbranceKind)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    holder = models.CharField(_("holder"), max_length=160, blank=True)
    reference = models.CharField(_("reference"), max_length=60, blank=True)  # agreement, declaration or recordal number
    evidence = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["patent", "starts_at"], name="encumbrance_of_patent")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")), name="encumbrance_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["patent", "kind", "reference"], condition=~Q(reference=""), name="encumbrance_reference_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.patent_id}"
