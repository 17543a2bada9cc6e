"""What each kind of file may be: its types, its largest size, and whether moderators need it as evidence."""

from __future__ import annotations

from dataclasses import dataclass

PDF = "application/pdf"
PNG = "image/png"
JPEG = "image/jpeg"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
XLS = "application/vnd.ms-excel"
CSV = "text/csv"

SCANS = frozenset({PDF, PNG, JPEG})
SHEETS = frozenset({XLSX, ODS, XLS, CSV})
MIB = 2**20


@dataclass(frozen=True, slots=True)
class Kind:
    """The rules of one kind of file. `largest` is in bytes; `inline` lets browsers show it instead of saving it."""

    types: frozenset[str] = SCANS
    largest: int = 10 * MIB
    evidence: bool = True
    inline: bool = False


EVIDENCE = Kind()
# Papers are made by the platform, so browsers may show them; they are the parties' own, not evidence for moderators.
PAPER = Kind(frozenset({PDF}), 20 * MIB, evidence=False, inline=True)
SHEET = Kind(SHEETS, 20 * MIB)

_KINDS: dict[str, Kind] = {
    "contract": PAPER,
    "notice": PAPER,
    "certificate": PAPER,
    "signatures": PAPER,
    "term_sheet": PAPER,
    "import": SHEET,
}


def register(name: str, kind: Kind) -> None:
    """Let a room say what its kind of file may be. Call it in AppConfig.ready(). At most 40 characters."""
    if not 0 < len(name) <= 40:
        raise ValueError("the name of a kind has 1 to 40 characters")
    _KINDS[name] = kind


def kind_of(name: str) -> Kind:
    """The rules of a kind; one that nobody registered is evidence: a scan as PDF, PNG or JPEG up to 10 MiB."""
    return _KINDS.get(name, EVIDENCE)
