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

AT_ONCE = 4  # listings between two looks at the database
A_TURN = 80  # listings a duty of the worker computes: half a minute of one core
_BEST_PART = 1.0  # how much the likeness of a listing's likest part counts beside that of the whole


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
    texts = {listing.pk: meaning.passages_of(listing) for listing in listings}
    hashes = {pk: hashlib.sha256("\n".join(told).encode()).hexdigest() for pk, told in texts.items()}
    known = Meaning.objects.filter(listing__in=listings, model=model.name)
    same = {row.listing_id for row in known.defer("vector") if row.text_sha256 == hashes[row.listing_id]}
    new = [pk for pk in texts if pk not in same]
    for pk in new:
        packed = b"".join(meaning.pack(vector) for vector in model.passages(texts[pk]))
        values = {"model": model.name, "text_sha256": hashes[pk], "vector": packed}
        Meaning.objects.update_or_create(listing_id=pk, defaults=values)
    return new


def closest(vector: bytes, found: Sequence[tuple[int, float]]) -> list[tuple[int, float]]:
    """Listings near a question by the vector of the whole, ranked anew by their likest part too; the best first.

    A long abstract says many things, of which a question means one. In one query; the same on every engine.
    """
    import numpy as np

    model = meaning.encoder()
    if model is None or not found:
        return list(found)
    rows = Meaning.objects.filter(listing__in=[key for key, _likeness in found], model=model.name)
    packed = dict(rows.values_list("listing_id", "vector"))
    asked = np.frombuffer(vector, dtype="<f2").astype(np.float32)
    ranked = []
    for key, likeness in found:
        parts = np.frombuffer(packed.get(key, b""), dtype="<f2").reshape(-1, model.dimensions)[1:].astype(np.float32)
        best = (parts @ asked).max() if len(parts) else likeness
        ranked.append((key, float(likeness + _BEST_PART * best) / (1.0 + _BEST_PART)))
    return sorted(ranked, key=lambda one: -one[1])
