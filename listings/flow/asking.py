"""Asking people without an account: co-owners for their consent, an institution's steps for their approval.

Nothing is decided here for anybody: a question is put, answered once by whom it was mailed to, or ends unanswered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from listings.asking import body, entry
from listings.asking.mail import LINK_TOPIC
from listings.flow import moving
from listings.flow.refusing import language_of
from listings.models import LIVE, ApprovalStep, Asking, AskingKind, AskingState, CoOwner, Listing, ListingState
from listings.rules import RULES, Rule, Stage, check
from listings.rules.approval import bound_sha256, waiting_steps
from listings.rules.gates import uncovered_owners
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, blocking, refuse
from marketplace.lib.terms import today
from marketplace.outbox import outbox
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplace.lib.findings import Finding

LIFETIME = timedelta(days=14)
REMIND = timedelta(days=3)  # before the end
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


def ask_consent(listing: Listing, *, owner: str, name: str, email: str, by: User) -> Asking:
    """Ask a co-owner by mail for its consent to the offer as it stands now; an earlier question to it is void.

    Raises Refused where `owner` is no co-owner without a consent, or the terms are missing; PermissionDenied.
    """
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = moving.lock(listing)
        if owner not in uncovered_owners(listing.patent):
            raise _refusal(
                "GATE-8",
                _("“%(name)s” is no co-owner whose consent is missing.") % {"name": owner},
                _("Look at the patentees on the patent's page."),
                "owner",
            )
        if not hasattr(listing, "terms"):
            raise _refusal("GATE-8", _("The terms are missing."), _("State fee, term and scope first."), "owner")
        _void(_same(listing, AskingKind.CONSENT, owner=owner), by=by)
        return _put(listing, AskingKind.CONSENT, by=by, name=name, capacity=owner, email=email, owner=owner)


def _refusal(rule: str, message: str, remedy: str, field: str) -> Refused:
    return refuse(rule, message, remedy, citation=RULES[rule].citation, field=field)


def _same(listing: Listing, kind: AskingKind, *, owner: str = "", position: int = 0) -> Iterable[Asking]:
    return listing.askings.filter(kind=kind, owner_name=owner, position=position, state=AskingState.WAITING)


def _put(
    listing: Listing,
    kind: AskingKind,
    *,
    by: User,
    name: str,
    capacity: str,
    email: str,
    owner: str = "",
    position: int = 0,
) -> Asking:
    """Store a question and leave its mail. Requires a transaction, and that no like question waits."""
    told = body.compose(listing, kind=kind, name=name, capacity=capacity, owner=owner)
    now = timezone.now()
    asking = Asking(
        kind=kind,
        organization=listing.organization,
        patent=listing.patent,
        listing=listing,
        owner_name=owner,
        position=position,
        name=name.strip(),
        capacity=capacity.strip()[:80],
        email=email.strip().lower(),
        body=told,
        sha256=body.sha256(told),
        terms_sha256=bound_sha256(listing),
        asked_by=by,
        asked_at=now,
        expires_at=now + LIFETIME,
    )
    asking.token_hash = entry.token_hash(entry.token_of(asking))
    asking.save()
    trail.record(Action.ASKING_SEND, listing, by=by, asking=asking.pk, kind=str(kind), sha256=asking.sha256)
    outbox.add(LINK_TOPIC, key=f"asking:{asking.pk}", asking=asking.pk)
    return asking


def _void(askings: Iterable[Asking], *, by: User | None) -> None:
    for asking in askings:
        if Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING).update(state=AskingState.VOID):
            trail.record(Action.ASKING_VOID, asking.listing, by=by, asking=asking.pk)


# the institution's own steps


def into_approval(listing: Listing, *, by: User, revision: int | None = None) -> Listing:
    """Put an offer to its institution: the state waits, the first open step is asked. Requires a transaction."""
    changed: dict[str, Any] = {"revision": revision, "approved_revision": None} if revision is not None else {}
    listing = moving.move(listing, "ask_inside", S.APPROVAL, by=by, submitted_by=by, **changed)
    _void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=by)
    _ask_next(listing, by)
    return listing


def _ask_next(listing: Listing, by: User) -> ApprovalStep | None:
    """Ask the first step that has not agreed; None where all have."""
    steps = waiting_steps(listing)
    if not steps:
        return None
    step = steps[0]
    _void(_same(listing, AskingKind.APPROVAL, position=step.position), by=by)
    _put(
        listing,
        AskingKind.APPROVAL,
        by=by,
        name=step.name,
        capacity=step.capacity,
        email=step.email,
        position=step.position,
    )
    return step


def ask_again(asking: Asking, *, by: User) -> Asking:
    """Put the same question anew with a fresh link, which makes the older one void.

    Raises NotNow where it was answered or no longer stands, Refused, PermissionDenied.
    """
    moving.require_lister(by, asking.organization)
    with transaction.atomic():
        listing = moving.lock(asking.listing)
        if asking.kind == AskingKind.CONSENT:
            return ask_consent(listing, owner=asking.owner_name, name=asking.name, email=asking.email, by=by)
        if listing.state != S.APPROVAL or _ask_next(listing, by) is None:
            raise NotNow(f"listing {listing.pk} is {listing.state}: nobody is asked")
        return listing.askings.get(kind=AskingKind.APPROVAL, state=AskingState.WAITING)


def call_back(listing: Listing, *, by: User) -> Listing:
    """Take an offer back from its institution's approval, to be edited; open links are void. Raises NotNow."""
    moving.require(by, listing, STEPS["refused_inside"])
    with transaction.atomic():
        listing = moving.lock(listing)
        _void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=by)
        return moving.move(listing, "refused_inside", S.DRAFT, by=by)


# the answer


def answer(asking: Asking, told: Answer, *, paper: VaultFile | None = None, at: datetime | None = None) -> Asking:
    """Record an answer, once; the listing follows. `paper` is the record of the answer, which a consent needs.

    Raises NotNow when it was answered, replaced or has expired, or when something else was on the page; Refused where
    name or reason is missing.
    """
    _complete(told, RULES["INST-4" if asking.kind == AskingKind.APPROVAL else "GATE-8"])
    with transaction.atomic():
        listing = moving.lock(asking.listing)
        if not still_asked(asking, listing):
            raise NotNow(f"listing {listing.pk} is {listing.state}: asking {asking.pk} is over")
        now = at or timezone.now()
        moved = Asking.objects.filter(
            pk=asking.pk, state=AskingState.WAITING, expires_at__gt=now, sha256=told.sha256
        ).update(
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
        _follow(asking, listing)
    return asking


def still_asked(asking: Asking, listing: Listing) -> bool:
    """Whether the offer still waits for this answer: in approval for a step, not yet ended for a co-owner."""
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


def _follow(asking: Asking, listing: Listing) -> None:
    """What an answer does to the offer."""
    if asking.kind == AskingKind.CONSENT:
        _consented(asking, listing)
    elif asking.state == AskingState.REFUSED:
        _refused_inside(asking, listing)
    elif listing.state == S.APPROVAL and _ask_next(listing, asking.asked_by) is None:
        _approved_inside(asking, listing)


def _consented(asking: Asking, listing: Listing) -> None:
    from listings.flow.patents import settle_change

    if asking.state == AskingState.REFUSED:
        moving.tell_owners(moving.touch(listing), "asking.refused", who=asking.owner_name, reason=asking.answer_reason)
        return
    if asking.paper is None:
        raise ValueError("a consent leaves a paper for the file")
    CoOwner.objects.update_or_create(
        patent=listing.patent,
        name=asking.owner_name,
        defaults={"consent": asking.paper, "consented_on": today()},
    )
    settle_change(listing.patent)
    moving.tell_owners(moving.refreshed(listing), "asking.agreed", who=asking.owner_name)


def _refused_inside(asking: Asking, listing: Listing) -> None:
    if listing.state != S.APPROVAL:
        return
    _void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=None)
    listing = moving.move(listing, "refused_inside", S.DRAFT, by=None, reason=asking.answer_reason)
    moving.tell_owners(listing, "asking.refused", who=asking.capacity, reason=asking.answer_reason)


def _approved_inside(asking: Asking, listing: Listing) -> None:
    """All steps have agreed: on to the moderators, unless something else stands against it by now."""
    from listings.flow.writing import keep_revision

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


# the clock


def expire_askings() -> int:
    """End the questions whose days are over, and tell who asked; returns how many."""
    over = Asking.objects.filter(state=AskingState.WAITING, expires_at__lte=timezone.now()).order_by("pk")
    return sum(_expire(asking) for asking in over.select_related("listing"))


def _expire(asking: Asking) -> bool:
    with transaction.atomic():
        listing = moving.lock(asking.listing)
        if not Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING).update(state=AskingState.EXPIRED):
            return False
        trail.record(Action.ASKING_EXPIRE, listing, by=None, asking=asking.pk)
        moving.remind_owners(listing, "asking.expired", mark=str(asking.pk), who=asking.owner_name or asking.capacity)
    return True


def remind_askings() -> int:
    """Mail the link once more to whom has three days left; once per question. Returns how many were reminded."""
    now = timezone.now()
    soon = Asking.objects.filter(
        state=AskingState.WAITING, reminded_at__isnull=True, expires_at__gt=now, expires_at__lte=now + REMIND
    )
    return sum(_remind(asking, now) for asking in soon.order_by("pk"))


def _remind(asking: Asking, now: datetime) -> bool:
    with transaction.atomic():
        # The site's key may have changed since the first mail: the link of this one counts from now on.
        fresh = entry.token_hash(entry.token_of(asking))
        moved = Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING, reminded_at__isnull=True).update(
            reminded_at=now, token_hash=fresh
        )
        if moved:
            outbox.add(LINK_TOPIC, key=f"asking_again:{asking.pk}", asking=asking.pk, again=True)
    return bool(moved)
