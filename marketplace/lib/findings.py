"""What a rule has to say about a thing: which rule, how bad, in plain words, what to do, and where it is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


class Severity(StrEnum):
    """What a finding does: stops the step, is shown and recorded, or only informs."""

    BLOCK = "block"
    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One answer of one rule. `field` names the form field it speaks of, '' where it speaks of the whole."""

    rule: str
    severity: Severity
    message: Words
    remedy: Words = ""
    citation: str = ""
    field: str = ""

    def __str__(self) -> str:
        return f"{self.rule}: {self.message} {self.remedy}".strip()


class Refused(Exception):
    """An act that rules forbid; carries every finding that forbids it. Views show them, nothing was changed."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("; ".join(str(f) for f in self.findings))

    @property
    def finding(self) -> Finding:
        """The first of them; most refusals have one."""
        return self.findings[0]


class Unfit(ValueError):
    """Something handed in (a number, a file, a figure) is not what it should be; `finding` says why and what to do."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


def refuse(rule: str, message: Words, remedy: Words = "", *, citation: str = "", field: str = "") -> Refused:
    """A refusal with one blocking finding, ready to be raised."""
    return Refused([Finding(rule, Severity.BLOCK, message, remedy, citation, field)])


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Those that stop the step."""
    return [f for f in findings if f.severity is Severity.BLOCK]
