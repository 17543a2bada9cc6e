"""Makes listings/search/words/english.txt: which Chinese words an English word means in technical titles.

Learned from the 71,000 titles of the International Patent Classification 2026.01 in both languages (WIPO, CC BY 4.0) by
counting which words occur in each other's titles, refined in a few rounds (IBM model 1 in both directions):
`python -m tests.quality.english`.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parents[2]
TARGET = ROOT / "listings" / "search" / "words" / "english.txt"
_ROUNDS = 6
_LEAST = 4  # titles in which a word must occur
_SURE = 0.035  # product of both directions
_SURE_OF_ONE = 0.15  # the same for a single character, which may mean much
_MOST = 4  # Chinese words for one English word

Pair = tuple[tuple[str, ...], tuple[str, ...]]


def titles(shared: Path) -> Iterator[Pair]:
    """English and Chinese words of each title, each word once."""
    from listings.search import analysis

    stop = analysis.stop_words()
    with (shared / "data/reference/ipc.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            english = re.sub(r"\([^)]*\d/\d[^)]*\)|[A-H]\d\d[A-Z]\S*", " ", row.get("title_en") or "")
            chinese = re.sub(r"[(（][^)）]*\d/\d[^)）]*[)）]|[A-H]\d\d[A-Z]\S*", " ", row.get("title_zh") or "")
            left = [w for w in analysis.tokens(english) if w.isascii() and w.isalpha() and len(w) > 2 and w not in stop]
            right = [w for w in analysis.tokens(chinese) if analysis.is_han(w) and w not in stop]
            if left and right:
                yield tuple(dict.fromkeys(left))[:12], tuple(dict.fromkeys(right))[:12]


def learned(pairs: list[Pair]) -> dict[tuple[str, str], float]:
    """How likely each word on the right is where the word on the left stands."""
    likely: dict[tuple[str, str], float] = defaultdict(lambda: 1.0)
    for _round in range(_ROUNDS):
        counts: dict[tuple[str, str], float] = defaultdict(float)
        totals: dict[str, float] = defaultdict(float)
        for left, right in pairs:
            for target in right:
                whole = sum(likely[source, target] for source in left)
                for source in left:
                    part = likely[source, target] / whole
                    counts[source, target] += part
                    totals[source] += part
        likely = defaultdict(float, {pair: count / totals[pair[0]] for pair, count in counts.items()})
    return likely


def surfaces(shared: Path) -> dict[str, str]:
    """Word without ending → itself where it is a word, else how it is mostly written."""
    from listings.search import analysis

    seen: dict[str, Counter[str]] = defaultdict(Counter)
    with (shared / "data/reference/ipc.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            for word in re.findall("[a-z]+", (json.loads(line).get("title_en") or "").lower()):
                seen[analysis.stem(word)][word] += 1
    return {stem: stem if stem in counts else counts.most_common(1)[0][0] for stem, counts in seen.items()}


def dictionary(pairs: list[Pair]) -> dict[str, list[str]]:
    """English word → Chinese words, the surest first."""
    there = learned(pairs)
    back = learned([(right, left) for left, right in pairs])
    seen = Counter(word for left, _right in pairs for word in left)
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for (english, chinese), chance in there.items():
        sure = chance * back[chinese, english]
        if sure >= (_SURE if len(chinese) > 1 else _SURE_OF_ONE) and seen[english] >= _LEAST:
            found[english].append((sure, chinese))
    return {word: [chinese for _sure, chinese in sorted(few, reverse=True)[:_MOST]] for word, few in found.items()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings.test")
    django.setup()
    written = surfaces(ROOT.parent / "shared")
    made = {written.get(word, word): few for word, few in dictionary(list(titles(ROOT.parent / "shared"))).items()}
    head = (
        "# English words and what they mean in Chinese technical titles. Learned from the titles of the\n"
        "# International Patent Classification 2026.01, WIPO, CC BY 4.0, by `python -m tests.quality.english`.\n"
    )
    lines = [f"{word} {' '.join(chinese)}\n" for word, chinese in sorted(made.items())]
    TARGET.write_text(head + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(lines)} words\n")
