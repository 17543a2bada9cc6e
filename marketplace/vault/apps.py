"""Django's handle on this room."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """The vault."""

    name = "marketplace.vault"
    verbose_name = "Vault"

    def ready(self) -> None:
        """Let the worker sweep once a day, and the probes ask for room."""
        from marketplace.vault import health, personal, upkeep

        personal.register()
        health.register()
        upkeep.register()
