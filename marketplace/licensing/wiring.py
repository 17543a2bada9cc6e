"""What this room does when others move: who is told, what it hears of the outbox, what the clock demands, as tables."""

from __future__ import annotations

from marketplace.licensing import approvals, due, flow, integrity, personal, reading_rights
from marketplace.licensing.evidence import contents
from marketplace.licensing.flow import amending, correcting, holding, keeping, talk_clock, terminating
from marketplace.licensing.letters import (
    change_letters,
    correction_letters,
    reminding,
    repay_letters,
    step_letters,
    trial_letters,
    watching,
)
from marketplace.licensing.pages import todos
from marketplace.licensing.recordal import filing, filing_letters
from marketplace.licensing.signing import acts, copies, copy_letters, sealing
from marketplace.outbox import outbox

REGISTERED = (
    step_letters, change_letters, trial_letters, repay_letters, correction_letters, filing_letters, copy_letters,
    reminding, watching,
    approvals, personal, due, todos, reading_rights, acts, contents, sealing, integrity,
)  # fmt: skip
"""Modules that make themselves known to the rooms below: by letters, papers, dates, personal data."""

HEARD = (
    (acts.COMPLETED, "amending", amending.on_completed),
    (acts.COMPLETED, "terminating", terminating.on_completed),
    ("patent.health_changed", "holds", holding.on_patent_changed),
    ("agreement.moved", "negotiation", talk_clock.on_agreement_moved),
)
"""(topic, name, handler): what is heard of the outbox."""

HOUR = 3600
NIGHTLY = 86_400
CLOCK = (
    (60, "licensing.lapse", flow.lapse_due),
    (300, "licensing.talks", talk_clock.talks_due),
    (HOUR, "licensing.copies", copies.due),
    (HOUR, "licensing.ends", terminating.ends_due),
    (HOUR, "licensing.end", flow.end_due),
    (HOUR, "licensing.fall_due", flow.fall_due),
    (HOUR, "licensing.filings", filing.due),
    (HOUR, "licensing.claims", flow.claims_due),
    (HOUR, "licensing.reports", flow.expect_reports),
    (HOUR, "licensing.corrections", correcting.corrections_due),
    (HOUR, "licensing.demands", flow.demands_due),
    (HOUR, "licensing.securities", flow.expire),
    (HOUR, "licensing.remind", reminding.remind_due),
    (NIGHTLY, "licensing.keeping", keeping.empty_due),
)
"""(seconds, name, what): done once in so many seconds, by one process of all."""


def connect() -> None:
    """Called once, when Django has loaded every room."""
    for module in REGISTERED:
        module.register()
    acts.signed_by_both("amendment", amending.gate)
    acts.signed_by_both("termination", terminating.gate)
    for topic, name, handler in HEARD:
        outbox.handles(topic, name)(handler)
    for seconds, name, what in CLOCK:
        outbox.every(seconds, name)(what)
