"""Django's handle on this room."""

from django.apps import AppConfig
from django.core.checks import register


class OutboxConfig(AppConfig):
    """The outbox."""

    name = "marketplace.outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Bring the checks to Django's attention, and let the probes ask."""
        from marketplace.outbox import checks, health

        register(checks.no_kill_points)
        health.register()
