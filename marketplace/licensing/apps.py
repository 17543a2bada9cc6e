"""Django's handle on this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LicensingConfig(AppConfig):
    """From request to license, and its life after."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        """Name the letters, say who reads papers, hear the outbox, and do what the clock demands."""
        from marketplace.licensing import (  # checks register themselves
            checks,  # noqa: F401
            due,
            guards,
            integrity,
            letters,
            reading_rights,
            watching,
        )
        from marketplace.licensing.flow import end_due, fall_due, lapse_due
        from marketplace.licensing.signing import acts, sealing
        from marketplace.outbox import outbox

        pre_migrate.connect(guards.take_down, sender=self, dispatch_uid="licensing.guards")
        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="licensing.guards")
        letters.register()
        due.register()
        reading_rights.register()
        acts.register()
        sealing.register()
        watching.register()
        integrity.register()
        outbox.every(60, "licensing.lapse")(lapse_due)
        outbox.every(3600, "licensing.end")(end_due)
        outbox.every(3600, "licensing.fall_due")(fall_due)
