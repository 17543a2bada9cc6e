"""What was checked before anybody signs: every answer with who said so, when, and on what evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from listings.health.gate import age_words, open_events
from listings.models import (
    ALIVE,
    ALONE,
    EncumbranceKind,
    EvaluationConclusion,
    LegalStatus,
    Listing,
    Patent,
    PatentKind,
    Track,
)
from listings.rules import RULES
from listings.rules.gates import uncovered_owners
from listings.rules.licensee import related_names
from marketplace.lib.findings import Finding
from marketplace.lib.terms import SHANGHAI


class Check(NamedTuple):
    """One answer. `tone`: '' is good, "wait" open or only stated, "stop" speaks against signing, "info" informs."""

    tone: str
    text: str
    source: str = ""


def day(value: date | datetime) -> str:
    """A day in words, in Shanghai's time."""
    if isinstance(value, datetime):
        value = timezone.localtime(value, SHANGHAI).date()
    return date_format(value, pgettext("date format", "j M Y"))


def checks(listing: Listing, against: list[Finding]) -> list[Check]:
    """The answers for a listing; `against` are the findings that forbid a new license at this moment."""
    made = [
        *_status(listing),
        *_events(listing.patent),
        *_fees(listing.patent),
        *_bindings(listing),
        *_owners(listing),
        *_evaluation(listing.patent),
        *_publicity(listing),
        *_declaration(listing),
        *_review(listing),
        *_related(listing),
        *_let_pass(listing),
    ]
    return made + [Check("stop", f"{one.message} ({one.rule})", one.citation) for one in against]


def _stated(listing: Listing, when: date | datetime | None) -> str:
    """Who stands behind a fact that nobody can look up in a public register."""
    who = listing.organization.name
    if when is None:
        return _("declared by %(who)s") % {"who": who}
    return _("declared by %(who)s on %(day)s") % {"who": who, "day": day(when)}


def _status(listing: Listing) -> Iterator[Check]:
    patent = listing.patent
    if patent.status_checked_at is None:
        yield Check("wait", _("The legal status has not been checked yet."))
        return
    source = age_words(patent.status_checked_at, patent.status_source or listing.organization.name)
    if patent.status in ALIVE and patent.last_day:
        text = _("Granted and in force; it ends on %(day)s at the latest.") % {"day": day(patent.last_day)}
        yield Check("", text, source)
    else:
        tone = "wait" if patent.status in (LegalStatus.UNKNOWN, LegalStatus.LATE_PERIOD) else "stop"
        tone = "" if patent.status in ALIVE else tone
        yield Check(tone, _("Legal status: %(status)s") % {"status": patent.get_status_display()}, source)


def _events(patent: Patent) -> Iterator[Check]:
    for event in open_events(patent):
        yield Check(
            "stop",
            event.get_kind_display(),
            _("source: %(source)s, %(day)s") % {"source": event.source, "day": day(event.happened_on)},
        )


def _fees(patent: Patent) -> Iterator[Check]:
    if patent.fees_paid_through is None:
        yield Check("wait", _("Through which year the annual fees are paid is not stated."))
        return
    told = next((row for row in patent.status_records.all() if row.fees_paid_through is not None), None)
    source = ""
    if told:
        source = _("source: %(source)s, %(day)s") % {"source": told.source, "day": day(told.checked_at)}
    text = _("Annual fees are paid through patent year %(year)d.") % {"year": patent.fees_paid_through}
    yield Check("", text, source)


def _bindings(listing: Listing) -> Iterator[Check]:
    patent, now = listing.patent, timezone.now()
    alone = [
        row
        for row in patent.encumbrances.all()
        if row.kind in ALONE and row.starts_at <= now and (row.ends_at is None or row.ends_at > now)
    ]
    source = _stated(listing, listing.confirmed_alive_at or listing.undertaking_at)
    if alone:
        yield Check("stop", _("A sole or exclusive license is in force."), alone[0].reference)
    else:
        yield Check("", _("No sole or exclusive license stands before yours."), source)
    if not patent.pledged:
        yield Check("", _("Not pledged."), source)
    elif patent.pledgee_consent_id:
        yield Check("", _("Pledged; the pledgee's written consent is on file."), source)
    else:
        yield Check("stop", _("Pledged, and the pledgee's consent is missing."), source)


def _owners(listing: Listing) -> Iterator[Check]:
    patent = listing.patent
    others = [row for row in patent.co_owners.all() if row.consent_id and row.consented_on]
    missing = uncovered_owners(patent)
    for row in others:
        assert row.consented_on is not None  # noqa: S101 - filtered above
        text = _("%(name)s, also on the register, agrees in writing.") % {"name": row.name}
        yield Check("", text, _("consent on file, dated %(day)s") % {"day": day(row.consented_on)})
    if missing and listing.co_owner_default and listing.track == Track.PRESET:
        names = "、".join(missing)
        text = _("Also on the register: %(names)s. Without another agreement each owner may grant ordinary licenses.")
        yield Check("info", text % {"names": names}, "《专利法》第14条")
    elif missing:
        yield Check("wait", _("Consent of a co-owner is not on file: %(names)s") % {"names": "、".join(missing)})
    elif not others:
        yield Check("", _("One owner only, by the register."), _stated(listing, listing.undertaking_at))


def _evaluation(patent: Patent) -> Iterator[Check]:
    if patent.kind == PatentKind.INVENTION:
        return
    if patent.evaluation_conclusion == EvaluationConclusion.POSITIVE:
        on = day(patent.evaluation_on) if patent.evaluation_on else ""
        yield Check("", _("The patent office's evaluation report found no defect."), on)
    elif patent.evaluation_conclusion == EvaluationConclusion.NEGATIVE:
        yield Check("stop", _("The patent office's evaluation report found defects."))
    else:
        yield Check("wait", _("No evaluation report: the office has not examined this kind of patent for novelty."))


def _publicity(listing: Listing) -> Iterator[Check]:
    rows = list(listing.publicities.all())
    if not rows:
        return
    last = max(rows, key=lambda row: row.ends_on)
    words = _("The terms were made public from %(start)s to %(end)s.")
    text = words % {"start": day(last.starts_on), "end": day(last.ends_on)}
    yield Check("", text, last.held_at or _("on this platform"))


def _declaration(listing: Listing) -> Iterator[Check]:
    declaration = getattr(listing, "declaration", None)
    if listing.track != Track.OPEN or declaration is None:
        return
    text = _("The patent office announced the open license under number %(number)s.") % {"number": declaration.number}
    yield Check("", text, _("announced on %(day)s") % {"day": day(declaration.announced_on)})


def _review(listing: Listing) -> Iterator[Check]:
    approved = next((row for row in listing.reviews.all() if row.decision == "approved"), None)
    if approved:
        yield Check("", _("Looked through by the platform's moderators."), day(approved.decided_at))


def _related(listing: Listing) -> Iterator[Check]:
    """Who is related to the licensor, as it says itself (LIC-J)."""
    names = related_names(listing)
    if names:
        yield Check(
            "info", _("Related parties are named: %(names)s.") % {"names": "、".join(names)}, _stated(listing, None)
        )


def _let_pass(listing: Listing) -> Iterator[Check]:
    """Rules that a moderator let pass, with the written reason that everybody can read."""
    for row in listing.overrides.all():
        rule = RULES.get(row.rule)
        name = f"{row.rule} · {rule.title}" if rule else row.rule
        yield Check(
            "info",
            _("A moderator let a rule pass: %(rule)s. The reason: %(reason)s") % {"rule": name, "reason": row.reason},
            day(row.at),
        )


def licenses_granted(patent: Patent) -> int:
    """How many licenses on this patent run at this moment, as recorded here."""
    now = timezone.now()
    kinds = (EncumbranceKind.OPEN, EncumbranceKind.ORDINARY)
    running = Q(ends_at__isnull=True) | Q(ends_at__gt=now)
    return patent.encumbrances.filter(running, kind__in=kinds, starts_at__lte=now).count()


def granted_words(count: int) -> str:
    """The number of licensees in words."""
    return ngettext("%(count)d licensee", "%(count)d licensees", count) % {"count": count} if count else _("none yet")
