"""What goes into an evidence pack, by contributors: each gives files of one kind, whoever keeps such rows adds one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.db import models
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import Organization
from marketplace.licensing.models import Agreement, OfferVersion, Paper, StampedCopy
from marketplace.vault import files
from marketplace.vault.models import VaultFile

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words

Give = Callable[[Agreement], Iterable[tuple[str, bytes]]]


@dataclass(frozen=True, slots=True)
class Contributor:
    """One kind of content: where it stands in the pack, what it is in words, and what gives it."""

    place: str
    says: Words
    give: Give


_ALL: dict[str, Contributor] = {}


def contributes(place: str, says: Words, give: Give) -> None:
    """Let every pack contain what `give(agreement)` yields; `place` names it in VERIFY.md. Call it in ready()."""
    _ALL[place] = Contributor(place, says, give)


def contributors() -> list[Contributor]:
    """All of them, by place."""
    return [_ALL[place] for place in sorted(_ALL)]


def as_json(value: Any) -> bytes:
    """JSON for people and programs: instants in UTC, days as they are."""
    return (json.dumps(value, ensure_ascii=False, indent=1, default=_plain) + "\n").encode()


def _plain(value: Any) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def place_of(paper: Paper) -> str:
    """Where a paper stands in the pack."""
    return f"papers/{(paper.sealed_file or paper.signed_file or paper.file).name}"


def told(row: models.Model) -> dict[str, Any]:
    """A row in plain values: people and organizations by name, files by name and hash, versions by hash."""
    return {
        field.name: _value(row, field)
        for field in row._meta.concrete_fields
        if not field.primary_key and field.name != "agreement"
    }


def _value(row: models.Model, field: models.Field[Any, Any]) -> Any:
    if not field.is_relation:
        return getattr(row, field.attname)
    other = getattr(row, field.name)
    match other:
        case None:
            return None
        case Organization():
            return other.name
        case VaultFile():
            return {"name": other.name, "sha256": other.sha256}
        case OfferVersion():
            return {"sha256": other.sha256}
        case Paper():
            return place_of(other)
        case _ if isinstance(other, get_user_model()):
            return other.name
        case _:
            return str(other.pk)


def rows(place: str, says: Words, related: str, *below: str) -> None:
    """Let every pack contain the rows that point at the agreement as `related`, with those `below` each of them."""

    def give(agreement: Agreement) -> Iterator[tuple[str, bytes]]:
        found = list(getattr(agreement, related).order_by("pk"))
        if found:
            yield place, as_json([_with(row, below) for row in found])

    contributes(place, says, give)


def _with(row: models.Model, below: Iterable[str]) -> dict[str, Any]:
    first, *further = below or ("",)
    if not first:
        return told(row)
    return told(row) | {first: [_with(one, further) for one in getattr(row, first).order_by("pk")]}


def _scans(agreement: Agreement) -> Iterator[tuple[str, bytes]]:
    """Scans of stamped papers, and what became of each."""
    found = StampedCopy.objects.filter(paper__agreement=agreement).order_by("pk")
    found = found.select_related("file", "by", "answered_by", "paper__file", "paper__signed_file", "paper__sealed_file")
    if not found:
        return
    kept = [(row, f"scans/{number}-{row.file.name}") for number, row in enumerate(found, start=1)]
    yield "scans.json", as_json([told(row) | {"in_pack": name} for row, name in kept])
    for row, name in kept:
        yield name, files.read(row.file)


def register() -> None:
    """The contents that this room knows; called from LicensingConfig.ready()."""
    contributes("scans.json", _("scans of stamped papers in scans/, and what the other side said to each"), _scans)
    rows("amendments.json", _("changes of the license, with the version before and after"), "amendments")
    rows("breach_demands.json", _("demands to put a breach right"), "breach_demands")
    rows("filings.json", _("filings at the patent office and at the registry of technology contracts"), "filings")
    rows("holds.json", _("payments held because of a change in the patent"), "holds")
    rows(
        "negotiations.json",
        _("the rounds of negotiation, version by version, and who accepted which"),
        "negotiations",
        "proposals",
        "acceptances",
    )
    rows("payment_demands.json", _("demands for payment"), "payment_demands")
    rows("repayments.json", _("money that goes back: why, how much, and how it was paid back"), "repayments")
    rows("securities.json", _("guarantees and insurances on record"), "securities")
    rows("terminations.json", _("ends of the license, with their ground"), "terminations")
    rows("triggers.json", _("events that made a payment due, as stated and decided"), "claims")
    rows("use_reports.json", _("reports of use, with every correction of them"), "use_reports", "corrections")
