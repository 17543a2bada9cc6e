"""What changes a license in force: amendments and renewals, its end before its term, payments that are held."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models import HealthEvent, TermSheet
from marketplace.licensing.models.agreement import Agreement, OfferVersion, Party
from marketplace.licensing.models.negotiating import Proposal
from marketplace.licensing.models.papers import Paper


class AmendmentState(models.TextChoices):
    """An amendment binds from the second signature on."""

    SIGNING = "signing", pgettext_lazy("amendment", "To be signed")
    IN_FORCE = "in_force", pgettext_lazy("amendment", "In force")
    VOID = "void", pgettext_lazy("amendment", "Not signed")


class Amendment(models.Model):
    """Other terms for a license in force, agreed by both, from a day on; one link of the chain of its versions."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="amendments")
    number = models.PositiveSmallIntegerField()
    proposal = models.OneToOneField(Proposal, on_delete=models.PROTECT, related_name="amendment")
    before = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(OfferVersion, on_delete=models.PROTECT, related_name="+")
    renews = models.BooleanField(default=False)  # the terms count for the time after the present term
    # the standing offer on whose very terms it renews: the licensor has agreed to it beforehand (LIC-K)
    term_sheet = models.ForeignKey(TermSheet, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=AmendmentState, default=AmendmentState.SIGNING)
    paper = models.OneToOneField(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="amendment")
    made_at = models.DateTimeField(auto_now_add=True)
    acts_until = models.DateTimeField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)  # the first day of the new terms
    ends_on = models.DateField(null=True, blank=True)  # the last day of the license under them
    in_force_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "number"], name="amendment_number_once"),
            models.UniqueConstraint(fields=["agreement"], condition=Q(state="signing"), name="amendment_one_open"),
            models.CheckConstraint(
                condition=~Q(state="in_force")
                | Q(in_force_at__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
                name="amendment_in_force_has_dates",
            ),
        ]

    def __str__(self) -> str:
        return f"amendment {self.number} of {self.agreement_id}"


class Ground(models.TextChoices):
    """The lawful grounds on which a license ends before its term; what each needs stands in licensing.grounds."""

    MUTUAL = "mutual", _("Both agree to end it")
    BREACH = "breach", _("The other side broke the contract and did not mend it")
    EARLY = "early", _("The licensee leaves early, as the contract allows")
    PATENT_ENDED = "patent_ended", _("The patent has ended or was wholly invalidated")
    PATENT_CHANGED = "patent_changed", _("Something happened to the patent")


class TerminationState(models.TextChoices):
    """From proposal or notice to the end."""

    PROPOSED = "proposed", pgettext_lazy("termination", "Proposed, to be signed by both")
    NOTICED = "noticed", pgettext_lazy("termination", "Notice given")
    ENDED = "ended", pgettext_lazy("termination", "Ended")
    DROPPED = "dropped", pgettext_lazy("termination", "Dropped")


class Termination(models.Model):
    """One way to the end of one license: ground, who, the notice and its arrival, day of effect, what stays owed."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="terminations")
    number = models.PositiveSmallIntegerField(default=1)
    ground = models.CharField(max_length=16, choices=Ground)
    state = models.CharField(max_length=10, choices=TerminationState)
    party = models.CharField(max_length=8, choices=Party)  # who gave notice or proposed
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    demanded_at = models.DateTimeField(null=True, blank=True)  # when the demand before a breach arrived
    noticed_at = models.DateTimeField()  # when it entered the other side's inbox
    effective_on = models.DateField()  # the last day of the license
    acts_until = models.DateTimeField(null=True, blank=True)  # a proposal lapses
    paper = models.OneToOneField(Paper, null=True, blank=True, on_delete=models.PROTECT, related_name="termination")
    owed = models.JSONField(default=dict, blank=True)  # {"stays": [codes], "waived": [codes]} when it ended
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement"], condition=Q(state__in=["proposed", "noticed"]), name="termination_one_open"
            ),
            models.UniqueConstraint(fields=["agreement", "number"], name="termination_number_once"),
            models.CheckConstraint(
                condition=~Q(ground="breach") | ~Q(state__in=["noticed", "ended"]) | Q(demanded_at__isnull=False),
                name="termination_for_breach_has_demand",
            ),
        ]
        indexes = [models.Index(fields=["state", "effective_on"], name="termination_due")]

    def __str__(self) -> str:
        return f"{self.ground} of {self.agreement_id}"


class BreachDemand(models.Model):
    """A written demand to mend a breach within a reasonable time, served in the platform's inbox (CC 563)."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="breach_demands")
    party = models.CharField(max_length=8, choices=Party)  # who demands
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=2000)
    served_at = models.DateTimeField()
    mend_by = models.DateField()  # the last day of the period
    mended_at = models.DateTimeField(null=True, blank=True)  # who demanded says that it is mended

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="breach_demand_has_words")]

    def __str__(self) -> str:
        return f"demand on {self.agreement_id}"


class HoldEnd(models.TextChoices):
    """How a hold ended."""

    RELEASED = "released", pgettext_lazy("hold", "Released: what was held is owed again")
    WAIVED = "waived", pgettext_lazy("hold", "Waived: what was held is no longer owed")
    EXIT = "exit", pgettext_lazy("hold", "The license ended")


class Hold(models.Model):
    """Payments stand still because something happened to the patent, until somebody decides (F9)."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="holds")
    event = models.ForeignKey(HealthEvent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    mark = models.CharField(max_length=60)  # the event or status, once per license
    what = models.CharField(max_length=20)  # a HealthKind or LegalStatus
    since = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    how = models.CharField(max_length=10, choices=HoldEnd, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "mark"], name="hold_once_per_event"),
            models.UniqueConstraint(fields=["agreement"], condition=Q(ended_at__isnull=True), name="hold_one_open"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, how="") | (Q(ended_at__isnull=False) & ~Q(how="")),
                name="hold_ended_says_how",
            ),
        ]

    def __str__(self) -> str:
        return f"hold of {self.agreement_id}"
