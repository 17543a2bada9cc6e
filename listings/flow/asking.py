"""Asking people without an account: co-owners and pledgees for consent, an institution's steps for approval.

Nothing is decided here for anybody: a question is put, answered once by whom it was mailed to, or ends unanswered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.asking import body, entry
from listings.asking.mail import LINK_TOPIC
from listings.flow import moving
from listings.flow.posting import LIFETIME, Post
from listings.models import ApprovalStep, Asking, AskingKind, AskingState, Listing, ListingState
from listings.rules import RULES
from listings.rules.approval import bound_sha256, waiting_steps
from listings.rules.gates import uncovered_owners
from listings.states import STEPS, NotNow
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.audit.trail import Action
from marketplace.lib.findings import Refused, refuse
from marketplace.outbox import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable

S = ListingState


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
        return _ask_outside(listing, AskingKind.CONSENT, "GATE-8", owner=owner, name=name, email=email, by=by)


def ask_pledgee(listing: Listing, *, holder: str, name: str, email: str, by: User) -> Asking:
    """Ask whoever holds the pledge for its consent to the offer as it stands now; an earlier question to it is void.

    Raises Refused where the patent is not pledged, or the terms are missing; PermissionDenied. (GATE-5)
    """
    moving.require_lister(by, listing.organization)
    with transaction.atomic():
        listing = moving.lock(listing)
        if not listing.patent.pledged:
            raise _refusal(
                "GATE-5",
                _("The patent is not recorded as pledged: nobody has to consent."),
                _("Record the pledge on the patent's page first."),
                "holder",
            )
        return _ask_outside(listing, AskingKind.PLEDGE, "GATE-5", owner=holder, name=name, email=email, by=by)


def _ask_outside(
    listing: Listing, kind: AskingKind, rule: str, *, owner: str, name: str, email: str, by: User
) -> Asking:
    """Put a question to somebody outside the institution. Raises Refused where there are no terms to agree to."""
    if not hasattr(listing, "terms"):
        raise _refusal(rule, _("The terms are missing."), _("State fee, term and scope first."), "owner")
    owner = owner.strip()
    void(_same(listing, kind, owner=owner), by=by)
    return _put(listing, kind, by=by, name=name, capacity=owner, email=email, owner=owner)


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
    post: Post | None = None,
    told: str = "",
    bound: str = "",
    about: str = "",
) -> Asking:
    """Store a question and leave its mail, alone or in a letter of `post`.

    `told`, `bound` and `about` are the question, the hash of what it binds to and what it is about, where that is not
    the offer itself.

    Requires a transaction, and that no like question waits.
    """
    told = told or body.compose(listing, kind=kind, name=name, capacity=capacity, owner=owner)
    now = timezone.now()
    asking = Asking(
        kind=kind,
        organization=listing.organization,
        patent=listing.patent,
        listing=listing,
        owner_name=owner,
        position=position,
        about=about,
        name=name.strip(),
        capacity=capacity.strip()[:80],
        email=email.strip().lower(),
        body=told,
        sha256=body.sha256(told),
        terms_sha256=bound or bound_sha256(listing),
        asked_by=by,
        asked_at=now,
        expires_at=now + LIFETIME,
    )
    return _send(asking, post)


def _send(asking: Asking, post: Post | None) -> Asking:
    """Store it with its key and leave its mail. Requires a transaction."""
    asking.token_hash = entry.token_hash(entry.token_of(asking))
    if post is not None:
        asking.letter = post.letter_of(asking)
        asking.expires_at = asking.letter.expires_at
    asking.save()
    trail.record(
        Action.ASKING_SEND,
        asking.listing,
        by=asking.asked_by,
        asking=asking.pk,
        kind=str(asking.kind),
        sha256=asking.sha256,
    )
    if post is None:
        outbox.add(LINK_TOPIC, key=f"asking:{asking.pk}", asking=asking.pk)
    return asking


def void(askings: Iterable[Asking], *, by: User | None) -> None:
    """End questions that were replaced or called back. Requires a transaction."""
    for asking in askings:
        if Asking.objects.filter(pk=asking.pk, state=AskingState.WAITING).update(state=AskingState.VOID):
            trail.record(Action.ASKING_VOID, asking.listing, by=by, asking=asking.pk)


def ask_about(listing: Listing, step: ApprovalStep, *, about: str, told: str, bound: str, by: User) -> Asking:
    """Ask a step of the institution about one deal; an earlier question to it is void. Requires a transaction.

    `told` is the question as canonical JSON in both languages, `bound` the hash of what the answer binds to. (INST-4)
    """
    kind = AskingKind.DEAL
    void(listing.askings.filter(kind=kind, about=about, position=step.position, state=AskingState.WAITING), by=by)
    return _put(
        listing,
        kind,
        by=by,
        name=step.name,
        capacity=step.capacity,
        email=step.email,
        position=step.position,
        told=told,
        bound=bound,
        about=about,
    )


# the institution's own steps


def into_approval(listing: Listing, *, by: User, revision: int | None = None, post: Post | None = None) -> Listing:
    """Put an offer to its institution: the state waits, the first open step is asked. Requires a transaction.

    With `post` the question travels in a letter with others.
    """
    changed: dict[str, Any] = {"revision": revision, "approved_revision": None} if revision is not None else {}
    listing = moving.move(listing, "ask_inside", S.APPROVAL, by=by, submitted_by=by, **changed)
    void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=by)
    ask_next(listing, by, post)
    return listing


def ask_next(listing: Listing, by: User, post: Post | None = None) -> ApprovalStep | None:
    """Ask the first step that has not agreed; None where all have. Requires a transaction."""
    steps = waiting_steps(listing)
    if not steps:
        return None
    step = steps[0]
    void(_same(listing, AskingKind.APPROVAL, position=step.position), by=by)
    _put(
        listing,
        AskingKind.APPROVAL,
        by=by,
        name=step.name,
        capacity=step.capacity,
        email=step.email,
        position=step.position,
        post=post,
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
        if asking.kind == AskingKind.PLEDGE:
            return ask_pledgee(listing, holder=asking.owner_name, name=asking.name, email=asking.email, by=by)
        if asking.kind != AskingKind.APPROVAL or listing.state != S.APPROVAL or ask_next(listing, by) is None:
            raise NotNow(f"listing {listing.pk} is {listing.state}: nobody is asked")
        return listing.askings.get(kind=AskingKind.APPROVAL, state=AskingState.WAITING)


def call_back(listing: Listing, *, by: User) -> Listing:
    """Take an offer back from its institution's approval, to be edited; open links are void. Raises NotNow."""
    moving.require(by, listing, STEPS["refused_inside"])
    with transaction.atomic():
        listing = moving.lock(listing)
        void(listing.askings.filter(kind=AskingKind.APPROVAL, state=AskingState.WAITING), by=by)
        return moving.move(listing, "refused_inside", S.DRAFT, by=by)
