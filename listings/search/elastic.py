"""Elasticsearch 8: the only module that talks to it.

One alias is read; it points at one generation. A generation's name holds schema, words and time of birth, so that code
of another version finds no alias and says so. While a generation is being built it also carries the alias …-building,
and whoever stores anything stores it in both (ES-5). Each generation has a private alias for writing: a write to
something that is gone is refused instead of making an index without mapping (ES-8). Documents carry the version of the
database and Elasticsearch refuses older ones (ES-3); nothing is ever deleted, because a deleted document's version is
forgotten after a minute (ES-4).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

import elasticsearch
from django.conf import settings

from listings.search import analysis, elastic_body
from listings.search.backend import (
    Document,
    EngineAway,
    Hits,
    Question,
    Rejected,
    SearchUnavailable,
    Stored,
)
from listings.search.fields import FACETS, digest_of

log = logging.getLogger(__name__)

_SCHEMA_VERSION = 3  # grows when the mapping changes
_READ_SECONDS = 2.0  # a page waits no longer for the engine (ES-1)
_WRITE_SECONDS = 60.0
_SEARCH_TIME = "1500ms"  # within the engine
_BATCH = 500
_KEPT = 24 * 3600  # seconds: old generations stay so long, for readers and for going back (ES-5)
_TRIES = 4  # of what a node was too busy to store
_PAGE = 1_000
_WITHOUT_VECTORS = {"excludes": ["vector"]}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the cluster is and under which name the index lives there."""

    urls: tuple[str, ...]
    prefix: str
    shards: int = 1
    api_key: str = ""
    ca_file: str = ""


@dataclass(slots=True)
class _Outcome:
    """What became of documents sent to one generation."""

    stored: int = 0
    created: int = 0


class ElasticBackend:
    """SearchBackend on a cluster."""

    def __init__(self, place: Place) -> None:
        told: dict[str, Any] = {"api_key": place.api_key} if place.api_key else {}
        if place.ca_file:
            told["ca_certs"] = place.ca_file
        self.place_told = place
        self.client = elasticsearch.Elasticsearch(
            list(place.urls), request_timeout=_READ_SECONDS, max_retries=len(place.urls), retry_on_timeout=False, **told
        )
        self._writer = self.client.options(request_timeout=_WRITE_SECONDS)

    @staticmethod
    def place() -> Place:
        """What the settings ELASTICSEARCH_… say."""
        return Place(
            urls=tuple(settings.ELASTICSEARCH_URLS),
            prefix=settings.ELASTICSEARCH_PREFIX,
            shards=settings.ELASTICSEARCH_SHARDS,
            api_key=settings.ELASTICSEARCH_API_KEY,
            ca_file=settings.ELASTICSEARCH_CA_FILE,
        )

    @property
    def alias(self) -> str:
        """What is read."""
        return f"{self.place_told.prefix}-{_SCHEMA_VERSION}-{analysis.fingerprint()}"

    @property
    def _building(self) -> str:
        return f"{self.alias}-building"

    # reading

    def search(self, question: Question) -> Hits:
        """Answer. Raises SearchUnavailable when there is no readable index, EngineAway when nobody answers in time."""
        with _said():
            told = self.client.search(
                index=self.alias,
                timeout=_SEARCH_TIME,
                allow_partial_search_results=False,
                **elastic_body.search(question),
            )
        if told["timed_out"]:
            raise EngineAway("the search took too long")
        hits = told["hits"]
        buckets = {name: told["aggregations"][name]["values"]["buckets"] for name in FACETS}
        return Hits(
            keys=tuple(int(hit["_id"]) for hit in hits["hits"]),
            total=int(hits["total"]["value"]),
            counts={name: {str(b["key"]): int(b["doc_count"]) for b in found} for name, found in buckets.items()},
            scores=tuple(float(hit["_score"]) for hit in hits["hits"] if hit["_score"] is not None),
        )

    def nearest(
        self, vector: bytes, limit: int, filters: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[tuple[int, float]]:
        """The visible listings nearest by meaning, with their cosine, best first; under filters those that pass."""
        if not vector:
            return []
        with _said():
            told = self.client.search(
                index=self.alias,
                timeout=_SEARCH_TIME,
                allow_partial_search_results=False,
                **elastic_body.nearest(vector, limit, filters or {}),
            )
        return [(int(hit["_id"]), 2.0 * float(hit["_score"]) - 1.0) for hit in told["hits"]["hits"]]

    def versions(self) -> dict[int, int]:
        """The version stored for each key, tombstones included."""
        return {each.key: each.version for each in self._pages(None, {"includes": ["visible"]})}

    def stored(self, keys: Iterable[int] | None = None) -> Iterator[Stored]:
        """What the index holds, tombstones included, ordered by key; the digest is of what is stored now."""
        if keys is None:
            yield from self._pages(None, _WITHOUT_VECTORS)
            return
        wanted = iter(sorted(keys))
        while some := list(islice(wanted, _PAGE)):
            yield from self._pages(some, _WITHOUT_VECTORS)

    def _pages(self, keys: list[int] | None, fields: dict[str, Any]) -> Iterator[Stored]:
        query = {"match_all": {}} if keys is None else {"terms": {"key": keys}}
        with _said():
            point = self._writer.open_point_in_time(index=self.alias, keep_alive="5m")["id"]
        after: list[Any] | None = None
        try:
            while True:
                with _said():
                    told = self._writer.search(
                        pit={"id": point, "keep_alive": "5m"}, query=query, size=_PAGE, sort=[{"key": "asc"}],
                        search_after=after, source=fields, track_total_hits=False, version=True,
                    )  # fmt: skip
                found = told["hits"]["hits"]
                if not found:
                    return
                for hit in found:
                    source = hit["_source"]
                    digest = digest_of(elastic_body.told(source))
                    yield Stored(int(hit["_id"]), int(hit["_version"]), bool(source["visible"]), digest)
                after = found[-1]["sort"]
        finally:
            with _said():
                self._writer.close_point_in_time(id=point)

    def settle(self) -> None:
        """Make what was stored visible to searches at once instead of within a second."""
        with _said():
            self._writer.indices.refresh(index=self.alias)

    # writing

    def index(self, documents: Iterable[Document]) -> int:
        """Store documents in the generation that is read and in those being built."""
        current, building = self._generations()
        if not current and not building:
            raise SearchUnavailable("no index has been built; run rebuild_index")
        reasons: dict[int, str] = {}
        outcome = self._store([*current, *building], documents, reasons)
        if reasons:
            raise Rejected(reasons, outcome.stored)
        return outcome.stored

    def rebuild(self, documents: Iterable[Document], expected: int = 0) -> int:
        """A generation beside the old one; what others store meanwhile goes to both; then one switch (ES-5)."""
        name = f"{self.alias}-{time.time_ns():x}"
        with _said():
            self._writer.indices.create(
                index=name,
                mappings=elastic_body.mapping(),
                settings={
                    "number_of_shards": self.place_told.shards,
                    "auto_expand_replicas": "0-1",  # a second copy as soon as there is a second node
                    "refresh_interval": "-1",
                },
                aliases={_write_alias(name): {}, self._building: {}},
            )
        reasons: dict[int, str] = {}
        try:
            outcome = self._store([name], documents, reasons)
            self._switch_to(name, at_least=outcome.created)
        except BaseException:
            with _said():
                self._writer.indices.delete(index=name, ignore_unavailable=True)
            raise
        self._sweep(name)
        if reasons:
            raise Rejected(reasons, outcome.stored)
        return outcome.stored

    def _generations(self) -> tuple[list[str], list[str]]:
        """Those that are read, and those being built; asked anew for each batch, so that a rebuild misses nothing."""
        with _said():
            told = self._writer.indices.get_alias(index=f"{self.alias}-*", allow_no_indices=True)
        aliases = {name: each["aliases"] for name, each in told.items()}
        current = [name for name, each in aliases.items() if self.alias in each]
        return current, [name for name, each in aliases.items() if self._building in each]

    def _store(self, names: list[str], documents: Iterable[Document], reasons: dict[int, str]) -> _Outcome:
        """Send documents in batches to these generations; the outcome is the first one's."""
        outcome = _Outcome()
        waiting = iter(documents)
        while batch := list(islice(waiting, _BATCH)):
            lines = list(_lines(batch, reasons))
            for name in names if lines else ():
                told = self._send(name, lines, reasons, required=name == names[0])
                if name == names[0]:
                    outcome.stored += told.stored
                    outcome.created += told.created
        return outcome

    def _send(self, name: str, lines: list[Any], reasons: dict[int, str], *, required: bool) -> _Outcome:
        """One batch to one generation, each item's answer read: HTTP 200 says nothing about them (ES-8)."""
        outcome = _Outcome()
        for wait in range(_TRIES):
            time.sleep(wait * wait * 0.2)
            operations: list[Any] = []
            for head, source in lines:
                operations += [{"index": {**head, "version_type": "external_gte"}}, source]
            with _said():
                told = self._writer.bulk(index=_write_alias(name), operations=operations, require_alias=True)
            busy = []
            for line, item in zip(lines, (each["index"] for each in told["items"]), strict=True):
                match int(item["status"]):
                    case 200 | 201:
                        outcome.stored += 1
                        outcome.created += item["result"] == "created"
                    case 409:
                        pass  # a newer one is stored: done
                    case 404 if not required:
                        return outcome  # the rebuild that made it has given up
                    case 429 | 503:
                        busy.append(line)
                    case 400:
                        reasons[int(item["_id"])] = f"{item['error']['type']}: {item['error'].get('reason', '')}"[:500]
                    case status:
                        raise EngineAway(f"storing was answered by {status}: {item['error']}")
            if not busy:
                return outcome
            lines = busy
        raise EngineAway(f"{len(lines)} documents were not taken: the cluster is too busy")

    def _switch_to(self, name: str, *, at_least: int) -> None:
        with _said():
            self._writer.indices.put_settings(index=name, settings={"refresh_interval": "1s"})
            self._writer.indices.refresh(index=name)
            held = self._writer.count(index=name)["count"]
            if held < at_least:
                raise SearchUnavailable(f"of {at_least} documents the new index holds {held}; it is not used")
        for _try in range(_TRIES):
            try:
                with _said():
                    self._writer.indices.update_aliases(actions=self._switch(name))
            except EngineAway as clash:
                if "more than one write index" not in str(clash):
                    raise
            else:
                return
        raise EngineAway("another rebuild switched at the same time, again and again")

    def _switch(self, name: str) -> list[dict[str, Any]]:
        """One call: no moment with two generations or none. An alias has one write index at most, so that of two
        rebuilds that switch at the same moment one is refused, and tries again.
        """
        return [
            {"remove": {"index": f"{self.alias}-*", "alias": self.alias, "must_exist": False}},
            {"add": {"index": name, "alias": self.alias, "is_write_index": True}},
            {"remove": {"index": name, "alias": self._building}},
        ]

    def _sweep(self, current: str) -> None:
        """Take away generations of this name that are older than a day and not in use, half-built ones included."""
        latest = time.time_ns() - _KEPT * 10**9
        with _said():
            names = self._writer.indices.get_alias(index=f"{self.place_told.prefix}-*", allow_no_indices=True)
            for name in names:
                born = name.rpartition("-")[2]
                if name != current and int(born, 16) < latest:
                    self._writer.indices.delete(index=name, ignore_unavailable=True)


def _lines(batch: Iterable[Document], reasons: dict[int, str]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    for each in batch:
        try:
            yield {"_id": str(each.key), "version": each.version}, elastic_body.source(each)
        except (TypeError, ValueError) as bad:
            reasons[each.key] = str(bad)


def _write_alias(name: str) -> str:
    return f"{name}-w"


@contextmanager
def _said() -> Iterator[None]:
    """Say in our words what went wrong there."""
    try:
        yield
    except elasticsearch.NotFoundError as missing:
        raise SearchUnavailable("no index has been built; run rebuild_index") from missing
    except elasticsearch.ApiError as refused:
        if refused.status_code == 429 or refused.status_code >= 500:
            raise EngineAway(str(refused)) from refused
        raise SearchUnavailable(f"Elasticsearch refused: {refused}") from refused
    except elasticsearch.TransportError as away:
        raise EngineAway(str(away)) from away
