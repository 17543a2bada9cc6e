"""The words of the field: read from `data/glossary.json`, which the documentation's glossary is made from too."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "data" / "glossary.json"


class Term(NamedTuple):
    """A word in both languages, what it means in both, and the article it comes from ('' where none)."""

    key: str
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str
    source_zh: str = ""
    source_en: str = ""

    def word(self, language: str) -> str:
        """The word in a language."""
        return self.en if language == "en" else self.zh

    def other(self, language: str) -> str:
        """The word in the other language."""
        return self.zh if language == "en" else self.en

    def meaning(self, language: str) -> str:
        """What it means, in a language."""
        return self.meaning_en if language == "en" else self.meaning_zh

    def source(self, language: str) -> str:
        """Where it is written, in a language; '' where nowhere."""
        return self.source_en if language == "en" else self.source_zh


@cache
def terms() -> tuple[Term, ...]:
    """All words, in the order of the file: from the license through the deal to the papers."""
    return tuple(Term(**row) for row in json.loads(FILE.read_text(encoding="utf-8")))
