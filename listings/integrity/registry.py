"""Which detectors there are: rooms above add those that look at what they alone know."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from listings.integrity.facts import Found


@dataclass(frozen=True, slots=True)
class Scope:
    """What is looked at: everything, or what touches some patents or organizations (by primary key)."""

    patents: frozenset[int] | None = None
    organizations: frozenset[int] | None = None

    @property
    def whole(self) -> bool:
        """Whether everything is looked at."""
        return self.patents is None and self.organizations is None


Detector = Callable[[Scope], Iterable[Found] | None]
_DETECTORS: dict[str, tuple[str, Detector]] = {}


def register(name: str, kind: str, detector: Detector) -> None:
    """Add a detector of a kind of flag under its own name; called from AppConfig.ready(). The same name replaces it.

    A detector answers with findings about the scope and nothing else, and with None where it did not look: what is
    found no more counts as gone only where every detector of the kind has looked.
    """
    _DETECTORS[name] = (kind, detector)


def detectors() -> list[tuple[str, Detector]]:
    """All of them with their kinds, by name."""
    return [told for _name, told in sorted(_DETECTORS.items())]
