"""What the public sees on offer."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from listings.models.offer_terms import OfferTerms, TermSheet
from listings.models.owned import OwnedQuerySet
from listings.models.patent import Patent
from marketplace.accounts.models import Organization
from marketplace.vault.models import VaultFile


class Track(models.TextChoices):
    """The statutory open license, or an ordinary license on preset terms; never mixed (TRACK-1, TRACK-2)."""

    OPEN = "open", _("Open license")
    PRESET = "preset", _("Preset license")


class ListingState(models.TextChoices):
    """From draft to the end; moved only by listings.flow."""

    DRAFT = "draft", _("Draft")
    APPROVAL = "approval", _("In approval inside the institution")  # INST-4
    SUBMITTED = "submitted", _("With the moderators")
    PUBLICITY = "publicity", _("In publicity")
    AWAITING_ANNOUNCEMENT = "awaiting", _("Waiting for the patent office's announcement")
    PUBLISHED = "published", _("On offer")
    SUSPENDED = "suspended", _("Suspended")
    WITHDRAWAL_REQUESTED = "withdrawal", _("Withdrawal requested")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    REFUSED = "refused", _("Refused")


CLOSED = (ListingState.WITHDRAWN, ListingState.EXPIRED, ListingState.REFUSED)
LIVE = tuple(s for s in ListingState if s not in CLOSED)
PUBLIC = (ListingState.PUBLISHED, ListingState.WITHDRAWAL_REQUESTED)  # can be found and asked for
SHOWN = (*PUBLIC, ListingState.PUBLICITY, ListingState.SUSPENDED)  # have a public page


class ListingQuerySet(OwnedQuerySet["Listing"]):
    """Who may see which listing."""

    def public(self) -> ListingQuerySet:
        """Those with a public page."""
        return self.filter(state__in=SHOWN)

    def visible_to(self, user: Any) -> ListingQuerySet:
        """Public ones for everybody, an organization's own for its members, all for moderators."""
        if not user.is_authenticated:
            return self.public()
        if user.is_staff:
            return self
        own = Organization.objects.of(user)
        return self.filter(Q(state__in=SHOWN) | Q(organization__in=own))


class Listing(models.Model):
    """One patent on offer on one track, told so that a factory owner understands it."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patent = models.ForeignKey(Patent, on_delete=models.PROTECT, related_name="listings")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="listings")
    track = models.CharField(_("track"), max_length=8, choices=Track)
    state = models.CharField(max_length=12, choices=ListingState, default=ListingState.DRAFT)
    state_reason = models.CharField(max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=1)  # counts edits; a moderator decides on the revision seen (LIC-12)
    version = models.PositiveBigIntegerField(default=1)  # grows with every change, for the search index (ES-3)
    term_sheet = models.ForeignKey(TermSheet, null=True, blank=True, on_delete=models.PROTECT, related_name="listings")
    headline = models.CharField(_("in one sentence"), max_length=200, blank=True)
    problem = models.TextField(_("the problem it solves"), blank=True)
    products = models.CharField(_("products it is for"), max_length=300, blank=True)
    industry = models.CharField(_("industry"), max_length=40, blank=True)
    gains = models.JSONField(_("gain against today's way"), default=list, blank=True)  # [[what, today, with this], …]
    gains_source = models.CharField(_("where these numbers come from"), max_length=300, blank=True)
    adoption = models.TextField(_("cost and time to adopt"), blank=True)
    also_needed = models.TextField(_("what else is needed"), blank=True)
    maturity = models.PositiveSmallIntegerField(_("maturity (1-9)"), null=True, blank=True)
    maturity_proof = models.CharField(_("proof of maturity"), max_length=300, blank=True)  # words or a link
    maturity_file = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    contact_name = models.CharField(_("contact"), max_length=80, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=30, blank=True)
    contact_email = models.EmailField(_("contact's e-mail"), blank=True)
    undertaking_at = models.DateTimeField(_("undertaking given"), null=True, blank=True)  # DECL-1 (6), DECL-6
    confirmed_alive_at = models.DateTimeField(null=True, blank=True)  # the licensor's last word on the status (LIC-9)
    stale_since = models.DateTimeField(null=True, blank=True)  # suspended because nobody confirmed it any more
    # PL 14: without an agreement among co-owners each may grant an ordinary license alone and shares the fee
    co_owner_default = models.BooleanField(_("co-owners: the rule of the law applies"), default=False)  # PRESET-1
    related_party_mark = models.BooleanField(_("offered to related parties too"), default=False)  # INST-1
    related_parties = models.TextField(_("related parties"), blank=True)  # LIC-J: one a line, with what connects them
    signature_levels = models.JSONField(_("accepted ways of signing"), default=list, blank=True)  # SIG-2; empty: all
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey("accounts.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    approved_revision = models.PositiveIntegerField(null=True, blank=True)  # the revision a moderator approved (LIC-12)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    # The further variants, where they were read together with the listing; None: the database is asked.
    known_variants: list[OfferTerms] | None = None

    objects = ListingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patent", "track"],
                condition=~Q(state__in=["withdrawn", "expired", "refused"]),
                name="listing_one_live_per_patent_and_track",
            ),
            models.CheckConstraint(
                condition=Q(maturity__isnull=True) | (Q(maturity__gte=1) & Q(maturity__lte=9)),
                name="listing_maturity_one_to_nine",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "withdrawal"]) | Q(published_at__isnull=False),
                name="listing_published_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["publicity", "awaiting", "published", "withdrawal"])
                | Q(approved_revision__isnull=True)
                | Q(approved_revision=F("revision")),
                name="listing_offers_what_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(related_party_mark=False)
                | ~Q(related_parties="")
                | Q(state__in=["draft", "withdrawn", "expired", "refused"]),
                name="listing_related_parties_have_names",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "-published_at"], name="listing_by_state"),
            models.Index(fields=["organization", "state"], name="listing_of_organization"),
        ]

    def __str__(self) -> str:
        return self.headline or str(self.code)

    def get_absolute_url(self) -> str:
        """The public page."""
        from django.urls import reverse

        return reverse("listings:listing", args=[self.code])
