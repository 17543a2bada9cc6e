"""A need as a firm tells it, and why it passed on an offer."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models import Listing
from marketplace.accounts.models import Organization
from marketplace.lib.industries import Industry

if TYPE_CHECKING:
    from marketplace.accounts.models import User


class NeedState(models.TextChoices):
    """From the moderators' first look to the end; moved only by marketplace.needs.flow."""

    NEW = "new", pgettext_lazy("need", "New, not looked at yet")
    OPEN = "open", pgettext_lazy("need", "Open")
    HIDDEN = "hidden", pgettext_lazy("need", "Hidden by the moderators")
    CLOSED = "closed", pgettext_lazy("need", "Closed")


LIVE = (NeedState.NEW, NeedState.OPEN)


class Budget(models.TextChoices):
    """What the firm could pay."""

    UNSURE = "unsure", _("I do not know yet")
    FREE = "free", _("Nothing at first: free or a share of sales")
    TO_10K = "to_10k", _("Up to ¥10,000")
    TO_100K = "to_100k", _("¥10,000 to ¥100,000")
    OVER_100K = "over_100k", _("Over ¥100,000")


class Ending(models.TextChoices):
    """How a need ended."""

    FOUND_HERE = "found_here", _("We found a patent here")
    ELSEWHERE = "elsewhere", _("We solved it another way")
    NO_LONGER = "no_longer", _("We do not need it any more")


class PassReason(models.TextChoices):
    """Why an offer did not suit (F7)."""

    OTHER_PROBLEM = "other_problem", _("It solves another problem")
    TOO_DEAR = "too_dear", _("Too expensive for us")
    NOT_READY = "not_ready", _("Not mature enough")
    HARD_TO_USE = "hard_to_use", _("We could not put it to use with what we have")
    KNOWN = "known", _("We know it or use it already")
    TOO_SHORT = "too_short", _("The patent does not last long enough")


class NeedQuerySet(models.QuerySet["Need"]):
    """Who may see which need whole; universities read the map without names instead."""

    def visible_to(self, user: Any) -> NeedQuerySet:
        """A person's own and those of the person's organizations; all for moderators; none for strangers."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        return self.filter(Q(created_by=user, organization=None) | Q(organization__in=Organization.objects.of(user)))


class Need(models.Model):
    """Trouble that somebody wants to get rid of. Contact data stand here only with a consent of their own (PII-2)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.PROTECT, related_name="needs"
    )  # None: a person without one
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    problem = models.TextField(_("your trouble"))
    product = models.CharField(_("your product or process"), max_length=200, blank=True)
    industry = models.CharField(_("industry"), max_length=40, choices=Industry, blank=True)
    budget = models.CharField(_("what you could pay"), max_length=10, choices=Budget, default=Budget.UNSURE)
    division = models.CharField(_("place"), max_length=6, blank=True)  # GB/T 2260, a city
    wanted_by = models.DateField(_("wanted by"), null=True, blank=True)
    matching = models.BooleanField(_("show me offers that may fit"), default=True)  # PII-3
    contact_consent_at = models.DateTimeField(null=True, blank=True)
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
    state = models.CharField(max_length=8, choices=NeedState, default=NeedState.NEW)
    ending = models.CharField(_("how it ended"), max_length=12, choices=Ending, blank=True)
    hidden_reason = models.CharField(max_length=300, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(contact_consent_at__isnull=False) | Q(contact_name="", contact_phone="", contact_email=""),
                name="need_contact_only_with_consent",
            ),
            models.CheckConstraint(
                condition=(Q(state="closed") & ~Q(ending="") & Q(closed_at__isnull=False))
                | (~Q(state="closed") & Q(ending="")),
                name="need_closed_says_how",
            ),
            models.CheckConstraint(condition=~Q(state="hidden") | ~Q(hidden_reason=""), name="need_hidden_has_reason"),
        ]
        indexes = [models.Index(fields=["state", "-created_at"], name="need_by_state")]

    def __str__(self) -> str:
        return self.problem[:60]

    def is_own(self, user: User) -> bool:
        """Whether this person posted it."""
        return self.created_by_id == user.pk


class Passed(models.Model):
    """An offer that a firm looked at for its need and did not take, with one reason."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="passed")
    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="passed_by_needs")
    reason = models.CharField(_("why not"), max_length=16, choices=PassReason)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["need", "listing"], name="need_passes_an_offer_once")]

    def __str__(self) -> str:
        return f"need {self.need_id} passed listing {self.listing_id}: {self.reason}"
