"""From text to words: one way for what is stored and for what is asked, so that they meet.

Text is made even (NFKC, simplified characters, lower case), Chinese is segmented by jieba with our own list of
technical terms, English is stripped of its endings, patent numbers are read in every spelling. Synonyms and stop words
act on questions only: changing them needs no new index.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from itertools import chain
from operator import add
from pathlib import Path

import rjieba

from listings.search.backend import Word
from listings.search.simplify import simplified
from marketplace.lib.numbers import BadNumber, parse_application_number, parse_publication_number

MOST_WORDS = 24  # of a question; the rest is not read (WEB-6)
_FOLDER = Path(__file__).parent / "words"
_TERMS = _FOLDER / "terms.txt"
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff々〇"
_PIECE = re.compile(rf"[{_HAN}]+|[a-z0-9]+(?:[.\-/+_][a-z0-9]+)*")
_NUMBER = re.compile(r"(?<![A-Z0-9])(?:ZL|CN)?[ .]*(?:\d[ .]*){7,12}[\dX](?: ?[A-Z]\d?)?(?![A-Z0-9])")
_LONGEST_SYNONYM = 4  # words

Table = Mapping[str, tuple[str, ...]]


def even(text: str) -> str:
    """NFKC, simplified characters, lower case: the form in which texts are compared."""
    return simplified(unicodedata.normalize("NFKC", text)).lower()


def is_han(word: str) -> bool:
    """Whether a word is written in Chinese characters."""
    return bool(word) and ("\u3400" <= word[0] <= "\u9fff" or word[0] in "々〇")


def words(text: str) -> list[str]:
    """The words under which a text is stored: long Chinese words also by their parts, hyphenated ones too."""
    return words_of(pieces(text))


def pieces(text: str) -> list[str]:
    """A text made even, cut where Chinese, Latin and signs meet; signs are left out."""
    return _PIECE.findall(even(text))


def words_of(read: Iterable[str]) -> list[str]:
    """The words of a text that was cut into pieces before."""
    segmenter = _jieba()
    found: list[str] = []
    for piece in read:
        found += segmenter.cut_for_search(piece) if is_han(piece) else _parts(piece)
    return found


def cut(text: str) -> list[str]:
    """A text cut into words without losing a letter: joined again they are the text, blanks and points included."""
    found: list[str] = []
    for piece in re.findall(rf"[{_HAN}]+|[A-Za-z0-9]+|.", text, re.DOTALL):
        found += _jieba().cut(piece) if is_han(piece) else [piece]
    return found


def pairs(text: str) -> list[str]:
    """The Chinese characters of a text two by two: finds a word where segmentation cut elsewhere."""
    return pairs_of(pieces(text))


def pairs_of(read: Iterable[str]) -> list[str]:
    """The same of a text that was cut into pieces before."""
    return list(chain.from_iterable(_pairs(piece) for piece in read if is_han(piece)))


def numbers(text: str) -> list[str]:
    """The patent numbers that a text names, in normal form; wrong check digits are no numbers."""
    found = []
    for match in _NUMBER.findall(unicodedata.normalize("NFKC", text).upper()):
        written = match.strip(" .")
        for parse in (lambda t: parse_application_number(t).value, parse_publication_number):
            try:
                found.append(parse(written))
                break
            except BadNumber:
                continue
    return list(dict.fromkeys(found))


def number_forms(application_number: str, publication_number: str) -> list[str]:
    """Under which forms a patent's numbers are stored: whole, without check digit, without country and kind."""
    forms = [application_number, application_number[:-1]] if application_number else []
    if publication_number:
        kindless = re.sub(r"[A-Z]\d?$", "", publication_number)
        forms += [publication_number, kindless]
        forms += [form.removeprefix("CN") for form in (publication_number, kindless)]
    return list(dict.fromkeys(forms))


def question(text: str, groups: tuple[tuple[str, ...], ...] = ()) -> tuple[list[Word], list[str]]:
    """The words of a question with their synonyms, and the patent numbers in it.

    Stop words are left out unless nothing else remains; at most MOST_WORDS words are read, each once. `groups` are the
    moderators' synonyms: one that begins like a built-in group takes its place.
    """
    asked = numbers(text)
    rest = _NUMBER.sub(" ", unicodedata.normalize("NFKC", text).upper()) if asked else text
    read = tokens(rest)
    telling = [t for t in read if t not in stop_words() and not (is_han(t) and len(t) == 1)]
    found: dict[str, Word] = {}
    read = telling or read
    position = 0
    while position < len(read) and len(found) < MOST_WORDS:
        word, width = _word_at(read, position, _synonyms(groups))
        found.setdefault(word.forms[0], word)
        position += width
    return list(found.values()), asked


def fingerprint() -> str:
    """Changes when stored words would: an index made under another fingerprint must be rebuilt."""
    return _digest(_TERMS.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _digest(_changed: int) -> str:
    return hashlib.sha256(_TERMS.read_bytes()).hexdigest()[:8]


@lru_cache(maxsize=32_768)
def stem(word: str) -> str:
    """An English word without its commonest endings: recycling, recycled, recycles → recycl."""
    if len(word) < 4 or not word.isalpha() or not word.isascii():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith("es") and word[-3] in "sxz":
        word = word[:-2]
    elif word.endswith("s") and word[-2] not in "sui":
        word = word[:-1]
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) > 2 and re.search("[aeiouy]", base):
            return _single(base)
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _single(base: str) -> str:
    doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz"
    return base[:-1] if doubled or (base.endswith("e") and len(base) > 4) else base


def _parts(piece: str) -> list[str]:
    parts = [stem(part) for part in re.split(r"[.\-/+_]", piece) if part]
    return [stem(piece)] if len(parts) == 1 else [piece, *parts]


def _pairs(piece: str) -> Iterable[str]:
    return map(add, piece, piece[1:])


def tokens(text: str) -> list[str]:
    """The words of a question in order, each place once: no parts of long words."""
    found: list[str] = []
    for piece in _PIECE.findall(even(text)):
        found += _jieba().cut(piece) if is_han(piece) else [stem(part) for part in re.split(r"[\-/+_]", piece) if part]
    return found


def _word_at(read: list[str], position: int, table: Table) -> tuple[Word, int]:
    """The longest expression of the synonym table that begins here, else the single word; and how many it spans."""
    for width in range(min(_LONGEST_SYNONYM, len(read) - position), 0, -1):
        expression = " ".join(read[position : position + width])
        if expression in table:
            return _word(expression, table[expression]), width
    return _word(read[position], in_chinese(read[position])), 1


def _word(expression: str, kin: tuple[str, ...]) -> Word:
    joined = expression.replace(" ", "") if is_han(expression) else ""
    forms = (expression, joined) if joined and joined != expression else (expression,)
    return Word(forms=forms, kin=kin, pairs=tuple(_pairs(joined)))


@cache
def _jieba() -> rjieba.Jieba:
    segmenter = rjieba.Jieba()
    for line in _lines("terms.txt"):
        for term in line.split():
            segmenter.add_word(term, 20_000, "n")
    return segmenter


def _lines(name: str) -> list[str]:
    text = (_FOLDER / name).read_text(encoding="utf-8")
    return [line for raw in text.splitlines() if (line := raw.split("#")[0].strip())]


@cache
def stop_words() -> frozenset[str]:
    """Words that ask, join or soften, as `tokens` gives them."""
    return frozenset(stem(word) for line in _lines("stop.txt") for word in line.split())


@cache
def _english() -> Mapping[str, tuple[str, ...]]:
    """English word without its ending → the word, then its Chinese words."""
    entries = [line.split() for name in ("english.txt", "english_own.txt") for line in _lines(name)]
    return {stem(entry[0]): tuple(entry) for entry in entries}


def in_chinese(word: str) -> tuple[str, ...]:
    """What an English word, without its ending, means in technical Chinese; empty where it is not known."""
    return _english().get(word, ())[1:]


def whole(word: str) -> str:
    """A known English word with its usual ending; others as they are."""
    return _english().get(word, (word,))[0]


@cache
def english_of(length: int) -> tuple[str, ...]:
    """The known English words of so many letters, without their endings."""
    return tuple(word for word in _english() if len(word) == length)


@lru_cache(maxsize=4)
def _synonyms(groups: tuple[tuple[str, ...], ...]) -> Table:
    """From an expression (words joined by blanks) to the other expressions of its group."""
    built_in = [[_joined(part) for part in line.split(",")] for line in _lines("synonyms.txt")]
    own = [[_joined(part) for part in group] for group in groups]
    begun = {group[0] for group in own if group}
    table: dict[str, list[str]] = {}
    for group in [group for group in built_in if group[0] not in begun] + own:
        for expression in group:
            kin = table.setdefault(expression, [*in_chinese(expression)])
            kin += [other for other in group if other != expression]
    return {expression: tuple(dict.fromkeys(kin)) for expression, kin in table.items() if kin}


def _joined(expression: str) -> str:
    return " ".join(tokens(expression))
