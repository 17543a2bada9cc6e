"""Django's handle on this room."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Payments."""

    name = "marketplace.payments"
    verbose_name = "Payments"
