"""What the world holds of a license in force: a claim to answer, a report to give."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from marketplace.demo import evidence
from marketplace.lib.terms import today
from marketplace.licensing.models import Claim, ClaimKind, ClaimState, Party, UseReport
from marketplace.vault import files

if TYPE_CHECKING:
    from tests.access.world import World

DEALS = ("trigger", "demand", "security", "bank_file")
PLACES: dict[str, Any] = {
    **{f"licensing:{name}": (lambda world: (world.deals["trial"].code,)) for name in DEALS},
    "licensing:claim": lambda world: (world.deals["trial"].code, world.things["claim"].pk),
    "licensing:use_report": lambda world: (world.deals["trial"].code, 1),
    "licensing:correct_report": lambda world: (world.deals["trial"].code, 2),
}


def put(world: World) -> None:
    """The licensor says that the free period has ended; a report of use is expected."""
    deal = world.deals["trial"]
    world.things["claim"] = Claim.objects.create(
        agreement=deal,
        kind=ClaimKind.FIRST_REVENUE,
        party=Party.LICENSOR,
        state=ClaimState.ASSERTED,
        happened_on=today(),
        words="暗中已有销售",
        made_by=world.users["owner"],
        answer_until=timezone.now() + timedelta(days=15),
    )
    world.things["use_report"] = UseReport.objects.create(
        agreement=deal, number=1, starts_on=today(), ends_on=today(), due_on=today() + timedelta(days=60), rate_bp=200
    )

    UseReport.objects.create(
        agreement=deal, number=2, starts_on=today(), ends_on=today(), due_on=today(), rate_bp=200, state="given",
        base_minor=100, royalty_minor=2, given_by=world.users["firm owner"], given_at=timezone.now(),
    )  # fmt: skip

    for kind in ("use_proof", "security_paper"):
        data, name = evidence.page(f"{kind}（示例）"), f"暗档-{kind}.pdf"
        world.files[kind] = files.store(data, kind=kind, name=name, by=world.users["owner"], subject=deal)


def unsaid(world: World) -> None:
    """Nobody has said anything of a trigger yet."""
    Claim.objects.all().delete()


def late(world: World) -> None:
    """The report is overdue."""
    UseReport.objects.update(due_on=today() - timedelta(days=1))


def trigger(world: World) -> dict[str, Any]:
    """What ends the free period."""
    return {"kind": "first_revenue", "happened_on": today().isoformat(), "words": "暗中开票"}


def demanded(world: World) -> dict[str, Any]:
    """The overdue report."""
    return {"what": f"report-{world.things['use_report'].pk}"}


def security(world: World) -> dict[str, Any]:
    """A guarantee."""
    until = (today() + timedelta(days=90)).isoformat()
    return {"kind": "guarantee", "provider": "暗行", "number": "暗1", "amount": "100", "valid_until": until}
