"""Django's handle on this room."""

from django.apps import AppConfig
from django.urls import reverse


class AccountsConfig(AppConfig):
    """People and organizations."""

    name = "marketplace.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Register messages, files, mails and the places of the site's texts."""
        from marketplace.accounts import kinds, mail
        from marketplace.lib import navigation

        kinds.register_messages()
        kinds.register_files()
        mail.register()
        navigation.point("terms", lambda: reverse("accounts:text", args=["service_agreement"]))
        navigation.point("privacy", lambda: reverse("accounts:text", args=["privacy_notice"]))
