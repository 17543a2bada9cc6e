"""Django's handle on this room."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """Listings."""

    name = "listings"
    verbose_name = "Listings"
