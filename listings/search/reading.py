"""Reading what somebody typed with all that this site knows: its moderators' synonyms and the words on offer."""

from __future__ import annotations

from dataclasses import replace

from listings.search import analysis, spelling, synonyms, vocabulary
from listings.search.backend import Word
from marketplace.lib import pinyin


def read(text: str) -> tuple[list[Word], list[str]]:
    """The words of a question with everything that means the same, and the patent numbers in it."""
    words, numbers = analysis.question(text, synonyms.groups())
    latin = [word for word in words if word.forms[0].isascii() and word.forms[0].isalpha() and not word.kin]
    if not latin:
        return words, numbers
    known = vocabulary.current()
    return _name(text) or [_heard(word, known) if word in latin else word for word in words], numbers


def did_you_mean(text: str) -> str:
    """The question as it was probably meant, where a word of it is unknown here; else empty."""
    return spelling.suggestion(text, vocabulary.current())


def _heard(word: Word, known: vocabulary.Vocabulary) -> Word:
    return replace(word, kin=(*word.kin, *spelling.typed_in_pinyin(word.forms[0], known)))


def _name(text: str) -> list[Word]:
    """A name typed syllable by syllable (he luo da xue) is looked for in one word; empty for anything else."""
    typed = text.lower().split()
    if len(typed) < 2 or not all(part in pinyin.syllables() for part in typed):
        return []
    return [Word(forms=(analysis.stem("".join(typed)),))]
