"""What a patent's page says about its health: fees to come, what happened, how old the proof is."""

from __future__ import annotations

from typing import Any

from listings.forms.health import EventForm, SettleForm
from listings.health.fees import SCHEDULE_SOURCE, calendar_of, line_of, next_fee
from listings.health.gate import age_words
from listings.models import Patent
from marketplace.lib.terms import calendar_knows, today


def health_context(patent: Patent, settle: SettleForm | None = None) -> dict[str, Any]:
    """The part of the page's context that concerns health; `settle` is a form that came back with errors."""
    fees = calendar_of(patent)
    coming = next_fee(patent)
    happened = list(patent.health_events.select_related("evidence", "recorded_by", "settled_by"))
    for event in happened:
        back = settle is not None and settle.prefix == f"settle{event.pk}"
        event.settle_form = settle if back else SettleForm(prefix=f"settle{event.pk}")  # type: ignore[attr-defined]
    return {
        "fees": [fee for fee in fees if coming is None or fee.year >= coming.year],
        "fees_paid": [fee for fee in fees if coming is not None and fee.year < coming.year],
        "fee_line": line_of(patent),
        "fee_next": coming,
        "fee_source": SCHEDULE_SOURCE,
        "fee_weekends_only": coming is not None and not calendar_knows(coming.due_on),
        "happened": happened,
        "age": age_words(patent.status_checked_at, patent.status_source),
        "settle_form": settle or SettleForm(prefix="settle"),
        "event_form": EventForm(prefix="event", initial={"happened_on": today()}),
    }
