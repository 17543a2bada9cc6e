"""How soon each person wants mail of each group: reading it, choosing it, and stopping it by one click (RFC 8058)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core import signing
from django.db import transaction
from django.utils import timezone

from marketplace.lib.terms import SHANGHAI, start_of
from marketplace.notices import groups
from marketplace.notices.models import Message, Pace, Preference

if TYPE_CHECKING:
    from marketplace.accounts.models import User

MORNING = timedelta(hours=8)  # gathered mail comes at eight, Shanghai time
_SIGNER = signing.Signer(salt="notices.off", sep=".")


def of(users: Iterable[User], kind: str) -> dict[int, Pace]:
    """How a kind is mailed to each person; one question to the database, none for what is needed."""
    people = [user.pk for user in users]
    if groups.needed(kind) is not None:
        return dict.fromkeys(people, Pace.NOW)
    group = groups.of(kind)
    chosen = Preference.objects.filter(user__in=people, group=group).values_list("user", "pace")
    return dict.fromkeys(people, groups.GROUPS[group].pace) | {user: Pace(pace) for user, pace in chosen}


def all_of(user: User) -> list[tuple[groups.Group, Pace]]:
    """Every group with the person's pace."""
    chosen = dict(user.notice_preferences.values_list("group", "pace"))
    return [(group, Pace(chosen.get(name, group.pace))) for name, group in groups.GROUPS.items()]


def choose(user: User, group: str, pace: str) -> None:
    """Set the pace of a group. What waits for a digest of it follows: at once it goes now, off it goes not at all."""
    wanted, name = Pace(pace), groups.GROUPS[group].name
    with transaction.atomic():
        Preference.objects.update_or_create(user=user, group=name, defaults={"pace": wanted})
        waiting = Message.objects.filter(user=user, mailed_at=None, digest=None, mail_at__isnull=False)
        mine = [message.pk for message in waiting if groups.of(message.kind) == name]
        match wanted:
            case Pace.OFF:
                Message.objects.filter(pk__in=mine).update(pace=wanted, mail_at=None)
            case Pace.NOW:
                Message.objects.filter(pk__in=mine).update(mail_at=timezone.now())
            case _:
                Message.objects.filter(pk__in=mine).update(pace=wanted, mail_at=due(wanted, timezone.now()))


def due(pace: Pace, after: datetime) -> datetime | None:
    """When the next gathered mail of this pace goes: tomorrow morning, or the next Monday's; None for the others."""
    if pace not in (Pace.DAILY, Pace.WEEKLY):
        return None
    morning = start_of(timezone.localtime(after, SHANGHAI).date()) + MORNING
    if morning <= after:
        morning += timedelta(days=1)
    if pace == Pace.WEEKLY:
        morning += timedelta(days=(7 - timezone.localtime(morning, SHANGHAI).weekday()) % 7)
    return morning


def off_token(user: User, group: str) -> str:
    """What a mail's own link carries: whoever holds the mail may stop its group, without log-in."""
    return _SIGNER.sign(f"{user.pk}-{group}")


def by_token(token: str) -> tuple[User, str] | None:
    """The person and the group ("daily" or "weekly": all groups of that pace) of a link; None for anything else."""
    from django.contrib.auth import get_user_model

    try:
        number, _dash, group = _SIGNER.unsign(token).partition("-")
    except signing.BadSignature:
        return None
    user = get_user_model().objects.filter(pk=int(number), is_active=True).first()
    known = group in groups.GROUPS or group in (Pace.DAILY, Pace.WEEKLY)
    return (user, group) if user is not None and known else None


def stop(user: User, group: str) -> None:
    """Send no more mail of a group, or of every group that is gathered at this pace; the inbox goes on."""
    if group in groups.GROUPS:
        choose(user, group, Pace.OFF)
        return
    for each, pace in all_of(user):
        if pace == group:
            choose(user, each.name, Pace.OFF)
