"""Several people sign at the same instant, through the site's own door; the database has the last word (LIC-1, 2, 7).

Each race is a new deal. Its threads meet twice: before they send the form, and once more at the last read before the
signature is written, for as long as the locks let them. The control runs the same races with the locks taken out and
the constraint dropped, and with a last signer who counts first and decides then: it must go wrong. PostgreSQL only:
SQLite's writers queue anyway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count as counting
from typing import Any
from unittest.mock import patch

from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.flow import revoke_authority
from marketplace.accounts.models import Organization, SigningAuthority, User
from marketplace.audit import trail
from marketplace.audit.models import Entry
from marketplace.demo.numbers import application_number
from marketplace.licensing import papers
from marketplace.licensing.models import Agreement, Paper, PaperKind, Signature
from marketplace.licensing.signing import acts, doors
from marketplace.outbox.models import Effect
from marketplace.vault import files
from tests import racing
from tests.licensing import conftest as ways
from tests.licensing.life import World, open_mailbox, people
from tests.scored import Outcome

_NUMBERS = counting(1)
_TURNS = counting()
_PATENT = ways.make_patent
MEET_SECONDS = 0.12  # how long a signer waits for the other at the last read; with the locks in place he waits in vain
CONTROL = 20


@dataclass
class Race:
    """What is done at once, and how one sees that it went wrong."""

    acts: list[Callable[[], Any]]
    wrong: Callable[[], bool]
    meeting: Callable[[], AbstractContextManager[Any]] | None = None  # how they meet; None: as everybody does


def _offer(world: World, **sheet: Any) -> Any:
    number = application_number("invention", 2019, next(_NUMBERS))
    with patch.object(ways, "make_patent", lambda organization: _PATENT(organization, number)):
        listing = ways.make_listing(world.university, world.licensor)
    if sheet.pop("sheet", True):
        ways.sign_term_sheet(listing, world.licensor, version=listing.pk, **sheet)
    return listing


def _deal(listing: Any, firm: Organization, by: User) -> Agreement:
    agreement = ways.ask(listing, firm, by)
    ways.confirm_all(agreement, by)
    return agreement


def _post(agreement: Agreement, by: User, paper: Paper | None = None) -> Callable[[], str]:
    """The form of a signature, sent from a browser of its own; what the site answered."""
    browser = Client(raise_request_exception=False)
    browser.force_login(by)
    session = browser.session
    session["account_authentication_methods_user"] = str(by.pk)
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "email": by.email, "reauthenticated": True}
    ]
    session.save()
    url = reverse("licensing:sign", args=[agreement.code])
    body = {"code": ways.CODE, "document_sha256": agreement.contract_sha256}
    if paper is not None:
        url = reverse("licensing:sign_paper", args=[agreement.code, paper.pk])
        body["document_sha256"] = paper.sha256

    def send() -> str:
        answer = browser.post(url, body)
        led = answer.headers.get("Location", "")
        return str(answer.status_code) if led in ("", agreement.get_absolute_url()) else f"led to {led}"

    return send


def twice(world: World) -> Race:
    """LIC-2: one side signs in four windows."""
    agreement = _deal(_offer(world), world.firm, world.licensee)
    mine = Signature.objects.filter(agreement=agreement, party="licensee")
    return Race([_post(agreement, world.licensee) for _ in range(4)], lambda: mine.count() != 1)


def both(world: World) -> Race:
    """LIC-7: both sides sign at once; the last of them, and nobody else, completes the contract."""
    agreement = _deal(_offer(world, sheet=False), world.firm, world.licensee)

    def wrong() -> bool:
        now = Agreement.objects.get(pk=agreement.pk)
        seals = Effect.objects.filter(topic="paper.seal", payload__paper__in=[paper.pk for paper in now.papers.all()])
        papers = now.papers.count()
        whole = (now.state, now.own_signatures.count(), now.obligations.count()) == ("active", 2, 1)
        return not whole or seals.count() != papers

    return Race([_post(agreement, world.licensee), _post(agreement, world.licensor)], wrong)


def further(world: World) -> Race:
    """LIC-7: both sides sign a further paper at once; it is complete once, and told once."""
    agreement = ways.sign(_deal(_offer(world), world.firm, world.licensee), world.licensee)
    data = f"%PDF-1.7\n% {agreement.reference}\n%%EOF\n".encode()
    file = files.store(data, kind="guidance", name="plan.pdf", by=None, subject=agreement)
    facts = {"kind": PaperKind.GUIDANCE, "number": 91, "file": file, "sha256": file.sha256}
    paper = Paper.objects.create(agreement=agreement, **facts)

    def wrong() -> bool:
        now = Paper.objects.get(pk=paper.pk)
        done = Entry.objects.filter(action="paper.complete", subject_id=str(agreement.pk)).count()
        return now.completed_at is None or now.signatures.count() != 2 or done != 1

    return Race([_post(agreement, by, paper) for by in (world.licensee, world.licensor)], wrong)


def last(world: World) -> Race:
    """LIC-1: two firms sign for the last license that the licensor gave away beforehand."""
    listing = _offer(world, max_licenses=1)
    deals = [_deal(listing, world.firm, world.licensee)]
    other = Organization.objects.get(memberships__user=world.stranger, memberships__role="owner")
    deals.append(_deal(listing, other, world.stranger))
    live = Agreement.objects.filter(pk__in=[deal.pk for deal in deals], state="active")
    acts = [_post(deals[0], world.licensee), _post(deals[1], world.stranger)]
    return Race(acts, lambda: live.count() != 1)


def revoked(world: World) -> Race:
    """IDN-4: an authority is revoked while its holder signs. The trail's order is the order of the commits.

    In three races of four the revocation comes between the signer's last read and his signature, as far as the locks
    let it; in the fourth both just begin at once.
    """
    agreement = _deal(_offer(world), world.firm, world.licensee)
    SigningAuthority.objects.filter(user=world.licensee).exclude(state="revoked").update(state="revoked")
    right = ways._authority(world.licensee, world.firm)
    read, over, write = threading.Event(), threading.Event(), doors.write
    between = next(_TURNS) % 4 > 0

    def revoke() -> str:
        read.wait(5 if between else 0)
        revoke_authority(right, by=world.licensee, reason="")
        over.set()
        return "302"

    def late(*told: Any) -> Any:
        read.set()
        over.wait(MEET_SECONDS)
        return write(*told)

    def wrong() -> bool:
        signed = Entry.objects.filter(action="agreement.sign", subject_id=str(agreement.pk)).first()
        ended = Entry.objects.filter(action="authority.revoke", subject_id=str(right.pk)).first()
        ways._authority(world.licensee, world.firm)  # for the next race
        return ended is None or (signed is not None and signed.number > ended.number)

    return Race([_post(agreement, world.licensee), revoke], wrong, lambda: patch.object(doors, "write", late))


SCENES: dict[str, Callable[[World], Race]] = {
    "twice": twice,
    "both": both,
    "further": further,
    "last": last,
    "revoked": revoked,
}


@contextmanager
def _meeting(parties: int) -> Iterator[None]:
    """Signers wait for each other at the last read, as long as MEET_SECONDS."""
    barrier, real = threading.Barrier(parties), doors.write

    def write(*told: Any) -> Any:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(MEET_SECONDS)
        return real(*told)

    with patch.object(doors, "write", write):
        yield


@contextmanager
def _without_guards() -> Iterator[None]:
    """No row is locked, one signature a party is no constraint, the last signer of a paper is found by counting.

    The database is not used afterwards.
    """
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS signature_once_per_party")
    with (
        patch.object(QuerySet, "select_for_update", lambda rows, *_args, **_told: rows.all()),
        patch.object(acts.PaperDoor, "follow", _count_first),
    ):
        yield


def _count_first(door: acts.PaperDoor, signer: doors.Signer, act: doors.Signing) -> None:
    """Who looks first how many have signed, and completes then: beside another he does not see him, nor he him."""
    paper, both = door.paper, Signature.objects.filter(paper=door.paper).count() == 2
    facts = {"paper": paper.pk, "kind": paper.kind, "number": paper.number, "side": signer.party.value}
    trail.record(trail.Action.PAPER_SIGN, signer.agreement, by=act.by, document_sha256=act.document_sha256, **facts)
    if both and Paper.objects.filter(pk=paper.pk, completed_at__isnull=True).update(completed_at=timezone.now()):
        acts._complete(signer, paper)


def _run(scene: Callable[[World], Race], world: World, rounds: int) -> tuple[int, int, int]:
    """Violations, answers of 500 and more, answers in all."""
    wrong = broken = answers = 0
    for _ in range(rounds):
        race = scene(world)
        with race.meeting() if race.meeting else _meeting(len(race.acts)):
            ended = racing.at_once(race.acts, lambda act: str(act()))
        answers += len(ended)
        broken += sum(not one.startswith(("2", "3", "4")) for one in ended)
        wrong += race.wrong()
    return wrong, broken, answers


def run(count: int, *, only: str = "", control: int = CONTROL) -> Outcome:
    """`count` races of one scene, then the control. The database is not to be used afterwards."""
    assert connection.vendor == "postgresql"
    scene, world = SCENES[only], people()
    with ExitStack() as stack:
        stack.enter_context(open_mailbox())
        stack.enter_context(patch.object(papers, "SIGNED_BY_BOTH", papers.SIGNED_BY_BOTH | {PaperKind.GUIDANCE}))
        wrong, broken, answers = _run(scene, world, count)
        share = None
        if control:
            with _without_guards():
                share = _run(scene, world, control)[0] / control
    said = f"{answers} answers, {broken} × 5xx"
    return Outcome(count, wrong + broken, said, share)
