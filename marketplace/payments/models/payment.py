"""Attempts to pay, and what gateways told about them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization
from marketplace.licensing.models import Obligation


class Way(models.TextChoices):
    """How money can come. Bank transfer stands beside the online ways as an equal."""

    BANK_TRANSFER = "bank_transfer", _("Bank transfer")
    STRIPE = "stripe", _("Online payment (Stripe)")
    PRACTICE = "practice", _("Practice payment (no real money)")


class PaymentState(models.TextChoices):
    """Where an attempt stands; a later rank never goes back to an earlier one (PAY-2)."""

    OPEN = "open", _("Not finished yet")
    PROCESSING = "processing", _("On its way")
    FAILED = "failed", _("Did not go through")
    EXPIRED = "expired", _("Ran out")
    ABANDONED = "abandoned", _("Given up")
    SUCCEEDED = "succeeded", _("Received")


UNFINISHED = (PaymentState.OPEN, PaymentState.PROCESSING)
RANKS = {
    PaymentState.OPEN: 0,
    PaymentState.PROCESSING: 1,
    PaymentState.ABANDONED: 2,
    PaymentState.EXPIRED: 3,
    PaymentState.FAILED: 4,
    PaymentState.SUCCEEDED: 5,
}


class Outcome(models.TextChoices):
    """What became of money that arrived."""

    NONE = "", "—"
    APPLIED = "applied", _("Settled what was owed")
    SUSPENSE = "suspense", _("Fits nothing, being looked at")


class GatewayAccount(models.Model):
    """The account at a gateway on which an organization itself is the merchant; money never touches the marketplace.

    An empty `account` says that the site's own key belongs to this organization.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="gateway_accounts")
    gateway = models.CharField(max_length=16, choices=Way)
    account = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "gateway"], name="gateway_account_one_per_organization"),
            models.UniqueConstraint(fields=["gateway", "account"], name="gateway_account_once"),
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.account}"


class PaymentQuerySet(models.QuerySet["Payment"]):
    """Who may see which payment."""

    def visible_to(self, user: Any) -> PaymentQuerySet:
        """Members of either party, and moderators. Strangers see nothing."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff:
            return self
        own = Organization.objects.of(user)
        return self.filter(Q(obligation__agreement__licensee__in=own) | Q(obligation__agreement__licensor__in=own))


class Payment(models.Model):
    """One attempt to pay one obligation by one way."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)  # also the idempotency key at the gateway
    obligation = models.ForeignKey(Obligation, on_delete=models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=16, choices=Way)
    account = models.CharField(max_length=80, blank=True)  # the merchant's account there, as it was at the start
    state = models.CharField(max_length=10, choices=PaymentState, default=PaymentState.OPEN)
    amount_minor = models.BigIntegerField()  # what is owed, by the frozen offer: never from a form
    currency = models.CharField(max_length=3)
    gateway_id = models.CharField(max_length=120, blank=True)  # the checkout there
    charge_id = models.CharField(max_length=120, blank=True, db_index=True)  # what refunds and disputes name
    checkout_url = models.CharField(max_length=600, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    received_minor = models.BigIntegerField(null=True, blank=True)  # what arrived, as the gateway or the bank said
    received_currency = models.CharField(max_length=3, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True, default=Outcome.NONE)
    booked_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = PaymentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # PAY-7
                fields=["obligation"],
                condition=Q(state__in=["open", "processing"]),
                name="payment_one_unfinished_per_obligation",
            ),
            models.UniqueConstraint(
                fields=["obligation"], condition=Q(outcome="applied"), name="payment_one_applied_per_obligation"
            ),
            models.UniqueConstraint(
                fields=["gateway", "gateway_id"], condition=~Q(gateway_id=""), name="payment_checkout_once"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=~Q(state="succeeded") | Q(received_minor__gt=0, received_at__isnull=False),
                name="payment_succeeded_says_what_arrived",
            ),
            models.CheckConstraint(
                condition=Q(booked_at__isnull=True, outcome="")
                | (Q(booked_at__isnull=False, state="succeeded") & ~Q(outcome="")),
                name="payment_booked_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="applied") | Q(received_minor=F("amount_minor"), received_currency=F("currency")),
                name="payment_applied_to_the_minor_unit",  # PAY-11
            ),
        ]
        indexes = [models.Index(fields=["state", "started_at"], name="payment_by_state")]

    def __str__(self) -> str:
        return f"{self.gateway} payment of obligation {self.obligation_id} ({self.state})"


class EventOutcome(models.TextChoices):
    """What was done with a gateway's message."""

    NONE = "", "—"
    ACTED = "acted", _("Acted on")
    NOTHING = "nothing", _("Nothing to do")
    WAITING = "waiting", _("Waits for the payment it speaks of")
    UNKNOWN = "unknown", _("Of a kind nobody knows here")
    FOREIGN = "foreign", _("Speaks of no payment of this site")


class WebhookEvent(models.Model):
    """The inbox: what a gateway told, stored first and acted on once (PAY-1).

    `facts` are the event in our own words (kind, ids, amounts); names and addresses of payers are not kept.
    """

    gateway = models.CharField(max_length=16, choices=Way)
    event_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=24)
    name = models.CharField(max_length=80, blank=True)  # the gateway's own word for the kind
    facts = models.JSONField(default=dict)
    body_sha256 = models.CharField(max_length=64)
    charge_id = models.CharField(max_length=120, blank=True, db_index=True)
    payment = models.ForeignKey(Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="events")
    made_at = models.DateTimeField()  # by the gateway's clock
    received_at = models.DateTimeField(auto_now_add=True)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=8, choices=EventOutcome, blank=True, default=EventOutcome.NONE)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "event_id"], name="webhook_event_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=Q(handled_at__isnull=True), name="webhook_event_unhandled")
        ]

    def __str__(self) -> str:
        return f"{self.gateway} {self.event_id} {self.kind}"
