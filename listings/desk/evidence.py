"""What is stated, and beside each statement the document that shall prove it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from listings.models import Listing, Patent
from listings.rules.institution import publicity_of
from marketplace.lib.look import when
from marketplace.lib.numbers import patent_number
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, what is said, where it can be read, and the rule that asks for proof.

    `wants` marks a statement that needs a document and has none.
    """

    label: Words
    said: object
    rule: str = ""
    files: tuple[VaultFile, ...] = ()
    source: str = ""
    wants: bool = False


def claims(listing: Listing) -> list[Claim]:
    """Every statement of a listing about its patent and its way here, in the order in which it is checked."""
    patent = listing.patent
    return [
        *_identity(patent),
        *_status(patent),
        *_owners(listing),
        *_asked(listing),
        *_burdens(patent),
        *_events(patent),
        *_maturity(listing),
        *_made_public(listing),
    ]


def _files(*files: VaultFile | None) -> tuple[VaultFile, ...]:
    return tuple(file for file in files if file is not None)


def _joined(parts: Iterable[object]) -> str:
    return format_html_join(" · ", "{}", ((part,) for part in parts if part))


def _identity(patent: Patent) -> Iterator[Claim]:
    number = patent_number(patent.application_number)
    yield Claim(_("Number, kind and class"), _joined([number, patent.get_kind_display(), patent.ipc_main]), "NUM-1")
    yield Claim(_("Patentee"), patent.patentee, "GATE-8")
    if patent.inventors:
        yield Claim(_("Inventors"), patent.inventors)
    filed, granted, last = when(patent.filed_on), when(patent.granted_on), when(patent.last_day)
    yield Claim(
        _("Filed, granted, last day"),
        format_html("{} – {} – {}", filed or "?", granted or "?", last or "?"),
        "NUM-3",
        source=patent.last_day_reason,
    )
    if patent.evaluation_conclusion:
        yield Claim(
            _("Evaluation report"),
            _joined([patent.get_evaluation_conclusion_display(), when(patent.evaluation_on)]),
            "GATE-7",
            _files(patent.evaluation_report),
            wants=patent.evaluation_report is None,
        )


def _status(patent: Patent) -> Iterator[Claim]:
    records = list(patent.status_records.select_related("evidence", "recorded_by")[:3])
    for record in records:
        year = record.fees_paid_through
        fees = _("fees paid through patent year %(year)s") % {"year": year} if year else ""
        yield Claim(
            _("Legal status"),
            _joined([record.get_status_display(), fees, _age(record.checked_at)]),
            "LIC-9",
            _files(record.evidence),
            source=record.source,
            wants=record.evidence is None,
        )
    if not records:
        yield Claim(_("Legal status"), patent.get_status_display(), "LIC-9", source=patent.status_source, wants=True)


def _age(instant: datetime) -> str:
    count = (timezone.now() - instant).days
    if not count:
        return _("looked up today")
    return ngettext("looked up %(count)d day ago", "looked up %(count)d days ago", count) % {"count": count}


def _owners(listing: Listing) -> Iterator[Claim]:
    rows = list(listing.patent.co_owners.select_related("consent").order_by("name"))
    for row in rows:
        consented = _("agreed on %(day)s") % {"day": when(row.consented_on)} if row.consented_on else ""
        yield Claim(
            _("Co-owner"),
            format_html("{} {}", row.name, consented),
            "GATE-8",
            _files(row.consent),
            wants=row.consent is None and not listing.co_owner_default,
        )
    if listing.co_owner_default:
        yield Claim(_("Co-owners"), _("the rule of the law applies (Patent Law, article 14)"), "PRESET-1")


def _asked(listing: Listing) -> Iterator[Claim]:
    """What co-owners and the institution's own people answered by link, with the paper that keeps the answer."""
    for row in listing.askings.select_related("power", "paper").order_by("asked_at"):
        who = _joined([row.owner_name, row.capacity, row.answer_name or row.name])
        day = when(row.answered_at or row.asked_at, "day")
        yield Claim(
            row.get_kind_display(),
            _joined([who, row.get_state_display(), day, row.answer_reason]),
            "GATE-8" if row.owner_name else "INST-4",
            _files(row.paper, row.power),
        )


def _events(patent: Patent) -> Iterator[Claim]:
    """What happened to the patent, and how it ended."""
    for row in patent.health_events.select_related("evidence"):
        ended = row.settled_how or _("not settled yet")
        yield Claim(
            row.get_kind_display(),
            _joined([when(row.happened_on), row.detail, ended]),
            "DECL-8",
            _files(row.evidence),
            source=row.source,
        )


def _maturity(listing: Listing) -> Iterator[Claim]:
    if listing.maturity:
        label = str(Listing._meta.get_field("maturity_proof").verbose_name)
        yield Claim(
            label[:1].upper() + label[1:],
            _joined([str(listing.maturity), listing.maturity_proof]),
            "",
            _files(listing.maturity_file),
        )


def _burdens(patent: Patent) -> Iterator[Claim]:
    if patent.pledged:
        yield Claim(
            _("Pledge"),
            _("The patent is pledged."),
            "GATE-5",
            _files(patent.pledgee_consent),
            wants=patent.pledgee_consent is None,
        )
    for row in patent.encumbrances.select_related("evidence").order_by("-starts_at"):
        ends = when(row.ends_at, "day") or _("no end stated")
        yield Claim(
            row.get_kind_display(),
            format_html("{} · {} – {}", row.holder or "—", when(row.starts_at, "day"), ends),
            "TRACK-3",
            _files(row.evidence),
            source=row.reference,
        )


def _made_public(listing: Listing) -> Iterator[Claim]:
    standing = publicity_of(listing)
    for row in listing.publicities.select_related("proof").order_by("-pk"):
        other = "" if standing is not None and row.pk == standing.pk else _("for other terms")
        yield Claim(
            pgettext("claim", "Publicity"),
            _joined([format_html("{} – {}", when(row.starts_on), when(row.ends_on)), other]),
            "INST-1",
            _files(row.proof),
            source=row.held_at or _("on this platform"),
        )
    declaration = getattr(listing, "declaration", None)
    if declaration is not None:
        yield Claim(
            _("Declaration"),
            _joined([declaration.number, when(declaration.announced_on)]),
            "TRACK-1",
            _files(declaration.evidence),
            source=declaration.withdrawal_reason,
            wants=declaration.evidence is None,
        )
        for paper in declaration.withdrawal_papers.select_related("file"):
            said = _joined([paper.name, when(paper.recorded_at, "day")])
            yield Claim(paper.get_kind_display(), said, "DECL-7", _files(paper.file))
