"""Tantivy inside this process: only this module and embedded_asking know it.

Folder: `CURRENT` names the generation in use, `g-<schema>-<time>` are the generations, `writer.lock` lets one process
write at a time. Readers look at CURRENT and at the generation's meta file before each question, so that what the outbox
worker writes is found by every web process at once. The old generation stays until the next rebuild: a reader that is
answering from it is not disturbed.
"""

from __future__ import annotations

import fcntl
import shutil
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy
from django.conf import settings

from listings.search import analysis
from listings.search.backend import Document, Hits, Question, Rejected, SearchUnavailable, Stored
from listings.search.embedded_asking import EVERY_WORD, Asking
from listings.search.fields import (
    ALL_NUMBERS,
    BOOSTS,
    FACETS,
    KNOWN,
    TEXTS,
    VALUES,
    digest_of,
    flat,
    most_values,
    order_of,
)
from listings.search.neighbors import Neighbors
from marketplace.lib.threads import side_by_side

_SCHEMA_VERSION = 4  # grows when the fields below change
_HEAP = 15_000_000  # bytes: the least a writer takes; one listing is a few kilobytes
# A rebuild takes what its documents need, up to a limit, so that few parts are written and joined: a question looks
# into each part, and with seven parts of a hundred thousand listings it took nearly twice as long as with two.
_HEAP_REBUILDING = range(60_000_000, 1_000_000_000)
_HEAP_OF_ONE = 9_500  # bytes for each document that is expected
_BATCH = 2_000
_SIDE_BY_SIDE = 200_000  # listings from which on finding and counting take longer than starting a thread
_REMEMBERED = 64  # choices of filters whose counts are kept
_COMPARED = 20_000  # listings a filter leaves, up to which each is compared by meaning
_SAMPLED = 2_000  # nearest listings that are filtered where it leaves more


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("key", stored=True, indexed=True, fast=True)
    builder.add_unsigned_field("version", fast=True)
    builder.add_unsigned_field("digest", fast=True)
    builder.add_boolean_field("visible", indexed=True, fast=True)
    for name in TEXTS:
        builder.add_text_field(name, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field(EVERY_WORD, tokenizer_name="whitespace", index_option="basic")
    for name in VALUES:
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name != "numbers")
    for name in ALL_NUMBERS:
        builder.add_unsigned_field(name, fast=True)
    return builder.build()


class TantivyBackend:
    """SearchBackend on a folder of this machine."""

    def __init__(self, root: str) -> None:
        self.root = Path(root)
        self._lock = threading.Lock()
        self._opened: tuple[str, Any] | None = None
        self._near: tuple[str, Neighbors] | None = None
        self._stamp: tuple[object, ...] = ()
        self._known_counts: dict[tuple[object, ...], dict[str, dict[str, int]]] = {}
        self._schema = _schema()
        self._asking = Asking(self._schema)

    @staticmethod
    def place() -> str:
        """The folder that the settings name."""
        return str(settings.SEARCH_ROOT)

    # reading

    def search(self, question: Question) -> Hits:
        """Answer. Raises SearchUnavailable when there is no readable index."""
        stamp, searcher = self._stamped()
        fitting = self._asking.matching(question)
        asked = self._asking.asked(question) if order_of(question) is None else fitting
        filters = {name: self._asking.any_of(name, values) for name, values in question.filters.items() if values}
        whole = self._asking.all([asked, *filters.values()])
        limit = max(question.limit, 1)
        try:
            found, counts = side_by_side(
                lambda: searcher.search(whole, limit=limit, offset=question.offset, **_order(question)),
                lambda: self._remembered(question, stamp, searcher, fitting, filters),
                apart=searcher.num_docs >= _SIDE_BY_SIDE,
            )
            addresses = [address for _score, address in found.hits]
            keys = searcher.fast_field_values("key", addresses) if addresses else []
        except ValueError as broken:
            raise SearchUnavailable(str(broken)) from broken
        scores = tuple(float(score) for score, _address in found.hits) if order_of(question) is None else ()
        return Hits(tuple(int(key) for key in keys), int(found.count or 0), counts, scores)

    def nearest(
        self, vector: bytes, limit: int, filters: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[tuple[int, float]]:
        """The visible listings nearest by meaning, with their cosine, best first; under filters those that pass."""
        searcher, near = self._searcher(), self._neighbors(self._generation())
        if not filters:
            return near.nearest(vector, limit)
        passing = self._asking.all(
            [self._asking.visible(), *(self._asking.any_of(name, values) for name, values in filters.items())]
        )
        if searcher.search(passing, 1).count <= _COMPARED:
            return near.nearest_of(_keys(searcher, passing, _COMPARED), vector, limit)
        sample = near.nearest(vector, _SAMPLED)
        keys = self._asking.keys(key for key, _likeness in sample)
        left = set(_keys(searcher, self._asking.all([passing, keys]), _SAMPLED))
        return [(key, likeness) for key, likeness in sample if key in left][:limit]

    def _neighbors(self, generation: str) -> Neighbors:
        if self._near is None or self._near[0] != generation:
            self._near = (generation, Neighbors(self.root / generation))
        return self._near[1]

    def versions(self) -> dict[int, int]:
        """The version stored for each key, tombstones included."""
        return {each.key: each.version for each in self.stored()}

    def stored(self, keys: Iterable[int] | None = None) -> Iterator[Stored]:
        """What the index holds, tombstones included, ordered by key."""
        searcher = self._searcher()
        wanted = tantivy.Query.all_query()
        if keys is not None:
            wanted = self._asking.keys(sorted(keys))
        if not searcher.num_docs:
            return
        found = searcher.search(wanted, searcher.num_docs, False, "key", 0, tantivy.Order.Asc).hits
        addresses = [address for _key, address in found]
        for start in range(0, len(addresses), _BATCH):
            yield from _told(searcher, addresses[start : start + _BATCH])

    def settle(self) -> None:
        """Nothing to do: a search sees what was committed before it."""

    def _searcher(self) -> Any:
        return self._stamped()[1]

    def _stamped(self) -> tuple[tuple[object, ...], Any]:
        """A searcher of what was committed last, and the stamp of that."""
        with self._lock:
            generation = self._generation()
            stamp = (generation, *self._meta(generation))
            if self._opened is None or self._opened[0] != generation:
                self._opened = (generation, self._open(generation))
            elif stamp != self._stamp:
                self._opened[1].reload()
            self._stamp = stamp
            return stamp, self._opened[1].searcher()

    def _generation(self) -> str:
        """The generation in use. Raises SearchUnavailable when none is, or when it was made by other code or words."""
        try:
            name = (self.root / "CURRENT").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError) as missing:
            raise SearchUnavailable("no index has been built; run rebuild_index") from missing
        if not name.startswith(_prefix()) or "/" in name:
            raise SearchUnavailable("the index was built by another version; run rebuild_index")
        return name

    def _meta(self, generation: str) -> tuple[int, int]:
        try:
            stat = (self.root / generation / "meta.json").stat()
        except OSError as missing:
            raise SearchUnavailable("the index is gone; run rebuild_index") from missing
        return stat.st_mtime_ns, stat.st_ino

    def _open(self, generation: str) -> Any:
        try:
            index = tantivy.Index(self._schema, path=str(self.root / generation))
            index.config_reader(reload_policy="manual")
            index.reload()
        except ValueError as broken:
            raise SearchUnavailable(str(broken)) from broken
        return index

    def _remembered(
        self, question: Question, stamp: object, searcher: Any, fitting: Any, filters: Mapping[str, Any]
    ) -> Mapping[str, Mapping[str, int]]:
        """The counts; those of filters without words, which many readers ask, are kept until the index changes."""
        if question.words or question.numbers or question.near:
            return self._counts(searcher, fitting, filters)
        key = (stamp, tuple(sorted(question.filters.items())))
        if key not in self._known_counts:
            if len(self._known_counts) >= _REMEMBERED:
                self._known_counts.clear()
            self._known_counts[key] = self._counts(searcher, fitting, filters)
        return self._known_counts[key]

    def _counts(self, searcher: Any, fitting: Any, filters: Mapping[str, Any]) -> dict[str, dict[str, int]]:
        """How many of each value, with every other filter applied: what a further choice would give. Facets without a
        filter of their own are counted in one pass.
        """
        free = [name for name in FACETS if name not in filters]
        counts = self._count(searcher, free, fitting, filters.values())
        for name in filters:
            others = [query for other, query in filters.items() if other != name]
            counts |= self._count(searcher, [name], fitting, others)
        return counts

    def _count(self, searcher: Any, names: list[str], fitting: Any, others: Iterable[Any]) -> dict[str, dict[str, int]]:
        wanted = {
            name: {"terms": {"field": name, "size": (most := most_values(name)), "segment_size": most}}
            for name in names
        }
        told = searcher.aggregate(self._asking.all([fitting, *others]), wanted)
        return {
            name: {str(bucket["key"]): int(bucket["doc_count"]) for bucket in told[name]["buckets"]} for name in names
        }

    # writing

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents; an older version than the stored one is left out (ES-3). Returns how many were stored."""
        with self._alone():
            generation = self._generation()
            return self._write(self._open(generation), documents, self._neighbors(generation))

    def rebuild(self, documents: Iterable[Document], expected: int = 0) -> int:
        """A new generation beside the old one, then one switch; writers wait meanwhile (ES-5)."""
        with self._alone():
            name = f"{_prefix()}{time.time_ns():x}"
            folder = self.root / name
            folder.mkdir(parents=True)
            rejected = None
            try:
                heap = min(max(expected * _HEAP_OF_ONE, _HEAP_REBUILDING.start), _HEAP_REBUILDING.stop)
                fresh = tantivy.Index(self._schema, path=str(folder))
                written = self._write(fresh, documents, Neighbors(folder), heap)
            except Rejected as partly:
                rejected, written = partly, partly.stored
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            self._switch_to(name)
        if rejected:
            raise rejected
        return written

    def _switch_to(self, name: str) -> None:
        before = self._current_name()
        pointer = self.root / "CURRENT.new"
        pointer.write_text(name, encoding="ascii")
        pointer.replace(self.root / "CURRENT")
        self._sweep(keep={name, before})

    def _write(self, index: Any, documents: Iterable[Document], near: Neighbors, heap: int = _HEAP) -> int:
        index.reload()
        writer = index.writer(heap_size=heap, num_threads=1)
        reasons: dict[int, str] = {}
        written = 0
        try:
            with near.writing() as put:
                for document in self._add(index.searcher(), writer, documents, reasons):
                    put(document.key, document.vector if document.visible else b"")
                    written += 1
                writer.commit()
        except BaseException:
            writer.rollback()
            raise
        finally:
            writer.wait_merging_threads()  # its threads write files as long as they live
        if reasons:
            raise Rejected(reasons, written)
        return written

    def _add(
        self, searcher: Any, writer: Any, documents: Iterable[Document], reasons: dict[int, str]
    ) -> Iterator[Document]:
        """Hand the documents that are new to the writer, one after the other; `reasons` learns what it refused."""
        known: dict[int, int] = {}
        for document in documents:
            stored = known.get(document.key, self._stored_version(searcher, document.key))
            if stored > document.version:
                continue
            try:
                made = _made(document)
            except (TypeError, ValueError, OverflowError) as bad:
                reasons[document.key] = str(bad)
                continue
            if stored >= 0:  # each deletion is looked for in every part of the index
                writer.delete_documents_by_query(self._asking.key(document.key))
            known[document.key] = document.version
            writer.add_document(made)
            yield document

    def _stored_version(self, searcher: Any, key: int) -> int:
        if not searcher.num_docs:
            return -1
        hits = searcher.search(self._asking.key(key), limit=10, count=False).hits
        addresses = [address for _score, address in hits]
        return max(_versions(searcher, addresses).values(), default=-1)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One writer at a time, among threads and processes; others wait their turn."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "writer.lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(handle, fcntl.LOCK_UN)

    def _current_name(self) -> str:
        current = self.root / "CURRENT"
        return current.read_text(encoding="ascii").strip() if current.exists() else ""

    def _sweep(self, keep: set[str]) -> None:
        for folder in self.root.glob("g-*"):
            if folder.name not in keep:
                shutil.rmtree(folder, ignore_errors=True)


def _prefix() -> str:
    return f"g-{_SCHEMA_VERSION}-{analysis.fingerprint()}-"


def _order(question: Question) -> dict[str, Any]:
    order = order_of(question)
    if order is None:
        return {}
    field, largest_first = order
    return {"order_by_field": field, "order": tantivy.Order.Desc if largest_first else tantivy.Order.Asc}


def _keys(searcher: Any, query: Any, limit: int) -> list[int]:
    addresses = [address for _score, address in searcher.search(query, limit, False).hits]
    return [int(key) for key in searcher.fast_field_values("key", addresses)] if addresses else []


def _versions(searcher: Any, addresses: list[Any]) -> dict[int, int]:
    if not addresses:
        return {}
    keys = searcher.fast_field_values("key", addresses)
    return {int(k): int(v) for k, v in zip(keys, searcher.fast_field_values("version", addresses), strict=True)}


def _told(searcher: Any, addresses: list[Any]) -> Iterator[Stored]:
    columns = (searcher.fast_field_values(name, addresses) for name in ("key", "version", "visible", "digest"))
    for key, version, visible, digest in zip(*columns, strict=True):
        yield Stored(int(key), int(version), bool(visible), int(digest))


def _made(document: Document) -> Any:
    """Raises ValueError where a field is unknown or a number is no whole number from 0 up."""
    whole = flat(document)
    if unknown := whole.keys() - KNOWN:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
    made = tantivy.Document()
    made.add_unsigned("key", document.key)
    made.add_unsigned("version", document.version)
    made.add_unsigned("digest", digest_of(whole))
    for name, value in whole.items():
        if isinstance(value, bool):
            made.add_boolean(name, value)
        elif isinstance(value, int):
            made.add_unsigned(name, value)
        else:
            for each in [value] if isinstance(value, str) else value:
                made.add_text(name, each)
                if name in BOOSTS:
                    made.add_text(EVERY_WORD, each)
    return made
