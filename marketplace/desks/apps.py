"""Django's handle on this room."""

from django.apps import AppConfig


class DesksConfig(AppConfig):
    """Desks."""

    name = "marketplace.desks"
    verbose_name = "Desks"
