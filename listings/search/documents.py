"""What the index is told about one listing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain

from django.db.models import QuerySet
from django.utils import translation

from listings import variants
from listings.models import FeeMode, Listing, ListingState, Meaning, Track
from listings.models.listing import PUBLIC
from listings.prices import class_prices_of
from listings.search import analysis, facets, meaning, rows
from listings.search.backend import Document
from listings.search.fields import CLASSES
from marketplace.lib import classes, divisions, industries, pinyin

_SHARED = ("classes", "people", "about")  # texts that many listings have in common
_PAIRED = ("title", "headline", "problem", "products", "abstract")  # texts whose characters are kept two by two
_BATCH = 500  # listings read in one go
_TEN_THOUSAND = 1_000_000  # fen


def readable(listings: QuerySet[Listing]) -> QuerySet[Listing]:
    """The same listings with everything a document asks for, in a constant number of queries."""
    return listings.select_related("patent", "organization", "terms").prefetch_related(
        "terms__class_prices", "variants__class_prices"
    )


def indexable(keys: Sequence[int]) -> list[Listing]:
    """These listings in whatever state with everything a document asks for, meanings included, in the order of keys."""
    found = rows.read(sorted(keys), states=ListingState.values)
    model = meaning.encoder()
    if model is not None:
        told = Meaning.objects.filter(listing__in=[row.pk for row in found]).defer("text_sha256")
        known = {each.listing_id: each for each in told}
        for listing in found:
            listing._state.fields_cache["meaning"] = known.get(listing.pk)
    return found


def reader_key(of: Iterable[str]) -> str:
    """Under which of CLASSES a reader of these classes is kept."""
    key = "+".join(of)
    return key if key in CLASSES else ""


def price_of(listing: Listing, key: str) -> int:
    """The fixed part that a reader of CLASSES pays under the cheapest variant (minor units; a year's, where yearly)."""
    return variants.cheapest(listing, key.split("+") if key and listing.track != Track.OPEN else ())[0]


def band_of(listing: Listing, price: int) -> str:
    """The price band of listings.search.query.BANDS."""
    if price == 0:
        return "share" if variants.cheapest(listing)[1].royalty_bp else "free"
    if price <= _TEN_THOUSAND:
        return "to_10k"
    return "to_100k" if price <= 10 * _TEN_THOUSAND else "over_100k"


def document_of(listing: Listing) -> Document:
    """The document of a listing that can be found, or the tombstone of one that cannot."""
    if listing.state not in PUBLIC or not hasattr(listing, "terms"):
        return Document.tombstone(listing.pk, listing.version)
    patent = listing.patent
    prices = _prices(listing)
    last_day = patent.last_day.toordinal() if patent.last_day else 0
    return Document(
        key=listing.pk,
        version=listing.version,
        texts=_texts(listing),
        values=_values(listing, prices),
        prices=prices,
        published=int(listing.published_at.timestamp()) if listing.published_at else 0,
        last_day=last_day,
        vector=_vector(listing),
    )


def _prices(listing: Listing) -> dict[str, int]:
    """What readers of each of CLASSES pay; worked out once where all pay the same."""
    if not variants.rows(listing) and not class_prices_of(listing.terms):
        return dict.fromkeys(CLASSES, price_of(listing, ""))
    return {key: price_of(listing, key) for key in CLASSES}


def _vector(listing: Listing) -> bytes:
    """What is known of its meaning. That of an older text stays until the new one is computed: it is nearly right."""
    model = meaning.encoder()
    known = getattr(listing, "meaning", None) if model else None
    return meaning.first_of(bytes(known.vector)) if model and known and known.model == model.name else b""


def _texts(listing: Listing) -> dict[str, str]:
    patent, organization = listing.patent, listing.organization
    told = {
        "title": patent.title,
        "headline": listing.headline,
        "problem": listing.problem,
        "products": listing.products,
        "gains": " ".join(str(cell) for row in listing.gains for cell in row),
        "abstract": patent.abstract,
        "classes": _class_words((patent.ipc_main, *patent.ipc)),
        "people": f"{patent.inventors} {patent.patentee} {organization.name} {organization.name_en}",
        "about": " ".join((industry_words(listing.industry), listing.adoption, listing.also_needed,
                           listing.terms.field_of_use, region_words(organization.division))),
    }  # fmt: skip
    words = analysis.fingerprint()
    texts = {name: _again(words, text) for name, text in told.items() if name in _SHARED}
    read = {name: analysis.pieces(text) for name, text in told.items() if name not in _SHARED}
    texts |= {name: " ".join(analysis.words_of(pieces)) for name, pieces in read.items()}
    texts["people"] = " ".join([texts["people"], *_spelled(patent.inventors, patent.patentee, organization.name)])
    paired = chain.from_iterable(analysis.pairs_of(read[name]) for name in _PAIRED)
    return texts | {"pairs": " ".join(paired)}


@lru_cache(maxsize=8_192)
def _again(_words: str, text: str) -> str:
    """The words of a text that many listings share, segmented once for each state of the dictionary."""
    return " ".join(analysis.words(text))


def _spelled(*names: str) -> list[str]:
    """Names as people type them who have no Chinese keyboard at hand: whole in pinyin, and by initials."""
    single = (part for name in names for part in re.split(r"[;；,，、\s]+", name) if part)
    return list(dict.fromkeys(form for part in single for form in _spellings(part)))


@lru_cache(maxsize=16_384)
def _spellings(name: str) -> tuple[str, ...]:
    return tuple(analysis.stem(form) for form in pinyin.names(analysis.even(name)))


def _values(listing: Listing, prices: dict[str, int]) -> dict[str, tuple[str, ...]]:
    patent, division = listing.patent, listing.organization.division
    return {
        "numbers": tuple(analysis.number_forms(patent.application_number, patent.publication_number)),
        "track": (str(listing.track),),
        "band": tuple(f"{key}:{band_of(listing, price)}" for key, price in prices.items()),
        "fee": tuple(dict.fromkeys(str(FeeMode(row.fee_mode)) for row in [listing.terms, *variants.rows(listing)])),
        "ipc": _ipc_values([patent.ipc_main, *patent.ipc]),
        "industry": (listing.industry,) if listing.industry else (),
        "university": (str(listing.organization.code),),
        "region": (f"{division[:2]}0000", f"{division[:4]}00") if len(division) == 6 else (),
        **facets.values_of(listing),
    }


def _ipc_values(symbols: Iterable[str]) -> tuple[str, ...]:
    """Sections and classes: F27D 17/00 → F, F27; of a Locarno symbol its class: 09-03 → 09."""
    found: list[str] = []
    for symbol in symbols:
        found += [symbol[:1], symbol[:3]] if symbol[:1].isalpha() else [symbol[:2]] * bool(symbol)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=4_096)
def _class_words(symbols: tuple[str, ...]) -> str:
    """The titles of the classes in both languages, so that "heat exchange" finds F28."""
    titles = {step: title for symbol in symbols for step, title in classes.ladder(symbol)}
    return " ".join(f"{step} {title.zh} {title.en}" for step, title in titles.items())


@lru_cache(maxsize=256)
def industry_words(key: str) -> str:
    """An industry's name in both languages."""
    return _in_both(lambda: industries.label(key))


@lru_cache(maxsize=4_096)
def region_words(code: str) -> str:
    """A region's name in both languages."""
    return _in_both(lambda: divisions.name_of(code))


def _in_both(told: Callable[[], str]) -> str:
    words = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            words.append(told())
    return " ".join(words)


def documents_of(keys: Sequence[int] | None = None) -> Iterator[Document]:
    """Every listing's document or tombstone in the order of keys, a batch at a time; or those of these keys."""
    if keys is None:
        keys = list(Listing.objects.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), _BATCH):
        yield from map(document_of, indexable(keys[start : start + _BATCH]))
