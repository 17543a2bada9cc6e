"""Django's handle on this room."""

from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Pages."""

    name = "cms"
    verbose_name = "Pages"
