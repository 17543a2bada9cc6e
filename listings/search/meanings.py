"""Computing what listings mean and keeping it in the database: a projection, made again when text or model change."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from listings.models import Listing, Meaning
from listings.models.listing import PUBLIC
from listings.search import indexer, meaning
from listings.search.documents import readable

AT_ONCE = 8  # passages between two looks at the database
A_TURN = 200  # listings a duty of the worker computes: half a minute of one core


def on_listing_moved(key: str, payload: dict[str, Any]) -> None:
    """Handler of `listing.moved`: compute the meaning where the text is new, then let the index know."""
    compute([int(payload["listing"])])


def compute_missing() -> int:
    """Duty of the worker: listings that have no meaning under this model, some at a time; returns how many."""
    return compute(list(missing().values_list("pk", flat=True)[:A_TURN]))


def store_missing(most: int) -> int:
    """Compute and keep what is missing, without indexing it; returns how many, at most `most`."""
    done = 0
    while done < most:
        batch = list(readable(missing())[: min(AT_ONCE, most - done)])
        if not batch:
            break
        done += len(store(batch))
    return done


def missing() -> QuerySet[Listing]:
    """Listings that can be found and have no meaning under this model."""
    model = meaning.encoder()
    if model is None:
        return Listing.objects.none()
    return Listing.objects.filter(state__in=PUBLIC).exclude(meaning__model=model.name).order_by("pk")


def compute(keys: Sequence[int]) -> int:
    """Compute what is not yet known of these and index it; returns how many. Nothing happens without a model."""
    done = 0
    for start in range(0, len(keys), AT_ONCE):
        found = Listing.objects.filter(pk__in=keys[start : start + AT_ONCE], state__in=PUBLIC)
        changed = store(list(readable(found)))
        if changed:
            indexer.refresh(changed)
        done += len(changed)
    return done


def store(listings: Sequence[Listing]) -> list[int]:
    """Compute and keep the meanings of those whose text or model is new; returns their keys."""
    model = meaning.encoder()
    if model is None:
        return []
    texts = {listing.pk: meaning.passage_of(listing) for listing in listings}
    hashes = {pk: hashlib.sha256(text.encode()).hexdigest() for pk, text in texts.items()}
    known = Meaning.objects.filter(listing__in=listings, model=model.name)
    same = {row.listing_id for row in known.defer("vector") if row.text_sha256 == hashes[row.listing_id]}
    new = [pk for pk in texts if pk not in same]
    for pk, vector in zip(new, model.passages([texts[pk] for pk in new]), strict=True):
        values = {"model": model.name, "text_sha256": hashes[pk], "vector": meaning.pack(vector)}
        Meaning.objects.update_or_create(listing_id=pk, defaults=values)
    return new
