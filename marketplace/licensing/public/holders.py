"""What anybody who holds a paper may know of its license: the licensor by consent, the licensee masked."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from django.utils.translation import gettext as _

from marketplace.lib.look import Fact
from marketplace.lib.numbers import patent_number
from marketplace.lib.terms import day_of, today
from marketplace.licensing.contracts.reading import read
from marketplace.licensing.models import Agreement, State


class Verdict(StrEnum):
    """How one question was answered."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


def by_code(text: str) -> Agreement | None:
    """The agreement whose papers carry this code, as people type or paste it (an address too); None: there is none."""
    code = normal_code(text)
    rows = Agreement.objects.select_related("version", "licensor", "licensee", "listing__patent")
    return rows.filter(verify_code=code).first() if code else None


def normal_code(text: str) -> str:
    """A code in its printed form, K7QF-M2XR-9TPD; '' for a text that is none."""
    plain = unicodedata.normalize("NFKC", text[:200]).upper()
    if found := re.search(r"/V/([^/?#]+)", plain):
        plain = found[1]
    letters = re.sub(r"[\s\-–—_.]", "", plain)
    if not re.fullmatch(r"[0-9A-Z]{12}", letters):
        return ""
    return "-".join((letters[:4], letters[4:8], letters[8:]))


def masked(name: str) -> str:
    """A name of which only the first character (two of a longer one) is shown: 王屋＊＊＊, 李＊."""
    name = name.strip()
    if len(name) <= 4:
        return f"{name[:1]}＊"
    return f"{name[:2]}＊＊＊"


def facts(agreement: Agreement) -> list[Fact]:
    """The license's public facts, for the page behind the QR code."""
    offer = read(agreement.version.snapshot)
    patent = offer.patents[0]
    rows = [
        Fact(_("Reference"), agreement.reference),
        Fact(_("Kind of license"), agreement.get_track_display()),
        Fact(_("Patent"), patent.title, patent_number(patent.number) if patent.number else ""),
        Fact(_("Licensor"), offer.licensor.get("name") or agreement.licensor.name),
        Fact(_("Licensee"), masked(agreement.licensee.name), _("masked; the paper itself names it")),
    ]
    if agreement.effective_at:
        rows.append(Fact(_("In force since"), day_of(agreement.effective_at).isoformat()))
    if agreement.ends_on:
        rows.append(Fact(_("Term ends on"), agreement.ends_on.isoformat()))
    return rows


def license_today(agreement: Agreement) -> tuple[Verdict, str]:
    """Whether a license is in force today, in words (Asia/Shanghai)."""
    if agreement.state == State.ACTIVE:
        ends = agreement.ends_on
        if ends and ends < today():
            return Verdict.WARN, _("Its term ended on %(day)s.") % {"day": ends.isoformat()}
        return Verdict.OK, _("In force until %(day)s.") % {"day": ends.isoformat() if ends else "—"}
    if agreement.state == State.ENDED:
        return Verdict.WARN, _("It has ended.")
    if agreement.state in (State.DECLINED, State.CANCELLED, State.LAPSED):
        return Verdict.FAIL, _("It never came into force: %(state)s.") % {"state": agreement.get_state_display()}
    return Verdict.WARN, _("Not yet in force: %(state)s.") % {"state": agreement.get_state_display()}
