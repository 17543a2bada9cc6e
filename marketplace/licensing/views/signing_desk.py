"""What lies on the table of a signature page: one paper, who signs it for whom, and the door it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from listings.models import Track
from marketplace.accounts.models import Organization, SigningAuthority
from marketplace.accounts.requests import PersonRequest
from marketplace.lib.look import Step as Station
from marketplace.lib.terms import today
from marketplace.licensing.flow import moving
from marketplace.licensing.flow.acceptance import door_of
from marketplace.licensing.models import Agreement, Amendment, Paper, PaperKind, Party
from marketplace.licensing.pages import turns
from marketplace.licensing.papers import BINDING
from marketplace.licensing.signing import acts, doors, which
from marketplace.licensing.states import SIGNS, Who
from marketplace.licensing.terms import clauses

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words


@dataclass(frozen=True, slots=True)
class Desk:
    """A paper that this person can sign now. `signed` are the parties whose signature it carries."""

    deal: Agreement
    paper: Paper
    party: Party
    door: doors.Door
    label: Words
    signed: frozenset[str]
    stations: list[Station]
    further: bool

    @property
    def organization(self) -> Organization:
        """Whom the person signs for."""
        found: Organization = doors.side(self.deal, self.party)
        return found

    @property
    def rendering(self) -> Paper | None:
        """The same paper in English."""
        rows = self.deal.papers.filter(kind=self.paper.kind, number=self.paper.number, language="en")
        return rows.select_related("file").first()

    @property
    def sign_url(self) -> str:
        """The page itself, and where its forms are sent."""
        if self.further:
            return reverse("licensing:sign_paper", args=[self.deal.code, self.paper.pk])
        return reverse("licensing:sign", args=[self.deal.code])

    @property
    def code_url(self) -> str:
        """Where a code is asked for."""
        if self.further:
            return reverse("licensing:paper_code", args=[self.deal.code, self.paper.pk])
        return reverse("licensing:code", args=[self.deal.code])

    def authority(self, request: PersonRequest) -> SigningAuthority | None:
        """The authority that would carry the signature; the transaction of the signature asks again."""
        held = SigningAuthority.objects.filter(user=request.user, organization=self.organization, scope_contracts=True)
        return next((one for one in held.order_by("-confirmed_at") if one.covers(today())), None)


def of_agreement(request: PersonRequest, deal: Agreement) -> Desk | HttpResponse:
    """The desk of the contract or notice; whoever has nothing to sign is shown where the deal stands."""
    view = turns.look(deal, request.user)
    if not (view.can("sign") or view.can("send_notice")):
        again = request.method == "POST" and deal.own_signatures.filter(user=request.user).exists()
        return already(request, deal) if again else redirect(deal)
    party = Party.LICENSEE if Who.LICENSEE in view.sides else Party.LICENSOR
    if party in view.signed:
        return already(request, deal)
    if party == Party.LICENSEE and view.unconfirmed:
        messages.info(request, _("Confirm the highlighted clauses first; then you sign."))
        return redirect("licensing:confirm", deal.code)
    kind = PaperKind.NOTICE if deal.track == Track.OPEN else PaperKind.CONTRACT
    paper = deal.papers.select_related("file").get(kind=kind, language=BINDING)
    door = door_of(deal)
    return Desk(deal, paper, party, door, door.step.label, view.signed, turns.stations(view), further=False)


def of_paper(request: PersonRequest, deal: Agreement, number: int) -> Desk | HttpResponse:
    """The desk of any paper of the deal by its row number."""
    paper = get_object_or_404(deal.papers.select_related("file"), pk=number)
    if paper.kind in which.OWN:
        return redirect("licensing:sign", deal.code)
    if not acts.waits_for_both(paper):
        again = request.method == "POST" and paper.signatures.filter(user=request.user).exists()
        return already(request, deal) if again else redirect(deal)
    can = [party for party in Party if moving.holds(request.user, doors.side(deal, party), SIGNS)]
    signed = frozenset(paper.signatures.values_list("party", flat=True))
    left = [party for party in can if party not in signed]
    if not left:
        return already(request, deal) if can else redirect(deal)
    if left[0] == Party.LICENSEE and _unconfirmed(paper):
        messages.info(request, _("Confirm the highlighted clauses first; then you sign."))
        return redirect("licensing:confirm_paper", deal.code, paper.pk)
    label = _("Sign: %(paper)s") % {"paper": paper.get_kind_display()}
    paper.agreement = deal
    return Desk(deal, paper, left[0], acts.PaperDoor(paper), label, signed, [], further=True)


def _unconfirmed(paper: Paper) -> bool:
    """Whether the paper is an amendment that touches highlighted clauses which nobody has confirmed (LIC-F)."""
    change = Amendment.objects.select_related("before", "version", "proposal", "agreement__version").filter(paper=paper)
    return any(clauses.open_ones(one) for one in change)


def of_any(request: PersonRequest, deal: Agreement, number: int) -> Desk | HttpResponse:
    """The desk of a paper of the deal, whether the agreement rests on it or not."""
    own = deal.papers.filter(pk=number, kind__in=which.OWN, language=BINDING).exists()
    return of_agreement(request, deal) if own else of_paper(request, deal, number)


def already(request: PersonRequest, deal: Agreement) -> HttpResponse:
    """A second click changes nothing and says so (LIC-2)."""
    messages.info(request, _("You have already signed. Nothing was signed twice."))
    return redirect(deal)
