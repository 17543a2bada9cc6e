"""Django's handle on this room."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """The outbox."""

    name = "marketplace.outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Bring the checks to Django's attention, and let the probes ask."""
        from marketplace.outbox import checks, health, personal  # noqa: F401  checks register themselves

        personal.register()
        health.register()
