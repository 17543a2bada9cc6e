"""“Did you mean”: typed words that nothing on offer has, compared with the words that it has.

Chinese typos are mostly the right sound in the wrong characters (预热 for 余热) or one wrong character in a long word;
English ones are a letter or two. Words typed in pinyin are offered in characters.
"""

from __future__ import annotations

import re

from listings.search import analysis
from listings.search.vocabulary import Vocabulary
from marketplace.lib import pinyin

_LONGEST = 6  # characters of a Chinese word
_SHORTEST = 6  # letters of an English word that is mended: of shorter ones too many resemble each other
_MOST_WINDOWS = 60  # stretches of a question that are compared
_PIECE = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]+")


def suggestion(text: str, known: Vocabulary) -> str:
    """The question with its unknown words replaced by the nearest known ones; empty where there is nothing to mend."""
    if not known.counts:
        return ""
    mended = _PIECE.sub(lambda piece: _mended(piece.group(), known), text)
    return mended if mended != text else ""


def typed_in_pinyin(word: str, known: Vocabulary) -> tuple[str, ...]:
    """The known Chinese words that a Latin word spells, at most three: yure → 余热."""
    return known.spelled.get(word.lower(), ())[:3] if len(word) > 3 else ()


def _mended(piece: str, known: Vocabulary) -> str:
    even = analysis.even(piece)
    return _chinese(even, known) or piece if analysis.is_han(even) else _latin(even, known) or piece


def _latin(word: str, known: Vocabulary) -> str:
    stem = analysis.stem(word)
    if len(word) < 4 or stem in known or analysis.in_chinese(stem):
        return ""
    in_pinyin = _from_pinyin(word, known)
    if in_pinyin or len(word) < _SHORTEST:
        return in_pinyin
    most = 1 if len(word) < 7 else 2
    near = [
        (distance, -known.counts.get(other, 0), other)
        for length in range(len(stem) - most, len(stem) + most + 1)
        for other in (*known.by_length.get((False, length), ()), *analysis.english_of(length))
        if other.isalpha() and (distance := _distance(stem, other, most)) <= most
    ]
    return analysis.whole(min(near)[2]) if near else ""


def _from_pinyin(word: str, known: Vocabulary) -> str:
    """The word cut into known words that it spells, as few as possible; empty where that cannot be done."""
    best: list[str | None] = [""] + [None] * len(word)
    pieces = [0] + [99] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 24), end):
            heard = known.spelled.get(word[start:end])
            if heard and best[start] is not None and pieces[start] + 1 < pieces[end]:
                best[end], pieces[end] = f"{best[start]}{heard[0]}", pieces[start] + 1
    return best[-1] or ""


def _chinese(piece: str, known: Vocabulary) -> str:
    """Stretches between the borders of words that are no known words but sound or look like one."""
    cut = analysis.tokens(piece)
    borders = [0]
    for word in cut:
        borders.append(borders[-1] + len(word))
    if borders[-1] != len(piece):
        return ""
    stretches = [
        (start, end)
        for length in range(_LONGEST, 1, -1)
        for start in borders
        if (end := start + length) in borders and not _covered(cut, borders, start, end, known)
    ][:_MOST_WINDOWS]
    for start, end in stretches:
        better = _alike(piece[start:end], known)
        if better:
            rest = _chinese(piece[end:], known) or piece[end:]
            return piece[:start] + better + rest
    return ""


def _covered(cut: list[str], borders: list[int], start: int, end: int, known: Vocabulary) -> bool:
    """Whether every word of a stretch is known or only joins: then there is no typo in it."""
    words = cut[borders.index(start) : borders.index(end)]
    return all((word in known and len(word) > 1) or word in analysis.stop_words() for word in words)


def _alike(stretch: str, known: Vocabulary) -> str:
    if stretch in known:
        return ""
    heard = [word for word in known.spelled.get(pinyin.spell(stretch), ()) if len(word) == len(stretch)]
    if heard:
        return heard[0]
    if len(stretch) < 3:
        return ""
    return min(known.nearly(stretch), key=lambda word: (-known.counts[word], word), default="")


def _distance(left: str, right: str, most: int) -> int:
    """Insertions, deletions, changes and swaps of neighbors between two words; `most` + 1 when there are more."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        older, before, row = before, row, [i]
        for j, b in enumerate(right, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if older and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]
