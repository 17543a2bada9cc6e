"""The gate of the preset track."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from django.utils.translation import gettext_lazy as _

from listings.health.gate import event_findings
from listings.models import ALIVE, FeeMode, LaterMode, LegalStatus, Listing, Patent, Track, Trigger
from listings.models.offer_terms import Terms
from listings.rules.approval import outdated_consents, outdated_pledge
from listings.rules.declarations import Gap, price_gaps
from listings.rules.gates import alone_now, fee_year_due, on_register, uncovered_owners
from listings.rules.table import Rule, Stage
from listings.rules.tracks import terms_of
from marketplace.lib.findings import Finding, Severity
from marketplace.lib.terms import today

PRESET = (Track.PRESET,)
FREE_MONTHS = range(1, 61)
VOID_TERMS = (  # CC 850, SPC 10; what is looked for, and what it would be
    (
        r"(无偿|免费|单方)[^。;;]{0,12}(回授|返授|归许可人|归甲方)|grant[- ]?back",
        _("a free or one-sided grant-back"),
    ),
    (r"不得[^。;;]{0,12}(无效|质疑|异议)|no[- ]challenge|not (to )?challenge", _("a ban on challenging the patent")),
    (r"不得[^。;;]{0,12}(改进|研发|研究开发)|not (to )?improve", _("a ban on improving or researching")),
    (r"不得[^。;;]{0,16}(竞争|同类技术|类似技术)|competing technolog", _("a ban on competing technology")),
    (
        r"(必须|只能|应当)[^。;;]{0,12}(许可人|甲方|指定)[^。;;]{0,8}(购买|采购)|must (buy|purchase)",
        _("tying, or a limit on sources of supply"),
    ),
    (
        r"不得出口|限制出口|限定(价格|售价)|最低售价|限制(产量|数量|销量)|minimum resale price",
        _("an unreasonable limit on quantity, price, channel or export"),
    ),
)


def _preset_1(patent: Patent, track: str) -> Iterable[Finding]:
    if patent.status == LegalStatus.LATE_PERIOD:
        yield PRESET_1.softer(
            _("The annual fee is overdue: the license cannot be recorded before it is paid."),
            _("Pay the fee with its surcharge, then record the new status with the receipt."),
            "status",
        )
    elif patent.status not in ALIVE:
        yield PRESET_1.finding(
            _("The patent is not in force as far as is known: “%(status)s”.") % {"status": patent.get_status_display()},
            _("Record its present legal status with a source and a date on the patent's page."),
            "status",
        )
    if patent.granted_on is None or patent.granted_on > today():
        yield PRESET_1.finding(
            _("The patent is not granted yet, or the grant date is missing."),
            _("Add the date of the grant's announcement."),
            "granted_on",
        )
    if patent.last_day and patent.last_day < today():
        yield PRESET_1.finding(
            _("The patent's term ended on %(day)s.") % {"day": patent.last_day.isoformat()},
            _("Anyone may use it now; it cannot be licensed. Check the filing date if this is wrong."),
            "filed_on",
        )
    for message, remedy in event_findings(patent):
        yield PRESET_1.finding(message, remedy, "status")
    yield from _fees(patent)
    yield from _entitled(patent)


def _fees(patent: Patent) -> Iterable[Finding]:
    if patent.filed_on is None or patent.fees_paid_through is None or patent.filed_on > today():
        return
    if patent.last_day and patent.last_day < today():
        return
    due = fee_year_due(patent.filed_on, today())
    if patent.fees_paid_through < due:
        yield PRESET_1.softer(
            _("Annual fees are paid through patent year %(paid)d; year %(due)d is due already.")
            % {"paid": patent.fees_paid_through, "due": due},
            _("Pay the missing fee, then record it with the receipt."),
            "fees_paid_through",
        )


def _entitled(patent: Patent) -> Iterable[Finding]:
    holder = alone_now(patent)
    if holder:
        yield PRESET_1.finding(
            _("A sole or exclusive license is in force: %(holder)s.") % {"holder": holder},
            _("Offer the patent when that license has ended, or record its end on the patent's page."),
        )
    if patent.pledged and not patent.pledgee_consent_id:
        yield PRESET_1.finding(
            _("The patent is pledged and the pledgee's written consent is not on file."),
            _("Ask the pledgee by mail under “Consents and approvals”, or upload the consent on the patent's page."),
            "pledgee_consent",
        )


def _preset_1_offer(listing: Listing, stage: Stage) -> Iterable[Finding]:
    yield from _preset_1(listing.patent, listing.track)
    if listing.patent.pledged and outdated_pledge(listing):
        yield PRESET_1.finding(
            _("The pledgee agreed to other terms than these."),
            _("Ask again under “Consents and approvals”, or put the old terms back."),
            "pledgee_consent",
        )
    missing = uncovered_owners(listing.patent)
    missing += outdated_consents(listing)
    if missing and not (listing.co_owner_default and on_register(listing.patent)):
        yield PRESET_1.finding(
            _("Co-owners without a consent on file: %(names)s.") % {"names": "、".join(missing)},
            _(
                "Ask them by mail under “Consents and approvals”, upload their consent on the patent's page, or confirm"
                " that no agreement among the owners forbids an ordinary license and that its fee is shared among them."
            ),
            "co_owner_default",
        )


def term_gaps(terms: Terms) -> Iterator[Gap]:
    """What is missing before preset terms name a price (PRESET-2)."""
    if terms.fee_mode == FeeMode.FREE_THEN_PAID:
        yield from _trial_gaps(terms)
        yield from _later_gaps(terms)
    else:
        yield from price_gaps(terms)


def _trial_gaps(terms: Terms) -> Iterator[Gap]:
    if terms.free_months not in FREE_MONTHS:
        yield _("The free period must have 1 to 60 months."), _("Twelve months are usual."), "free_months"
    if not terms.trigger:
        yield (
            _("It is not said what ends the free period."),
            _("Choose a date, first revenue or a milestone."),
            "trigger",
        )
    needs_milestone = terms.trigger == Trigger.MILESTONE or terms.later_mode == LaterMode.CONDITIONAL
    if needs_milestone and not terms.milestone.strip():
        yield (
            _("The milestone is not named."),
            _("Say what has to be reached, so that both sides can see it."),
            "milestone",
        )
    if terms.months is not None and terms.months <= terms.free_months:
        yield _("The license would end before its free period does."), _("Choose a longer term."), "months"
    if not terms.nonpayment.strip():
        yield (
            _("It is not said what happens if the fee is not paid."),
            _("Name the consequence: use stops, material goes back."),
            "nonpayment",
        )


def _later_gaps(terms: Terms) -> Iterator[Gap]:
    if not terms.later_mode:
        yield _("It is not said how the fee is paid afterwards."), _("Choose one of the four ways."), "later_mode"
    if terms.later_mode == LaterMode.INSTALMENTS and (terms.instalments < 2 or terms.fee_per_year):
        yield (
            _("Instalments divide one fee into at least two yearly parts."),
            _("State the number of instalments and a fee in all, not a year."),
            "instalments",
        )
    if terms.later_mode == LaterMode.REVENUE_SHARE:
        if terms.royalty_bp <= 0 or not terms.royalty_base:
            yield _("The share of revenue is missing."), _("State it in percent and of what."), "royalty"
    elif terms.fee_minor <= 0:
        yield (
            _("The price after the free period is missing: it is agreed before the trial."),
            _("State the amount."),
            "fee",
        )


def _preset_2(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        yield PRESET_2.finding(_("The terms are missing."), _("State fee, term and scope."), "fee_mode")
        return
    for gap in term_gaps(terms):
        yield PRESET_2.finding(*gap)


def support_gaps(terms: Terms) -> Iterator[Gap]:
    """What a support plan does not say yet (PRESET-3); nothing where “no guidance” is said."""
    if terms.guidance_none:
        return
    parts = (
        (terms.guidance.strip(), _("what the guidance covers"), "guidance"),
        (terms.guidance_hours, _("the hours included"), "guidance_hours"),
        (terms.response_days, _("the response time"), "response_days"),
        (terms.guidance_persons.strip(), _("who guides"), "guidance_persons"),
        (terms.travel.strip(), _("who pays for travel"), "travel"),
    )
    for value, words, field in parts:
        if not value:
            yield (
                _("The support plan does not say %(what)s.") % {"what": words},
                _("Complete it, or tick “no guidance” so that everybody can see it."),
                field,
            )


def _preset_3(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        return
    for gap in support_gaps(terms):
        yield PRESET_3.finding(*gap)
    if terms.guidance_none and terms.guidance.strip():
        yield PRESET_3.softer(
            _("“No guidance” is ticked, yet guidance is described."), _("Decide for one of them."), "guidance_none"
        )


def void_terms(texts: Mapping[str, str]) -> Iterator[Gap]:
    """The places of free texts, by field, that may be void (PRESET-4)."""
    for field, text in texts.items():
        for pattern, what in VOID_TERMS:
            found = re.search(pattern, text, re.IGNORECASE)
            if found:
                yield (
                    _("This may be void as %(what)s: “%(place)s”") % {"what": what, "place": found[0]},
                    _("Take it out, or have your lawyer look at it."),
                    field,
                )


def _preset_4(listing: Listing, stage: Stage) -> Iterable[Finding]:
    terms = terms_of(listing)
    if terms is None:
        return
    texts = {name: getattr(terms, name) for name in ("nonpayment", "field_of_use", "guidance", "milestone")}
    texts |= {name: getattr(listing, name) for name in ("also_needed", "adoption")}
    for gap in void_terms(texts):
        yield PRESET_4.finding(*gap)


PRESET_1 = Rule(
    "PRESET-1",
    _("In force, and yours to license"),
    _(
        "Granted and in force; no sole or exclusive license, no pledge without consent; every co-owner agrees, or the"
        " rule of the law for ordinary licenses is stated and confirmed."
    ),
    "《专利法》第14条；《民法典》第444、865、870条",
    Severity.BLOCK,
    PRESET,
    of_patent=_preset_1,
    of_listing=_preset_1_offer,
)
PRESET_2 = Rule(
    "PRESET-2",
    _("The price is agreed before the trial"),
    _(
        "The price is stated. A free period has 1 to 60 months, a trigger, a way of paying afterwards, a named"
        " consequence of not paying, and a way out without cost while it is free."
    ),
    "《民法典》第472、846条",
    Severity.BLOCK,
    PRESET,
    of_listing=_preset_2,
    held_by=_("Leaving within the free period costs nothing in every contract."),
)
PRESET_3 = Rule(
    "PRESET-3",
    _("A support plan"),
    _("Content, hours, response time, persons and travel of the guidance are stated; “no guidance” is said openly."),
    "《民法典》第866条",
    Severity.BLOCK,
    PRESET,
    of_listing=_preset_3,
)
PRESET_4 = Rule(
    "PRESET-4",
    _("No void terms"),
    _(
        "No free grant-back, no ban on challenging, improving or competing technology, no tying, no unreasonable"
        " limits. Free texts are screened."
    ),
    "《民法典》第850条",
    Severity.WARN,
    PRESET,
    overridable=True,
    of_listing=_preset_4,
)
PRESETS = (PRESET_1, PRESET_2, PRESET_3, PRESET_4)
