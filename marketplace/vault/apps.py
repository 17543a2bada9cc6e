"""Django's handle on this room."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """The vault."""

    name = "marketplace.vault"
    verbose_name = "Vault"

    def ready(self) -> None:
        """Let the worker sweep once a day."""
        from marketplace.vault import upkeep

        upkeep.register()
