"""Django's handle on this room."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The outbox."""

    name = "marketplace.outbox"
    verbose_name = "Outbox"
