"""Django's handle on this room."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """From request to license, and its life after."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        """Name the letters, say who reads papers, hear the outbox, and do what the clock demands."""
        from marketplace.licensing import letters, reading_rights
        from marketplace.licensing.signing import sealing

        letters.register()
        reading_rights.register()
        sealing.register()
