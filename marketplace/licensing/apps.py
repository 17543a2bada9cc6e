"""Django's handle on this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LicensingConfig(AppConfig):
    """From request to license, and its life after."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        """Name the letters, say who reads papers, hear the outbox, and do what the clock demands."""
        from marketplace.licensing import checks, guards, wiring  # noqa: F401  # checks register themselves

        pre_migrate.connect(guards.take_down, sender=self, dispatch_uid="licensing.guards")
        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="licensing.guards")
        wiring.connect()
