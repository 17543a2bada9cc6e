"""Django's handle on this room."""

from django.apps import AppConfig


class NeedsConfig(AppConfig):
    """What firms look for."""

    name = "marketplace.needs"
    verbose_name = "Needs"

    def ready(self) -> None:
        """Name the letters; say what is kept of people."""
        from marketplace.accounts.flow.policies import MATCHING
        from marketplace.needs import flow, letters, personal
        from marketplace.outbox import outbox

        letters.register_messages()
        outbox.handles(MATCHING, "needs")(flow.on_matching)
        personal.register()
