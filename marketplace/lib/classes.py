"""Titles of the International Patent Classification down to the subclass, in Chinese and English."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from django.utils.translation import get_language

_FILE = Path(__file__).with_name("reference") / "ipc.json"


class Title(NamedTuple):
    """A title in both languages; English is '' for the few that have none."""

    zh: str
    en: str

    def __str__(self) -> str:
        return self.en if self.en and get_language() == "en" else self.zh


@lru_cache(maxsize=1)
def _titles() -> dict[str, list[str]]:
    """Code → [Chinese, English]; read once, when the first page asks."""
    titles: dict[str, list[str]] = json.loads(_FILE.read_text(encoding="utf-8"))
    return titles


def title_of(code: str) -> Title | None:
    """The title of a section (F), class (F27) or subclass (F27D); None when it is unknown or retired."""
    found = _titles().get(code)
    return Title(*found) if found else None


def ladder(ipc: str) -> list[tuple[str, Title]]:
    """Section, class and subclass of a symbol: "F27D 17/00" → F, F27, F27D with their titles; unknown ones left out."""
    steps = [ipc[:length] for length in (1, 3, 4) if len(ipc) >= length]
    return [(step, title) for step in steps if (title := title_of(step))]


def sections() -> list[tuple[str, Title]]:
    """The eight sections, A to H."""
    return [(code, Title(*title)) for code, title in _titles().items() if len(code) == 1]


def below(code: str) -> list[tuple[str, Title]]:
    """The classes of a section, or the subclasses of a class."""
    length = {1: 3, 3: 4}.get(len(code), 0)
    return [(key, Title(*title)) for key, title in _titles().items() if len(key) == length and key.startswith(code)]
