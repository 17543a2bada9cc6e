"""The parties' certificates in a PDF, named one by one and compared with the signatures that are on record."""

from __future__ import annotations

from django.utils.translation import gettext as _

from marketplace.lib.terms import SHANGHAI
from marketplace.licensing.models import Method, Paper, Party
from marketplace.licensing.public.holders import Verdict
from marketplace.licensing.signing import which
from marketplace.licensing.signing.inspection import Inspection, Seen


def on_record(paper: Paper | None) -> dict[str, str]:
    """The certificates (SHA-256, hex) whose signatures under this paper are on record, each with its party."""
    if paper is None:
        return {}
    rows = which.signatures_of(paper).filter(method=Method.CA)
    return {str(row.evidence.get("certificate", {}).get("certificate_sha256", "")): row.party for row in rows}


def describe(seen: Inspection, paper: Paper | None) -> tuple[Verdict, str] | None:
    """What the parties' signatures in the file are worth, in words; None where there is none."""
    others = [one for one in seen.signatures if not one.ours]
    if not others:
        return None
    known = on_record(paper)
    told = [_one(one, known) for one in others]
    worst = next((v for v in (Verdict.FAIL, Verdict.WARN) if v in {verdict for verdict, _text in told}), Verdict.OK)
    return worst, " ".join(text for _verdict, text in told)


def _one(one: Seen, known: dict[str, str]) -> tuple[Verdict, str]:
    facts = {"name": one.name, "issuer": one.issuer, "when": _when(one)}
    if not one.sound:
        return Verdict.FAIL, _("The signature of “%(name)s” is broken: what it signed was changed.") % facts
    party = known.get(one.certificate)
    if party is None:
        return Verdict.WARN, _("“%(name)s” (%(issuer)s) also signed: its certificate is not on record here.") % facts
    facts["party"] = str(Party(party).label)
    if not one.trusted or not one.stamp_ok:
        text = _(
            "%(party)s: “%(name)s”, on record here, but %(issuer)s is not a known authority or the time is unsure."
        )
        return Verdict.WARN, text % facts
    if one.is_test:
        text = _("%(party)s: “%(name)s”, certified by %(issuer)s, on %(when)s. TEST: this certificate proves nothing.")
        return Verdict.WARN, text % facts
    return Verdict.OK, _("%(party)s: “%(name)s”, certified by %(issuer)s, on %(when)s.") % facts


def _when(one: Seen) -> str:
    return f"{one.stamped_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} UTC+8" if one.stamped_at else "—"
