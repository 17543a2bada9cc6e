"""Which online gateways this site uses, and for which debts."""

from __future__ import annotations

from django.conf import settings

from marketplace.licensing.models import Obligation
from marketplace.payments.gateway import Gateway
from marketplace.payments.models import GatewayAccount, Way
from marketplace.payments.practice import PracticeGateway


def by_name(name: str) -> Gateway | None:
    """The online gateway of that name, if this site uses it."""
    if name not in settings.GATEWAYS:
        return None
    if name == Way.PRACTICE:
        return PracticeGateway()
    if name == Way.STRIPE:
        from marketplace.payments.stripe_gateway import StripeGateway  # a big library: only where it is used

        return StripeGateway()
    return None


def account_at(name: str, obligation: Obligation) -> str | None:
    """The licensor's own merchant account there ('' is the site key's own); None when it has none.

    The practice gateway moves no money and needs no account.
    """
    if name == Way.PRACTICE:
        return ""
    payee = obligation.agreement.licensor_id
    return GatewayAccount.objects.filter(organization=payee, gateway=name).values_list("account", flat=True).first()


def online_ways(obligation: Obligation) -> list[Way]:
    """The online ways by which this obligation can be paid straight to the licensor."""
    names = [name for name in settings.GATEWAYS if name != Way.BANK_TRANSFER]
    return [Way(name) for name in names if account_at(name, obligation) is not None]
