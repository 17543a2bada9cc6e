"""Words that many people ask, counted without anybody's trail."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from listings.models import AskedWords
from listings.search.query import clean
from marketplace.lib import limits
from marketplace.lib.terms import today

LEAST = 5  # people on days, before words are shown: fewer might tell who asked
RECENT_DAYS, POPULAR_DAYS, KEPT_DAYS = 3, 90, 400
_SHOWN = 6
_LONGEST = 24  # characters: longer ones are somebody's own sentence
_REMEMBERED = 300  # seconds
_PERSONAL = re.compile(r"\d{5,}|@|://|www\.", re.IGNORECASE)  # telephone and account numbers, addresses


class Asked(NamedTuple):
    """What was asked often: lately, and in the last three months without those."""

    recent: tuple[str, ...]
    popular: tuple[str, ...]


def countable(words: str) -> bool:
    """Whether words may be counted: short, with letters, without what points at a person."""
    return 2 <= len(words) <= _LONGEST and any(c.isalpha() for c in words) and not _PERSONAL.search(words)


def count(question: str, asker: str) -> bool:
    """Count that somebody asked this, once a day for each asker; whether it was counted.

    Of the asker a hash stays in the cache until the day is over, in the database nothing.
    """
    words, day = clean(question).lower(), today()
    if not countable(words):
        return False
    if not limits.first("asked", f"{day}:{asker}:{words}", seconds=86_400):
        return False
    if not _added(words):
        try:
            with transaction.atomic():
                AskedWords.objects.create(words=words, day=day, times=1)
        except IntegrityError:  # somebody else asked the same at this moment
            _added(words)
    return True


def _added(words: str) -> int:
    return AskedWords.objects.filter(words=words, day=today()).update(times=F("times") + 1)


def often() -> Asked:
    """What was asked often enough to be shown; remembered for some minutes."""
    found: Asked | None = cache.get("asked:often")
    if found is None:
        recent = _most(RECENT_DAYS)[:_SHOWN]
        popular = [words for words in _most(POPULAR_DAYS) if words not in recent][:_SHOWN]
        found = Asked(tuple(recent), tuple(popular))
        cache.set("asked:often", found, timeout=_REMEMBERED)
    return found


def _most(days: int) -> list[str]:
    since = today() - timedelta(days=days - 1)
    sums = AskedWords.objects.filter(day__gte=since).values("words").annotate(whole=Sum("times"))
    most = sums.filter(whole__gte=LEAST).order_by("-whole", "words")
    return [row["words"] for row in most[: 2 * _SHOWN]]


def sweep() -> int:
    """Forget counts that are older than KEPT_DAYS; how many rows went."""
    return AskedWords.objects.filter(day__lt=today() - timedelta(days=KEPT_DAYS)).delete()[0]
