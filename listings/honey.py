"""Invented records that only whoever collects the whole catalog meets, and the alarm they raise (WEB-7).

Their addresses look like those of listings, stand in no database, index, count, feed or sitemap, and are linked from
deep pages of the catalog by a link that browsers neither show nor focus. `robots.txt` forbids them by name, so that
search engines which keep to it never meet them. The page itself says at its end that it is invented.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from marketplace.accounts import people
from marketplace.accounts.requests import asker_of
from marketplace.lib import limits
from marketplace.lib.terms import today
from marketplace.notices import kinds, notices

KIND = "catalog.collected"
RECORDS = 3
FROM_PAGE = 3  # people who look that far search anew instead
_A_DAY = 86_400


def register() -> None:
    """The words of the alarm."""
    kinds.register(
        KIND,
        subject=_("Somebody is collecting the catalog"),
        body=_(
            "An invented record that no page shows to people was read by %(who)s (%(agent)s). Searching is limited for"
            " each network and account; look whether that is enough."
        ),
    )


def codes() -> tuple[UUID, ...]:
    """The codes of the invented records: this site's own, the same in every process."""
    return tuple(UUID(bytes=salted_hmac("listings.honey", str(n)).digest()[:16], version=4) for n in range(RECORDS))


def paths() -> list[str]:
    """Their addresses."""
    return [reverse("listings:listing", args=[code]) for code in codes()]


def path_on(page: int) -> str:
    """The address that the page of results with this number links without showing it; '' on the first ones."""
    return paths()[page % RECORDS] if page >= FROM_PAGE else ""


def is_one(code: UUID) -> bool:
    """Whether a listing's code is that of an invented record."""
    return code in codes()


def mark_of(code: UUID, request: HttpRequest) -> str:
    """A number on the page by which a copy tells where it was taken: made of the record, the day and who asked."""
    return _hashed(f"{code}:{today()}:{asker_of(request)}")[:12].upper()


def alarm(request: HttpRequest) -> bool:
    """Tell the moderators that somebody collects, once a day for each network or account; whether they were told."""
    asker = asker_of(request)
    if not limits.first("honey", f"{today()}:{asker}", seconds=_A_DAY) or not limits.allow("honey", "everybody"):
        return False
    who = request.user.email if request.user.is_authenticated else asker
    agent = request.headers.get("User-Agent", "-")[:120]
    with transaction.atomic():
        notices.tell(people.moderators(), KIND, key=f"{KIND}:{today()}:{_hashed(asker)[:16]}", who=who, agent=agent)
    return True


def _hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
