"""The labelled set: which patent answers which question. Texts come from the data beside the checkout, at run time."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SENTENCES = Path(__file__).with_name("problem_sentences.json")
CORPUS = 1_500  # passages: encoding one takes 0.1 s of a core
TITLES = 400  # patents whose title is hidden and asked for
KEYWORDS = 400
_HAN = re.compile(r"[\u4e00-\u9fff]")
_VIETNAMESE = re.compile(r"[ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Patent:
    """One patent as it lies in the index."""

    id: str  # SHA-256 of its abstract
    title: str  # empty where the title is the question
    abstract: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, and the one patent that answers it."""

    kind: str  # needs, needs_en, titles, keywords, english
    half: str  # tune or held
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """Everything that is searched and everything that is asked."""

    patents: tuple[Patent, ...]
    questions: tuple[Question, ...]


def load(shared: Path, corpus: int = CORPUS) -> Labelled:
    """The set, always the same: the sentences' patents, translations, then others by hash up to `corpus`."""
    known = {_id(row["abstract"]): row for row in _rows(shared / "data/patents/abstracts.jsonl") if row.get("abstract")}
    sentences = json.loads(SENTENCES.read_text(encoding="utf-8"))
    patents = {one["id"]: _patent(one["id"], known[one["id"]]) for one in sentences}
    questions = list(_needs(sentences))
    for english, chinese in _translations(shared / "data/crosslingual"):
        title, abstract = chinese
        key = _id(abstract)
        patents[key] = Patent(key, title, abstract)
        if english.isascii():  # the data call some titles in other scripts English
            questions.append(Question("english", half_of(key), english, key))
    titles = keywords = 0
    for key in sorted(known.keys() - patents.keys()):
        if len(patents) >= corpus:
            break
        row, patents[key] = known[key], _patent(key, known[key])
        asked = _keywords(row)
        if row.get("title") and titles < TITLES:
            titles += 1
            patents[key] = Patent(key, "", row["abstract"])
            questions.append(Question("titles", half_of(key), row["title"], key))
        elif len(asked) >= 3 and keywords < KEYWORDS:
            keywords += 1
            questions.append(Question("keywords", half_of(key), " ".join(asked[:5]), key))
    return Labelled(tuple(patents.values()), tuple(questions))


def half_of(key: str) -> str:
    """In which half a patent's questions are."""
    return "tune" if int(key[:8], 16) % 2 == 0 else "held"


def _id(abstract: str) -> str:
    return hashlib.sha256(abstract.encode()).hexdigest()


def _patent(key: str, row: dict[str, str]) -> Patent:
    return Patent(key, row.get("title") or "", row["abstract"])


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def _needs(sentences: list[dict[str, str]]) -> Iterator[Question]:
    for one in sentences:
        yield Question("needs", one["half"], one["zh"], one["id"])
        if one.get("en"):
            yield Question("needs_en", one["half"], one["en"], one["id"])


def _keywords(row: dict[str, str]) -> list[str]:
    words = re.split("[,，;；]", row.get("keywords") or "")
    return [word.strip() for word in words if len(word.strip()) >= 2]


def _translations(folder: Path) -> Iterator[tuple[str, tuple[str, str]]]:
    """English titles with the Chinese title and abstract of the same patent (label 0: a true pair)."""
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                texts = {_language(row[side]): row[side] for side in ("sentence_A", "sentence_B")}
                if float(row["label"]) == 0.0 and texts.keys() >= {"en", "zh"}:
                    title, _bar, abstract = texts["zh"].partition("|")
                    yield texts["en"].partition("|")[0], (title.strip(), abstract.strip())


def _language(text: str) -> str:
    if _HAN.search(text):
        return "zh"
    return "vi" if _VIETNAMESE.search(text) else "en"
