"""What deals keep of people: who asked, signed and confirmed. Contracts stay as long as the law wants (KEEP-1)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplace.lib import personal
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.personal import CODES, CONTRACT, Basis, Ending, Hold
from marketplace.lib.terms import add_months

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from marketplace.accounts.models import User

DEAL = gettext_lazy("Make and carry out license contracts")
PROOF = gettext_lazy("Prove who signed what, as the law of electronic signatures asks")
KEPT_MONTHS = 36  # after the term has ended or the deal was closed (E-Commerce Law art. 31)


def register() -> None:
    """Enter this room's fields into the inventory; called from LicensingConfig.ready()."""
    personal.keep(
        "licensing.Agreement", "intended_use", "related_detail", "state_reason",
        what=gettext_lazy("What a firm says of its use, of related parties, and why it gave up"), purpose=DEAL,
        basis=Basis.CONTRACT, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "licensing.OfferVersion", "snapshot",
        what=gettext_lazy("The frozen offer with the licensor's contact"), purpose=DEAL,
        basis=Basis.CONTRACT, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "licensing.Signature", "address", "evidence",
        what=gettext_lazy("Signatures: name, right to sign, instant, network address, browser"), purpose=PROOF,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "licensing.StampedCopy", "address", "agent", "reason",
        what=gettext_lazy("Scans of stamped contracts: who handed them in, from where"), purpose=PROOF,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "licensing.Obligation", "proof",
        what=gettext_lazy("Proof of payment"), purpose=DEAL,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    _money_back()
    for model, fields in _WORDS.items():
        personal.keep(
            f"licensing.{model}", *fields,
            what=gettext_lazy("What the parties wrote to each other in a deal"), purpose=DEAL,
            basis=Basis.CONTRACT, kept=CONTRACT, ending=Ending.STAYS,
        )  # fmt: skip
    personal.nobody("licensing.Agreement", "needs_person", because="ids of rules for which a person looks first")
    personal.part("deals", gettext_lazy("Deals you took part in"), _deals)
    personal.part("signatures", gettext_lazy("Your signatures"), _signatures)
    personal.hold("licensing.deals", _holds)
    personal.hindrance("licensing.deals", _hindrances)
    personal.sweep("licensing.handovers", delete_handovers)


def _money_back() -> None:
    personal.keep(
        "licensing.Repayment", "proof", "reckoned",
        what=gettext_lazy("Proof that money was paid back"), purpose=DEAL,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip


_WORDS: dict[str, tuple[str, ...]] = {
    "Negotiation": ("intended_use", "related_detail", "close_reason"),
    "NegotiationNote": ("text",),
    "Proposal": ("reason",),
    "Claim": ("words", "reasons"),
    "UseReport": ("words",),
    "ReportCorrection": ("reason", "reasons", "decision"),
    "PaymentDemand": ("words",),
    "BreachDemand": ("text",),
    "Termination": ("reason",),
    "Hold": ("reason",),
    "LegalHold": ("reason",),
}


def _of(user: User) -> Any:
    from marketplace.licensing.models import Agreement

    acted = Q(requested_by=user) | Q(signatures__user=user) | Q(confirmations__by=user)
    return Agreement.objects.filter(acted).distinct()


def _deals(user: User) -> Iterator[Mapping[str, Any]]:
    rows = _of(user).select_related("listing__patent", "licensor", "licensee").order_by("pk")
    for row in rows:
        yield {
            "reference": row.reference,
            "patent": row.listing.patent.title,
            "licensor": row.licensor.name,
            "licensee": row.licensee.name,
            "state": row.get_state_display(),
            "requested_at": row.requested_at,
            "effective_at": row.effective_at,
            "ends_on": row.ends_on,
            "intended_use": row.intended_use if row.requested_by_id == user.pk else "",
        }


def _signatures(user: User) -> Iterator[Mapping[str, Any]]:
    from marketplace.licensing.models import Signature

    rows = Signature.objects.filter(user=user).select_related("agreement").order_by("pk")
    for row in rows:
        yield {
            "reference": row.agreement.reference,
            "method": row.get_method_display(),
            "document_sha256": row.document_sha256,
            "at": row.at,
            "address": row.address,
            "evidence": row.evidence,
        }


def kept_until(ends_on: date | None, closed_on: date | None) -> date | None:
    """The last day a deal's papers must be kept; None while nobody can know it (KEEP-1)."""
    last = max(filter(None, [ends_on, closed_on]), default=None)
    return add_months(last, KEPT_MONTHS) if last else None


def _holds(user: User) -> Iterator[Hold]:
    rows = _of(user)
    told = rows.aggregate(ends=Max("ends_on"), closed=Max("closed_at"))
    closed = told["closed"].date() if told["closed"] else None
    running = rows.filter(closed_at__isnull=True, ends_on__isnull=True).exists()
    yield Hold(
        _("Contracts, signatures and payments you took part in"),
        _("They must be kept three years after the license ended (E-Commerce Law art. 31)"),
        None if running else kept_until(told["ends"], closed),
        rows.count(),
    )


def _hindrances(user: User) -> Iterator[Finding]:
    """Nobody leaves a party of a running deal without anybody who can act for it."""
    from marketplace.accounts.models import Membership, Organization
    from marketplace.licensing.models import LIVE_STATES, Agreement

    own = Organization.objects.of(user)
    others = Membership.objects.live().filter(organization__in=own).exclude(user=user)
    alone = own.exclude(pk__in=others.values("organization"))
    running = Agreement.objects.filter(Q(licensee__in=alone) | Q(licensor__in=alone), state__in=LIVE_STATES)
    for deal in running.order_by("pk")[:5]:
        yield Finding(
            "PII-5",
            Severity.BLOCK,
            _("%(reference)s is not finished, and nobody else acts for your side.") % {"reference": deal.reference},
            _("End it first, or invite somebody who goes on."),
        )


def delete_handovers(after: timedelta | None = CODES.after) -> int:
    """Delete links that handed a signature over to a phone and expired."""
    from marketplace.licensing.models import HandOver

    return HandOver.objects.filter(expires_at__lt=timezone.now() - (after or timedelta())).delete()[0]
