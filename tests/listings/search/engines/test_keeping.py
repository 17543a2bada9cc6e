"""What is stored stays true: versions, tombstones, rebuilds, bad documents. The same on both engines."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Iterator

import pytest

from listings.search.backend import Document, Question, Rejected, SearchBackend, SearchUnavailable, Stored
from listings.search.fields import digest_of, flat
from tests.listings.search.engines.conftest import Another
from tests.listings.search.engines.making import document, keep, keys, numbered

BAD = document(7, "馒头", texts={"unknown": "余热"})


def test_without_an_index_everything_says_so(unbuilt: Another) -> None:
    engine = unbuilt()

    for attempt in (
        lambda: engine.search(Question()),
        lambda: engine.index([document(1)]),
        lambda: list(engine.stored()),
        engine.versions,
    ):
        with pytest.raises(SearchUnavailable):
            attempt()


def test_a_refused_write_leaves_no_index_behind(unbuilt: Another) -> None:
    with pytest.raises(SearchUnavailable):
        unbuilt().index([document(1)])

    with pytest.raises(SearchUnavailable):
        unbuilt().search(Question())


def test_what_is_stored_is_found(engine: SearchBackend) -> None:
    assert keep(engine, document(1, "余热")) == 1
    assert keys(engine, "余热") == [1]


def test_nothing_stored_is_nothing_told(engine: SearchBackend) -> None:
    assert engine.index([]) == 0
    assert list(engine.stored()) == []


def test_an_older_version_changes_nothing(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", version=2))

    assert keep(engine, document(1, "馒头", version=1)) == 0
    assert (keys(engine, "余热"), keys(engine, "馒头")) == ([1], [])
    assert engine.versions() == {1: 2}


def test_a_newer_version_replaces_the_whole_document(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", values={"track": "open"}))
    keep(engine, document(1, "馒头", version=2))

    assert (keys(engine, "余热"), keys(engine, "馒头")) == ([], [1])
    assert keys(engine, filters={"track": ("open",)}) == []


def test_the_same_version_again_replaces(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"))

    assert keep(engine, document(1, "馒头")) == 1
    assert keys(engine, "馒头") == [1]
    assert engine.search(Question()).total == 1


@pytest.mark.parametrize("versions", [(5, 3), (3, 5)])
def test_of_two_versions_in_one_call_the_newer_stays(engine: SearchBackend, versions: tuple[int, int]) -> None:
    keep(engine, *(document(1, f"第{version}", version) for version in versions))

    assert keys(engine, "第5") == [1]
    assert engine.search(Question()).total == 1


def test_a_tombstone_takes_a_document_away_and_is_remembered(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"))
    keep(engine, Document.tombstone(1, 2))

    assert engine.search(Question()).total == 0
    assert engine.versions() == {1: 2}


def test_a_late_update_does_not_revive_what_was_taken_away(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"), Document.tombstone(1, 3))

    assert keep(engine, document(1, "余热", version=2)) == 0
    assert engine.search(Question()).total == 0


def test_a_later_update_does(engine: SearchBackend) -> None:
    keep(engine, Document.tombstone(1, 3))
    keep(engine, document(1, "余热", version=4))

    assert keys(engine, "余热") == [1]


def test_a_tombstone_may_come_before_any_document(engine: SearchBackend) -> None:
    keep(engine, Document.tombstone(1, 3))

    assert keep(engine, document(1, version=1)) == 0
    assert engine.versions() == {1: 3}


def test_shuffled_and_repeated_updates_end_with_the_newest(engine: SearchBackend) -> None:
    updates = [document(key, f"版{version}", version) for key in range(20) for version in range(1, 11)] * 2
    random.Random(6).shuffle(updates)  # noqa: S311 - an order, not a secret

    for start in range(0, len(updates), 57):
        engine.index(updates[start : start + 57])
    engine.settle()

    assert engine.versions() == dict.fromkeys(range(20), 10)
    assert engine.search(Question()).total == 20
    assert sorted(keys(engine, "版10", limit=50)) == list(range(20))


def test_more_documents_than_one_batch_are_stored(engine: SearchBackend) -> None:
    assert keep(engine, *numbered(range(1, 1202))) == 1201
    assert engine.search(Question()).total == 1201


def test_what_an_index_holds_is_told_in_order_of_keys(engine: SearchBackend) -> None:
    held = [document(3, "余热", 4), document(1, "馒头", 2), Document.tombstone(2, 9)]
    keep(engine, *held)

    assert list(engine.stored()) == [
        Stored(1, 2, True, digest_of(flat(held[1]))),
        Stored(2, 9, False, digest_of(flat(held[2]))),
        Stored(3, 4, True, digest_of(flat(held[0]))),
    ]
    assert [each.key for each in engine.stored([3, 8, 2])] == [2, 3]
    assert list(engine.stored([])) == []


def test_more_than_one_page_of_what_it_holds_is_told(engine: SearchBackend) -> None:
    keep(engine, *numbered(range(2_100)))

    assert [each.key for each in engine.stored()] == list(range(2_100))


def test_a_bad_document_does_not_keep_the_others_out_and_is_named(engine: SearchBackend) -> None:
    with pytest.raises(Rejected) as told:
        engine.index([document(6, "余热"), BAD, document(8, "余热")])
    engine.settle()

    assert list(told.value.reasons) == [7]
    assert "unknown" in told.value.reasons[7]
    assert told.value.stored == 2
    assert sorted(keys(engine, "余热")) == [6, 8]
    assert sorted(engine.versions()) == [6, 8]


def test_a_bad_document_does_not_hurt_the_one_that_is_stored(engine: SearchBackend) -> None:
    keep(engine, document(7, "余热"))

    with pytest.raises(Rejected):
        engine.index([document(7, "馒头", version=2, texts={"unknown": "x"})])

    engine.settle()
    assert keys(engine, "余热") == [7]


def test_a_rebuild_with_a_bad_document_switches_and_names_it(engine: SearchBackend) -> None:
    keep(engine, document(1, "旧"))

    with pytest.raises(Rejected) as told:
        engine.rebuild([document(6, "余热"), BAD])

    assert (list(told.value.reasons), told.value.stored) == ([7], 1)
    assert engine.versions() == {6: 1}


def test_a_rebuild_holds_what_it_was_given_and_nothing_older(engine: SearchBackend) -> None:
    keep(engine, *numbered(range(5)))

    assert engine.rebuild([document(9, "余热", 3), Document.tombstone(8, 2)]) == 2
    assert engine.versions() == {8: 2, 9: 3}
    assert keys(engine, "余热") == [9]


def test_a_rebuild_may_go_back_to_an_older_database(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热", version=50))

    engine.rebuild([document(1, "馒头", version=2)])

    assert keys(engine, "馒头") == [1]
    assert keep(engine, document(1, "馒头", version=3)) == 1


def test_a_rebuild_that_fails_leaves_the_old_index_as_it_was(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"))

    def broken() -> Iterator[Document]:
        yield document(2, "余热")
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError, match="went away"):
        engine.rebuild(broken())

    assert keys(engine, "余热") == [1]
    assert keep(engine, document(3, "余热")) == 1
    assert engine.rebuild([document(4, "余热")]) == 1


def test_searches_are_answered_from_the_old_index_until_the_switch(engine: SearchBackend) -> None:
    keep(engine, document(1, "余热"))
    during: list[list[int]] = []

    def slowly() -> Iterable[Document]:
        for key in (2, 3):
            during.append(keys(engine, "余热"))
            yield document(key, "余热")

    engine.rebuild(slowly())

    assert during == [[1], [1]]
    assert sorted(keys(engine, "余热")) == [2, 3]


def test_what_is_stored_during_a_rebuild_is_in_the_new_index(another: Another) -> None:
    engine, writers = another(), []

    def reading() -> Iterable[Document]:
        """The database as it was when it was read; another process stores newer versions meanwhile."""
        yield document(1, "旧")
        for update in (document(1, "新", 2), document(2, "新", 5), Document.tombstone(3, 4)):
            writer = threading.Thread(target=another().index, args=([update],))
            writer.start()
            writers.append(writer)
        yield from (document(2, "旧", 4), document(3, "旧", 3), document(4, "旧", 1))

    engine.rebuild(reading())
    for writer in writers:
        writer.join(timeout=30)
    engine.settle()

    assert engine.versions() == {1: 2, 2: 5, 3: 4, 4: 1}
    assert sorted(keys(engine, "新")) == [1, 2]
    assert keys(engine, "旧") == [4]


def test_two_rebuilds_at_once_end_with_one_whole_index(another: Another) -> None:
    rebuilds = [threading.Thread(target=another().rebuild, args=(list(numbered(range(300))),)) for _ in range(2)]
    for each in rebuilds:
        each.start()
    for each in rebuilds:
        each.join(timeout=60)

    assert another().search(Question()).total == 300


def test_another_process_finds_what_this_one_stored_and_rebuilt(another: Another) -> None:
    writer, reader = another(), another()
    assert reader.search(Question()).total == 0

    keep(writer, document(1, "余热"))
    assert keys(reader, "余热") == [1]
    writer.rebuild([document(2, "余热")])
    assert keys(reader, "余热") == [2]


def test_writers_at_the_same_time_lose_nothing(another: Another) -> None:
    writers = [
        threading.Thread(target=another().index, args=([document(key, f"版{version}", version) for key in range(50)],))
        for version in (3, 1, 2)
    ]
    for each in writers:
        each.start()
    for each in writers:
        each.join(timeout=60)
    another().settle()

    assert another().versions() == dict.fromkeys(range(50), 3)


def test_large_keys_and_versions_are_kept(engine: SearchBackend) -> None:
    keep(engine, document(2**53 + 1, "余热", version=2**60))

    assert engine.versions() == {2**53 + 1: 2**60}
    assert keys(engine, "余热") == [2**53 + 1]


@pytest.mark.parametrize("word", ["\U00020bb7", "é", "ｗ", "🔥", "a\u0301", "x" * 200])
def test_words_of_any_script_are_kept(engine: SearchBackend, word: str) -> None:
    keep(engine, document(1, f"余热 {word} 锅炉"))

    assert keys(engine, word) == [1]


def test_a_very_long_text_is_kept_whole(engine: SearchBackend) -> None:
    keep(engine, document(1, " ".join([*("词" for _ in range(60_000)), "最后"])))

    assert keys(engine, "最后") == [1]
