"""Django's handle on this room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The notices."""

    name = "marketplace.notices"
    verbose_name = "Notices"

    def ready(self) -> None:
        """Let the outbox carry mail out; say what is kept of people."""
        from marketplace.notices import digests, mail, personal

        mail.register()
        digests.register()
        personal.register()
