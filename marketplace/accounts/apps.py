"""Django's handle on this room."""

from django.apps import AppConfig
from django.urls import reverse


class AccountsConfig(AppConfig):
    """People and organizations."""

    name = "marketplace.accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        """Register messages, files, mails and the places of the site's texts."""
        from django.utils.translation import gettext_lazy as _

        from marketplace.accounts import effects, factors, kinds, login_mail, mail, orphans, todos
        from marketplace.accounts.privacy import copying, erasing, inventory, retention
        from marketplace.lib import navigation

        kinds.register_messages()
        kinds.register_files()
        mail.register()
        factors.register()
        todos.register()
        login_mail.register()
        inventory.register()
        copying.register()
        erasing.register()
        retention.register()
        orphans.register()
        effects.register(
            "authorities",
            label=_("Signing authorities"),
            becomes=_("Paused; none is revoked."),
            count=lambda organization: organization.signing_authorities.filter(state="confirmed").count(),
            order=50,
        )
        navigation.point("terms", lambda: reverse("accounts:text", args=["service_agreement"]))
        navigation.point("privacy", lambda: reverse("accounts:text", args=["privacy_notice"]))
