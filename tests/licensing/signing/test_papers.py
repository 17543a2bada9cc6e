"""Any further paper of a deal is signed by both sides through one door."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts import codes
from marketplace.accounts.authority import NoAuthority
from marketplace.accounts.codes import WrongCode
from marketplace.accounts.models import Organization, SigningAuthority, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused, refuse
from marketplace.licensing import flow, papers
from marketplace.licensing.models import Agreement, Paper, Signature
from marketplace.licensing.signing import acts
from marketplace.notices.models import Message
from marketplace.outbox import outbox, worker
from marketplace.outbox.models import Effect
from tests.licensing.conftest import CODE
from tests.licensing.signing.papers import further, sign_paper

pytestmark = pytest.mark.django_db


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The papers whose completion a room above has heard of."""
    told: list[int] = []
    monkeypatch.setitem(
        outbox._HANDLERS, acts.COMPLETED, {"tests.heard": lambda _key, payload: told.append(payload["paper"])}
    )
    return told


@pytest.fixture
def paper(active: Agreement) -> Paper:
    """A further paper of a license in force."""
    return further(active)


def test_the_second_signature_completes_a_paper_once(paper: Paper, alice: User, bob: User, heard: list[int]) -> None:
    first = sign_paper(paper, bob)
    assert first.completed_at is None
    assert not Effect.objects.filter(topic=acts.COMPLETED).exists()

    last = sign_paper(paper, alice)
    worker.run_pending()

    assert last.completed_at is not None
    assert sorted(paper.signatures.values_list("party", flat=True)) == ["licensee", "licensor"]
    assert heard == [paper.pk]
    told = [entry.action for entry in trail.of(paper.agreement).order_by("number") if entry.facts.get("paper")]
    assert [action for action in told if action != "paper.seal"] == ["paper.sign", "paper.sign", "paper.complete"]


def test_a_paper_is_sealed_when_both_have_signed_and_not_before(paper: Paper, alice: User, bob: User) -> None:
    sign_paper(paper, bob)
    with transaction.atomic():
        papers.leave_for_sealing(paper.agreement)
    worker.run_pending()
    assert Paper.objects.get(pk=paper.pk).sealed_sha256 == ""

    sign_paper(paper, alice)
    worker.run_pending()
    both = Paper.objects.filter(agreement=paper.agreement, kind="guidance", number=91).exclude(sealed_sha256="")
    assert sorted(both.values_list("language", flat=True)) == ["en", "zh-hans"]


def test_the_signatures_of_a_paper_are_not_those_of_the_contract(paper: Paper, bob: User) -> None:
    before = set(paper.agreement.own_signatures.values_list("pk", flat=True))
    sign_paper(paper, bob)

    assert set(paper.agreement.own_signatures.values_list("pk", flat=True)) == before
    assert paper.agreement.signatures.count() == len(before) + 1


def test_one_side_signs_a_paper_once(paper: Paper, bob: User) -> None:
    sign_paper(paper, bob)

    with pytest.raises(flow.AlreadySigned):
        sign_paper(paper, bob)
    assert paper.signatures.count() == 1


def test_the_database_refuses_a_second_signature_of_one_side(paper: Paper, bob: User) -> None:
    sign_paper(paper, bob)
    row = Signature.objects.get(paper=paper)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


def test_a_stranger_signs_nothing(paper: Paper, strangers: Organization, mallory: User, any_code: list[str]) -> None:
    with pytest.raises(flow.NotYours):
        sign_paper(paper, mallory)
    assert (paper.signatures.count(), CODE in any_code) == (0, False)


def test_a_wrong_code_signs_nothing(paper: Paper, bob: User) -> None:
    with pytest.raises(WrongCode):
        sign_paper(paper, bob, code="000000")
    assert paper.signatures.count() == 0


def test_other_bytes_than_those_shown_are_not_signed(paper: Paper, bob: User, any_code: list[str]) -> None:
    any_code.clear()
    with pytest.raises(Refused) as refused:
        sign_paper(paper, bob, document_sha256="ab" * 32)
    assert refused.value.findings[0].rule == "LIC-6"
    assert (paper.signatures.count(), any_code) == (0, [])


def test_an_authority_that_was_revoked_meanwhile_signs_nothing(
    paper: Paper, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = codes.use

    def revoke_then_use(user: User, **told: str) -> None:
        real(user, **told)
        SigningAuthority.objects.filter(user=bob).update(state="revoked", revoked_at=timezone.now())

    monkeypatch.setattr(codes, "use", revoke_then_use)
    with pytest.raises(NoAuthority):
        sign_paper(paper, bob)
    assert paper.signatures.count() == 0


def test_a_kinds_own_gate_is_asked_and_says_how_much_it_binds(
    paper: Paper, alice: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    SigningAuthority.objects.filter(user=bob).update(ceiling_minor=100)
    monkeypatch.setattr(acts, "_GATES", {"guidance": lambda _paper, _party: 101})
    with pytest.raises(NoAuthority):
        sign_paper(paper, bob)
    monkeypatch.setattr(acts, "_GATES", {"guidance": lambda _paper, _party: 100})
    sign_paper(paper, bob)

    def closed(_paper: Paper, _party: str) -> None:
        raise refuse("LIC-10", "superseded", "")

    monkeypatch.setattr(acts, "_GATES", {"guidance": closed})
    with pytest.raises(Refused, match="superseded"):
        sign_paper(paper, alice)
    assert paper.signatures.count() == 1


@pytest.mark.parametrize(("kind", "language"), [("signatures", "zh-hans"), ("contract", "zh-hans"), ("guidance", "en")])
def test_only_binding_papers_of_both_sides_are_signed(paper: Paper, bob: User, kind: str, language: str) -> None:
    other = paper.agreement.papers.get(kind=kind, language=language, number=91 if kind == "guidance" else 1)
    with pytest.raises(flow.NotNow):
        sign_paper(other, bob)
    assert other.signatures.count() == 0


def test_the_other_side_is_asked_with_the_way_to_the_page(paper: Paper, alice: User, bob: User) -> None:
    sign_paper(paper, bob)

    told = Message.objects.get(kind="deal_sign_paper")
    assert (told.user, told.action_path) == (
        alice,
        reverse("licensing:sign_paper", args=[paper.agreement.code, paper.pk]),
    )


def test_a_paper_is_signed_on_its_page(paper: Paper, alice: User, bob: User, log_in: Callable[[User], Client]) -> None:
    path = reverse("licensing:sign_paper", args=[paper.agreement.code, paper.pk])
    browser = log_in(bob)
    browser.cookies["django_language"] = "en"
    page = browser.get(path)
    asked = browser.post(reverse("licensing:paper_code", args=[paper.agreement.code, paper.pk]))
    body = {"code": CODE, "document_sha256": paper.sha256}
    signed, again = browser.post(path, body), browser.post(path, body, follow=True)

    assert (page.status_code, asked.status_code, signed.status_code) == (200, 302, 302)
    assert paper.sha256 in page.content.decode()
    assert "already signed" in again.content.decode()
    assert [row.user for row in paper.signatures.all()] == [bob]


def test_a_stranger_meets_404_on_the_page_of_a_paper(
    paper: Paper, strangers: Organization, mallory: User, log_in: Callable[[User], Client]
) -> None:
    path = reverse("licensing:sign_paper", args=[paper.agreement.code, paper.pk])

    assert log_in(mallory).get(path).status_code == 404


@pytest.mark.parametrize(("cause", "told"), [("55P03", True), ("40P01", True), ("08006", False)])
def test_who_waits_too_long_for_a_lock_is_told_so_and_nothing_is_signed(
    paper: Paper, bob: User, monkeypatch: pytest.MonkeyPatch, cause: str, told: bool
) -> None:
    def held(*_told: object) -> None:
        raise OperationalError("canceling statement") from _Cause(cause)

    monkeypatch.setattr(acts, "lock_offer", held)
    with pytest.raises(Refused if told else OperationalError):
        sign_paper(paper, bob)
    assert paper.signatures.count() == 0


class _Cause(Exception):
    """As the driver tells it."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate
