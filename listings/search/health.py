"""Whether the search index can be read, and how far it is behind."""

from __future__ import annotations

from listings.search import indexer
from listings.search.backend import Question
from listings.search.engine import backend
from marketplace.lib import health
from marketplace.lib.health import Unwell

LATEST = 60  # seconds that the index may be behind the database before somebody is called (ES-2)


def index() -> None:
    """Ask for one listing. Raises SearchUnavailable when there is no readable index."""
    backend().search(Question(limit=1))


def behind() -> float:
    """How many seconds the oldest change has been waiting to be told to the index."""
    return indexer.lag().total_seconds()


def lag() -> None:
    """Raises Unwell when the index is more than LATEST seconds behind."""
    seconds = behind()
    if seconds > LATEST:
        raise Unwell(f"the search index is {int(seconds)} seconds behind the database")


def register() -> None:
    """Let the probes ask. The site lives without its index: the database answers, and what is shown is its word."""
    health.register("search", index, vital=False)
    health.register("search lag", lag, vital=False)
    health.gauge("search lag in seconds", behind)
