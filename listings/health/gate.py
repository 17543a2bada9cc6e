"""What a patent's recorded events forbid, and how old the proof of its status is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.lib.terms import day_of, today

if TYPE_CHECKING:
    from listings.models import HealthEvent, Patent


def open_events(patent: Patent) -> list[HealthEvent]:
    """What happened to the patent and is not settled yet, the newest first. Uses what was prefetched."""
    if patent.pk is None:
        return []
    return [event for event in patent.health_events.all() if event.settled_at is None]


def event_findings(patent: Patent) -> Iterable[tuple[str, str]]:
    """(message, remedy) for every open event: each stops new licenses on both tracks (DECL-8)."""
    for event in open_events(patent):
        message = _("%(what)s (%(day)s, by %(source)s).") % {
            "what": event.get_kind_display(),
            "day": event.happened_on.isoformat(),
            "source": event.source,
        }
        yield message, _("New licenses wait until its outcome is recorded on the patent's page; licenses given stay.")


def age_words(at: datetime | None, source: str) -> str:
    """How old the proof of a status is, with its source: "checked 3 days ago, source: …"."""
    if at is None:
        return _("never checked")
    days = (today() - day_of(at)).days
    if days <= 0:
        return _("checked today, source: %(source)s") % {"source": source}
    words = ngettext(
        "checked %(count)d day ago, source: %(source)s", "checked %(count)d days ago, source: %(source)s", days
    )
    return words % {"count": days, "source": source}
