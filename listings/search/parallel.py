"""Documents of very many listings, made by several processes: reading and segmenting take longer than storing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future

from listings.models import Listing
from listings.search.backend import Document
from listings.search.documents import documents_of
from marketplace.lib import processes as workers

WORTH_IT = 20_000  # listings from which on starting processes takes less time than it saves
_AT_ONCE = 500  # listings a process makes in one go
_AHEAD = 3  # goes of each process that may wait for the writer: bounds the memory


def documents(processes: int) -> Iterator[Document]:
    """Every listing's document or tombstone in the order of keys, made by so many processes.

    Each reads the database by itself, with the settings that the environment names.
    """
    keys = list(Listing.objects.order_by("pk").values_list("pk", flat=True))
    chunks = (keys[start : start + _AT_ONCE] for start in range(0, len(keys), _AT_ONCE))
    waiting: deque[Future[list[Document]]] = deque()
    with workers.pool(processes) as pool:
        for chunk in chunks:
            waiting.append(pool.submit(_made, chunk))
            if len(waiting) > processes * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def _made(keys: list[int]) -> list[Document]:
    return list(documents_of(keys))
