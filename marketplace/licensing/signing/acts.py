"""Signing a further paper of a deal by both sides: an amendment, a termination, whatever a room above adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from listings.flow.moving import lock as lock_offer
from marketplace.accounts import authority, codes
from marketplace.accounts.models import User
from marketplace.audit import trail
from marketplace.lib.findings import refuse
from marketplace.licensing import gates, papers
from marketplace.licensing.errors import AlreadySigned, NotNow, NotYours
from marketplace.licensing.flow import moving
from marketplace.licensing.letters import step_letters
from marketplace.licensing.models import Paper, Party, Signature
from marketplace.licensing.signing import doors
from marketplace.licensing.signing.doors import PAPER_PURPOSE, Signer, Signing
from marketplace.licensing.states import SIGNS
from marketplace.outbox import outbox

COMPLETED = "paper.completed"  # left in the outbox with {"paper": pk} when both sides have signed
Gate = Callable[[Paper, Party], "int | None"]


_GATES: dict[str, Gate] = {}


def signed_by_both(kind: str, gate: Gate) -> None:
    """Let papers of this kind be signed by both sides; call it in AppConfig.ready().

    `gate(paper, party)` is asked in the transaction of each signature, with offer, agreement and paper locked. It
    raises NotNow or Refused when the paper may not be signed now, and returns what the paper binds that party to at
    most, in minor units of the agreement's currency; None: what the agreement binds it to.
    """
    papers.SIGNED_BY_BOTH.add(kind)
    _GATES[kind] = gate


def register() -> None:
    """Name the purpose of the codes; called from LicensingConfig.ready()."""
    codes.names(PAPER_PURPOSE, _("to sign a paper of your deal"))


def waits_for_both(paper: Paper) -> bool:
    """Whether the paper is one that both sides sign and have not completed yet."""
    return paper.kind in papers.SIGNED_BY_BOTH and paper.language == papers.BINDING and paper.completed_at is None


@dataclass(frozen=True, slots=True)
class PaperDoor:
    """The door of a further paper."""

    paper: Paper

    @property
    def purpose(self) -> str:
        """One purpose for all further papers: the code is bound to the paper's hash."""
        return PAPER_PURPOSE

    def require(self, act: Signing) -> Signer:
        """Locks the offer, the agreement, the paper, then the authority (OUT-9)."""
        agreement = self.paper.agreement
        can = [party for party in Party if moving.holds(act.by, doors.side(agreement, party), SIGNS)]
        if not can:
            raise _not_signatory()
        lock_offer(agreement.listing)
        agreement = moving.lock(agreement)
        paper = Paper.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=self.paper.pk)
        paper.agreement = agreement
        if paper.kind not in papers.SIGNED_BY_BOTH or paper.language != papers.BINDING:
            raise NotNow(f"{paper} is not signed by both sides")
        signed = Signature.objects.filter(paper=paper).values_list("party", flat=True)
        party = doors.first_open(agreement, can, signed)
        if paper.completed_at is not None:
            raise AlreadySigned(agreement.reference)
        gate = _GATES.get(paper.kind)
        bound = gate(paper, party) if gate else None
        if act.document_sha256 != paper.sha256:
            raise doors.other_document()
        if bound is None:
            bound = gates.amount_bound(agreement.fee_minor, agreement.version, agreement.licensee_class)
        right = authority.require(
            act.by, doors.side(agreement, party), scope="contracts", amount_minor=bound, currency=agreement.currency
        )
        return Signer(agreement, party, right, paper)

    def follow(self, signer: Signer, act: Signing) -> None:
        """Record it; one conditional UPDATE decides whether this was the last signature (LIC-7)."""
        paper = self.paper
        trail.record(
            trail.Action.PAPER_SIGN,
            signer.agreement,
            by=act.by,
            paper=paper.pk,
            kind=paper.kind,
            number=paper.number,
            side=signer.party.value,
            document_sha256=act.document_sha256,
        )
        both = [Exists(Signature.objects.filter(paper=OuterRef("pk"), party=party)) for party in Party]
        last = Paper.objects.filter(*both, pk=paper.pk, completed_at__isnull=True).update(completed_at=timezone.now())
        if last:
            _complete(signer, paper)
        else:
            step_letters.other_signs_paper(signer.agreement, paper, signed=signer.party)


def _complete(signer: Signer, paper: Paper) -> None:
    """Both sides have signed: the rooms above hear of it, and the platform seals."""
    agreement = signer.agreement
    trail.record(trail.Action.PAPER_COMPLETE, agreement, by=None, paper=paper.pk, kind=paper.kind, number=paper.number)
    agreement.papers.filter(kind=paper.kind, number=paper.number, completed_at__isnull=True).update(
        completed_at=timezone.now()  # its renderings are sealed with it
    )
    outbox.add(COMPLETED, key=f"completed:{paper.pk}", paper=paper.pk)
    papers.leave_for_sealing(agreement)


def sign_paper(paper: Paper, signing: Signing) -> Paper:
    """Sign a further paper: fresh log-in at the view, code or passkey, authority (SIG-2, SIG-3). Returns it as it is.

    With the last of both signatures the paper is complete: `completed_at` is set, `paper.completed` is left in the
    outbox in the same transaction, and the paper is left for the seal. Raises NotYours, NotNow, AlreadySigned, Refused,
    WrongCode, WrongPasskey, and what the kind's gate raises; then nothing was changed.
    """
    doors.go_through(PaperDoor(paper), signing)
    return Paper.objects.get(pk=paper.pk)


def request_code(paper: Paper, *, by: User) -> None:
    """Mail the one-time code for the signature of a further paper. Raises what the signature would raise."""
    doors.send_code(PaperDoor(paper), Signing.now(by, paper.sha256))


def _not_signatory() -> NotYours:
    refused = refuse(
        "SIG-3",
        _("You are not a signatory of either side of this deal."),
        _("Ask an owner to give you the role “signatory” under “Members”."),
        citation="《民法典》第61、165、171条",
    )
    return NotYours(refused.findings)
