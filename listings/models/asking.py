"""Who has to agree before an offer goes out, and each question put to somebody who has no account here."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.models.listing import Listing
from listings.models.owned import OwnedQuerySet
from listings.models.patent import Patent
from marketplace.accounts.models import Organization
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from datetime import datetime


class ApprovalStep(models.Model):
    """One step of an institution's own way of approving a price (INST-4), asked between two amounts of a contract.

    `above_minor` 0 takes part from nothing on; `up_to_minor` None has no upper end, so that it also approves royalties,
    whose amount nobody knows beforehand.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="approval_steps")
    position = models.PositiveSmallIntegerField()  # the order in which they are asked, from 1
    capacity = models.CharField(_("office or function"), max_length=80)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    email = models.EmailField(_("e-mail address"))
    above_minor = models.BigIntegerField(_("for amounts above"), default=0)
    up_to_minor = models.BigIntegerField(_("up to"), null=True, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "position"], name="approval_step_position_once"),
            models.CheckConstraint(condition=~Q(email="") & ~Q(capacity=""), name="approval_step_names_somebody"),
            models.CheckConstraint(
                condition=Q(above_minor__gte=0) & (Q(up_to_minor__isnull=True) | Q(up_to_minor__gt=F("above_minor"))),
                name="approval_step_amounts_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.capacity}"

    def takes(self, amount_minor: int | None) -> bool:
        """Whether a contract of this amount goes through the step. None: an amount without upper end."""
        if amount_minor is None:
            return self.up_to_minor is None
        above = self.above_minor == 0 or amount_minor > self.above_minor
        return above and (self.up_to_minor is None or amount_minor <= self.up_to_minor)


class AskingKind(models.TextChoices):
    """What somebody is asked for."""

    CONSENT = "consent", _("A co-owner's consent")
    APPROVAL = "approval", _("An approval inside the institution")
    PLEDGE = "pledge", _("The consent of whoever holds a pledge")
    DEAL = "deal", _("An approval of one contract inside the institution")


class AskingState(models.TextChoices):
    """A question waits until it is answered, replaced, or its days are over."""

    WAITING = "waiting", pgettext_lazy("question", "Waiting for an answer")
    AGREED = "agreed", pgettext_lazy("question", "Agreed")
    REFUSED = "refused", pgettext_lazy("question", "Refused")
    VOID = "void", pgettext_lazy("question", "Replaced or called back")
    EXPIRED = "expired", pgettext_lazy("question", "Not answered in time")


class AskingQuerySet(OwnedQuerySet["Asking"]):
    """Who may see which question in the owner's pages."""

    def open_now(self) -> AskingQuerySet:
        """Those that can still be answered."""
        return self.filter(state=AskingState.WAITING, expires_at__gt=timezone.now())


class Door(models.Model):
    """A mailed link and the one-time code behind it.

    Of the link only a hash is kept; behind it a code, mailed to the same address, has to be entered: a link alone,
    forwarded or found, opens nothing.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"))
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    entry_hash = models.CharField(max_length=64, blank=True)
    entry_expires_at = models.DateTimeField(null=True, blank=True)
    entry_tries = models.PositiveSmallIntegerField(default=0)
    entry_sent = models.PositiveSmallIntegerField(default=0)  # codes mailed for this door so far
    opened_at = models.DateTimeField(null=True, blank=True)  # when the right code was first entered

    class Meta:
        abstract = True


class LetterQuerySet(models.QuerySet["Letter"]):
    """The letters whose questions still wait."""

    def open_now(self) -> LetterQuerySet:
        """Those behind which something can still be answered."""
        waiting = Asking.objects.filter(letter=models.OuterRef("pk"), state=AskingState.WAITING)
        return self.filter(models.Exists(waiting), expires_at__gt=timezone.now())


class Letter(Door):
    """One mail with one link for all questions that a step of the institution is asked at a time (INST-4).

    The questions stay each its own: with its bytes, its hash and its answer.
    """

    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="letters")
    batch = models.UUIDField()  # the act that put the questions: one letter for each address
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    capacity = models.CharField(_("office or function"), max_length=80, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    objects = LetterQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "email"], name="letter_one_per_batch_and_address")]

    def __str__(self) -> str:
        return f"letter of {self.asked_at:%Y-%m-%d} to {self.capacity}"


class Asking(Door):
    """One question by a mailed link: to a co-owner (GATE-8, PRESET-1), to whoever holds a pledge (GATE-5), or to a step
    of the institution (INST-4).

    `body` is what is asked, byte for byte, and `sha256` its hash. Questions put together travel in one `letter`, whose
    link and code open them all; alone a question is its own door.
    """

    kind = models.CharField(max_length=10, choices=AskingKind)
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="askings")
    patent = models.ForeignKey(Patent, on_delete=models.PROTECT, related_name="askings")
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="askings")
    letter = models.ForeignKey(Letter, null=True, blank=True, on_delete=models.PROTECT, related_name="askings")
    owner_name = models.CharField(max_length=160, blank=True)  # the co-owner or pledgee whose consent it is
    position = models.PositiveSmallIntegerField(default=0)  # of the step; 0 for a co-owner or pledgee
    about = models.CharField(max_length=40, blank=True)  # the code of the deal whose approval it is
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    capacity = models.CharField(_("office or function"), max_length=80, blank=True)
    body = models.TextField()  # canonical JSON, both languages
    sha256 = models.CharField(max_length=64)
    terms_sha256 = models.CharField(max_length=64)  # of what the answer binds to; other terms need another answer
    state = models.CharField(max_length=10, choices=AskingState, default=AskingState.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    # the answer
    answer_name = models.CharField(max_length=80, blank=True)
    answer_capacity = models.CharField(max_length=80, blank=True)
    answer_reason = models.TextField(blank=True)
    answer_address = models.GenericIPAddressField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    power = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(VaultFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = AskingQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["listing", "state"], name="asking_of_listing")]
        constraints = [
            models.UniqueConstraint(
                fields=["listing", "kind", "position", "owner_name", "about"],
                condition=Q(state="waiting"),
                name="asking_one_open_per_question",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["agreed", "refused"]) | (Q(answered_at__isnull=False) & ~Q(answer_name="")),
                name="asking_answer_has_name_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(answer_reason=""), name="asking_refusal_has_reason"
            ),
            models.CheckConstraint(
                condition=(Q(kind__in=["consent", "pledge"]) & ~Q(owner_name="") & Q(position=0) & Q(about=""))
                | (Q(kind="approval") & Q(owner_name="") & Q(position__gte=1) & Q(about=""))
                | (Q(kind="deal") & Q(owner_name="") & Q(position__gte=1) & ~Q(about="")),
                name="asking_is_one_of_two_kinds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.listing_id} asked of {self.capacity or self.owner_name}"

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether it can still be answered."""
        return self.state == AskingState.WAITING and self.expires_at > (at or timezone.now())
