"""Files on their way: an upload waits here until it is read, its rows until they are in the database.

A row is a line of JSON; the place of a line in the file is all that is needed to go on after a crash.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

SAMPLE = 200  # rows that the guess about columns looks at
OLDEST = 7 * 86_400  # seconds after which a file that nobody fetched is thrown away


class Gone(LookupError):
    """A file of an upload is not here any more: the disk was cleaned, or another machine took it."""


def _path(code: UUID, kind: str) -> Path:
    folder = Path(settings.DATA_DIR) / "imports"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder / f"{code}.{kind}"


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    """Whole or not at all, and on the disk when it returns."""
    part = path.with_suffix(f"{path.suffix}.part")
    with part.open("wb") as file:
        for piece in pieces:
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def keep_upload(code: UUID, data: bytes) -> None:
    """Put an upload aside until somebody reads it."""
    _write(_path(code, "upload"), [data])


def upload(code: UUID) -> bytes:
    """The upload. Raises Gone."""
    try:
        return _path(code, "upload").read_bytes()
    except FileNotFoundError as error:
        raise Gone(str(code)) from error


def keep_rows(code: UUID, rows: Iterable[list[str]]) -> tuple[list[list[str]], int]:
    """Write the rows; returns the first of them, and how many there are. Raises what reading the rows raises."""
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    sample: list[list[str]] = []
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for row in rows:
            count += 1
            if count <= SAMPLE:
                sample.append(row)
            yield encode(row).encode("utf-8", "replace") + b"\n"

    try:
        _write(_path(code, "rows"), lines())
    except BaseException:
        _path(code, "rows").with_suffix(".rows.part").unlink(missing_ok=True)
        raise
    return sample, count


def read_rows(code: UUID, offset: int, most: int) -> tuple[list[list[str]], int]:
    """At most so many rows from a place in the file on, and the next place (0: there are no more). Raises Gone."""
    try:
        file = _path(code, "rows").open("rb")
    except FileNotFoundError as error:
        raise Gone(str(code)) from error
    with file:
        file.seek(offset)
        rows = [json.loads(line) for _number, line in zip(range(most), file, strict=False)]
        return rows, file.tell() if file.peek(1) else 0


def forget(code: UUID, *kinds: str) -> None:
    """Throw the files of an upload away."""
    for kind in kinds or ("upload", "rows"):
        _path(code, kind).unlink(missing_ok=True)


def sweep() -> int:
    """Throw away what nobody fetched for a week; how many files."""
    folder = _path(UUID(int=0), "rows").parent
    old = [file for file in folder.iterdir() if time.time() - file.stat().st_mtime > OLDEST]
    for file in old:
        file.unlink(missing_ok=True)
    return len(old)
