"""How fast an index is made: from memory, as far as segmenting and storing go, then whole, with the database."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.performance.progress import built

if TYPE_CHECKING:
    from listings.models import Listing
    from listings.search.backend import Document
    from tests.performance.search_steps import Run

IN_MEMORY = 20_000  # listings that are segmented and indexed without reading the database
_SAMPLE = 300  # listings whose documents tell whether an index that lies there says what this code would store
_AT_ONCE = 500
_rows: list[Listing] = []  # what forked workers find in their memory


def stored_as() -> str:
    """A name for what this code stores of this database: other code that stores the same may use the same index."""
    import hashlib

    from listings.search.embedded import _prefix
    from listings.search.fields import digest_of, flat

    told = ",".join(str(digest_of(flat(document))) for document in _documents(_SAMPLE))
    return hashlib.sha256(f"{_prefix()}{told}".encode()).hexdigest()[:10]


def _documents(most: int) -> list[Document]:
    from listings.models import Listing
    from listings.search.documents import documents_of

    return list(documents_of(list(Listing.objects.order_by("pk").values_list("pk", flat=True)[:most])))


def make(run: Run, folder: Path) -> None:
    """The whole index as `rebuild_index` makes it; where it lies there, what was measured then. FRESH=1: once more."""
    from listings.search import indexer
    from listings.search.engine import backend

    if os.environ.get("FRESH"):
        (folder / "MADE").unlink(missing_ok=True)
    told = folder / "line.json"
    with built(folder) as missing:
        if missing:
            processes = os.cpu_count() or 1
            with run.rate("whole rebuild, database included", run.size) as line:
                indexer.rebuild(processes=processes)
            backend().settle()
            told.write_text(json.dumps(line), encoding="ascii")
    if not missing and told.exists():
        run.line("whole rebuild, database included", **json.loads(told.read_text(encoding="ascii")))


def in_memory(run: Run) -> None:
    """Segmenting and storing what was read before, in a folder that goes away again."""
    from listings.search.documents import document_of
    from listings.search.embedded import TantivyBackend

    _rows[:] = _read(min(IN_MEMORY, run.size))
    count = len(_rows)
    home = tempfile.mkdtemp(dir=run.folder)
    try:
        engine = TantivyBackend(home)
        with run.rate("segmented, one process", count):
            made = [document_of(row) for row in _rows]
        with run.rate("stored, segmented before", count):
            engine.rebuild(made, count)
        del made
        with run.rate("segmented and stored, one process", count):
            engine.rebuild(map(document_of, _rows), count)
        processes = os.cpu_count() or 1
        with run.rate(f"segmented and stored, {processes} processes", count):
            engine.rebuild(_by_workers(processes, count), count)
    finally:
        shutil.rmtree(home, ignore_errors=True)
        _rows.clear()


def _read(most: int) -> list[Any]:
    from listings.models import Listing
    from listings.search.documents import indexable

    return indexable(list(Listing.objects.order_by("pk").values_list("pk", flat=True)[:most]))


def _by_workers(processes: int, count: int) -> Iterator[Document]:
    """The documents of _rows in their order, made by forked processes that have these rows in memory already."""
    from django.db import connections

    connections.close_all()
    with ProcessPoolExecutor(processes, multiprocessing.get_context("fork")) as pool:
        yield from chain.from_iterable(pool.map(_segmented, range(0, count, _AT_ONCE)))


def _segmented(start: int) -> list[Document]:
    from listings.search.documents import document_of

    return [document_of(row) for row in _rows[start : start + _AT_ONCE]]
