"""Django's handle on this room."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """From request to license, and its life after."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        """Name the letters, say who reads papers, hear the outbox, and do what the clock demands."""
        from marketplace.licensing import (  # checks register themselves
            checks,  # noqa: F401
            due,
            integrity,
            letters,
            reading_rights,
            watching,
        )
        from marketplace.licensing.flow import end_due, fall_due, lapse_due
        from marketplace.licensing.signing import sealing
        from marketplace.outbox import outbox

        letters.register()
        due.register()
        reading_rights.register()
        sealing.register()
        watching.register()
        integrity.register()
        outbox.every(60, "licensing.lapse")(lapse_due)
        outbox.every(3600, "licensing.end")(end_due)
        outbox.every(3600, "licensing.fall_due")(fall_due)
