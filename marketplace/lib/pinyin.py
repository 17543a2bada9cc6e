"""Chinese characters as people type them: Hanyu Pinyin without tones, and initials."""

from __future__ import annotations

from functools import lru_cache
from itertools import islice, product
from pathlib import Path

_FILE = Path(__file__).with_name("reference") / "pinyin.tsv"
_MOST = 4  # spellings of one name whose characters are read in several ways


@lru_cache(maxsize=1)
def _readings() -> dict[str, tuple[str, ...]]:
    """Character → its readings, the commonest first; 6,763 characters of GB 2312, read when first asked."""
    lines = (line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines())
    return {character: tuple(readings.split(" ")) for readings, characters in lines for character in characters}


@lru_cache(maxsize=1)
def syllables() -> frozenset[str]:
    """Every syllable of the language."""
    return frozenset(reading for readings in _readings().values() for reading in readings)


def spell(text: str) -> str:
    """The commonest reading of each character, joined: 余热 → yure. Other characters are left out."""
    return "".join(_readings()[character][0] for character in text if character in _readings())


def names(name: str) -> list[str]:
    """The ways a name is typed: whole, and by initials; where a character is read in several ways, up to four of each.

    重庆大学 → zhongqingdaxue, chongqingdaxue, zqdx, cqdx.
    """
    read = [_readings()[character][:2] for character in name if character in _readings()]
    if len(read) < 2:
        return []
    ways = list(islice(product(*read), 4 * _MOST))
    whole = ["".join(way) for way in ways][:_MOST]
    initials = ["".join(syllable[0] for syllable in way) for way in ways]
    return list(dict.fromkeys(whole + list(dict.fromkeys(initials))[:_MOST]))
