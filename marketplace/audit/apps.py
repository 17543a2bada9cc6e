"""Django's handle on this room."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The trail."""

    name = "marketplace.audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        """Anchor the trail every hour; say what it keeps of people."""
        from marketplace.audit import personal
        from marketplace.outbox import outbox

        personal.register()

        def anchor() -> None:
            from marketplace.audit import anchors  # the models are not there yet when this room is made ready

            anchors.keep_up()

        outbox.every(3600, "audit.anchor")(anchor)
