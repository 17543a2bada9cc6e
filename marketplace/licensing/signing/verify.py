"""Questions to a PDF that somebody shows us, each answered on its own."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from marketplace.licensing.models import Paper

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

LIMIT = 10 * 2**20  # bytes; our own papers stay far below one


class Verdict(StrEnum):
    """How one question was answered."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's answer in plain words. `key`: file, seal, coverage, record, timestamp or license."""

    key: str
    verdict: Verdict
    title: Words
    text: Words


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a PDF. `paper` is the paper on record that the file is, or claims to come from."""

    sha256: str
    size: int
    answers: tuple[Answer, ...]
    paper: Paper | None = None
    stamped_at: datetime | None = None

    def answer(self, key: str) -> Answer | None:
        """The answer to one question, None where it was not asked."""
        return next((a for a in self.answers if a.key == key), None)

    @property
    def verdict(self) -> Verdict:
        """The worst answer."""
        order = (Verdict.FAIL, Verdict.WARN, Verdict.OK)
        return next((v for v in order if any(a.verdict is v for a in self.answers)), Verdict.FAIL)


def examine(pdf: bytes) -> Report:
    """Answer every question about a file; never raises for what is in it."""
    digest = hashlib.sha256(pdf).hexdigest()
    paper = Paper.objects.filter(sealed_sha256=digest).select_related("agreement").first()
    known = Answer("record", Verdict.OK if paper else Verdict.FAIL, "", "")
    return Report(sha256=digest, size=len(pdf), answers=(known,), paper=paper)
