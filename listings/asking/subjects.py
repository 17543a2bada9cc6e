"""What a question can be about beside an offer: rooms above say whether it is still asked and hear the answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from listings.models import Asking


@dataclass(frozen=True, slots=True)
class Subject:
    """`still_asked` says whether an answer is wanted; `answered` follows it, in its transaction, the offer locked."""

    still_asked: Callable[[Asking], bool]
    answered: Callable[[Asking], None]


_SUBJECTS: dict[str, Subject] = {}


def register(kind: str, subject: Subject) -> None:
    """Name what questions of a kind are about; called from an AppConfig.ready()."""
    _SUBJECTS[str(kind)] = subject


def of(kind: str) -> Subject | None:
    """What questions of a kind are about; None where they are about the offer itself."""
    return _SUBJECTS.get(str(kind))
