"""Django's handle on this room."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class LicensingConfig(AppConfig):
    """From request to license, and its life after."""

    name = "marketplace.licensing"
    verbose_name = "Licensing"

    def ready(self) -> None:
        """Name the letters, say who reads papers, hear the outbox, and do what the clock demands."""
        from marketplace.licensing import (  # checks register themselves
            approvals,
            checks,  # noqa: F401
            due,
            guards,
            integrity,
            letters,
            letters_of_changes,
            personal,
            reading_rights,
            reminding,
            todos,
            trial_letters,
            watching,
        )
        from marketplace.licensing.evidence import contents
        from marketplace.licensing.flow import (
            amending,
            claims_due,
            demands_due,
            end_due,
            expect_reports,
            expire,
            fall_due,
            holding,
            lapse_due,
            talk_clock,
            terminating,
        )
        from marketplace.licensing.recordal import filing, filing_letters
        from marketplace.licensing.signing import acts, copies, copy_letters, sealing
        from marketplace.outbox import outbox

        pre_migrate.connect(guards.take_down, sender=self, dispatch_uid="licensing.guards")
        post_migrate.connect(guards.put_up, sender=self, dispatch_uid="licensing.guards")
        letters.register()
        letters_of_changes.register()
        approvals.register()
        personal.register()
        trial_letters.register()
        reminding.register()
        due.register()
        todos.register()
        filing_letters.register()
        reading_rights.register()
        acts.register()
        contents.register()
        copy_letters.register()
        sealing.register()
        watching.register()
        integrity.register()
        outbox.every(3600, "licensing.copies")(copies.due)
        acts.signed_by_both("amendment", amending.gate)
        outbox.handles(acts.COMPLETED, "amending")(amending.on_completed)
        acts.signed_by_both("termination", terminating.gate)
        outbox.handles(acts.COMPLETED, "terminating")(terminating.on_completed)
        outbox.handles("patent.health_changed", "holds")(holding.on_patent_changed)
        outbox.every(3600, "licensing.ends")(terminating.ends_due)
        outbox.handles("agreement.moved", "negotiation")(talk_clock.on_agreement_moved)
        outbox.every(300, "licensing.talks")(talk_clock.talks_due)
        outbox.every(60, "licensing.lapse")(lapse_due)
        outbox.every(3600, "licensing.end")(end_due)
        outbox.every(3600, "licensing.fall_due")(fall_due)
        outbox.every(3600, "licensing.filings")(filing.due)
        outbox.every(3600, "licensing.claims")(claims_due)
        outbox.every(3600, "licensing.reports")(expect_reports)
        outbox.every(3600, "licensing.demands")(demands_due)
        outbox.every(3600, "licensing.securities")(expire)
        outbox.every(3600, "licensing.remind")(reminding.remind_due)
