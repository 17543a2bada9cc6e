"""Django's handle on this room."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Pages."""

    name = "cms"
    verbose_name = "Pages"

    def ready(self) -> None:
        """Say where the pages are, and hear of messages."""
        from django.utils.translation import gettext_lazy as _

        from cms import contact, personal, places, queues

        places.register()
        contact.register()
        personal.register()
        queues.register(
            "messages", _("Messages to answer"), contact.waiting, "cms_moderation:messages?waiting=1", order=50
        )
