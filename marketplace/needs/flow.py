"""The only writers of needs: posting, changing, closing, passing on an offer, and the moderators' look at each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from listings import saved
from listings.models import Listing, SavedSearch
from listings.search import Query
from marketplace.accounts import people
from marketplace.accounts.models import Organization, User
from marketplace.accounts.privacy import contacts
from marketplace.accounts.privacy.contacts import Whose
from marketplace.audit import trail
from marketplace.audit.actions import Action
from marketplace.lib.findings import refuse
from marketplace.needs.models import LIVE, Ending, Need, NeedState, Passed, PassReason
from marketplace.notices import notices

MOST_LIVE = 20  # needs that one organization, or one person without, keeps open
_TOLD = ("problem", "product", "industry", "budget", "division", "wanted_by", "matching")
_CONTACT = ("contact_name", "contact_phone", "contact_email")


class NotNow(Exception):
    """The need has moved on: it is closed, hidden, or was decided by somebody else."""


def _columns(told: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of what a form says. Contact data are kept with a consent of their own, else not at all (PII-2)."""
    columns = {name: told[name] for name in _TOLD}
    if told.get("consent"):
        return columns | {name: told[name] for name in _CONTACT} | {"contact_consent_at": timezone.now()}
    return columns | dict.fromkeys(_CONTACT, "") | {"contact_consent_at": None}


def post(told: Mapping[str, Any], *, by: User, organization: Organization | None) -> Need:
    """Post a need; moderators look at it before universities read it. Raises Refused when too many are open."""
    owner: dict[str, Any] = {"organization": organization} if organization else {"organization": None, "created_by": by}
    if Need.objects.filter(state__in=LIVE, **owner).count() >= MOST_LIVE:
        raise refuse(
            "NEED-1",
            _("You have %(most)d open needs already.") % {"most": MOST_LIVE},
            _("Close one that is settled, then post the new one."),
        )
    with transaction.atomic():
        need = Need.objects.create(organization=organization, created_by=by, **_columns(told))
        trail.record(Action.NEED_POST, need, by=by, consent=need.contact_consent_at is not None)
        _tell_moderators(need)
    _listen(need, by)
    return need


def _tell_moderators(need: Need) -> None:
    notices.tell(
        people.moderators(),
        "need.new",
        key=f"need:{need.pk}:{need.changed_at.timestamp()}",
        path=reverse("needs_moderation:needs"),
        problem=need.problem[:60],
    )


def change(need: Need, told: Mapping[str, Any], *, by: User) -> None:
    """Tell it anew; moderators look at it again. Raises NotNow when it is closed."""
    before = saved.canonical(query_of(Need.objects.get(pk=need.pk)))
    with transaction.atomic():
        columns = _columns(told) | {"state": NeedState.NEW, "hidden_reason": "", "changed_at": timezone.now()}
        _move(need, (*LIVE, NeedState.HIDDEN), columns)
        trail.record(Action.NEED_CHANGE, need, by=by, consent=need.contact_consent_at is not None)
        _tell_moderators(need)
    if before != saved.canonical(query_of(need)):
        SavedSearch.objects.filter(user=need.created_by, query=before).delete()
    _listen(need, by)


def close(need: Need, *, by: User, ending: str) -> None:
    """End it and say how. Contact data go at once. Raises NotNow when it is closed already."""
    now = timezone.now()
    gone = dict.fromkeys(_CONTACT, "") | {"contact_consent_at": None}
    with transaction.atomic():
        columns = {"state": NeedState.CLOSED, "ending": Ending(ending), "hidden_reason": "", "closed_at": now, **gone}
        _move(need, (*LIVE, NeedState.HIDDEN), columns)
        trail.record(Action.NEED_CLOSE, need, by=by, ending=str(ending))
    _listen(need, by)


def pass_on(need: Need, listing: Listing, *, by: User, reason: str) -> None:
    """Say why an offer does not suit; it is not proposed for this need again. Raises NotNow for a closed need."""
    reason = PassReason(reason)
    if need.state not in LIVE:
        raise NotNow
    try:
        with transaction.atomic():
            Passed.objects.create(need=need, listing=listing, reason=reason, by=by)
            trail.record(Action.NEED_PASS, need, by=by, listing=listing.pk, reason=str(reason))
    except IntegrityError:  # the same was said twice
        Passed.objects.filter(need=need, listing=listing).update(reason=reason)


def check(need: Need, *, by: User) -> None:
    """A moderator lets universities read it, without the firm's name. Raises NotNow unless it is new."""
    with transaction.atomic():
        columns = {"state": NeedState.OPEN, "checked_by": by, "checked_at": timezone.now()}
        _move(need, (NeedState.NEW,), columns)
        trail.record(Action.NEED_CHECK, need, by=by)


def hide(need: Need, *, by: User, reason: str) -> None:
    """A moderator hides it and tells its owner why. Raises NotNow when it is closed or hidden."""
    with transaction.atomic():
        columns = {"state": NeedState.HIDDEN, "hidden_reason": reason, "checked_by": by, "checked_at": timezone.now()}
        _move(need, LIVE, columns)
        trail.record(Action.NEED_HIDE, need, by=by, reason=reason)
        notices.tell(
            [need.created_by],
            "need.hidden",
            key=f"need:{need.pk}:hidden:{need.changed_at.timestamp()}",
            path=reverse("needs:edit", args=[need.code]),
            problem=need.problem[:60],
            reason=reason,
        )


def whose(need: Need) -> Whose:
    """Whose contact stands with a need."""
    return Whose(need.organization, None if need.organization else need.created_by)


def ask_contact(need: Need, *, by: User, organization: Organization) -> None:
    """A university asks the firm for its contact; the firm decides about this university alone (PII-2).

    Raises NotNow where the firm does not want to be asked, Refused where it decided lately.
    """
    if not Need.objects.filter(pk=need.pk, state=NeedState.OPEN, contact_consent_at__isnull=False).exists():
        raise NotNow
    path = reverse("needs:contact", args=[need.code])
    contacts.ask(organization, whose(need), by=by, about=need.problem[:60], path=path)


def read_contact(need: Need, *, by: User, organization: Organization) -> None:
    """A university reads whom to call: recorded, and the firm is told who it was.

    Raises NotNow unless the firm agreed, to being asked and to this university.
    """
    with transaction.atomic():
        asked = Need.objects.filter(pk=need.pk, state=NeedState.OPEN, contact_consent_at__isnull=False)
        if not asked.exists() or not contacts.may_read(organization, whose(need)):
            raise NotNow
        trail.record(Action.NEED_CONTACT, need, by=by, organization=organization.pk)
        notices.tell(
            [need.created_by],
            "need.contact",
            key=f"need:{need.pk}:contact:{organization.pk}",
            path=reverse("needs:need", args=[need.code]),
            problem=need.problem[:60],
            organization=organization.name,
        )


def _move(need: Need, source: tuple[NeedState, ...], columns: dict[str, Any]) -> None:
    if not Need.objects.filter(pk=need.pk, state__in=source).update(**columns):
        raise NotNow
    need.refresh_from_db()


def is_matched(need: Need) -> bool:
    """Whether offers are proposed for it: the need wants it, and its firm has not switched it off (PII-3)."""
    return need.matching and (need.organization is None or need.organization.matching)


def on_matching(key: str, payload: dict[str, Any]) -> None:
    """A firm switched proposals on or off: its open needs are listened for, or no longer, with their mail (PII-3)."""
    rows = Need.objects.filter(organization=payload["organization"], state__in=LIVE)
    for need in rows.select_related("organization", "created_by"):
        _listen(need, need.created_by)


def query_of(need: Need) -> Query:
    """The question that a need asks of what is on offer."""
    return Query().asking(f"{need.problem} {need.product}".strip())


def _listen(need: Need, by: User) -> None:
    """Tell new offers that fit by mail while a need is live and wants to be matched; no longer (PII-3)."""
    address = saved.canonical(query_of(need))
    if need.state in LIVE and is_matched(need):
        if SavedSearch.objects.filter(user=by).count() < saved.MOST:
            saved.keep(query_of(need), by=by)
    else:
        SavedSearch.objects.filter(user=need.created_by, query=address).delete()
