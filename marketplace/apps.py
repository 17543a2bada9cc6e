"""The project as an app: its checks, commands and template tags."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """Registers the system checks."""

    name = "marketplace"
    verbose_name = "Kaixu"

    def ready(self) -> None:
        """Bring the checks to Django's attention."""
        from marketplace import checks  # noqa: F401
