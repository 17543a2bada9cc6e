"""What of this room needs an owner: questions by mail that nobody has answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from listings.models import Asking, AskingState
from marketplace.accounts.models import Role
from marketplace.lib import todo
from marketplace.lib.terms import day_of
from marketplace.lib.todo import Desk, Todo

MOST = 20
SOON = timedelta(days=5)  # a question that ends within this is worth a telephone call
LATELY = timedelta(days=30)


def register() -> None:
    """Tell the desk; called from ListingsConfig.ready()."""
    todo.source("listings.asking", _askings, order=50)


def _askings(desk: Desk) -> Iterator[Todo]:
    """Consents and approvals that run out soon, and those that ran out: ask again."""
    if not desk.organization.is_licensor or not desk.roles & {Role.OWNER, Role.LISTER}:
        return
    now = timezone.now()
    rows = Asking.objects.filter(organization=desk.organization, listing__isnull=False)
    waiting = rows.filter(state=AskingState.WAITING, expires_at__gt=now, expires_at__lt=now + SOON)
    gone = rows.filter(state=AskingState.EXPIRED, expires_at__gt=now - LATELY)
    found = (waiting | gone).select_related("listing__patent").order_by("expires_at", "pk")
    for row in found[:MOST]:
        who = row.owner_name or row.capacity or row.name
        expired = row.state == AskingState.EXPIRED
        assert row.listing is not None  # noqa: S101  the query asked for it
        yield Todo(
            _("No answer from %(who)s: %(title)s") % {"who": who, "title": row.listing.patent.title},
            str(row.get_kind_display()),
            reverse("listings:consents", args=[row.listing.code]),
            _("Ask again") if expired else _("See the question"),
            None if expired or row.expires_at is None else day_of(row.expires_at),
            _("Question"),
        )
