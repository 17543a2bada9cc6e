"""Django's handle on this room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The trail."""

    name = "marketplace.audit"
    verbose_name = "Audit"
