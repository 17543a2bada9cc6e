"""Uploads on their way: the file waits in the database until it is read, its rows until they are looked at.

Rows are kept in parts of so many; the number of a part is all that is needed to go on after a crash, on any machine.
"""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from listings.models import ImportPart, ImportRun

SAMPLE = 200  # rows that the guess about columns looks at
PIECE = 4 * 2**20  # bytes of an upload in one part


class Gone(LookupError):
    """A part of an upload is not there any more."""


@dataclass(slots=True)
class Packed:
    """The rows of a file, ready to be kept: the first of them, how many there are, and the parts."""

    sample: list[list[str]] = field(default_factory=list)
    count: int = 0
    parts: list[bytes] = field(default_factory=list)


def pack(rows: Iterable[list[str]], size: int) -> Packed:
    """Take the rows in, `size` to a part; only their compressed form stays in memory. Raises what reading raises."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    packed, rows = Packed(), iter(rows)
    while some := list(itertools.islice(rows, size)):
        packed.sample += some[: max(0, SAMPLE - packed.count)]
        packed.count += len(some)
        text = "\n".join(map(encode, some)).encode("utf-8", "replace")
        packed.parts.append(zlib.compress(text, level=3))
    return packed


def keep_rows(run: ImportRun, packed: Packed) -> None:
    """Put the rows aside until they are looked at. Requires the run to be saved."""
    _keep(run, "rows", packed.parts)


def keep_upload(run: ImportRun, data: bytes) -> None:
    """Put the file aside until somebody reads it. Requires the run to be saved."""
    _keep(run, "upload", [data[start : start + PIECE] for start in range(0, len(data), PIECE)])


def _keep(run: ImportRun, kind: str, parts: Iterable[bytes]) -> None:
    for place, data in enumerate(parts):  # one by one: they are large
        ImportPart.objects.create(run=run, kind=kind, place=place, data=data)


def upload(run: ImportRun) -> bytes:
    """The file. Raises Gone."""
    data = b"".join(_parts(run, "upload"))
    if not data:
        raise Gone(str(run.code))
    return data


def _parts(run: ImportRun, kind: str) -> Iterator[bytes]:
    parts = run.parts.filter(kind=kind).order_by("place").values_list("data", flat=True)
    return (bytes(part) for part in parts.iterator(chunk_size=1))


def rows_of(run: ImportRun, place: int) -> tuple[list[list[str]], bool]:
    """The rows of a part, and whether another one comes after it. Raises Gone."""
    parts = run.parts.filter(kind="rows", place__in=(place, place + 1)).order_by("place")
    found = list(parts.values_list("place", flat=True))
    if place not in found:
        raise Gone(f"{run.code} {place}")
    data = run.parts.filter(kind="rows", place=place).values_list("data", flat=True).get()
    lines = zlib.decompress(bytes(data)).decode().split("\n")
    return [json.loads(line) for line in lines], len(found) == 2


def forget(run: ImportRun, *kinds: str) -> None:
    """Throw away what is not needed any more."""
    parts = run.parts.filter(kind__in=kinds) if kinds else run.parts.all()
    parts.delete()
