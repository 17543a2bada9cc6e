"""Django's handle on this room."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and organizations."""

    name = "marketplace.accounts"
    verbose_name = "Accounts"
