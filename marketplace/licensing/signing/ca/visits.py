"""A visit to a certificate authority: the PDF goes out, comes back signed, is examined, and only then counts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from marketplace.accounts.models import User
from marketplace.lib.findings import refuse
from marketplace.licensing.errors import NotNow
from marketplace.licensing.models import CaSession, Method, Paper, Party
from marketplace.licensing.signing import doors, levels, which
from marketplace.licensing.signing.ca import Authority, AuthorityUnavailable, Signatory, Visit, authorities
from marketplace.licensing.signing.doors import Proof, Signer, Signing
from marketplace.vault import files

LIFETIME = timedelta(minutes=30)


def begin(paper: Paper, *, by: User, authority: str, return_url: str = "") -> tuple[CaSession, Visit]:
    """Hand the paper over to an authority. `return_url` has `{code}` where the visit's code goes.

    Raises what the paper's door raises, Refused for an authority that is not set up or not taken, AuthorityUnavailable.
    """
    adapter = _adapter(authority)
    with transaction.atomic():
        signer = which.door_of(paper).require(Signing.now(by, paper.sha256))
        levels.require_accepted(signer.agreement, Method.CA)
    session = CaSession(authority=authority, paper=paper, user=by, expires_at=timezone.now() + LIFETIME)
    pdf = base(paper)
    visit = adapter.begin(pdf, _signatory(signer, by, paper), return_url.replace("{code}", str(session.code)))
    session.base_sha256, session.state = hashlib.sha256(pdf).hexdigest(), visit.state
    session.save()
    return session, visit


def base(paper: Paper) -> bytes:
    """The bytes that the next signature is appended to: the paper, with the certificates' signatures so far."""
    return files.read(paper.signed_file or paper.file)


def finish(session: CaSession, *, by: User, answer: Mapping[str, str], address: str = "", agent: str = "") -> Signer:
    """Take the signed PDF over. A visit serves once, for the person who began it, for half an hour.

    Raises NotNow when it is over or somebody else signed meanwhile, what the door raises, ca.NotSigned,
    ca.AuthorityUnavailable; then nothing was signed.
    """
    paper, adapter = session.paper, _adapter(session.authority)
    if session.user_id != by.pk or session.finished_at or session.expires_at <= timezone.now():
        raise NotNow("the visit is over")
    door, act = which.door_of(paper), Signing.now(by, paper.sha256, address, agent)
    with transaction.atomic():
        signer = door.require(act)
        levels.require_accepted(signer.agreement, Method.CA)
    pdf = base(paper)
    if hashlib.sha256(pdf).hexdigest() != session.base_sha256:
        raise NotNow("another signature came first")
    signed = adapter.finish(pdf, _signatory(signer, by, paper), session.state, answer)
    kept = examined(pdf, signed, adapter)
    with transaction.atomic():
        signer = door.require(act)
        _keep(session, signed)
        doors.write(signer, act, Proof(Method.CA, {"certificate": kept}))
        door.follow(signer, act)
    return signer


def examined(pdf: bytes, signed: bytes, adapter: Authority) -> dict[str, Any]:
    """What a checker needs to know of the new signature. Raises AuthorityUnavailable when it does not hold.

    It must be appended to the very bytes that were handed over, sound, over the whole file, stamped, and by a
    certificate of the authority that was asked.
    """
    from marketplace.licensing.signing.inspection import Trust, inspect, trust

    own = trust()
    believed = Trust(frozenset(), (), own.stamp_anchors, tuple(adapter.anchors()))
    seen = inspect(signed, believed).signatures
    new = seen[-1] if seen else None
    if new is None or not (
        signed.startswith(pdf) and new.sound and new.trusted and new.whole_file and new.stamp_ok and new.end > len(pdf)
    ):
        raise AuthorityUnavailable(f"what came back does not hold: {new}")
    return {
        "authority": adapter.name,
        "subject": new.name,
        "issuer": new.issuer,
        "certificate_sha256": new.certificate,
        "test": adapter.is_test,
        "stamped_at": new.stamped_at.isoformat() if new.stamped_at else "",
        "signed_sha256": hashlib.sha256(signed).hexdigest(),
    }


def _keep(session: CaSession, signed: bytes) -> None:
    """Close the visit and put the signed file in the place of the one it grew from; both only once. Raises NotNow."""
    paper = session.paper
    closed = CaSession.objects.filter(pk=session.pk, finished_at__isnull=True).update(finished_at=timezone.now())
    before = paper.signed_sha256
    name = f"{paper.file.name.removesuffix('.pdf')}-signed.pdf"
    file = files.store(signed, kind=paper.kind, name=name, by=None, subject=paper.agreement)
    moved = Paper.objects.filter(pk=paper.pk, signed_sha256=before, sealed_sha256="").update(
        signed_file=file, signed_sha256=file.sha256
    )
    if not closed or not moved:
        raise NotNow("another signature came first")


def _signatory(signer: Signer, by: User, paper: Paper) -> Signatory:
    organization = doors.side(signer.agreement, signer.party)
    field = {Party.LICENSOR: "Licensor", Party.LICENSEE: "Licensee"}[Party(signer.party)]
    return Signatory(by.name, organization.name, by.email, signer.agreement.reference, field)


def _adapter(name: str) -> Authority:
    found = authorities().get(name)
    if found is None:
        raise refuse(
            "SIG-2",
            _("This certificate authority is not set up here."),
            _("Choose another way of signing."),
        )
    return found
