"""Agreements from request to license, and the frozen things they rest on."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from listings.models import LicenseeClass, Listing, TermSheet, Track
from marketplace.accounts.models import Organization
from marketplace.lib.terms import day_of

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from marketplace.licensing.models.signing import Signature


class State(models.TextChoices):
    """Where an agreement stands; moved only by licensing.flow, by the table in licensing.states."""

    REQUESTED = "requested", _("Requested")  # preset: a person looks at it first (LIC-I, LIC-J)
    OFFERED = "offered", _("Contract ready to sign")  # preset: frozen, waits for signatures
    SIGNED = "signed", _("Signed, waiting for payment")  # preset: payment is a condition (LIC-C)
    PREPARED = "prepared", _("Notice ready to send")  # open: frozen, the licensee has not sent the notice yet
    NOTICED = "noticed", _("Notice served, waiting for payment")  # open (LIC-A)
    ACTIVE = "active", _("In force")
    DECLINED = "declined", _("Declined")
    CANCELLED = "cancelled", _("Cancelled")
    LAPSED = "lapsed", _("Lapsed")
    ENDED = "ended", _("Ended")


OPEN_STATES = (State.REQUESTED, State.OFFERED, State.SIGNED, State.PREPARED, State.NOTICED)
LIVE_STATES = (*OPEN_STATES, State.ACTIVE)
LICENSOR_SEES = tuple(s for s in State if s != State.PREPARED)  # a notice not sent yet is the licensee's own matter


class Trial(models.TextChoices):
    """How a use-first-pay-later license stands: it runs, or how it came out (PRESET-2); '' without a free period."""

    NONE = "", "—"
    RUNNING = "running", _("Running")
    CONVERTED = "converted", _("Converted to paid")
    LEFT = "left", _("Left within the free period")
    UNPAID = "unpaid", _("Ended unpaid")
    TERMINATED = "terminated", _("Terminated")
    TERM_ENDED = "term_ended", _("Term ended")
    PATENT_LOST = "patent_lost", _("Patent lost")


class Party(models.TextChoices):
    """The two sides of an agreement."""

    LICENSOR = "licensor", _("Licensor")
    LICENSEE = "licensee", _("Licensee")


class OfferVersion(models.Model):
    """What was on offer at one moment: terms, price, patent facts and text, frozen under a SHA-256 (LIC-D, LIC-5).

    Rows are never changed; a trigger refuses it.
    """

    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="versions")
    sha256 = models.CharField(max_length=64)
    snapshot = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["listing", "sha256"], name="offer_version_once")]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.sha256[:12]}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Who may see which agreement."""

    def visible_to(self, user: Any) -> AgreementQuerySet:
        """Members of either party, and moderators. Strangers see nothing (IDN-5)."""
        if not user.is_authenticated:
            return self.none()
        kept = self.filter(emptied_at__isnull=True)  # past its time there is nothing left to see
        if user.is_staff:
            return kept
        own = Organization.objects.of(user)
        unsent = Q(track=Track.OPEN, noticed_at__isnull=True)  # a notice never sent is the licensee's own matter
        return kept.filter(Q(licensee__in=own) | (Q(licensor__in=own) & ~unsent))


class Agreement(models.Model):
    """One licensee's way to one license on one listing."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=20, unique=True)  # KX-2026-00417
    verify_code = models.CharField(max_length=20, unique=True)  # printed as QR on every paper
    track = models.CharField(max_length=8, choices=Track)
    state = models.CharField(max_length=10, choices=State)
    state_reason = models.CharField(max_length=500, blank=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="agreements")
    version = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="agreements")
    licensor = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="granted_agreements")
    licensee = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="taken_agreements")
    term_sheet = models.ForeignKey(
        TermSheet, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    licensee_class = models.CharField(max_length=10, choices=LicenseeClass, blank=True)
    fee_minor = models.BigIntegerField()  # the fixed part for this licensee's class
    currency = models.CharField(max_length=3, default="CNY")
    intended_use = models.CharField(_("what you will make with it"), max_length=500, blank=True)
    related_party = models.BooleanField(_("related to the licensor"), default=False)  # LIC-J
    related_detail = models.CharField(max_length=300, blank=True)
    statements = models.JSONField(default=dict, blank=True)  # what the licensee stated: {"territory": true, "field": …}
    needs_person = models.CharField(max_length=200, blank=True)  # rule ids for which a coordinator must look first
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    acts_until = models.DateTimeField(null=True, blank=True)  # the present step lapses at this instant
    contract_sha256 = models.CharField(max_length=64, blank=True)  # of the bytes shown and signed (LIC-6)
    noticed_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    effective_at = models.DateTimeField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    trial = models.CharField(max_length=11, choices=Trial, blank=True)
    trial_ended_on = models.DateField(null=True, blank=True)  # the day of its outcome
    emptied_at = models.DateTimeField(null=True, blank=True)  # past its time: only the frame is left (KEEP-1)

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # LIC-2
                fields=["listing", "licensee"],
                condition=Q(state__in=["requested", "offered", "signed", "prepared", "noticed", "active"]),
                name="agreement_one_live_per_listing_and_licensee",
            ),
            models.CheckConstraint(condition=~Q(licensor=F("licensee")), name="agreement_two_parties"),
            models.CheckConstraint(
                condition=~Q(state__in=["signed", "noticed", "active"]) | ~Q(contract_sha256=""),
                name="agreement_signed_has_contract",
            ),
            models.CheckConstraint(
                condition=~Q(state="active") | (Q(effective_at__isnull=False) & Q(ends_on__isnull=False)),
                name="agreement_active_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(track="open") | ~Q(state__in=["requested", "offered", "signed"]),
                name="agreement_open_track_states",
            ),
            models.CheckConstraint(
                condition=~Q(track="preset") | ~Q(state__in=["prepared", "noticed"]),
                name="agreement_preset_track_states",
            ),
            models.CheckConstraint(
                condition=~Q(track="open") | Q(licensee_class=""), name="agreement_open_track_has_no_class"
            ),
            models.CheckConstraint(  # no trial ends without a recorded outcome
                condition=~Q(state="ended") | ~Q(trial="running"), name="agreement_trial_ends_with_outcome"
            ),
            models.CheckConstraint(
                condition=Q(trial__in=["", "running"], trial_ended_on__isnull=True)
                | (~Q(trial__in=["", "running"]) & Q(trial_ended_on__isnull=False)),
                name="agreement_trial_outcome_has_day",
            ),
            models.CheckConstraint(
                condition=Q(trial="") | Q(state__in=["active", "ended"]), name="agreement_trial_of_license"
            ),
            models.CheckConstraint(  # a deal that is not over is never emptied
                condition=Q(emptied_at__isnull=True) | Q(closed_at__isnull=False, emptied_at__gt=F("closed_at")),
                name="agreement_emptied_after_its_end",
            ),
        ]
        indexes = [
            models.Index(fields=["licensee", "-requested_at"], name="agreement_of_licensee"),
            models.Index(fields=["licensor", "-requested_at"], name="agreement_of_licensor"),
            models.Index(fields=["state", "acts_until"], name="agreement_due"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """The deal's page."""
        from django.urls import reverse

        return reverse("licensing:agreement", args=[self.code])

    @property
    def own_signatures(self) -> models.QuerySet[Signature]:
        """The signatures of what the agreement itself rests on, without those of its further papers."""
        return self.signatures.filter(paper__isnull=True)

    @property
    def last_day_to_act(self) -> date | None:
        """The last whole day (Asia/Shanghai) on which the present step can be taken; None where nothing waits."""
        if self.acts_until is None:
            return None
        return day_of(self.acts_until - timedelta(microseconds=1))

    def party_of(self, user: User) -> Party | None:
        """The side on which `user` is a live member; None for a stranger or a moderator."""
        roles = {row["organization_id"] for row in user.memberships.live().values("organization_id")}
        if self.licensee_id in roles:
            return Party.LICENSEE
        return Party.LICENSOR if self.licensor_id in roles else None


class ReferenceCounter(models.Model):
    """The last number given to an agreement in a year; its row lock lets one request at a time take the next."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"
