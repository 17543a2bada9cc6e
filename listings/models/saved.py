"""Searches that somebody keeps, what was told of them by mail, and how often words were asked by anybody."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models.listing import Listing


class Pace(models.TextChoices):
    """How often new offers are told by mail."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")
    NEVER = "never", _("No mail")


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    """A saved search is its owner's business only."""

    def visible_to(self, user: Any) -> SavedSearchQuerySet:
        """The user's own; none for strangers."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class SavedSearch(models.Model):
    """A question with its filters that somebody wants to hear of. `query` is the part of the address that asks it."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_searches")
    query = models.CharField(max_length=2_000)
    pace = models.CharField(_("mail"), max_length=8, choices=Pace, default=Pace.DAILY)
    created_at = models.DateTimeField(default=timezone.now)  # what was on offer before is no news
    next_at = models.DateTimeField(default=timezone.now)  # when it is looked at again

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "query"], name="saved_search_once_per_person")]
        indexes = [
            models.Index(fields=["next_at"], condition=~Q(pace="never"), name="saved_search_due"),
        ]

    def __str__(self) -> str:
        return self.query


class Alert(models.Model):
    """One mail about one saved search."""

    saved = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="alerts")
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"alert {self.pk} of search {self.saved_id}"


class AlertItem(models.Model):
    """One offer told in an alert; the database lets no offer be told twice for the same search."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="items")
    saved = models.ForeignKey(SavedSearch, on_delete=models.CASCADE, related_name="+")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["saved", "listing"], name="alert_tells_an_offer_once")]

    def __str__(self) -> str:
        return f"listing {self.listing_id} in alert {self.alert_id}"


class AskedWords(models.Model):
    """How many people asked these words on a day. Nobody is kept with it: neither account nor address nor time."""

    words = models.CharField(max_length=40)
    day = models.DateField()
    times = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["words", "day"], name="asked_words_once_a_day")]
        indexes = [models.Index(fields=["day"], name="asked_words_by_day")]

    def __str__(self) -> str:
        return f"{self.words} {self.day} {self.times}"
