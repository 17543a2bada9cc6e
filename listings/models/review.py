"""What was submitted, and the moderators' decisions on it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from listings.models.listing import Listing

# The rules that leave a decision to a person; `listings.rules` marks the same ones, which a test compares.
OVERRIDABLE = ("DECL-3", "DECL-4", "NUM-2", "NUM-3", "PRESET-4")


class Review(models.Model):
    """One decision on one revision: approved, returned, refused or suspended, with reasons."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    decision = models.CharField(
        max_length=10,
        choices=[(name, name) for name in ("approved", "returned", "refused", "suspended")],
    )
    reason = models.TextField(blank=True)
    quoted = models.JSONField(default=list, blank=True)  # reasons from the list as they read then: pk, rule, zh, en
    veto = models.ForeignKey(
        "accounts.Veto", null=True, blank=True, on_delete=models.PROTECT, related_name="listing_reviews"
    )  # suspended because its organization was vetoed (INST-5)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-decided_at", "-id"]

    def __str__(self) -> str:
        return f"{self.decision} {self.listing_id} r{self.revision}"


class Revision(models.Model):
    """What was submitted: the whole offer as it stood, so that a decision and a change can be read later."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    snapshot = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["listing", "number"], name="revision_number_once")]

    def __str__(self) -> str:
        return f"{self.listing_id} r{self.number}"


class Override(models.Model):
    """A moderator lets a listing pass a rule that may be overridden, with a written reason."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="overrides")
    rule = models.CharField(max_length=20)
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["listing", "rule"], name="override_once_per_rule"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="override_has_reason"),
            models.CheckConstraint(condition=models.Q(rule__in=OVERRIDABLE), name="override_only_where_the_law_allows"),
        ]

    def __str__(self) -> str:
        return f"{self.rule} on {self.listing_id}"
