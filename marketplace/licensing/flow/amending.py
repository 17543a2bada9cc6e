"""Amendments and renewals: made of a version both accepted, signed by both, in force from the second signature on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings import flow as listings_flow
from listings import negotiated, offers, rules
from listings.flow.moving import lock as lock_offer
from listings.models import FeeMode, LaterMode, Listing
from listings.standing import standing
from marketplace.audit import trail
from marketplace.lib import terms
from marketplace.lib.findings import Refused, blocking, refuse
from marketplace.licensing import approvals, gates, papers
from marketplace.licensing.errors import NotNow
from marketplace.licensing.flow import adjusting, moving, talks
from marketplace.licensing.letters import change_letters
from marketplace.licensing.models import (
    Agreement,
    Amendment,
    AmendmentState,
    Confirmation,
    Negotiation,
    NegotiationKind,
    NegotiationState,
    OfferVersion,
    Paper,
    PaperKind,
    Party,
    Proposal,
    State,
    Termination,
    TerminationState,
)
from marketplace.licensing.public import publishing
from marketplace.licensing.states import STEPS, TALKS
from marketplace.licensing.terms import amended, clauses, effective, freezing

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from listings.models import TermSheet
    from marketplace.accounts.models import User


def not_on_the_open_track() -> Refused:
    """Why the terms of an open license are never amended."""
    return refuse(
        "TRACK-1",
        _("An open license stands on the announced terms, which are the same for everybody: they cannot be amended."),
        _("The law lets you negotiate an ordinary license beside it (rule TRACK-3): that is a contract of its own."),
        citation="《专利法》第50、51条",
    )


def require_changeable(agreement: Agreement, kind: NegotiationKind | str) -> None:
    """Only a license in force that is not ending is changed; a renewal needs a patent that lives on.

    Raises NotNow, Refused.
    """
    if agreement.state != State.ACTIVE:
        raise NotNow(f"{agreement.reference} is {agreement.state}")
    if Termination.objects.filter(agreement=agreement, state=TerminationState.NOTICED).exists():
        raise refuse(
            "CC-565",
            _("Notice to end this license was given; its terms cannot be changed any more."),
            _("Ask for a new license when this one has ended."),
        )
    last = agreement.listing.patent.last_day
    if kind == NegotiationKind.RENEWAL and last and agreement.ends_on and agreement.ends_on >= last:
        raise refuse(
            "DECL-5",
            _("The license runs to the patent's last day, %(day)s; there is nothing to renew.")
            % {"day": last.isoformat()},
            _("From then on anyone may use what the patent protected."),
            citation="《民法典》第865条",
        )


def require_same_kind(before: Mapping[str, Any], told: Mapping[str, Any], kind: NegotiationKind | str) -> None:
    """A free period is neither put into a license in force nor taken out of it: its trial has a course of its own."""
    trial = FeeMode.FREE_THEN_PAID.value
    if kind == NegotiationKind.AMENDMENT and (before["fee_mode"] == trial) == (told["fee_mode"] == trial):
        return
    if kind == NegotiationKind.RENEWAL and told["fee_mode"] != trial:
        return
    raise refuse(
        "PRESET-2",
        _("A free period cannot be added to a license in force, nor taken out of it."),
        _("Change price, term or scope; or end this license and ask for a new one."),
        citation="《民法典》第543条",
        field="fee_mode",
    )


def base_of(agreement: Agreement, listing: Listing, kind: NegotiationKind | str) -> OfferVersion:
    """What a change departs from: the terms that count now; for a renewal today's offer, where there still is one."""
    if kind == NegotiationKind.RENEWAL and not blocking(rules.acceptable(listing)):
        return freezing.freeze(listing)
    return effective.version_of(agreement)


def starting(agreement: Agreement, base: OfferVersion, kind: NegotiationKind | str) -> dict[str, Any]:
    """The terms where a change begins. A renewal has no second free period: what would come after it, comes at once."""
    klass = offers.class_of(agreement.licensee, base.snapshot) or agreement.licensee_class
    if kind != NegotiationKind.RENEWAL:
        klass = agreement.licensee_class
    told = negotiated.starting(base.snapshot, klass)
    if kind == NegotiationKind.RENEWAL and told["fee_mode"] == FeeMode.FREE_THEN_PAID:
        shared = told["later_mode"] == LaterMode.REVENUE_SHARE
        told |= {"fee_mode": FeeMode.ROYALTY.value if shared else FeeMode.FIXED.value}
        told |= {"free_months": 0, "trigger": "", "milestone": "", "later_mode": "", "instalments": 0}
    return told


def make(negotiation: Negotiation, proposal: Proposal, *, listing: Listing, by: User) -> Amendment:
    """The amendment and its paper, ready for both signatures. Requires the locks; raises NotNow, Refused."""
    if negotiation.agreement is None:
        raise ValueError("an amendment names its license")
    agreement = moving.lock(negotiation.agreement)
    renews = negotiation.kind == NegotiationKind.RENEWAL
    require_changeable(agreement, negotiation.kind)
    _require_rules(listing, proposal.terms, renews=renews)
    source = {"code": str(negotiation.code), "number": proposal.number, "sha256": proposal.sha256}
    version = freezing.freeze_negotiated(listing, proposal.terms, source | {"amends": agreement.reference})
    starts_on = agreement.ends_on + timedelta(days=1) if renews and agreement.ends_on else None
    ends_on = _last_day(agreement, version, starts_on)
    before = effective.version_of(agreement)
    number = papers.next_number(agreement, PaperKind.AMENDMENT)
    made = Amendment.objects.create(
        agreement=agreement,
        number=number,
        proposal=proposal,
        before=before,
        version=version,
        renews=renews,
        term_sheet=_sheet_behind(agreement, proposal, listing) if renews else None,
        starts_on=starts_on,
        ends_on=ends_on,
        acts_until=moving.end_of_day_after(publishing.days_to_sign(proposal)),
    )
    paper = papers.make_further(agreement, PaperKind.AMENDMENT, amended.facts_of(made), by=by)
    Amendment.objects.filter(pk=made.pk).update(paper=paper)
    made.paper = paper
    trail.record(
        trail.Action.AMENDMENT_MAKE, agreement, by=by, number=number, version=version.sha256, paper=paper.sha256
    )
    change_letters.sign_amendment(made)
    approvals.begin(made, by=by)
    return made


def _sheet_behind(agreement: Agreement, proposal: Proposal, listing: Listing) -> TermSheet | None:
    """The standing offer that has agreed beforehand to this renewal: one on its very terms (LIC-K)."""
    sheet, kind = listing.term_sheet, NegotiationKind.RENEWAL
    if sheet is None or sheet.signed_by is None or standing(sheet) is not None:
        return None
    return sheet if proposal.terms == starting(agreement, base_of(agreement, listing, kind), kind) else None


def confirm(amendment: Amendment, *, by: User, clause: str, text_sha256: str) -> Confirmation:
    """The licensee confirms one highlighted clause that the amendment touches (LIC-F); the same twice is the first one.

    Raises NotYours, NotNow, Refused when the words are not the amendment's.
    """
    step = STEPS["confirm_change"]
    moving.require_side(by, amendment.agreement, step)
    with transaction.atomic():
        agreement = moving.lock(amendment.agreement)
        moving.require_state(agreement, step)
        amendment = _standing(Amendment.objects.filter(pk=amendment.pk))
        clauses.require_words(amendment, clause, text_sha256)
        made, new = Confirmation.objects.get_or_create(
            agreement=agreement, paper=amendment.paper, clause=clause, text_sha256=text_sha256, defaults={"by": by}
        )
        if new:
            facts = {"clause": clause, "text_sha256": text_sha256, "number": amendment.number}
            moving.record(agreement, step, by=by, was=agreement.state, **facts)
    return made


def standing_of(agreement: Agreement) -> Amendment:
    """The amendment of a license that waits for signatures. Raises NotNow where there is none."""
    if not agreement.amendments.filter(state=AmendmentState.SIGNING).exists():
        raise NotNow(f"{agreement.reference}: no amendment waits")
    return _standing(Amendment.objects.filter(agreement=agreement, state=AmendmentState.SIGNING))


def _standing(rows: QuerySet[Amendment]) -> Amendment:
    """The one amendment that waits for signatures and still may be signed. Raises NotNow."""
    amendment = rows.select_related("before", "version", "proposal__negotiation", "agreement", "paper").get()
    if amendment.state != AmendmentState.SIGNING or not amendment.proposal.live:
        raise NotNow(f"{amendment} is {amendment.state}")
    if amendment.acts_until is not None and amendment.acts_until <= timezone.now():
        raise NotNow(f"{amendment} lapsed at {amendment.acts_until.isoformat()}")
    return amendment


def _require_rules(listing: Listing, told: dict[str, Any], *, renews: bool) -> None:
    if renews:
        gates.require_acceptable(negotiated.under(listing, told))
        return
    found = blocking(negotiated.findings(listing, told))
    if found:
        raise Refused(found)


def _last_day(agreement: Agreement, version: OfferVersion, starts_on: date | None) -> date:
    """The last day under the new terms. Raises Refused for one that has passed."""
    if agreement.effective_at is None:
        raise NotNow(f"{agreement.reference} is not in force")
    last = offers.license_last_day(version.snapshot, starts_on or terms.day_of(agreement.effective_at))
    if last < terms.today():
        raise refuse(
            "CC-562",
            _("With this term the license would have ended on %(day)s.") % {"day": last.isoformat()},
            _("To end it earlier, propose on its page to end it together."),
            field="months",
        )
    return last


def gate(paper: Paper, party: Party) -> int | None:
    """Asked in the transaction of each signature: the version still stands, and the rules as well (LIC-10, LIC-9)."""
    amendment = _standing(Amendment.objects.filter(paper=paper))
    if party == Party.LICENSOR:
        publishing.require_published(amendment.proposal)
        approvals.require_all(amendment, party)
    else:
        clauses.require_all_confirmed(amendment)
    agreement = amendment.agreement
    require_changeable(agreement, NegotiationKind.RENEWAL if amendment.renews else NegotiationKind.AMENDMENT)
    _require_rules(agreement.listing, amendment.version.snapshot["terms"], renews=amendment.renews)
    price = offers.price_for(amendment.version.snapshot, agreement.licensee_class)
    return max(price.fee_minor, price.total_minor or 0)


def on_completed(key: str, payload: dict[str, Any]) -> None:
    """Handler of `paper.completed`: both have signed an amendment; idempotent."""
    amendment = Amendment.objects.filter(paper=payload["paper"]).select_related("agreement").first()
    if amendment is not None and amendment.state == AmendmentState.SIGNING:
        force(amendment)


def force(amendment: Amendment) -> None:
    """Put it in force: terms, last day, debts and encumbrance follow in one transaction."""
    with transaction.atomic():
        lock_offer(amendment.agreement.listing)
        agreement = moving.lock(amendment.agreement)
        amendment = Amendment.objects.select_related("version", "proposal__negotiation").get(pk=amendment.pk)
        amendment.agreement = agreement
        if agreement.state != State.ACTIVE:  # it ended between the second signature and now
            Amendment.objects.filter(pk=amendment.pk, state=AmendmentState.SIGNING).update(state=AmendmentState.VOID)
            return
        starts_on = amendment.starts_on or terms.today()
        ends_on = amendment.ends_on or agreement.ends_on or starts_on
        moved = Amendment.objects.filter(pk=amendment.pk, state=AmendmentState.SIGNING).update(
            state=AmendmentState.IN_FORCE,
            in_force_at=timezone.now(),
            starts_on=starts_on,
            ends_on=ends_on,
            acts_until=None,
        )
        if not moved:
            return
        adjusting.after(amendment, starts_on=starts_on, ends_on=ends_on)
        was = moving.move(agreement, STEPS["amend"], State.ACTIVE, ends_on=ends_on)
        moving.record(agreement, STEPS["amend"], by=None, was=was, number=amendment.number, ends_on=ends_on)
        _move_encumbrance(agreement, ends_on)
        _conclude(amendment.proposal.negotiation)
        change_letters.amended(amendment)


def _move_encumbrance(agreement: Agreement, ends_on: date) -> None:
    for row in agreement.listing.patent.encumbrances.filter(reference=agreement.reference):
        listings_flow.move_end(row, at=terms.start_of(ends_on + timedelta(days=1)), by=None)


def _conclude(negotiation: Negotiation) -> None:
    talk = TALKS["conclude"]
    negotiation = talks.lock(negotiation)
    if negotiation.state in talk.source:
        was = talks.move(negotiation, talk, NegotiationState.DONE, due_at=None, closed_at=timezone.now())
        talks.record(negotiation, talk, by=None, was=was)


def void(proposal: Proposal, *, by: User | None) -> None:
    """An amendment that is not signed by both will not be (LIC-10). Raises NotNow where both have signed."""
    amendment = Amendment.objects.filter(proposal=proposal).select_related("agreement", "paper").first()
    if amendment is None or amendment.state == AmendmentState.VOID:
        return
    if amendment.paper is not None:
        paper = Paper.objects.select_for_update(of=("self",)).get(pk=amendment.paper.pk)
        if paper.completed_at is not None:
            raise NotNow(f"{amendment} is signed by both")
    moved = Amendment.objects.filter(pk=amendment.pk, state=AmendmentState.SIGNING).update(
        state=AmendmentState.VOID, acts_until=None
    )
    if not moved:
        raise NotNow(f"{amendment} is {amendment.state}")
    approvals.void(amendment, by=by)
    trail.record(trail.Action.AMENDMENT_VOID, amendment.agreement, by=by, number=amendment.number)
