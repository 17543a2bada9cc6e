"""What searching keeps in the database: meanings and vocabulary, both projections, and the moderators' synonyms."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Listing


class Meaning(models.Model):
    """The vector of what a listing says. Computed again when its text or the model changes; may be lost any time."""

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="meaning")
    model = models.CharField(max_length=40)  # whose vector it is; vectors of different models are never compared
    text_sha256 = models.CharField(max_length=64)
    vector = models.BinaryField()  # as listings.search.meaning packs it
    computed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["model"], name="meaning_by_model")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.model}"


class Vocabulary(models.Model):
    """The words of everything that can be found and how often they occur: what a typo is compared with. One row."""

    made_at = models.DateTimeField(auto_now=True)
    words = models.BinaryField()  # zlib of lines "word<tab>count"

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"


class SynonymGroup(models.Model):
    """Expressions that mean nearly the same to somebody who searches; moderators keep them (F15)."""

    expressions = models.CharField(
        _("expressions"),
        max_length=400,
        help_text=_("Separated by commas: 余热, 废热, waste heat. The first one names the group."),
    )
    active = models.BooleanField(
        _("in use"),
        default=True,
        help_text=_("A group that begins like one of the built-in list takes its place; switched off, it ends it."),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("group of synonyms")
        verbose_name_plural = _("synonyms")
        ordering = ["expressions"]
        indexes = [models.Index(fields=["changed_at"], name="synonyms_by_change")]

    def __str__(self) -> str:
        return self.expressions

    def clean(self) -> None:
        """Raises ValidationError for what would make searching worse: see listings.search.expressions.check."""
        from listings.search import expressions  # the room of searching reads models: not while they are being made

        if findings := expressions.check(self):
            raise ValidationError({"expressions": findings})
