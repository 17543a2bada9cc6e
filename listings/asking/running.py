"""What this part does by itself: mails to send, questions to end and to remind of."""

from __future__ import annotations

from listings import flow
from listings.asking import letters, mail
from marketplace.outbox import outbox


def register() -> None:
    """Name the letters, hear of mails that wait, do what the clock demands."""
    letters.register_messages()
    mail.register()
    outbox.every(300, "listings.expire_askings")(flow.expire_askings)
    outbox.every(3600, "listings.remind_askings")(flow.remind_askings)
