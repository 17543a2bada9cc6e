"""Builds the evidence pack of one agreement: a zip of papers, records, proofs, and what it takes to check them."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from marketplace.audit import anchors, trail
from marketplace.lib import pki
from marketplace.lib.canonical import canonical_json
from marketplace.licensing.evidence import contents
from marketplace.licensing.evidence.contents import as_json, place_of
from marketplace.licensing.models import Agreement, Confirmation, Paper, Signature
from marketplace.licensing.signing import ca, keys
from marketplace.vault import files

if TYPE_CHECKING:
    from asn1crypto import x509
    from django.db.models import QuerySet

HERE = Path(__file__).parent
CHECKERS = ("certificates.py", "passkeys.py", "signed.py", "verify.py")


@dataclass(frozen=True, slots=True)
class Pack:
    """The zip and the name to save it under; `waiting` entries of the trail have no outside time stamp yet."""

    name: str
    data: bytes
    waiting: int


def build(agreement: Agreement) -> Pack:
    """Everything about the agreement, its manifest signed by the platform's seal.

    Asks the time-stamp authorities, so call it outside a transaction. Raises seal.SealUnavailable when the manifest
    cannot be signed now; entries that could not be anchored are in the pack and are said to wait.
    """
    from marketplace.licensing.signing import seal

    anchors.keep_up()
    entries = list(trail.of(agreement))
    proofs = anchors.proofs(entries)
    content = dict(_files(agreement, entries, proofs))
    listed = {
        "reference": agreement.reference,
        "made_at": timezone.now().isoformat(),
        "files": {name: hashlib.sha256(data).hexdigest() for name, data in sorted(content.items())},
    }
    manifest = as_json(listed)
    content |= {"manifest.json": manifest, "manifest.p7s": seal.sign_bytes(manifest)}
    return Pack(f"{agreement.reference}-evidence.zip", _zip(agreement, content), len(entries) - len(proofs))


def _files(
    agreement: Agreement, entries: list[trail.Entry], proofs: dict[int, anchors.Proof]
) -> Iterator[tuple[str, bytes]]:
    """Every file of the pack but the manifest: path and bytes."""
    yield "agreement.json", as_json(_agreement(agreement))
    yield "offer.json", canonical_json(agreement.version.snapshot).encode()
    yield "signatures.json", as_json([_signature(row) for row in _signatures(agreement)])
    yield "confirmations.json", as_json([_confirmation(row) for row in _confirmations(agreement)])
    owed = agreement.obligations.order_by("kind", "number")
    fields = ("kind", "number", "amount_minor", "currency", "state", "due_on", "trigger", "settled_at", "proof")
    yield "obligations.json", as_json(list(owed.values(*fields)))
    papers = list(
        agreement.papers.select_related("file", "signed_file", "sealed_file").order_by("kind", "number", "language")
    )
    yield "papers.json", as_json([_paper(paper) for paper in papers])
    for paper in papers:
        yield place_of(paper), files.read(paper.sealed_file or paper.signed_file or paper.file)
    for contributor in contents.contributors():
        yield from contributor.give(agreement)
    yield "trail.json", as_json(_trail(entries, proofs))
    for anchor in {proof.anchor.first: proof.anchor for proof in proofs.values()}.values():
        yield _anchor_file(anchor.first), bytes(anchor.token)
    yield from _trust("seal", [*keys.ours(keys.places()), *keys.chain(keys.places())])
    yield from _trust("stamp", pki.stamp_anchors())
    yield from _trust("parties", ca.anchors())
    yield from ((name, (HERE / name).read_bytes()) for name in CHECKERS)
    yield "VERIFY.md", _explain(agreement)


def _confirmations(agreement: Agreement) -> QuerySet[Confirmation]:
    files_of = ("paper__file", "paper__sealed_file", "paper__signed_file")
    return agreement.confirmations.select_related(*files_of).order_by("pk")


def _confirmation(row: Confirmation) -> dict[str, Any]:
    """A highlighted clause confirmed on its own, and the further paper before whose signature it was."""
    told = {"clause": row.clause, "text_sha256": row.text_sha256, "at": row.at}
    return told | ({"paper": place_of(row.paper)} if row.paper is not None else {})


def _agreement(agreement: Agreement) -> dict[str, Any]:
    instants = ("requested_at", "noticed_at", "signed_at", "effective_at", "ends_on", "closed_at")
    return {
        "reference": agreement.reference,
        "verify_code": agreement.verify_code,
        "track": agreement.track,
        "state": agreement.state,
        "licensor": agreement.licensor.name,
        "licensee": agreement.licensee.name,
        "licensee_class": agreement.licensee_class,
        "fee_minor": agreement.fee_minor,
        "currency": agreement.currency,
        "intended_use": agreement.intended_use,
        "offer_sha256": agreement.version.sha256,
        "contract_sha256": agreement.contract_sha256,
        "term_sheet_sha256": agreement.term_sheet.sha256 if agreement.term_sheet else "",
        **{name: getattr(agreement, name) for name in instants},
    }


def _signatures(agreement: Agreement) -> list[Signature]:
    rows = agreement.signatures.select_related(
        "user", "authority", "term_sheet", "paper__file", "paper__signed_file", "paper__sealed_file"
    )
    return list(rows.order_by("at", "pk"))


def _signature(row: Signature) -> dict[str, Any]:
    right = row.authority
    return {
        "party": row.party,
        "over": "term_sheet" if row.term_sheet_id else "paper" if row.paper else "contract",
        "paper": place_of(row.paper) if row.paper else "",
        "signer": row.evidence.get("signer") or row.user.name,
        "method": row.method,
        "authority": {"basis": right.basis, "valid_from": right.valid_from, "valid_until": right.valid_until},
        "document_sha256": row.document_sha256,
        "received_at": row.received_at,
        "at": row.at,
        "address": row.address,
        "evidence": row.evidence,
    }


def _paper(paper: Paper) -> dict[str, Any]:
    return {
        "file": place_of(paper),
        "kind": paper.kind,
        "number": paper.number,
        "language": paper.language,
        "sha256": paper.sha256,
        "signed_sha256": paper.signed_sha256,
        "completed_at": paper.completed_at,
        "sealed_sha256": paper.sealed_sha256,
        "made_at": paper.made_at,
        "sealed_at": paper.sealed_at,
    }


def _anchor_file(first: int) -> str:
    return f"anchors/{first}.tsr"


def _trail(entries: list[trail.Entry], proofs: dict[int, anchors.Proof]) -> dict[str, Any]:
    used = {proof.anchor.first: proof.anchor for proof in proofs.values()}
    return {
        "anchors": [
            {"first": a.first, "last": a.last, "root": a.root, "stamped_at": a.stamped_at, "file": _anchor_file(first)}
            for first, a in used.items()
        ],
        "entries": [
            {
                "told": trail.told(entry),
                "sha256": entry.sha256,
                "anchor": str(proofs[entry.number].anchor.first) if entry.number in proofs else None,
                "path": proofs[entry.number].path if entry.number in proofs else [],
            }
            for entry in entries
        ],
    }


def _trust(name: str, certificates: list[x509.Certificate]) -> Iterator[tuple[str, bytes]]:
    for certificate in certificates:
        yield f"trust/{name}/{certificate.sha256.hex()[:16]}.der", certificate.dump()


def _explain(agreement: Agreement) -> bytes:
    """What is in the pack and how to check it, in both languages."""
    told = []
    for language in ("zh-hans", "en"):
        with translation.override(language):
            context = {"agreement": agreement, "is_test": keys.uses_test_keys(), "more": contents.contributors()}
            told.append(render_to_string("licensing/evidence/VERIFY.md", context).strip())
    return ("\n\n---\n\n".join(told) + "\n").encode()


def _zip(agreement: Agreement, content: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in sorted(content.items()):
            file.writestr(f"{agreement.reference}/{name}", data)
    return out.getvalue()


__all__ = ["Pack", "build"]
