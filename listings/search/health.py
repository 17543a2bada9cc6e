"""Whether the search index can be read."""

from __future__ import annotations

from listings.search.backend import Question, backend
from marketplace.lib import health


def index() -> None:
    """Ask for one listing. Raises SearchUnavailable when there is no readable index."""
    backend().search(Question(limit=1))


def register() -> None:
    """Let the probes ask."""
    health.register("search", index)
