"""Who may pay, who may say that money arrived, who may look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.current import roles
from marketplace.accounts.models import Organization, User
from marketplace.lib.findings import Refused, refuse
from marketplace.licensing.models import Agreement, Obligation, Repayment
from marketplace.licensing.states import PAYS
from marketplace.payments.models import BankTransfer
from marketplace.payments.telling import CONFIRMS
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


def may_pay(user: User, licensee: Organization) -> bool:
    """Whether the person may pay for the licensee: owner, finance or signatory."""
    return bool(roles(user, licensee) & set(PAYS))


def may_confirm(user: User, licensor: Organization) -> bool:
    """Whether the person may say for the licensor that money arrived: owner or finance."""
    return bool(roles(user, licensor) & set(CONFIRMS))


def require_pay(user: User, licensee: Organization) -> None:
    """Raise Refused unless the person may pay for the licensee."""
    if not may_pay(user, licensee):
        raise _not_yours(_("Only an owner, finance or signatory of the licensee may pay."))


def require_confirm(user: User, licensor: Organization) -> None:
    """Raise Refused unless the person may confirm arrivals for the licensor."""
    if not may_confirm(user, licensor):
        raise _not_yours(_("Only an owner or finance of the licensor may say what arrived."))


def _not_yours(words: Words) -> Refused:
    return refuse("PAY-13", words, _("Ask an owner of your organization to do it or to give the role."))


def obligations_visible_to(user: Any) -> QuerySet[Obligation]:
    """What is owed under agreements that the person may see; nothing for strangers."""
    return Obligation.objects.filter(agreement__in=Agreement.objects.visible_to(user)).select_related(
        "agreement__licensee", "agreement__licensor", "agreement__listing__patent"
    )


def repayments_visible_to(user: Any) -> QuerySet[Repayment]:
    """What goes back under agreements that the person may see; nothing for strangers."""
    return Repayment.objects.filter(agreement__in=Agreement.objects.visible_to(user)).select_related(
        "agreement__licensee", "agreement__licensor", "agreement__listing__patent", "obligation", "recorded_by"
    )


def reads_receipt(user: Any, file: VaultFile) -> bool:
    """Whether the person may read the receipt of a bank transfer: members of both sides."""
    return BankTransfer.objects.visible_to(user).filter(receipt=file).exists()
