"""Django's handle on this room."""

from django.apps import AppConfig


class ListingsConfig(AppConfig):
    """Listings."""

    name = "listings"
    verbose_name = "Listings"

    def ready(self) -> None:
        """Name the letters, say who reads files, let the search index hear what moves, do what the clock demands."""
        from django.db.models.signals import post_migrate, pre_migrate

        from cms import robots
        from listings import (
            alert_mail,
            cms_panels,
            flow,
            guards,
            honey,
            letters,
            personal,
            pictures,
            term_sheets,
            todos,
        )
        from listings.asking import running as asking
        from listings.desk import gates, objection_mail
        from listings.flow import objections, vetoes
        from listings.health import letters as health_letters
        from listings.health import sources
        from listings.importing import steps
        from listings.integrity import running as integrity
        from listings.publicity import guests
        from listings.search import running as search
        from marketplace.outbox import outbox

        pre_migrate.connect(guards.take_down, sender=self, dispatch_uid="listings.guards")
        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="listings.guards")
        personal.register()
        todos.register()
        search.register()
        letters.register_messages()
        honey.register()
        robots.forbid("listings", honey.paths)
        asking.register()
        health_letters.register_messages()
        guests.register()
        letters.register_files()
        pictures.register()
        term_sheets.register_purpose()
        cms_panels.register()
        alert_mail.register()
        outbox.handles("listing.moved", "desk")(gates.on_listing_moved)
        outbox.handles(objections.DECIDED, "mail")(objection_mail.mail_decision)
        integrity.register()
        vetoes.register_effects()
        outbox.handles("organization.vetoed", "listings")(flow.on_vetoed)
        outbox.handles("organization.veto_lifted", "listings")(flow.on_lifted)
        outbox.every(300, "listings.hold_vetoed")(flow.hold_vetoed)
        outbox.handles(steps.TOPIC, "listings")(steps.on_step)
        outbox.every(300, "listings.publish_due")(flow.publish_due)
        outbox.every(300, "listings.expire_due")(flow.expire_due)
        outbox.every(3600, "listings.remind_due")(flow.remind_due)
        outbox.every(3600, "listings.tidy_due")(flow.tidy_due)
        outbox.every(3600, "listings.pull_due")(sources.pull_due)
