"""Nearest vectors of one machine, kept in one file beside the index they belong to: the only module that knows usearch.

Readers map the file into memory and look at its stamp before each question; a writer puts a new file in its place,
so a reader that still holds the old one is not disturbed. One writer at a time: the caller sees to it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import util
from pathlib import Path
from typing import Any

_NAME = "vectors.usearch"


class Neighbors:
    """The vectors of one index generation. Without the extra `semantic` it stores nothing and finds nothing."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / _NAME
        self._lock = threading.Lock()
        self._opened: tuple[tuple[int, int], Any] | None = None

    def nearest(self, vector: bytes, limit: int) -> list[tuple[int, float]]:
        """The keys whose vectors are nearest, with their cosine, best first."""
        index = self._index()
        if index is None or not vector or index.ndim * 2 != len(vector):
            return []
        found = index.search(_array(vector), min(limit, max(len(index), 1)))
        return [(int(key), 1.0 - float(distance)) for key, distance in zip(found.keys, found.distances, strict=True)]

    def nearest_of(self, keys: Iterable[int], vector: bytes, limit: int) -> list[tuple[int, float]]:
        """The same among these keys only, by comparing with each of them."""
        index = self._index()
        if index is None or not vector or index.ndim * 2 != len(vector):
            return []
        import numpy as np

        asked = np.asarray(_array(vector), dtype=np.float32)
        wanted = np.fromiter((key for key in keys), dtype=np.uint64)
        wanted = wanted[index.contains(wanted)] if len(wanted) else wanted
        if not len(wanted):
            return []
        likeness = np.asarray(index.get(wanted), dtype=np.float32) @ asked
        best = np.argsort(-likeness, kind="stable")[:limit]
        return [(int(wanted[each]), float(likeness[each])) for each in best]

    @contextmanager
    def writing(self) -> Iterator[Callable[[int, bytes], None]]:
        """Store vectors by the function given; an empty one takes its key away. Kept when the block ends well."""
        pen = _Pen(self._file)
        yield pen.put
        pen.save()

    def _index(self) -> Any:
        """The mapped file, opened again when it is another one; None where there is none."""
        try:
            stat = self._file.stat()
        except OSError:
            return None
        stamp = (stat.st_mtime_ns, stat.st_ino)
        with self._lock:
            if self._opened is None or self._opened[0] != stamp:
                if not util.find_spec("usearch"):
                    return None
                from usearch.index import Index

                self._opened = (stamp, Index.restore(str(self._file), view=True))
            return self._opened[1]


class _Pen:
    """The file while it is written; opened with the first vector."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._fresh = not file.exists()
        self._index: Any = None

    def put(self, key: int, vector: bytes) -> None:
        """Store one vector, or take its key away."""
        if self._index is None and not vector and self._fresh:
            return  # nothing to take away
        if self._index is None:
            self._index = self._open(len(vector) // 2)
        if self._index is None:
            return
        if key in self._index:
            self._index.remove(key)
        if vector and len(vector) == self._index.ndim * 2:
            self._index.add(key, _array(vector))

    def save(self) -> None:
        """Put the new file in the place of the old one."""
        if self._index is not None:
            fresh = self._file.with_suffix(".new")
            self._index.save(str(fresh))
            fresh.replace(self._file)

    def _open(self, dimensions: int) -> Any:
        """What the file holds; begun anew where it is of another length; None while there is nothing to keep."""
        if not util.find_spec("usearch") or not (dimensions or self._file.exists()):
            return None
        from usearch.index import Index

        index = Index.restore(str(self._file), view=False) if self._file.exists() else None
        if index is not None and dimensions in (0, index.ndim):
            return index
        return Index(ndim=dimensions, metric="cos", dtype="f16")


def _array(vector: bytes) -> Any:
    import numpy as np

    return np.frombuffer(vector, dtype="<f2")
