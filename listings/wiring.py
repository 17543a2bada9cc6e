"""What this room does when others move: who is told, what it hears of the outbox, what the clock demands, as tables."""

from __future__ import annotations

from cms import robots
from listings import alert_mail, cms_panels, flow, honey, letters, personal, pictures, term_sheets, todos
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

REGISTERED = (
    personal.register,
    todos.register,
    search.register,
    letters.register_messages,
    letters.register_files,
    health_letters.register_messages,
    honey.register,
    asking.register,
    guests.register,
    pictures.register,
    term_sheets.register_purpose,
    cms_panels.register,
    alert_mail.register,
    integrity.register,
    vetoes.register_effects,
)
"""What makes itself known to the rooms below."""

HEARD = (
    ("listing.moved", "desk", gates.on_listing_moved),
    (objections.DECIDED, "mail", objection_mail.mail_decision),
    ("organization.vetoed", "listings", flow.on_vetoed),
    ("organization.veto_lifted", "listings", flow.on_lifted),
    (steps.TOPIC, "listings", steps.on_step),
)
"""(topic, name, handler): what is heard of the outbox."""

CLOCK = (
    (300, "listings.hold_vetoed", flow.hold_vetoed),
    (300, "listings.publish_due", flow.publish_due),
    (300, "listings.expire_due", flow.expire_due),
    (3600, "listings.remind_due", flow.remind_due),
    (3600, "listings.tidy_due", flow.tidy_due),
    (3600, "listings.pull_due", sources.pull_due),
)
"""(seconds, name, what): done once in so many seconds, by one process of all."""


def connect() -> None:
    """Called once, when Django has loaded every room."""
    for register in REGISTERED:
        register()
    robots.forbid("listings", honey.paths)
    for topic, name, handler in HEARD:
        outbox.handles(topic, name)(handler)
    for seconds, name, what in CLOCK:
        outbox.every(seconds, name)(what)
