"""`manage.py gateway_account`: say on which account of a gateway an organization is the merchant."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction

from marketplace.accounts.models import Organization
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.payments.models import GatewayAccount, Way


class Command(BaseCommand):
    """Only the operator may do this: it decides to whom money goes."""

    help = (
        "Connect an organization (by credit code) with its account at a gateway. Without --account: the site's own key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The organization's credit code and the account there."""
        parser.add_argument("credit_code")
        parser.add_argument("--gateway", default=str(Way.STRIPE), choices=[str(Way.STRIPE)])
        parser.add_argument("--account", default="", help="acct_…; empty: the site's key belongs to this organization")

    def handle(self, *args: Any, **options: Any) -> None:
        """Store the account. Raises CommandError for an unknown organization or an account another one has."""
        organization = Organization.objects.filter(credit_code=options["credit_code"]).first()
        if organization is None or not organization.is_licensor or not organization.is_verified:
            raise CommandError("no verified university or institute has this credit code")
        try:
            with transaction.atomic():
                row, _created = GatewayAccount.objects.update_or_create(
                    organization=organization, gateway=options["gateway"], defaults={"account": options["account"]}
                )
                trail.record(
                    Action.ORGANIZATION_CHANGE, organization, by=None, gateway=row.gateway, account=row.account
                )
        except IntegrityError:
            raise CommandError("another organization has this account") from None
        self.stdout.write(f"{organization.name}: {row.gateway} {row.account or 'own key'}")
