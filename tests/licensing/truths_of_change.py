"""What holds of every change beside a license, whatever was done: other terms, amendments, ends, holds, outcomes."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils import timezone

from listings.offers import price_for
from marketplace.audit.models import Entry
from marketplace.lib.terms import today
from marketplace.licensing.models import TALKING, Agreement, Amendment, Negotiation, Proposal, Termination
from marketplace.licensing.terms import effective
from tests.licensing.life import Life

ASKED_FOR = ("agreement.offer", "agreement.decline", "agreement.name")  # somebody's yes or no to one firm
FIXED = ("fee", "yearly_fee", "entry_fee")


def lies(life: Life) -> Iterator[str]:
    """What is not as it must be."""
    for deal in Agreement.objects.filter(listing=life.listing).select_related("version", "listing__patent"):
        yield from _of_track(deal)
        yield from _of_terms(deal)
        yield from _of_debts(deal)
        yield from of_holds(deal)
        yield from _of_outcome(life, deal)
        yield from _of_end(deal)
    yield from _of_talks(life)
    yield from _of_amendments(life)


def _of_track(deal: Agreement) -> Iterator[str]:
    if deal.track != "open":
        return
    if Entry.objects.filter(subject_id=str(deal.pk), subject_type="licensing.agreement", action__in=ASKED_FOR).exists():
        yield "TRACK-1: somebody was asked about an open license"
    if "negotiation" in deal.version.snapshot or deal.amendments.exists() or deal.negotiations.exists():
        yield "TRACK-3: an open license was negotiated"


def _of_terms(deal: Agreement) -> Iterator[str]:
    """The terms in force are those of the last amendment whose day has come, else those that were signed."""
    begun = [row for row in _in_force(deal) if row.starts_on is not None and row.starts_on <= today()]
    signed = begun[-1].proposal.terms if begun else deal.version.snapshot["terms"]
    counted = effective.snapshot_of(deal)["terms"]
    if any(counted[name] != signed[name] for name in signed if name in counted and name != "class_prices"):
        yield "LIC-10: the terms in force are not those that were signed last"
    last = _in_force(deal)[-1:]
    if last and deal.state == "active" and deal.ends_on != last[0].ends_on:
        yield f"LIC-11: ends on {deal.ends_on}, signed was {last[0].ends_on}"


def _in_force(deal: Agreement) -> list[Amendment]:
    rows = Amendment.objects.filter(agreement=deal, state="in_force").select_related("proposal", "version")
    return sorted(rows, key=lambda row: (row.in_force_at, row.number))


def _of_debts(deal: Agreement) -> Iterator[str]:
    """What is still to come follows the terms: a price somebody signed, and nothing after the last day."""
    if deal.state != "active":
        return
    versions = [deal.version, *[row.version for row in _in_force(deal)]]
    signed = {price_for(one.snapshot, deal.licensee_class).fee_minor for one in versions}
    later = deal.obligations.filter(state="future", kind__in=FIXED)
    if any(amount not in signed for amount in later.values_list("amount_minor", flat=True)):
        yield "LIC-10: a debt to come that no version names"
    plain = [row for row in _in_force(deal) if not row.renews]
    if plain and plain == _in_force(deal):
        now = price_for(plain[-1].version.snapshot, deal.licensee_class).fee_minor
        if any(amount != now for amount in later.values_list("amount_minor", flat=True)):
            yield "LIC-10: a debt to come at a price that was amended"
    years = deal.obligations.filter(kind="yearly_fee", state="future")
    if deal.ends_on and any(day and (day - deal.ends_on).days > 40 for day in years.values_list("due_on", flat=True)):
        yield "LIC-10: a year is owed that lies behind the last day"


def of_holds(deal: Agreement) -> Iterator[str]:
    """What is held, and nothing else, waits for a decision about the patent."""
    if deal.effective_at is None:
        return
    open_ = deal.holds.filter(ended_at__isnull=True)
    held = deal.obligations.filter(state="held").exists()
    if held and not (deal.state == "active" and open_.exists()):
        yield "DECL-8: held without a hold"
    if open_.exists() and deal.state != "active":
        yield "DECL-8: a hold outlives its license"
    last = max([deal.effective_at, *[row.ended_at for row in deal.holds.all() if row.ended_at]])
    later = deal.listing.patent.health_events.filter(settled_at__isnull=True, recorded_at__gt=last)
    if deal.state == "active" and not open_.exists() and later.exists():
        yield "DECL-8: something happened to the patent, and nothing is held"
    if deal.state == "active" and open_.exists() and deal.obligations.filter(state="due").exists():
        yield "DECL-8: something is due while payments are held"


def _of_outcome(life: Life, deal: Agreement) -> Iterator[str]:
    """A trial comes out once."""
    if not deal.trial or deal.trial == "running":
        return
    if deal.trial_ended_on is None:
        yield "PRESET-2: an outcome without a day"
    if life.outcomes.setdefault(deal.pk, deal.trial) != deal.trial:
        yield f"PRESET-2: came out as {life.outcomes[deal.pk]}, then as {deal.trial}"


def _of_end(deal: Agreement) -> Iterator[str]:
    for row in Termination.objects.filter(agreement=deal):
        if row.state == "ended" and deal.state != "ended":
            yield "CC-565: ended, and in force"
        if row.state == "noticed" and row.effective_on < today():
            yield f"CC-565: a notice stands after its day under a license that is {deal.state}"
        if row.state == "proposed" and (row.acts_until is None or row.acts_until <= timezone.now()):
            yield "CC-562: a proposal to end it waits for ever"
        patient = row.demanded_at is not None and (row.noticed_at - row.demanded_at).days >= 30
        if row.ground == "breach" and row.state != "dropped" and not patient:
            yield "CC-563: ended for a breach that was not demanded thirty days before"
        signed = set(row.paper.signatures.values_list("party", flat=True)) if row.paper else set()
        if row.ground == "mutual" and row.state in ("noticed", "ended") and len(signed) != 2:
            yield "CC-562: ended together with one signature"


def _of_talks(life: Life) -> Iterator[str]:
    talks = Negotiation.objects.filter(listing=life.listing)
    if talks.exists() and life.track == "open":
        yield "TRACK-3: negotiated on the open track"
    open_ = talks.filter(state__in=TALKING)
    if open_.count() > 1:
        yield "LIC-10: two negotiations at once"
    for talk in open_:
        if talk.due_at is None or talk.due_at <= timezone.now():
            yield f"LIC-G: a negotiation that is {talk.state} waits for ever"
        if talk.proposals.filter(live=True).count() != 1:
            yield "LIC-10: not one version stands"
    if talks.filter(state__in=["withdrawn", "lapsed"], proposals__live=True).exists():
        yield "LIC-10: a version outlives its negotiation"
    dead = Proposal.objects.filter(negotiation__in=talks, live=False)
    if Agreement.objects.filter(proposal__in=dead, effective_at__isnull=False).exists():
        yield "LIC-10: a license from a version that was superseded"


def _of_amendments(life: Life) -> Iterator[str]:
    rows = Amendment.objects.filter(agreement__listing=life.listing).select_related("paper", "proposal__negotiation")
    for row in rows:
        signed = list(row.paper.signatures.values_list("party", "document_sha256")) if row.paper else []
        both = {party for party, _sha256 in signed} == {"licensee", "licensor"} and len(signed) == 2
        whole = row.paper is not None and all(sha256 == row.paper.sha256 for _party, sha256 in signed)
        yes = set(row.proposal.acceptances.values_list("party", flat=True)) == {"licensee", "licensor"}
        if row.state == "in_force" and not (both and whole and yes):
            yield "LIC-10: an amendment in force that not both have signed"
        if row.state == "signing" and (row.acts_until is None or row.acts_until <= timezone.now()):
            yield "LIC-10: an amendment waits for ever"
        if row.state == "signing" and not row.proposal.live:
            yield "LIC-10: a version that stands no more waits for signatures"


def came_out(life: Life) -> Iterator[str]:
    """What this life came to, for those who count."""
    for deal in Agreement.objects.filter(listing=life.listing):
        if deal.trial:
            yield f"trial {deal.trial}"
        for row in deal.amendments.all():
            yield f"{'renewal' if row.renews else 'amendment'} {row.state}"
        for end in Termination.objects.filter(agreement=deal):
            yield f"termination {end.ground} {end.state}"
        for hold in deal.holds.all():
            yield f"hold {hold.how or 'standing'}"
        if "negotiation" in deal.version.snapshot:
            yield f"negotiated {deal.state}"
    for talk in Negotiation.objects.filter(listing=life.listing):
        yield f"talk about a {talk.kind} {talk.state}"
