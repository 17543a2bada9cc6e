"""Django's handle on this room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy

EVERY_FIVE_MINUTES = 300
EVERY_TEN_MINUTES = 600
EVERY_SIX_HOURS = 21_600
SUSPENSE_URL = "payments_moderation:suspense_list?open=1"


class PaymentsConfig(AppConfig):
    """Payments."""

    name = "marketplace.payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        """Name the notices, say who reads receipts, hear the outbox, and do what the clock demands."""
        from cms import queues
        from marketplace.outbox import outbox
        from marketplace.payments import (  # noqa: F401  checks register themselves
            access,
            attempts,
            checks,
            closing,
            personal,
            practice,
            practice_delivery,
            reconciling,
            repaying,
            returns,
            settling,
            suspending,
            telling,
        )
        from marketplace.vault import reading

        telling.register()
        personal.register()
        reading.readable("transfer_receipt", access.reads_receipt)
        queues.register(
            "suspense", gettext_lazy("Money that fits nothing"), suspending.waiting, SUSPENSE_URL, order=230
        )
        outbox.handles(practice.TOPIC, "practice")(practice_delivery.deliver)
        outbox.handles(settling.REFUND_TOPIC, "gateway")(returns.pay_back)
        outbox.handles(repaying.TOPIC, "gateway")(repaying.send)
        outbox.handles(returns.MOVED_TOPIC, "repaying")(repaying.follow)
        outbox.handles(attempts.EXPIRE_TOPIC, "gateway")(attempts.close_page)
        outbox.handles("agreement.moved", "payments")(closing.agreement_moved)
        outbox.every(EVERY_FIVE_MINUTES, "payments-reconcile")(reconciling.reconcile)
        outbox.every(EVERY_TEN_MINUTES, "payments-books")(reconciling.check_books)
        outbox.every(EVERY_SIX_HOURS, "payments-remind")(reconciling.remind)
