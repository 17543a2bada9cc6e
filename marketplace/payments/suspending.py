"""How money that fits nothing is resolved, by a moderator, with a reason."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import refuse
from marketplace.payments import ledger, settling, telling
from marketplace.payments.models import RefundState, Resolution, Suspense

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from marketplace.licensing.models import Obligation

STUCK = timedelta(hours=24)  # a refund asked for so long ago without an answer no longer holds the money


def refunded_outside(suspense: Suspense, *, by: User, reason: str) -> None:
    """The university paid it back from its account. Raises Refused when it is resolved or on its way back."""
    with transaction.atomic():
        _resolve(suspense, Resolution.REFUNDED_OUTSIDE, by=by, reason=reason, obligation=None)


def apply_to(suspense: Suspense, obligation: Obligation, *, by: User, reason: str) -> None:
    """Apply it to something owed to the same licensor, of exactly this amount. Raises Refused where that cannot be."""
    agreement = obligation.agreement
    if agreement.licensor_id != suspense.organization_id:
        raise refuse(
            "PAY-8", _("This is owed to another organization."), _("Choose what is owed to the one that has it.")
        )
    if (obligation.amount_minor, obligation.currency) != (_left(suspense), suspense.currency):
        raise refuse(
            "PAY-11",
            _("The amounts differ: only money of exactly the amount owed can be applied."),
            _("Let the university pay it back, and the payer pay the right amount."),
        )
    with transaction.atomic():
        _resolve(suspense, Resolution.APPLIED, by=by, reason=reason, obligation=obligation)
        refusal = settling.settle_obligation(obligation, proof_of(suspense), by=by)
        if refusal:
            raise refuse("PAY-8", _("This can no longer be paid."), _("Look at the deal for where it stands."))


def proof_of(suspense: Suspense) -> dict[str, object]:
    """What licensing keeps as proof when money from suspense settles something."""
    source = settling.proof_of(suspense.payment) if suspense.payment else {}
    transfer = suspense.transfer
    if transfer is not None:
        source = {
            "kind": "bank_transfer",
            "reference": transfer.bank_reference,
            "received_on": transfer.received_on.isoformat() if transfer.received_on else "",
        }
    return source | {
        "amount_minor": suspense.amount_minor,
        "currency": suspense.currency,
        "suspense": str(suspense.code),
    }


def _resolve(
    suspense: Suspense, resolution: Resolution, *, by: User, reason: str, obligation: Obligation | None
) -> None:
    """Close the row if nobody did, and nothing of it is going back by the gateway."""
    if not by.is_staff:
        raise refuse("PAY-8", _("Only a moderator may resolve this."), _("Write to the moderators."))
    if not reason.strip():
        raise refuse("PAY-8", _("A reason is needed."), _("Write how it was resolved and where that can be seen."))
    left = _left(suspense)
    free = Q(returning_at__isnull=True) | Q(returning_at__lt=timezone.now() - STUCK)
    closed = left and (
        Suspense.objects.filter(free, pk=suspense.pk, resolution=Resolution.NONE).update(
            resolution=resolution,
            applied_to=obligation,
            reason=reason.strip(),
            resolved_by=by,
            resolved_at=timezone.now(),
        )
    )
    if not closed:
        raise refuse(
            "PAY-8",
            _("This money is resolved, or on its way back by the gateway."),
            _("Look at the list again in a while."),
        )
    suspense.refresh_from_db()
    ledger.post_resolved(suspense, obligation, left)
    trail.record(
        Action.SUSPENSE_RESOLVE,
        suspense,
        by=by,
        resolution=str(resolution),
        obligation=str(obligation.code) if obligation else "",
        amount_minor=left,
        currency=suspense.currency,
    )
    telling.resolved(suspense)


def _left(suspense: Suspense) -> int:
    """Minor units not paid back by the gateway yet; 0 while something is on its way back."""
    refunds = suspense.payment.refunds if suspense.payment else None
    if refunds is None:
        return suspense.amount_minor
    if refunds.filter(state=RefundState.PENDING).exists():
        return 0
    back = refunds.filter(state=RefundState.SUCCEEDED).aggregate(total=Sum("amount_minor"))["total"] or 0
    return suspense.amount_minor - back


def waiting() -> int:
    """How many amounts wait for a moderator."""
    return Suspense.objects.filter(resolution=Resolution.NONE).count()
