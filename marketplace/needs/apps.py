"""Django's handle on this room."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    """What firms look for."""

    name = "marketplace.needs"
    verbose_name = "Needs"

    def ready(self) -> None:
        """Name the letters."""
        from marketplace.needs import letters

        letters.register_messages()
