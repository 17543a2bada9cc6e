"""Questions to a PDF that somebody shows us, each answered on its own and in plain words."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from marketplace.lib import pki
from marketplace.lib.look import grouped
from marketplace.lib.terms import SHANGHAI
from marketplace.licensing.models import Paper
from marketplace.licensing.public.holders import Verdict, license_today
from marketplace.licensing.signing import LIMIT, named
from marketplace.licensing.signing.inspection import Inspection, Seen, Trouble, inspect, trust

logger = logging.getLogger(__name__)
__all__ = ["Answer", "Report", "Verdict", "examine"]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question's answer. `key`: file, seal, coverage, record, timestamp, signatures or license."""

    key: str
    verdict: Verdict
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """How a file relates to the papers on record: it is one, is one before sealing, or begins with a sealed one."""

    paper: Paper | None = None
    how: str = ""  # sealed | unsealed | begins_with | ""


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a file. `match.paper` is the paper it is, or comes from."""

    sha256: str
    size: int
    answers: tuple[Answer, ...]
    match: Match
    stamped_at: datetime | None = None

    @property
    def paper(self) -> Paper | None:
        """The paper on record, if the file has to do with one."""
        return self.match.paper

    def answer(self, key: str) -> Answer | None:
        """The answer to one question, None where it was not asked."""
        return next((a for a in self.answers if a.key == key), None)

    @property
    def verdict(self) -> Verdict:
        """The worst answer about the file. That a license has ended does not make its paper false."""
        given = {a.verdict for a in self.answers if a.key != "license"}
        return next((v for v in (Verdict.FAIL, Verdict.WARN) if v in given), Verdict.OK)


def examine(pdf: bytes) -> Report:
    """Answer every question about a file. Never raises for what is in it, and stores nothing."""
    digest = hashlib.sha256(pdf).hexdigest()
    try:
        seen = inspect(pdf, trust())
    except pki.BadKeyFile:
        logger.exception("the seal's certificates cannot be read")
        seen = Inspection(Trouble.UNREADABLE)
    match = _match(pdf, digest, seen)
    answers = [_file(seen, len(pdf))]
    if not seen.trouble:
        answers += [_seal(seen, match), _coverage(seen, len(pdf), match), _timestamp(seen)]
        if told := named.describe(seen, match.paper):
            answers.append(Answer("signatures", told[0], _("Signatures with certificates"), told[1]))
    answers += [_record(match, seen, len(pdf)), _license(match)]
    stamped = seen.seal.stamped_at if seen.seal and seen.seal.stamp_ok else None
    return Report(digest, len(pdf), tuple(answers), match, stamped)


def _match(pdf: bytes, digest: str, seen: Inspection) -> Match:
    papers = Paper.objects.select_related("agreement", "agreement__listing__patent", "agreement__licensor")
    if paper := papers.filter(sealed_sha256=digest).first():
        return Match(paper, "sealed")
    if paper := papers.filter(Q(sha256=digest) | Q(signed_sha256=digest)).order_by("pk").first():
        return Match(paper, "unsealed")
    seal = seen.seal
    if seal and seal.ours and 0 < seal.end < len(pdf):
        start = hashlib.sha256(pdf[: seal.end]).hexdigest()
        if paper := papers.filter(sealed_sha256=start).first():
            return Match(paper, "begins_with")
    return Match()


def _file(seen: Inspection, size: int) -> Answer:
    said: dict[Trouble, Callable[[], str]] = {
        Trouble.EMPTY: lambda: _("The file is empty."),
        Trouble.TOO_LARGE: lambda: (
            _("The file is larger than %(limit)s MB. No paper of ours is.") % {"limit": LIMIT // 2**20}
        ),
        Trouble.NOT_PDF: lambda: _("This is not a PDF. Upload the PDF itself, not a scan, photo or archive of it."),
        Trouble.ENCRYPTED: lambda: _("This PDF is protected with a password. Our papers never are."),
        Trouble.BOMB: lambda: _("This PDF unpacks to far more than a paper needs. It was not looked into."),
        Trouble.UNREADABLE: lambda: _("This PDF is damaged and cannot be read through."),
    }
    if seen.trouble:
        return Answer("file", Verdict.FAIL, _("The file"), said[seen.trouble]())
    text = _("A PDF of %(size)s bytes that can be read through.") % {"size": grouped(size)}
    return Answer("file", Verdict.OK, _("The file"), text)


def _seal(seen: Inspection, match: Match) -> Answer:
    title, seal = _("Platform seal"), seen.seal
    if seal is None:
        if match.how == "unsealed":
            return Answer("seal", Verdict.WARN, title, _("Not sealed: this is the text as it was shown for signing."))
        return Answer("seal", Verdict.FAIL, title, _("There is no seal in this file."))
    if not seal.ours:
        text = _("Signed with another key (“%(name)s”), not with the platform's. Anybody can make such a file.")
        return Answer("seal", Verdict.FAIL, title, text % {"name": seal.name})
    if not seal.sound:
        text = _("The seal is broken: the file was changed after it was sealed.")
        return Answer("seal", Verdict.FAIL, title, text)
    if not seal.trusted:
        text = _("The seal is made with the platform's certificate, but its chain of trust does not hold.")
        return Answer("seal", Verdict.FAIL, title, text)
    return Answer("seal", Verdict.OK, title, _("Sealed with the platform's key, and the seal is intact."))


def _coverage(seen: Inspection, size: int, match: Match) -> Answer:
    title, seal = _("Nothing added"), seen.seal
    if seal is None:
        verdict = Verdict.WARN if match.how == "unsealed" else Verdict.FAIL
        return Answer("coverage", verdict, title, _("Without a seal nothing shows whether something was added."))
    if seal.ours and seal.whole_file:
        return Answer("coverage", Verdict.OK, title, _("The seal covers the whole file, from first to last byte."))
    if seal.ours and 0 < seal.end < size:
        text = _("%(count)s bytes were added after sealing: what you see may not be what was sealed.")
        return Answer("coverage", Verdict.FAIL, title, text % {"count": grouped(size - seal.end)})
    if not seal.ours and seal.whole_file:
        text = _("The foreign signature covers the whole file; that says nothing about the platform.")
        return Answer("coverage", Verdict.FAIL, title, text)
    return Answer("coverage", Verdict.FAIL, title, _("The signature does not cover the whole file."))


def _timestamp(seen: Inspection) -> Answer:
    title, seal = _("Time stamp"), seen.seal
    if seal is None or seal.stamp_ok is None:
        if seal and seal.ours:
            text = _("The seal carries no readable time stamp. The platform never seals without one.")
        else:
            text = _("There is no time stamp.")
        return Answer("timestamp", Verdict.WARN if seal is None else Verdict.FAIL, title, text)
    if not seal.stamp_ok or not seal.ours:
        text = _("The time stamp is not valid or not from an authority that the platform knows.")
        return Answer("timestamp", Verdict.FAIL, title, text)
    return Answer("timestamp", Verdict.OK, title, _("Stamped on %(when)s.") % {"when": _instant(seal)})


def _instant(seal: Seen) -> str:
    return f"{seal.stamped_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} UTC+8" if seal.stamped_at else "—"


def _record(match: Match, seen: Inspection, size: int) -> Answer:
    title = _("On record here")
    if match.paper is None:
        if seen.seal and seen.seal.ours and seen.seal.sound:
            text = _("No such file is on record. It carries our seal, but its bytes differ from every file we sealed.")
        else:
            text = _("No such file is on record: its fingerprint belongs to no paper of this platform.")
        return Answer("record", Verdict.FAIL, title, text)
    facts = {"kind": match.paper.get_kind_display(), "reference": match.paper.agreement.reference}
    if match.how == "sealed":
        text = _("This is %(kind)s %(reference)s, byte for byte as it was sealed.")
        return Answer("record", Verdict.OK, title, text % facts)
    if match.how == "unsealed":
        text = _("This is %(kind)s %(reference)s as it was shown for signing, before sealing. Ask for the sealed file.")
        return Answer("record", Verdict.WARN, title, text % facts)
    seal = seen.seal
    facts["count"] = grouped(size - (seal.end if seal else 0))
    text = _("The file begins with %(kind)s %(reference)s, but %(count)s bytes follow that are not on record.")
    return Answer("record", Verdict.FAIL, title, text % facts)


def _license(match: Match) -> Answer:
    title = _("The license today")
    if match.paper is None:
        text = _("Unknown: the file belongs to no license on this platform.")
        return Answer("license", Verdict.WARN, title, text)
    verdict, text = license_today(match.paper.agreement)
    return Answer("license", verdict, title, text)
