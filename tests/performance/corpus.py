"""Listings by the thousand, made up so that they cost a search engine what real ones do.

Measured on 3,823 Chinese patent abstracts: titles of 7 to 27 characters (median 16), abstracts of 147 to 333 (median
272, 152 words), 29,000 different words, of which the r-th most frequent makes up the share that SHARES says. Words are
those of the reference data where it lies beside the checkout, else invented ones; sentences are random either way.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import accumulate, islice, pairwise
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "patents" / "abstracts.jsonl"
WORDS = 29_000
SHARES = (
    (1, 0.0559),
    (10, 0.00695),
    (100, 0.00118),
    (1_000, 1.45e-4),
    (5_000, 1.98e-5),
    (10_000, 8.2e-6),
    (WORDS, 1e-6),
)
SYMBOLS = ("G06F 17/30", "H01M 10/54", "F27D 17/00", "C02F 1/52", "B65G 47/90", "A61K 9/06", "H04L 12/24", "F28G 1/00",
           "A21D 8/04", "B01D 53/00", "C22B 7/00", "G01N 21/88", "A01D 13/00", "E04B 1/00", "D01H 1/00")  # fmt: skip
INDUSTRIES = ("nonferrous", "equipment", "electronics", "new_materials", "chemicals", "food", "environment", "other")
_AT_ONCE = 2_000


def _share(rank: int) -> float:
    """The share of the word of that rank, between two measured ones by their logarithms."""
    for (low, high_share), (high, low_share) in pairwise(SHARES):
        if rank <= high:
            part = math.log(rank / low) / math.log(high / low)
            return math.exp(math.log(high_share) + part * math.log(low_share / high_share))
    return SHARES[-1][1]


def _vocabulary() -> list[str]:
    from listings.search import analysis

    if SHARED.exists():
        seen: Counter[str] = Counter()
        with SHARED.open(encoding="utf-8") as lines:
            for line in islice(lines, 4_000):
                seen.update(analysis.words(json.loads(line).get("abstract", "")))
        return [word for word, _count in seen.most_common(WORDS) if analysis.is_han(word)]
    signs = [chr(code) for code in range(0x4E00, 0x4E00 + 175)]
    made = [a + b for a in signs for b in signs][:WORDS]
    random.Random(1).shuffle(made)  # noqa: S311
    return made


class Corpus:
    """Texts and questions of one vocabulary; the same seed gives the same ones."""

    def __init__(self, seed: int = 7) -> None:
        self.words = _vocabulary()
        self._summed = list(accumulate(_share(rank) for rank in range(1, len(self.words) + 1)))
        self._random = random.Random(seed)  # noqa: S311
        self._ready: list[str] = []

    def text(self, characters: int) -> str:
        """A sentence of about so many characters."""
        parts: list[str] = []
        length = 0
        while length < characters:
            if not self._ready:
                self._ready = self._random.choices(self.words, cum_weights=self._summed, k=200_000)
            parts.append(self._ready.pop())
            length += len(parts[-1])
        return "".join(parts)

    def questions(self, count: int) -> list[str]:
        """What people type: one to four words that are neither very common nor unknown, some a whole sentence."""
        asked = []
        for number in range(count):
            if number % 10 == 9:
                asked.append(self.text(18))
                continue
            telling = self._random.sample(self.words[60:6_000], number % 4 + 1)
            asked.append(" ".join(telling))
        return asked

    def patents(self, count: int, school: Any) -> Iterator[Any]:
        """Patents that are not stored yet."""
        from listings.models import Patent
        from marketplace.lib.numbers import application_check_digit

        for number in range(count):
            filed_on = date(2019, 1, 1) + timedelta(days=number % 2_000)
            digits = f"{filed_on.year}1{number:07d}"
            symbol = SYMBOLS[number % len(SYMBOLS)]
            yield Patent(
                organization=school, application_number=digits + application_check_digit(digits), kind="invention",
                title=self.text(16)[:200], abstract=self.text(self._random.choice((147, 225, 272, 293, 333))),
                patentee=school.name, ipc_main=symbol, ipc=[symbol], filed_on=filed_on, status="in_force",
                last_day=filed_on.replace(year=filed_on.year + 20, day=1), granted_on=date(2024, 1, 1),
            )  # fmt: skip


def store(corpus: Corpus, count: int, *, schools: Sequence[Any], person: Any) -> None:
    """So many offers in the database, past the forms: this measures finding them."""
    from django.utils import timezone

    from listings.models import Listing, ListingState, OfferTerms, Patent

    now = timezone.now()
    waiting = corpus.patents(count, schools[0])
    stored = 0
    while batch := list(islice(waiting, _AT_ONCE)):
        patents = Patent.objects.bulk_create(batch)
        listings = Listing.objects.bulk_create(
            Listing(
                patent=patent,
                organization=schools[number % len(schools)],
                track="preset",
                created_by=person,
                headline=corpus.text(14)[:180],
                problem=corpus.text(60),
                products=corpus.text(12)[:280],
                industry=INDUSTRIES[number % len(INDUSTRIES)],
                published_at=now - timedelta(minutes=number),
            )
            for number, patent in enumerate(patents, start=stored)
        )
        OfferTerms.objects.bulk_create(
            OfferTerms(
                listing=listing, fee_minor=(stored + n) % 97 * 100_000, months=60, guidance_none=True, acts=["make"]
            )
            for n, listing in enumerate(listings)
        )
        stored += len(patents)
    Listing.objects.filter(state=ListingState.DRAFT).update(state=ListingState.PUBLISHED)
