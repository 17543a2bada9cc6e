"""What the moderators' desk keeps: who has a listing, what the rules said of it last, and the reasons to quote."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models.listing import Listing


class ReviewCase(models.Model):
    """One listing on the desk: who has taken it, and how the gates stood when it last moved.

    The counts are a copy for the list (`version` says of what); every decision asks the rules again.
    """

    listing = models.OneToOneField(Listing, on_delete=models.CASCADE, related_name="case")
    moderator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="review_cases"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveBigIntegerField(default=0)  # of the listing, when the gates were asked; 0: never
    blocks = models.PositiveSmallIntegerField(default=0)
    warns = models.PositiveSmallIntegerField(default=0)
    checked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(moderator__isnull=True) | Q(taken_at__isnull=False), name="review_case_taken_has_instant"
            )
        ]

    def __str__(self) -> str:
        return f"case of {self.listing_id}"


class ReasonUse(models.TextChoices):
    """The decision that a reason is quoted in."""

    RETURN = "return", _("Ask for changes")
    REFUSE = "refuse", pgettext_lazy("decision", "Refuse")
    SUSPEND = "suspend", pgettext_lazy("decision", "Suspend")
    OBJECTION = "objection", _("Decide an objection")
    FLAG = "flag", _("Dismiss a flag")


class Reason(models.Model):
    """A sentence that moderators quote, in both languages; archived when it is not to be used any more, never deleted.

    A decision keeps its own copy of the words, so that a later edit changes nothing that was told.
    """

    use = models.CharField(_("used to"), max_length=10, choices=ReasonUse)
    rule = models.CharField(_("rule"), max_length=20, blank=True)  # an id of listings.rules, or ''
    text_zh = models.CharField(_("in Chinese"), max_length=300)
    text_en = models.CharField(_("in English"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=100)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["use", "position", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text_zh="") & ~Q(text_en=""), name="reason_has_both_languages"),
            models.UniqueConstraint(fields=["use", "text_zh"], name="reason_once"),
        ]

    def __str__(self) -> str:
        zh = (translation.get_language() or "zh").startswith("zh")
        return self.text_zh if zh else self.text_en
