"""Which door a paper goes through: the agreement's own, or that of further papers."""

from __future__ import annotations

from django.db.models import QuerySet

from marketplace.licensing.flow.acceptance import door_of as own_door
from marketplace.licensing.models import Agreement, Paper, PaperKind, Signature
from marketplace.licensing.papers import BINDING
from marketplace.licensing.signing.acts import PaperDoor
from marketplace.licensing.signing.doors import Door

OWN = (PaperKind.CONTRACT, PaperKind.NOTICE)  # what the agreement itself rests on


def door_of(paper: Paper) -> Door:
    """The door for signatures of this paper; `paper.agreement` is read."""
    return own_door(paper.agreement) if paper.kind in OWN else PaperDoor(paper)


def own_paper(agreement: Agreement) -> Paper:
    """The binding contract or notice."""
    return agreement.papers.select_related("file").get(kind__in=OWN, language=BINDING)


def signatures_of(paper: Paper) -> QuerySet[Signature]:
    """The signatures that stand under a paper."""
    if paper.kind in OWN:
        return Signature.objects.filter(agreement=paper.agreement_id, paper__isnull=True)
    return Signature.objects.filter(paper=paper)
