"""Django's handle on this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class ListingsConfig(AppConfig):
    """Listings."""

    name = "listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        """Name the letters, say who reads files, let the search index hear what moves, do what the clock demands."""
        from listings import guards, wiring

        pre_migrate.connect(guards.take_down, sender=self, dispatch_uid="listings.guards")
        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="listings.guards")
        wiring.connect()
