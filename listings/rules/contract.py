"""What a contract made from an offer will need: the facts, the standing offer, the status that is fresh enough."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.models import FeeMode, Listing, Patent, Track
from listings.prices import terms_dict
from listings.rules.table import Rule, Stage
from listings.rules.tracks import NEGATED, terms_of, texts_of
from listings.standing import standing
from listings.words import ACTS
from marketplace.lib.findings import Finding, Severity

STATUS_DAYS = 30
SUBLICENSE = re.compile(r"转授权|再许可|分许可|sub-?licen[sc]", re.IGNORECASE)


def _lic_b(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is not None and terms.fee_mode == FeeMode.ROYALTY and not terms.royalty_trigger_confirmed:
        yield LIC_B.finding(
            _("With a royalty alone nothing is payable at the start, so the law leaves open when the license begins."),
            _("Add an entry fee, or confirm that the written notice alone is payment as announced."),
            "royalty_trigger_confirmed",
        )


def _lic_e(listing: Listing, stage: Stage) -> Iterable[Finding]:
    yield from _lic_e_patent(listing.patent)
    terms = terms_of(listing)
    if terms is None:
        return
    if not terms.acts or any(act not in ACTS for act in terms.acts):
        yield LIC_E.finding(
            _("It is not said what a licensee may do."), _("Tick at least one act: make, use, sell …"), "acts"
        )
    if not terms.territory.strip():
        yield LIC_E.finding(_("The territory is missing."), _("Choose the whole country or places."), "territory")
    if terms.months == 0:
        yield LIC_E.finding(
            _("The license term is missing."), _("State months, or “to the patent's last day”."), "months"
        )


def _lic_e_patent(patent: Patent) -> Iterable[Finding]:
    facts = (
        (patent.title.strip(), _("the title"), "title"),
        (patent.patentee.strip(), _("the patentee"), "patentee"),
        (patent.filed_on, _("the filing date"), "filed_on"),
        (patent.last_day or not patent.filed_on, _("the patent's last day"), "filed_on"),
    )
    for value, what, field in facts:
        if not value:
            yield LIC_E.finding(
                _("A license contract must name %(what)s; it is missing.") % {"what": what},
                _("Add it on the patent's page."),
                field,
            )


def _lic_h(listing: Listing, stage: Stage) -> Iterable[Finding]:
    for field, text in texts_of(listing).items():
        found = SUBLICENSE.search(text)
        if found and not NEGATED.search(text[: found.start()]):
            yield LIC_H.softer(
                _("The text speaks of sublicensing: “%(place)s”.") % {"place": found[0]},
                _("A licensee may never license others; take it out."),
                field,
            )


def _lic_k(listing: Listing, stage: Stage) -> Iterable[Finding]:
    sheet = listing.term_sheet
    if sheet is None:
        return
    refusal = standing(sheet)
    if refusal is not None:
        yield refusal
        return
    terms = terms_of(listing)
    if terms is not None and terms_dict(terms) != sheet.snapshot.get("terms"):
        yield LIC_K.finding(
            _("The terms differ from the term sheet that was signed."),
            _("Apply the term sheet again, or detach it and let the signatory sign each contract."),
            "term_sheet",
        )


def fresh_since(listing: Listing) -> datetime | None:
    """When the legal status was last checked or confirmed by the licensor; None for never (LIC-9)."""
    known = [at for at in (listing.patent.status_checked_at, listing.confirmed_alive_at) if at]
    return max(known) if known else None


def _stale(listing: Listing) -> bool:
    at = fresh_since(listing)
    return at is None or at < timezone.now() - timedelta(days=STATUS_DAYS)


def _lic_9(listing: Listing, stage: Stage) -> Iterable[Finding]:
    if not _stale(listing):
        return
    if stage >= Stage.ACCEPT:
        yield LIC_9.finding(
            _("The legal status was not checked within the last 30 days, so nothing new can be signed."),
            _("The licensor confirms it with one click on the listing's page."),
            "status",
        )
    else:
        yield LIC_9.softer(
            _("The legal status was not checked within the last 30 days."),
            _("Look it up and record it, or confirm it on the listing's page."),
            "status",
        )


LIC_9 = Rule(
    "LIC-9",
    _("A status that is fresh"),
    _("The legal status was looked up or confirmed by the licensor within 30 days; source and date are shown."),
    "《民法典》第870条",
    Severity.BLOCK,
    of_listing=_lic_9,
)
LIC_B = Rule(
    "LIC-B",
    _("Royalty only"),
    _("An open license with a royalty alone needs an entry fee or the patentee's word on when it counts as paid."),
    "《专利法》第51条第1款",
    Severity.BLOCK,
    (Track.OPEN,),
    of_listing=_lic_b,
)
LIC_E = Rule(
    "LIC-E",
    _("Facts every contract names"),
    _("Title and number, patentee, filing date, patent term, kind and term of the license, territory, permitted acts."),
    "《民法典》第845条；《最高人民法院关于审理技术合同纠纷案件适用法律若干问题的解释》第25、28条",
    Severity.BLOCK,
    of_listing=_lic_e,
)
LIC_H = Rule(
    "LIC-H",
    _("No sublicenses"),
    _("A licensee never licenses others."),
    "《专利法》第12条；《民法典》第867条",
    Severity.BLOCK,
    of_listing=_lic_h,
    held_by=_("Every offer and contract says so; texts that promise it are marked."),
)
LIC_K = Rule(
    "LIC-K",
    _("The standing offer"),
    _(
        "Terms from a term sheet are those that the signatory signed: by hash, not revoked, not expired, within its"
        " number of licenses and ceiling."
    ),
    "《民法典》第472、491条",
    Severity.BLOCK,
    (Track.PRESET,),
    of_listing=_lic_k,
)
CONTRACTS = (LIC_9, LIC_B, LIC_E, LIC_H, LIC_K)
