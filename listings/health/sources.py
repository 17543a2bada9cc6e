"""Live sources of legal status behind one protocol: what a source must do, and the one that ships, a folder of files.

A source is connected by its dotted name in settings.STATUS_SOURCES. Each is asked about every hour; what it says goes
the same way as an uploaded file, so that the history, the gates and the letters are the same.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from listings.health import flow
from listings.health.reading import Statement
from listings.models import StatusRun
from listings.states import NotNow
from marketplace.lib import sheets

logger = logging.getLogger(__name__)
LARGEST_DROP = 20 * 2**20  # bytes of one dropped file


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a source said at one time. `mark` names it for ever: the same mark again is not stored again.

    `as_of` is the day on which the source looked, None where each statement carries its own day.
    """

    mark: str
    name: str
    statements: tuple[Statement, ...]
    as_of: date | None = None


class StatusSource(Protocol):
    """What a source of legal status does. It asks outside, and is never called inside a transaction."""

    @property
    def name(self) -> str:
        """Who it is, for people: shown with every status ("source: …")."""

    def deliveries(self) -> Iterable[Delivery]:
        """What there is to hear now, each once more until `done` was called for it. Raises SourceDown."""

    def done(self, mark: str) -> None:
        """The delivery is stored, or cannot be read; it need not come again."""


class SourceDown(Exception):
    """The source cannot be asked now; the next turn tries again."""


class FileDrop:
    """Files that an agent, a script or a colleague puts into a folder: xlsx, ods or csv, read once each.

    A file is taken when it is whole: writers put it there under a name that begins with a dot or ends in ".part" and
    rename it. What was read moves to the folder `done`, what is no table to `refused`, with the reason in the log.
    """

    def __init__(self, folder: Path | None = None, name: str = "") -> None:
        self.folder = Path(folder or settings.STATUS_DROP)
        self.name = name or str(settings.STATUS_DROP_NAME)
        self._places: dict[str, Path] = {}

    def deliveries(self) -> Iterator[Delivery]:
        """Every whole file in the folder, oldest name first."""
        if not self.folder.is_dir():
            raise SourceDown(f"{self.folder} is no folder")
        for path in sorted(self.folder.iterdir()):
            if path.is_symlink() or not path.is_file() or path.name.startswith(".") or path.suffix == ".part":
                continue
            if path.stat().st_size > LARGEST_DROP:
                self._move(path, "refused", "too large")
                continue
            data = path.read_bytes()
            try:
                told = flow.table(data, path.name)
            except sheets.BadSheet as bad:
                self._move(path, "refused", str(bad))
                continue
            mark = hashlib.sha256(data).hexdigest()
            self._places[mark] = path
            yield Delivery(mark, path.name, tuple(statement for _number, statement in told))

    def done(self, mark: str) -> None:
        """Put the file away."""
        path = self._places.pop(mark, None)
        if path is not None and path.exists():
            self._move(path, "done", "stored")

    def _move(self, path: Path, where: str, why: str) -> None:
        target = self.folder / where
        target.mkdir(exist_ok=True)
        path.replace(target / path.name)
        logger.info("status file %s: %s", path.name, why)


def sources() -> list[StatusSource]:
    """The connected sources, made from settings.STATUS_SOURCES."""
    return [import_string(name)() for name in settings.STATUS_SOURCES]


def pull(source: StatusSource) -> list[StatusRun]:
    """Hear a source and store what is new; a delivery that was stored before changes nothing. Raises SourceDown."""
    stored = []
    for delivery in source.deliveries():
        told = list(enumerate(delivery.statements, start=1))
        sha256 = hashlib.sha256(delivery.mark.encode()).hexdigest()
        run, new = flow.keep(
            told,
            name=delivery.name,
            sha256=sha256,
            source=source.name[:200],
            by=None,
            organization=None,
            as_of=delivery.as_of,
        )
        if run.committed_at is None:
            try:
                stored.append(flow.commit(run, by=None))
            except NotNow:  # another worker was faster
                new = False
        logger.info("source %s: %s %s", source.name, delivery.name, "stored" if new else "known")
        source.done(delivery.mark)
    return stored


def pull_due() -> int:
    """Hear every connected source; one that is down does not keep the others waiting. Returns how many were stored."""
    stored = 0
    for source in sources():
        try:
            stored += len(pull(source))
        except SourceDown as down:
            logger.warning("source %s is down: %s", source.name, down)
    return stored


def connected() -> bool:
    """Whether any live source is connected; without one the licensors' own word counts (every 30 days)."""
    return bool(settings.STATUS_SOURCES)
