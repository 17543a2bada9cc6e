"""The index is a projection: what it got wrong is found and mended, on both engines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from listings.models import Listing, ListingState
from listings.search import Query, documents, drift, indexer, search
from listings.search.backend import Document
from listings.search.documents import documents_of
from listings.search.engine import backend
from marketplace.accounts.models import User
from marketplace.outbox import outbox, worker
from marketplace.outbox.models import Effect, EffectState
from tests.listings.making import offer, university

pytestmark = pytest.mark.django_db
COUNT = 12


@pytest.fixture
def offers(site: str, alice: User) -> list[Listing]:
    """Some offers, all of them in the index."""
    school = university()
    made = [offer(school, alice, f"第{number}件", problem=f"余热 问题{number}") for number in range(COUNT)]
    indexer.rebuild()
    backend().settle()
    return made


def by_hand(*, without: set[int] = frozenset(), instead: dict[int, Document] | None = None, more: Any = ()) -> None:  # type: ignore[assignment]
    """Put another index in place of the true one."""
    instead = instead or {}
    kept = [instead.get(each.key, each) for each in documents_of() if each.key not in without]
    backend().rebuild([*kept, *more])


def document_of(listing: Listing) -> Document:
    (made,) = documents_of([listing.pk])
    return made


def found() -> dict[str, int]:
    return {name: count for name, count in drift.find().counts.items() if count}


def test_a_true_index_raises_no_alarm(offers: list[Listing]) -> None:
    assert not drift.find()


def test_every_kind_of_drift_is_found_and_mended(offers: list[Listing]) -> None:
    dropped, behind, altered, hidden = offers[0], offers[1], offers[2], offers[3]
    Listing.objects.filter(pk=behind.pk).update(version=F("version") + 1)
    true = document_of(altered)
    by_hand(
        without={dropped.pk},
        instead={
            behind.pk: replace(document_of(behind), version=1),
            altered.pk: replace(true, texts={**true.texts, "problem": "馒头"}),
            hidden.pk: Document.tombstone(hidden.pk, hidden.version),
        },
        more=[Document(key=10**9, version=4, texts={"problem": "余热"})],
    )

    seen = drift.find()

    assert (seen.missing, seen.older) == ((dropped.pk,), (behind.pk,))
    assert (seen.altered, seen.gone, seen.ahead) == ((altered.pk, hidden.pk), (10**9,), ())
    assert drift.repair(seen) == 5
    assert not drift.find()
    assert search(Query(q="馒头")).notes != []


def test_one_price_that_differs_is_enough(offers: list[Listing]) -> None:
    true = document_of(offers[5])
    by_hand(instead={offers[5].pk: replace(true, prices={**true.prices, "micro": 1})})

    assert found() == {"altered": 1}


def test_a_change_that_the_outbox_will_tell_is_no_drift(offers: list[Listing]) -> None:
    listing = offers[0]
    with transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(version=2)
        outbox.add("listing.moved", key=f"{listing.pk}:2", listing=listing.pk, version=2)
    assert found() == {}

    Effect.objects.all().delete()  # the same change, and nobody will tell the index
    assert found() == {"older": 1}


def test_tombstones_of_what_is_not_on_offer_are_no_drift(offers: list[Listing]) -> None:
    Listing.objects.filter(pk=offers[0].pk).update(state=ListingState.SUSPENDED, version=2)
    indexer.refresh([offers[0].pk])

    assert found() == {}


def test_a_database_restored_from_an_older_copy_is_noticed_and_the_index_built_anew(offers: list[Listing]) -> None:
    Listing.objects.update(version=9)
    indexer.rebuild()
    Listing.objects.update(version=3)  # as it was in the copy

    seen = drift.find()

    assert len(seen.ahead) == COUNT
    drift.repair(seen)
    assert set(backend().versions().values()) == {3}


def test_without_the_rebuild_such_an_index_would_refuse_every_change(offers: list[Listing]) -> None:
    Listing.objects.update(version=9)
    indexer.rebuild()
    Listing.objects.update(version=3)

    assert indexer.refresh([each.pk for each in offers]) == 0


def test_some_keys_can_be_compared_alone(offers: list[Listing]) -> None:
    by_hand(without={offers[0].pk, offers[1].pk})

    assert drift.find([offers[1].pk, offers[2].pk]).missing == (offers[1].pk,)


def test_the_duty_mends_its_slice(offers: list[Listing]) -> None:
    by_hand(without={offers[0].pk})

    assert drift.sweep() == 1
    assert drift.sweep() == 0


def test_the_turns_of_the_duty_reach_every_key(offers: list[Listing], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drift, "SLICE", 5)
    first = offers[0].pk
    by_hand(without={each.pk for each in offers})
    turns = (first + COUNT) // 5 + 1

    assert sum(drift.sweep(turn * drift.EVERY) for turn in range(turns)) == COUNT


def test_the_command_says_what_is_wrong_and_mends_it_when_asked(
    offers: list[Listing], capsys: pytest.CaptureFixture[str]
) -> None:
    by_hand(without={offers[0].pk})

    with pytest.raises(CommandError, match="--repair"):
        call_command("search_drift")
    assert "missing: 1" in capsys.readouterr().out
    call_command("search_drift", "--repair")
    assert "Mended: 1" in capsys.readouterr().out
    call_command("search_drift")
    assert "says what the database says" in capsys.readouterr().out


@pytest.fixture
def refused(offers: list[Listing], monkeypatch: pytest.MonkeyPatch) -> Listing:
    """A listing whose document no engine takes: it has a field that is not in the mapping."""
    bad, true = offers[3], documents.document_of

    def made(listing: Listing) -> Document:
        document = true(listing)
        return replace(document, texts={**document.texts, "surplus": "x"}) if listing.pk == bad.pk else document

    monkeypatch.setattr(documents, "document_of", made)
    return bad


def until_given_up() -> None:
    for _attempt in range(worker.MOST_ATTEMPTS + 1):
        Effect.objects.filter(state=EffectState.PENDING).update(next_at=timezone.now())
        worker.run_pending()


def test_a_refused_listing_keeps_no_other_out_and_ends_as_a_dead_letter(
    offers: list[Listing], refused: Listing
) -> None:
    assert indexer.rebuild() == COUNT - 1
    assert search(Query(q="余热")).total == COUNT - 1

    until_given_up()

    (letter,) = worker.dead()
    assert letter.topic == indexer.REJECTED
    assert letter.payload["listing"] == refused.pk
    assert "surplus" in letter.last_error


def test_a_refused_listing_is_mended_once_its_document_is(
    offers: list[Listing], refused: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexer.rebuild()
    until_given_up()
    monkeypatch.undo()

    worker.retry(worker.dead()[0].pk)
    worker.run_pending()
    backend().settle()

    assert worker.dead() == []
    assert search(Query(q="余热")).total == COUNT


def test_of_several_listings_read_again_the_refused_one_is_set_aside(offers: list[Listing], refused: Listing) -> None:
    assert indexer.refresh([offers[2].pk, refused.pk, offers[4].pk]) == 2

    assert [each.payload["listing"] for each in Effect.objects.filter(topic=indexer.REJECTED)] == [refused.pk]
