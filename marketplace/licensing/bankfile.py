"""The file of a deal for a bank or an insurer: contract, schedule of payments, status, and where to check it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from listings import offers
from marketplace.lib import sheets
from marketplace.lib.look import money_text
from marketplace.lib.money import from_minor
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, Disclosure, PaperKind, Trial
from marketplace.licensing.terms import effective, trials
from marketplace.licensing.terms.obligations import cause_words
from marketplace.vault import files

FIXED = (1980, 1, 1, 0, 0, 0)  # the instant in the zip's entries; the real one stands in the text


def build(agreement: Agreement, consent: Disclosure) -> bytes:
    """The zip, in the active language. Holds no contact and no person's name beyond what the contract says."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in _content(agreement, consent):
            info = zipfile.ZipInfo(f"{agreement.reference}/{name}", FIXED)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return sink.getvalue()


def fingerprint(data: bytes) -> str:
    """The SHA-256 that the trail keeps of what was handed out."""
    return hashlib.sha256(data).hexdigest()


def _content(agreement: Agreement, consent: Disclosure) -> Iterator[tuple[str, bytes]]:
    yield "README.txt", _readme(agreement, consent).encode()
    for paper in agreement.papers.filter(kind=PaperKind.CONTRACT).select_related("file", "sealed_file").order_by("pk"):
        yield f"contract-{paper.language}.pdf", files.read(paper.sealed_file or paper.file)
    yield "payments.xlsx", _schedule(agreement)
    yield "securities.xlsx", _securities(agreement)
    yield "status.json", json.dumps(_status(agreement), ensure_ascii=False, indent=1, default=str).encode()


def verify_address(agreement: Agreement) -> str:
    """The public page that says whether the contract is genuine and the license in force."""
    return settings.SITE_URL.rstrip("/") + reverse("licensing:verify_code", args=[agreement.verify_code])


def _readme(agreement: Agreement, consent: Disclosure) -> str:
    lines = [
        _("File of the license %(reference)s") % {"reference": agreement.reference},
        _("For: %(recipient)s") % {"recipient": consent.recipient},
        _("Made on %(day)s with the licensee's consent, which ends on %(until)s.")
        % {
            "day": timezone.localdate().isoformat(),
            "until": timezone.localdate(consent.until).isoformat(),
        },
        _("Licensor: %(name)s") % {"name": agreement.licensor.name},
        _("Licensee: %(name)s") % {"name": agreement.licensee.name},
        _("Check the contract and the state of the license here: %(address)s") % {"address": verify_address(agreement)},
        _("Fingerprint (SHA-256) of the contract: %(sha256)s") % {"sha256": agreement.contract_sha256},
        _("Amounts in payments.xlsx are those of the contract; what was paid is what the licensor has confirmed."),
    ]
    return "\n".join(lines) + "\n"


def _amount(minor: int, currency: str) -> str:
    return money_text(from_minor(minor, currency))


def _schedule(agreement: Agreement) -> bytes:
    snapshot = effective.snapshot_of(agreement)
    offer, price = read(snapshot), offers.price_for(snapshot, agreement.licensee_class)
    rows = [
        (
            row.get_kind_display(),
            row.number,
            _amount(row.amount_minor, row.currency) if row.amount_minor else "",
            row.due_on.isoformat() if row.due_on else "",
            row.get_state_display(),
            timezone.localdate(row.settled_at).isoformat() if row.settled_at else "",
            cause_words(row, offer, price),
        )
        for row in agreement.obligations.order_by("due_on", "number", "pk")
    ]
    header = [_("For"), _("Number"), _("Amount"), _("Pay by"), _("State"), _("Paid on"), _("Waits for")]
    return sheets.write_xlsx(_("Payments"), header, rows)


def _securities(agreement: Agreement) -> bytes:
    rows = [
        (
            row.get_kind_display(),
            row.provider,
            row.number,
            _amount(row.amount_minor, row.currency),
            row.valid_until.isoformat(),
            row.get_state_display(),
        )
        for row in agreement.securities.order_by("pk")
    ]
    header = [_("Kind"), _("Provider"), _("Number"), _("Amount"), _("Valid until"), _("State")]
    return sheets.write_xlsx(_("Securities"), header, rows)


def _status(agreement: Agreement) -> dict[str, Any]:
    period = trials.free_period(agreement)
    return {
        "reference": agreement.reference,
        "state": agreement.state,
        "effective_at": agreement.effective_at,
        "ends_on": agreement.ends_on,
        "trial": agreement.trial or Trial.NONE.value,
        "free_until": period.last_day if period else None,
        "offer_sha256": agreement.version.sha256,
        "contract_sha256": agreement.contract_sha256,
        "verify": verify_address(agreement),
    }
