"""The moderators' groups of synonyms: read from the database, in force with the next question."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import Count, Max

from listings.models import SynonymGroup
from listings.search.expressions import split

Groups = tuple[tuple[str, ...], ...]  # the first names the group; one alone ends the built-in group of that name


def groups() -> Groups:
    """The groups as they are now. One small query tells whether they changed; only then are they read."""
    told = SynonymGroup.objects.aggregate(count=Count("pk"), changed=Max("changed_at"))
    return groups_of(told["count"], told["changed"])


def groups_of(count: int, changed: object) -> Groups:
    """The groups as they were when there were so many, changed last at this time."""
    return _read(count, str(changed)) if count else ()


@lru_cache(maxsize=2)
def _read(count: int, changed: str) -> Groups:
    return tuple(
        tuple(split(row.expressions)) if row.active else tuple(split(row.expressions)[:1])
        for row in SynonymGroup.objects.order_by("changed_at", "pk")
    )
