"""Reading what somebody typed with all that this site knows: its moderators' synonyms and the words on offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Max, QuerySet, Subquery, Value

from listings.models import SynonymGroup
from listings.models import Vocabulary as Counted
from listings.search import analysis, spelling, synonyms, vocabulary
from listings.search.backend import Word
from marketplace.lib import pinyin
from marketplace.lib.prepared import Prepared


@dataclass(frozen=True, slots=True)
class Known:
    """What this site knows now: its moderators' synonyms, and the words on offer."""

    groups: synonyms.Groups
    words: vocabulary.Vocabulary


def known(text: str) -> Known:
    """What helps to read this text: nothing for an empty one, else one small query tells what changed since."""
    if not text.strip():
        return Known((), vocabulary.counted_at(None))
    told = _STAMPS.rows()
    if not told:
        return Known(synonyms.groups(), vocabulary.counted_at(None))
    made, groups, changed = told[0]
    return Known(synonyms.groups_of(groups or 0, changed), vocabulary.counted_at(made))


def _stamps(_keys: Sequence[int]) -> QuerySet[Counted, Any]:
    """When the vocabulary was counted, how many groups of synonyms there are, and when one changed last."""
    all_groups = SynonymGroup.objects.order_by().values(every=Value(1))
    stamps = Counted.objects.order_by("-made_at").annotate(
        groups=Subquery(all_groups.annotate(count=Count("pk")).values("count")),
        changed=Subquery(all_groups.annotate(last=Max("changed_at")).values("last")),
    )
    return stamps.values_list("made_at", "groups", "changed")[:1]


_STAMPS = Prepared(_stamps)


def read(text: str, known: Known) -> tuple[list[Word], list[str]]:
    """The words of a question with everything that means the same, and the patent numbers in it."""
    words, numbers = analysis.question(text, known.groups)
    latin = [word for word in words if word.forms[0].isascii() and word.forms[0].isalpha() and not word.kin]
    if not latin:
        return words, numbers
    return _name(text) or [_heard(word, known.words) if word in latin else word for word in words], numbers


def did_you_mean(text: str, known: Known) -> str:
    """The question as it was probably meant, where a word of it is unknown here; else empty."""
    return spelling.suggestion(text, known.words)


def _heard(word: Word, known: vocabulary.Vocabulary) -> Word:
    return replace(word, kin=(*word.kin, *spelling.typed_in_pinyin(word.forms[0], known)))


def _name(text: str) -> list[Word]:
    """A name typed syllable by syllable (he luo da xue) is looked for in one word; empty for anything else."""
    typed = text.lower().split()
    if len(typed) < 2 or not all(part in pinyin.syllables() for part in typed):
        return []
    return [Word(forms=(analysis.stem("".join(typed)),))]
