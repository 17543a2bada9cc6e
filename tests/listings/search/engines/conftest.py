"""Both engines, so that one suite holds for each: Tantivy in a folder, Elasticsearch on a real node."""

from __future__ import annotations

import os
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from listings.search.backend import SearchBackend
from tests.conftest import missing

# The cluster's engine goes with PostgreSQL: what also asks the database runs there.
ENGINES = ["embedded", pytest.param("elasticsearch", marks=pytest.mark.one_database)]
Another = Callable[[], SearchBackend]  # a second instance at the same place, as another process has


@pytest.fixture(scope="session")
def elasticsearch_url() -> str:
    """Where this run's node answers; started by the first test that asks."""
    from tests.services.elasticsearch import node, shared

    if not node.can_start():
        missing(node.MISSING)
    return shared.url()


@contextmanager
def opened(name: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Another]:
    """What makes instances of an engine at a place of its own; the place is empty before and afterwards."""
    if name == "embedded":
        from listings.search.embedded import TantivyBackend

        yield lambda: TantivyBackend(str(folder / "search"))
        return
    from listings.search.elastic import ElasticBackend, Place

    worker = os.environ.get("PYTEST_XDIST_WORKER", "one")
    place = Place((request.getfixturevalue("elasticsearch_url"),), f"kaixu-{worker}-{uuid.uuid4().hex[:8]}")
    yield lambda: ElasticBackend(place)
    client = ElasticBackend(place).client
    for index in client.indices.get_alias(index=f"{place.prefix}-*"):
        client.indices.delete(index=index)


@pytest.fixture(params=ENGINES)
def unbuilt(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Another]:
    """An engine without any index."""
    with opened(request.param, request, tmp_path) as another:
        yield another


@pytest.fixture
def another(unbuilt: Another) -> Another:
    """An engine with an empty index; each call gives an instance of its own."""
    unbuilt().rebuild([])
    return unbuilt


@pytest.fixture
def engine(another: Another) -> SearchBackend:
    """An engine with an empty index."""
    return another()


@pytest.fixture(params=ENGINES)
def site(request: pytest.FixtureRequest, tmp_path: Path, settings: Any, db: None) -> Iterator[str]:
    """The site's own engine, one after the other, with an empty index; gives its name."""
    settings.SEARCH_ROOT = tmp_path / "search"
    if request.param == "elasticsearch":
        settings.SEARCH_BACKEND = "listings.search.elastic.ElasticBackend"
    with opened(request.param, request, tmp_path) as another:
        if request.param == "elasticsearch":
            place = another().place_told  # type: ignore[attr-defined]
            settings.ELASTICSEARCH_URLS, settings.ELASTICSEARCH_PREFIX = place.urls, place.prefix
        another().rebuild([])
        yield request.param


class Mute:
    """A server that takes connections and never answers, or hangs up at once; counts who came."""

    def __init__(self, *, hangs_up: bool = False) -> None:
        self.visits = 0
        self._hangs_up = hangs_up
        self._held: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _address = self._socket.accept()
            except OSError:
                return
            self.visits += 1
            if self._hangs_up:
                visitor.close()
            else:
                self._held.append(visitor)

    def close(self) -> None:
        self._socket.close()
        for visitor in self._held:
            visitor.close()
