"""What payments keep of people: who paid, as banks and gateways tell it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from marketplace.lib import personal
from marketplace.lib.personal import CONTRACT, Basis, Ending

BOOKS = _("Book what was paid, and prove it")


def register() -> None:
    """Enter this room's fields into the inventory; called from PaymentsConfig.ready()."""
    personal.keep(
        "payments.BankTransfer", "payer", "payer_serial", "reason",
        what=_("Who transferred money, and the bank's number of it"), purpose=BOOKS,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "payments.Suspense", "detail", "reason",
        what=_("Money that fits nothing: what the bank said of it"), purpose=BOOKS,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.keep(
        "payments.WebhookEvent", "facts", "last_error",
        what=_("What a payment provider reported: amounts and numbers, no names"), purpose=BOOKS,
        basis=Basis.LAW, kept=CONTRACT, ending=Ending.STAYS,
    )  # fmt: skip
    personal.nobody("payments.WebhookEvent", "name", because="the name of an event: checkout.session.completed")
    personal.nobody("payments.PracticeCheckout", "payee", because="an organization of the practice gateway")
    personal.nobody("payments.PracticeEvent", "body", because="an event of the practice gateway, without people")
