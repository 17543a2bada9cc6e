"""Django's handle on this room."""

from django.apps import AppConfig


class LicensingConfig(AppConfig):
    """Licenses."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"
