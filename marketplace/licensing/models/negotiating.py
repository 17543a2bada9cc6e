"""A negotiation: who wants other terms than those on offer, every version that was put forward, and who accepted it."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models import Listing
from marketplace.accounts.models import Organization
from marketplace.licensing.models.agreement import Agreement, OfferVersion, Party

if TYPE_CHECKING:
    from marketplace.accounts.models import User


class NegotiationKind(models.TextChoices):
    """What is negotiated; the preset track only (TRACK-3)."""

    LICENSE = "license", _("Other terms for a new license")
    AMENDMENT = "amendment", _("Change of a license in force")
    RENEWAL = "renewal", _("Renewal of a license")


class NegotiationState(models.TextChoices):
    """Where a negotiation stands; moved only by licensing.flow.negotiating."""

    ASKED = "asked", pgettext_lazy("negotiation", "Waiting for a coordinator")
    OPEN = "open", pgettext_lazy("negotiation", "Under negotiation")
    AGREED = "agreed", pgettext_lazy("negotiation", "Agreed, to be signed")
    DONE = "done", pgettext_lazy("negotiation", "Signed by both")
    WITHDRAWN = "withdrawn", pgettext_lazy("negotiation", "Broken off")
    LAPSED = "lapsed", pgettext_lazy("negotiation", "Lapsed")


TALKING = (NegotiationState.ASKED, NegotiationState.OPEN, NegotiationState.AGREED)


class NegotiationQuerySet(models.QuerySet["Negotiation"]):
    """Who may see which negotiation."""

    def visible_to(self, user: Any) -> NegotiationQuerySet:
        """Members of either side, and moderators; the licensor from the moment a coordinator has passed it on."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        own = Organization.objects.of(user)
        return self.filter(Q(licensee__in=own) | (Q(licensor__in=own) & ~Q(passed_at__isnull=True)))


class Negotiation(models.Model):
    """One firm's talk with one licensor about other terms, with an owner and a day by which somebody must act."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=NegotiationKind)
    state = models.CharField(max_length=10, choices=NegotiationState, default=NegotiationState.ASKED)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="negotiations")
    variant = models.CharField(max_length=40, blank=True)  # under which variant of the listing it was asked
    licensor = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    licensee = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    # the license that is to be changed, or the request in whose place other terms are wanted
    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="negotiations"
    )
    base = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="+")  # what it departs from
    intended_use = models.CharField(max_length=500, blank=True)
    related_party = models.BooleanField(default=False)  # LIC-J, declared when asking
    related_detail = models.CharField(max_length=300, blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(auto_now_add=True)
    coordinator = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    passed_at = models.DateTimeField(null=True, blank=True)  # when the other side first heard of it
    turn = models.CharField(max_length=8, choices=Party, blank=True)  # who has to answer the live version
    due_at = models.DateTimeField(null=True, blank=True)  # by when the next one acts
    reminded_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=500, blank=True)
    emptied_at = models.DateTimeField(null=True, blank=True)  # past its time: the guards let its rows go (KEEP-1)

    objects = NegotiationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "licensee"],
                condition=Q(state__in=["asked", "open", "agreed"]),
                name="negotiation_one_open_per_listing_and_licensee",
            ),
            models.CheckConstraint(condition=~Q(licensor=F("licensee")), name="negotiation_two_parties"),
            models.CheckConstraint(
                condition=~Q(state__in=["asked", "open", "agreed"]) | Q(due_at__isnull=False),
                name="negotiation_open_has_a_day",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["amendment", "renewal"]) | Q(agreement__isnull=False),
                name="negotiation_change_names_its_license",
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="negotiation_due")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.listing_id} by {self.licensee_id}"

    def get_absolute_url(self) -> str:
        """The negotiation's page."""
        from django.urls import reverse

        return reverse("licensing:negotiation", args=[self.code])

    def party_of(self, user: User) -> Party | None:
        """The side on which `user` is a live member; None for a stranger or a moderator."""
        own = {row["organization_id"] for row in user.memberships.live().values("organization_id")}
        if self.licensee_id in own:
            return Party.LICENSEE
        return Party.LICENSOR if self.licensor_id in own else None


class Proposal(models.Model):
    """One version: the full terms, who put them forward and why. A trigger keeps it; only `live` goes out (LIC-10)."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="proposals")
    number = models.PositiveSmallIntegerField()
    party = models.CharField(max_length=8, choices=Party)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    terms = models.JSONField()  # as listings.prices.terms_dict() gives them
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(max_length=2000, blank=True)
    live = models.BooleanField(default=True)
    agreement = models.OneToOneField(  # the contract that was made on it
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="proposal"
    )

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation"], condition=Q(live=True), name="proposal_one_live"),
            models.UniqueConstraint(fields=["negotiation", "number"], name="proposal_number_once"),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of negotiation {self.negotiation_id}"


class Acceptance(models.Model):
    """A side's yes to one version; who puts a version forward has said it."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="acceptances")
    party = models.CharField(max_length=8, choices=Party)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "party"], name="acceptance_of_version_once")]

    def __str__(self) -> str:
        return f"{self.party} accepted {self.proposal_id}"


class NegotiationNote(models.Model):
    """What a mediator or a side said beside the versions; it binds nobody."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=10)  # licensee, licensor or moderator
    text = models.CharField(max_length=2000)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="negotiation_note_has_words")]

    def __str__(self) -> str:
        return f"note on negotiation {self.negotiation_id}"
