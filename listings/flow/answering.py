"""What an answer by mailed link does: recorded once, then the offer follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from listings.asking import subjects
from listings.flow import moving
from listings.flow.asking import ask_next, void
from listings.flow.patents import settle_change
from listings.flow.posting import Post
from listings.flow.refusing import language_of
from listings.flow.writing import keep_revision
from listings.models import LIVE, Asking, AskingKind, AskingState, CoOwner, Listing, ListingState, Patent
from listings.rules import RULES, Rule, Stage, check
from listings.states import NotNow
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, blocking
from marketplace.lib.terms import today
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from marketplace.lib.findings import Finding

RULE_OF = {AskingKind.CONSENT: "GATE-8", AskingKind.PLEDGE: "GATE-5", AskingKind.APPROVAL: "INST-4"}
RULE_OF |= {AskingKind.DEAL: "INST-4"}
S = ListingState


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody answered: yes or no, in whose name, why, from where, and the hash of what was on the page."""

    agreed: bool
    name: str
    capacity: str
    reason: str
    sha256: str
    address: str | None = None
    power: VaultFile | None = None


def answer(
    asking: Asking,
    told: Answer,
    *,
    paper: VaultFile | None = None,
    at: datetime | None = None,
    post: Post | None = None,
) -> Asking:
    """Record an answer, once; the listing follows. `paper` is the record of the answer, which a consent needs.

    With `post` the next step of the institution is asked in a letter with others.

    Raises NotNow when it was answered, replaced or has expired, or when something else was on the page; Refused where
    name or reason is missing.
    """
    _complete(told, RULES[RULE_OF[AskingKind(asking.kind)]])
    with transaction.atomic():
        listing = moving.lock(asking.listing)
        if not still_asked(asking, listing):
            raise NotNow(f"listing {listing.pk} is {listing.state}: asking {asking.pk} is over")
        _record(asking, told, paper, at or timezone.now())
        asking.refresh_from_db()
        trail.record(
            Action.ASKING_ANSWER,
            listing,
            by=None,
            asking=asking.pk,
            state=asking.state,
            sha256=asking.sha256,
            paper=paper.sha256 if paper else None,
        )
        _follow(asking, listing, post)
    return asking


def _record(asking: Asking, told: Answer, paper: VaultFile | None, now: datetime) -> None:
    """Store an answer where the question still waits and the same was on the page. Raises NotNow."""
    waiting = Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING, expires_at__gt=now, sha256=told.sha256)
    moved = waiting.update(
        state=AskingState.AGREED if told.agreed else AskingState.REFUSED,
        answer_name=told.name.strip(),
        answer_capacity=told.capacity.strip(),
        answer_reason=told.reason.strip(),
        answer_address=told.address,
        answered_at=now,
        power=told.power,
        paper=paper,
    )
    if not moved:
        raise NotNow(f"asking {asking.pk} takes no answer any more")


def still_asked(asking: Asking, listing: Listing) -> bool:
    """Whether the offer, or what else it is about, still waits for this answer.

    An offer waits in approval for a step, and for a co-owner as long as it has not ended.
    """
    if subject := subjects.of(asking.kind):
        return subject.still_asked(asking)
    return listing.state == S.APPROVAL if asking.kind == AskingKind.APPROVAL else listing.state in LIVE


def _complete(told: Answer, rule: Rule) -> None:
    """A name always, a reason for a no. Raises Refused."""
    found = []
    if not told.name.strip():
        found.append(rule.finding(_("Your name is missing."), _("Write it as it stands on papers."), "name"))
    if not told.agreed and not told.reason.strip():
        found.append(rule.finding(_("The reason is missing."), _("Say why you refuse, in a sentence."), "reason"))
    if found:
        raise Refused(found)


def _follow(asking: Asking, listing: Listing, post: Post | None) -> None:
    """What an answer does to the offer, or to what else it is about."""
    if subject := subjects.of(asking.kind):
        subject.answered(asking)
        return
    if asking.kind != AskingKind.APPROVAL:
        _told_outside(asking, listing)
    elif asking.state == AskingState.REFUSED:
        _refused_inside(asking, listing)
    elif listing.state == S.APPROVAL and ask_next(listing, asking.asked_by, post) is None:
        _approved_inside(asking, listing)


def _told_outside(asking: Asking, listing: Listing) -> None:
    """A co-owner or a pledgee has answered: a yes is put on file."""
    if asking.state == AskingState.REFUSED:
        moving.tell_owners(moving.touch(listing), "asking.refused", who=asking.owner_name, reason=asking.answer_reason)
        return
    if asking.paper is None:
        raise ValueError("a consent leaves a paper for the file")
    if asking.kind == AskingKind.PLEDGE:
        Patent.objects.filter(pk=listing.patent_id).update(pledgee_consent=asking.paper)
    else:
        CoOwner.objects.update_or_create(
            patent=listing.patent,
            name=asking.owner_name,
            defaults={"consent": asking.paper, "consented_on": today()},
        )
    settle_change(Patent.objects.select_related("organization").get(pk=listing.patent_id))
    moving.tell_owners(moving.refreshed(listing), "asking.agreed", who=asking.owner_name)


def _refused_inside(asking: Asking, listing: Listing) -> None:
    if listing.state != S.APPROVAL:
        return
    void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=None)
    listing = moving.move(listing, "refused_inside", S.DRAFT, by=None, reason=asking.answer_reason)
    moving.tell_owners(listing, "asking.refused", who=asking.capacity, reason=asking.answer_reason)


def _approved_inside(asking: Asking, listing: Listing) -> None:
    """All steps have agreed: on to the moderators, unless something else stands against it by now."""
    found = [one for one in blocking(check(listing, Stage.SUBMIT)) if not RULES[one.rule].overridable]
    if found:
        listing = moving.move(listing, "refused_inside", S.DRAFT, by=None, reason=_reasons(found, listing))
        moving.tell_owners(listing, "listing.held_up", reason=listing.state_reason)
        return
    listing = moving.move(listing, "agreed_inside", S.SUBMITTED, by=None, submitted_at=timezone.now())
    keep_revision(listing, asking.asked_by)
    moving.tell_moderators(listing, "listing.submitted")
    moving.tell_owners(listing, "asking.approved")


def _reasons(found: list[Finding], listing: Listing) -> str:
    with translation.override(language_of(listing)):
        return " ".join(str(one) for one in found)
