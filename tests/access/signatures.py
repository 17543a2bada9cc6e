"""What the world holds of signatures: a paper that waits for both, a scan of one side, a visit to an authority."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from marketplace.demo import codes, evidence
from marketplace.licensing.models import CaSession, Paper
from marketplace.licensing.papers import BINDING
from marketplace.licensing.signing import acts, copies
from marketplace.licensing.signing.ca import practice, visits
from marketplace.licensing.signing.doors import PAPER_PURPOSE, Signing

if TYPE_CHECKING:
    from tests.access.world import World

PAPERS = ("sign_paper", "paper_code", "hand_in_copy", "phone")


def paper(world: World) -> Paper:
    """The agreement to end a license, which waits for the signatures of both sides."""
    deal = world.deals["settled"]
    return deal.papers.get(kind="termination", language=BINDING)


def _of_paper(world: World) -> tuple[Any, ...]:
    return (world.deals["settled"].code, paper(world).pk)


def _of_scan(world: World) -> tuple[Any, ...]:
    return (world.deals["settled"].code, world.things["scan"].code)


PLACES: dict[str, Any] = {
    **{f"licensing:{name}": _of_paper for name in PAPERS},
    "licensing:certificate_begin": lambda world: (*_of_paper(world), "practice"),
    "licensing:certificate": lambda world: (world.deals["settled"].code, world.things["visit"].code),
    "licensing:stamped_copy": _of_scan,
    "licensing:stamped_copy_back": _of_scan,
    "licensing:handed_over": lambda world: ("nobodys-secret",),
}


def put(world: World) -> None:
    """The firm has handed in a scan, and begun a visit to the practice authority beside it."""
    by, row = world.users["firm owner"], paper(world)
    scan = evidence.page("暗扫描")
    world.things["scan"] = copies.hand_in(row, Signing.now(by, row.sha256), data=scan, name="暗件.pdf")
    session, _visit = visits.begin(row, by=by, authority="practice")
    CaSession.objects.filter(pk=session.pk).update(expires_at=timezone.now() + timedelta(days=30))
    world.things["visit"] = session
    world.files["stamped_copy"] = world.things["scan"].file


def asked(world: World) -> None:
    """The university's owner has a code."""
    acts.request_code(paper(world), by=world.users["owner"])


def signature(world: World) -> dict[str, Any]:
    """The form of his signature."""
    return {"code": codes.read(world.users["owner"], PAPER_PURPOSE), "document_sha256": paper(world).sha256}


def scanned(world: World) -> dict[str, Any]:
    """The form with a scan."""
    file = SimpleUploadedFile("扫描件.pdf", evidence.page("扫描件（示例）"), "application/pdf")
    return {"scan": file, "document_sha256": paper(world).sha256}


def pin(_world: World) -> dict[str, Any]:
    """What the practice authority asks."""
    return {"pin": practice.PIN}
