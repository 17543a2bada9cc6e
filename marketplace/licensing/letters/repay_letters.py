"""Who is told what about money that a licensor owes back."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.models import Organization, Role
from marketplace.lib import navigation
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.letters.step_letters import tell
from marketplace.licensing.models import Repayment
from marketplace.licensing.states import PAYS
from marketplace.notices import kinds

CASHIERS = (Role.OWNER, Role.FINANCE)

_TEXTS = {
    "repay_owed": (
        _("%(amount)s go back: %(title)s"),
        _(
            "%(licensor)s pays back %(amount)s to %(licensee)s for %(reference)s by %(due)s. The page shows how it is"
            " made up."
        ),
        _("See how it is made up"),
    ),
    "repay_paid": (
        _("%(amount)s paid back: %(title)s"),
        _("%(licensor)s has paid back %(amount)s for %(reference)s. If it has not arrived, write to the licensor."),
        _("See the proof"),
    ),
    "repay_failed": (
        _("Not paid back: %(amount)s, %(reference)s"),
        _("The payment provider could not pay back %(amount)s. They are still owed by %(due)s: pay them by bank."),
        _("Pay it back"),
    ),
}


def register() -> None:
    """Name every kind of letter here; called from LicensingConfig.ready()."""
    kinds.register_all(_TEXTS)


def page_of(repayment: Repayment) -> str:
    """Where it is paid back; '' where no room above takes money."""
    return navigation.url_or_empty("payments:repay", repayment.code)


def _tell(repayment: Repayment, kind: str, side: Organization, *roles: str, key: object = "") -> None:
    facts = {
        "amount": money_text(from_minor(repayment.amount_minor, repayment.currency)),
        "due": repayment.due_on.isoformat(),
    }
    users = people.members(side, *roles)
    path = page_of(repayment)
    tell(users, kind, repayment.agreement, key=f"{repayment.pk}{key}", path=path, **facts)


def owed(repayment: Repayment) -> None:
    """To both sides: how much goes back and until when."""
    _tell(repayment, "repay_owed", repayment.agreement.licensor, *CASHIERS)
    _tell(repayment, "repay_owed", repayment.agreement.licensee, *PAYS)


def paid(repayment: Repayment) -> None:
    """To the licensee: it was paid back, look at your account."""
    at = repayment.paid_at.isoformat() if repayment.paid_at else ""
    _tell(repayment, "repay_paid", repayment.agreement.licensee, *PAYS, key=f":{at}")


def failed(repayment: Repayment) -> None:
    """To the licensor's finance: it is still owed."""
    _tell(repayment, "repay_failed", repayment.agreement.licensor, *CASHIERS, key=f":{timezone.now().isoformat()}")
