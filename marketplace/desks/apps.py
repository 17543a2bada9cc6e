"""Django's handle on this room."""

from django.apps import AppConfig


class DesksConfig(AppConfig):
    """Desks."""

    name = "marketplace.desks"
    verbose_name = "Desks"

    def ready(self) -> None:
        """Say what waits for moderators and what is counted."""
        from marketplace.desks import filling

        filling.register()
