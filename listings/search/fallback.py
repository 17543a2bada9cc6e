"""Answering from the database when the index is away: fewer ways to match, no counts, newest first (ES-1).

Comparing text row by row takes time that grows with the rows, and the site must not stand still because its index is
away: only the newest offers are compared, and only the first words of a question.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_

from django.db.models import Q, QuerySet

from listings.models import Listing
from listings.models.listing import PUBLIC
from listings.search.backend import Hits, Question, Word

NEWEST = 5_000  # offers that are compared
MOST_WORDS = 6
MOST_FORMS = 4  # ways to write one word
_FIELDS = ("patent__title", "headline", "problem", "products")
_ORDERS = {"price": "terms__fee_minor", "life": "-patent__last_day"}


def search(question: Question) -> Hits:
    """What the database finds by plain comparison of text; filters that no column answers are set aside."""
    found = _filtered(Listing.objects.filter(state__in=PUBLIC, terms__isnull=False), question)
    if question.numbers:
        found = found.filter(patent__application_number__in=question.numbers)
    if question.words and question.at_least:
        newest = found.order_by("-published_at", "pk").values_list("pk", flat=True)[:NEWEST]
        found = Listing.objects.filter(pk__in=newest)
        ways = [_word(word) for word in question.words[:MOST_WORDS]]
        found = found.filter(reduce(and_ if question.at_least > 1 else or_, ways))
    order = _ORDERS.get(question.sort, "-published_at")
    keys = found.order_by(order, "pk").values_list("pk", flat=True)
    return Hits(keys=tuple(keys[question.offset : question.offset + question.limit]), total=found.count())


def _word(word: Word) -> Q:
    forms = [form.replace(" ", "") if word.pairs else form for form in (*word.forms, *word.kin)[:MOST_FORMS]]
    return reduce(or_, (Q(**{f"{name}__icontains": form}) for name in _FIELDS for form in forms))


def _filtered(found: QuerySet[Listing], question: Question) -> QuerySet[Listing]:
    columns = {
        "track": "track", "fee": "terms__fee_mode", "industry": "industry", "university": "organization__code",
        "kind": "patent__kind",
    }  # fmt: skip
    for name, column in columns.items():
        if values := question.filters.get(name):
            found = found.filter(**{f"{column}__in": values})
    if regions := question.filters.get("region"):
        places = (Q(organization__division__startswith=_stem(code)) for code in regions)
        found = found.filter(reduce(or_, places))
    return found


def _stem(code: str) -> str:
    while len(code) > 2 and code.endswith("00"):
        code = code[:-2]
    return code
