"""Django's handle on this room."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """The vault."""

    name = "marketplace.vault"
    verbose_name = "Vault"
