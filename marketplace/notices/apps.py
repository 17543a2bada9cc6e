"""Django's handle on this room."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """The notices."""

    name = "marketplace.notices"
    verbose_name = "Notices"
