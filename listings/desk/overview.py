"""Figures about the queue for those who answer for it: age, throughput, time taken, reasons given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from listings.models import FlagKind, FlagState, IntegrityFlag, Listing, ListingState, Objection, Review
from listings.reasons import again
from marketplace.accounts.access import moderator_required
from marketplace.audit.models import Entry
from marketplace.audit.trail import Action
from marketplace.lib import deadlines
from marketplace.lib.look import Bar
from marketplace.lib.terms import day_of, start_of, today, working_days_between

WEEKS = 8
AGES = ((0, 1), (2, 3), (4, 5), (6, 10), (11, None))  # working days
DECIDED = ("approved", "returned", "refused")


@dataclass(frozen=True, slots=True)
class Taken:
    """Working days from the submission to the decision, over the last weeks: how many, the middle, the longest."""

    count: int
    middle: float
    longest: int
    in_time: int


@moderator_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The queue in figures, each chart with its table."""
    waiting = list(Listing.objects.filter(state=ListingState.SUBMITTED).values_list("submitted_at", flat=True))
    since = start_of(_monday(today()) - timedelta(weeks=WEEKS - 1))
    decided = list(Review.objects.filter(decided_at__gte=since, decision__in=DECIDED))
    context: dict[str, Any] = {
        "waiting": len(waiting),
        "late": sum(deadlines.due_on("listing", at) < today() for at in waiting if at),
        "days": deadlines.days("listing"),
        "ages": _ages(at for at in waiting if at),
        "weeks": _weeks(decided),
        "taken": _taken(decided),
        "decisions": _decisions(decided),
        "quoted": _quoted(decided),
        "flags": _flags(),
        "open_objections": Objection.objects.filter(decided_at__isnull=True).count(),
        "since": since,
    }
    return render(request, "listings/moderation/overview.html", context)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _ages(waiting: Iterable[Any]) -> list[Bar]:
    """How many wait how long, in working days."""
    ages = [working_days_between(day_of(at), today()) for at in waiting]
    bars = []
    for low, high in AGES:
        count = sum(low <= age and (high is None or age <= high) for age in ages)
        words = _("%(low)d and more") % {"low": low} if high is None else f"{low}–{high}"
        bars.append(Bar(words, count, str(count)))
    return bars


def _weeks(decided: list[Review]) -> list[Bar]:
    """Decisions by the week in which they fell, named by its Monday."""
    counts = Counter(_monday(day_of(review.decided_at)) for review in decided)
    first = _monday(today()) - timedelta(weeks=WEEKS - 1)
    mondays = [first + timedelta(weeks=number) for number in range(WEEKS)]
    return [Bar(f"{monday:%m-%d}", counts[monday], str(counts[monday])) for monday in mondays]


def _taken(decided: list[Review]) -> Taken | None:
    """Measured from the last submission before each decision, as the trail has it."""
    submitted = (
        Entry.objects.filter(
            action__in=[Action.LISTING_SUBMIT, Action.LISTING_RECHECK],
            subject_type=Listing._meta.label_lower,
            subject_id__in=[str(review.listing_id) for review in decided],
        )
        .order_by("number")
        .values_list("subject_id", "at")
    )
    times: dict[str, list[Any]] = {}
    for subject, at in submitted:
        times.setdefault(subject, []).append(at)
    took = []
    for review in decided:
        before = [at for at in times.get(str(review.listing_id), []) if at <= review.decided_at]
        if before:
            took.append(working_days_between(day_of(before[-1]), day_of(review.decided_at)))
    if not took:
        return None
    return Taken(len(took), median(took), max(took), sum(days <= deadlines.days("listing") for days in took))


def _decisions(decided: list[Review]) -> list[Bar]:
    counts = Counter(review.decision for review in decided)
    words = {"approved": _("Approved"), "returned": _("Sent back"), "refused": _("Refused")}
    return [Bar(words[name], counts[name], str(counts[name])) for name in DECIDED]


def _quoted(decided: list[Review]) -> list[Bar]:
    """The reasons quoted most, in the reader's language as they read when they were quoted last."""
    counts: Counter[int] = Counter()
    newest: dict[int, str] = {}
    for review in decided:
        for quote in again(review.quoted).quotes:
            counts[quote.pk] += 1
            newest.setdefault(quote.pk, str(quote))
    return [Bar(newest[pk], count, str(count)) for pk, count in counts.most_common(10)]


def _flags() -> list[Bar]:
    rows = IntegrityFlag.objects.filter(state=FlagState.OPEN).values_list("kind").annotate(count=Count("pk"))
    counts = dict(rows)
    return [Bar(kind.label, counts.get(kind.value, 0), str(counts.get(kind.value, 0))) for kind in FlagKind]
