"""The index follows the database, and never goes back."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from listings.models import Listing, ListingState
from listings.search import Query, indexer, search
from listings.search.backend import Document, Question, SearchUnavailable, Word
from listings.search.documents import document_of, readable
from listings.search.embedded import TantivyBackend
from marketplace.accounts.models import User
from marketplace.outbox import outbox, worker
from tests.listings.making import offer, university

SOME = Question(words=(Word(("余热",)),), at_least=1)


def document(version: int = 1, key: int = 1, word: str = "余热") -> Document:
    return Document(
        key=key, version=version, texts={"problem": word, "pairs": word},
        values={"track": ("open",), "band": (":free",)}, prices={"": 0},
    )  # fmt: skip


@pytest.fixture
def engine(tmp_path: Path) -> TantivyBackend:
    made = TantivyBackend(str(tmp_path / "search"))
    made.rebuild([])
    return made


def test_an_index_that_was_never_built_says_so(tmp_path: Path) -> None:
    engine = TantivyBackend(str(tmp_path / "search"))

    with pytest.raises(SearchUnavailable):
        engine.search(SOME)
    with pytest.raises(SearchUnavailable):
        engine.index([document()])


def test_what_is_stored_is_found_at_once(engine: TantivyBackend) -> None:
    assert engine.search(SOME).total == 0

    engine.index([document()])

    assert engine.search(SOME).keys == (1,)


def test_an_older_version_does_not_replace_a_newer_one(engine: TantivyBackend) -> None:
    engine.index([document(version=2, word="余热")])

    assert engine.index([document(version=1, word="馒头")]) == 0

    assert engine.search(SOME).keys == (1,)
    assert engine.versions() == {1: 2}


def test_the_same_version_again_changes_nothing(engine: TantivyBackend) -> None:
    engine.index([document()])

    assert engine.index([document()]) == 1

    assert engine.search(SOME).total == 1
    assert engine.versions() == {1: 1}


def test_of_two_versions_in_one_batch_the_newer_stays(engine: TantivyBackend) -> None:
    engine.index([document(version=5), document(version=3, word="馒头")])

    assert engine.versions() == {1: 5}
    assert engine.search(SOME).total == 1


def test_a_late_update_does_not_revive_a_withdrawn_listing(engine: TantivyBackend) -> None:
    engine.index([document(version=1)])
    engine.index([Document.tombstone(1, 3)])

    engine.index([document(version=2)])

    assert engine.search(SOME).total == 0
    assert engine.versions() == {1: 3}


def test_shuffled_and_repeated_updates_end_with_the_newest(engine: TantivyBackend) -> None:
    for version in (3, 1, 7, 2, 7, 5, 6, 1, 4):
        engine.index([document(version=version, key=9)])

    assert engine.versions() == {9: 7}
    assert engine.search(SOME).total == 1


def test_a_rebuild_switches_in_one_step_and_sweeps_old_generations(engine: TantivyBackend) -> None:
    for version in range(4):
        engine.rebuild([document(version=version)])

    assert engine.search(SOME).total == 1
    assert len(list(engine.root.glob("g-*"))) == 2  # this one, and the one a reader may still hold


def test_a_rebuild_that_fails_leaves_the_old_index(engine: TantivyBackend) -> None:
    engine.index([document()])

    def broken() -> Iterator[Document]:
        yield document(key=2)
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        engine.rebuild(broken())

    assert engine.search(SOME).keys == (1,)
    assert len(list(engine.root.glob("g-*"))) == 1


def test_another_reader_sees_what_a_writer_wrote_and_rebuilt(engine: TantivyBackend) -> None:
    reader = TantivyBackend(str(engine.root))
    assert reader.search(SOME).total == 0

    engine.index([document()])
    assert reader.search(SOME).total == 1
    engine.rebuild([document(), document(key=2)])
    assert reader.search(SOME).total == 2


def test_another_process_writes_and_this_one_reads(engine: TantivyBackend) -> None:
    assert engine.search(SOME).total == 0
    code = (
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE']='marketplace.settings.test'; django.setup();"
        "from listings.search.embedded import TantivyBackend; from tests.listings.search.test_index import document;"
        f"TantivyBackend({str(engine.root)!r}).index([document(key=n) for n in range(5)])"
    )
    root = Path(__file__).resolve().parents[3]
    writers = [subprocess.Popen([sys.executable, "-c", code], cwd=root) for _ in range(2)]  # at the same time

    assert [writer.wait(timeout=120) for writer in writers] == [0, 0]

    assert engine.search(SOME).total == 5
    assert engine.versions() == dict.fromkeys(range(5), 1)


def test_an_index_of_another_schema_is_not_read(engine: TantivyBackend) -> None:
    (engine.root / "CURRENT").write_text("g-0-00000000-1")

    with pytest.raises(SearchUnavailable):
        engine.search(SOME)


def test_a_broken_index_is_unavailable_and_not_an_error(engine: TantivyBackend) -> None:
    generation = engine.root / (engine.root / "CURRENT").read_text()
    (generation / "meta.json").write_text("{")

    with pytest.raises(SearchUnavailable):
        TantivyBackend(str(engine.root)).search(SOME)


@pytest.mark.django_db
def test_a_document_says_what_the_listing_says(catalog: dict[str, Listing]) -> None:
    made = document_of(readable(Listing.objects.filter(pk=catalog["余热"].pk)).get())

    assert made.values["track"] == ("preset",)
    assert made.values["ipc"] == ("F", "F27")
    assert made.values["region"] == ("410000", "410300")
    assert made.values["industry"] == ("nonferrous",)
    assert ":to_100k" in made.values["band"]
    assert "余热" in made.texts["problem"].split()
    assert made.visible


@pytest.mark.django_db
def test_a_listing_that_cannot_be_found_is_a_tombstone(catalog: dict[str, Listing]) -> None:
    listing = readable(Listing.objects.filter(pk=catalog["余热"].pk)).get()
    listing.state = ListingState.SUSPENDED

    assert document_of(listing) == Document.tombstone(listing.pk, listing.version)


@pytest.mark.django_db
def test_the_index_hears_of_a_moved_listing_through_the_outbox(catalog: dict[str, Listing]) -> None:
    listing = catalog["馒头"]
    with transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(state=ListingState.SUSPENDED, version=2)
        outbox.add("listing.moved", key=f"{listing.pk}:2", listing=listing.pk, version=2)

    worker.run_pending()

    stale, gone = indexer.compare()
    assert (stale, gone) == ([], [])
    assert search(Query(q="馒头")).notes != []


@pytest.mark.django_db
def test_the_comparison_names_what_the_index_missed(catalog: dict[str, Listing]) -> None:
    Listing.objects.filter(pk=catalog["馒头"].pk).update(version=2)

    assert indexer.compare() == ([catalog["馒头"].pk], [])


@pytest.mark.django_db
@pytest.mark.usefixtures("_index_folder")
def test_the_first_change_builds_a_missing_index_from_the_whole_database(alice: User) -> None:
    school = university()
    listings = [offer(school, alice, f"第{number}件余热装置") for number in range(3)]

    indexer.on_listing_moved("k", {"listing": listings[0].pk, "version": 1})

    assert search(Query(q="余热")).total == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("_index_folder")
def test_without_an_index_the_database_answers_and_says_so(alice: User) -> None:
    school = university()
    found = offer(school, alice, "余热装置", problem="热量白白跑掉")
    offer(school, alice, "别的")

    results = search(Query(q="余热", track=("preset",), region=("410000",)))

    assert results.degraded
    assert results.ids == [found.pk]
    assert len(results.notes) == 1


@pytest.mark.django_db
def test_the_command_rebuilds_and_may_do_so_only_when_needed(
    catalog: dict[str, Listing], capsys: Any, settings: Any
) -> None:
    call_command("rebuild_index", "--if-needed")
    assert "up to date" in capsys.readouterr().out

    call_command("rebuild_index")
    assert "12" in capsys.readouterr().out


def test_a_document_is_frozen() -> None:
    with pytest.raises(AttributeError):
        document().version = 2  # type: ignore[misc]
    assert replace(document(), version=2).version == 2
