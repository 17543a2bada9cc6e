"""A circuit breaker: an engine that is away is asked again only now and then, so that nobody waits for it (ES-1)."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ParamSpec, TypeVar

from listings.search.backend import Document, EngineAway, Hits, Question, SearchBackend, Stored

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

FAILURES = 3  # in a row, after which nobody waits any more
OPEN_SECONDS = 10.0  # after which one reader tries again


class Breaker:
    """Counts how often something was away in a row; one for each process, for all its threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether callers are turned away now."""
        return self._opened_at is not None

    def call(self, act: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """Do it, unless it was away FAILURES times in a row and less than OPEN_SECONDS ago: then raise EngineAway."""
        self._enter()
        try:
            done = act(*args, **named)
        except EngineAway:
            self._failed()
            raise
        self._worked()
        return done

    def _enter(self) -> None:
        with self._lock:
            if self._opened_at is None:
                return
            now = self._clock()
            if now - self._opened_at < OPEN_SECONDS:
                raise EngineAway("it was away a moment ago")
            self._opened_at = now  # this caller tries; the others are turned away until it is back

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= FAILURES:
                if self._opened_at is None:
                    log.error("the search engine is away; the database answers")
                self._opened_at = self._clock()

    def _worked(self) -> None:
        with self._lock:
            if self._opened_at is not None:
                log.warning("the search engine answers again")
            self._failures, self._opened_at = 0, None


class Guarded:
    """An engine whose readers are guarded by a breaker. Who writes waits: the outbox tries again by itself."""

    def __init__(self, engine: SearchBackend, breaker: Breaker | None = None) -> None:
        self.engine = engine
        self.breaker = breaker or Breaker()

    def search(self, question: Question) -> Hits:
        """Answer, or raise EngineAway at once."""
        return self.breaker.call(self.engine.search, question)

    def nearest(
        self, vector: bytes, limit: int, filters: Mapping[str, tuple[str, ...]] | None = None
    ) -> list[tuple[int, float]]:
        """The nearest by meaning, or EngineAway at once."""
        return self.breaker.call(self.engine.nearest, vector, limit, filters)

    def index(self, documents: Iterable[Document]) -> int:
        """As the engine does."""
        return self.engine.index(documents)

    def rebuild(self, documents: Iterable[Document], expected: int = 0) -> int:
        """As the engine does."""
        return self.engine.rebuild(documents, expected)

    def settle(self) -> None:
        """As the engine does."""
        self.engine.settle()

    def stored(self, keys: Iterable[int] | None = None) -> Iterator[Stored]:
        """As the engine does."""
        return self.engine.stored(keys)

    def versions(self) -> dict[int, int]:
        """As the engine does."""
        return self.engine.versions()
