"""Signing with a certificate: what comes back is examined, stands in the PDF, and is never believed unseen."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib import pki
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.models import Agreement, CaSession, Method, Paper
from marketplace.licensing.signing import levels, named, which
from marketplace.licensing.signing.ca import AuthorityUnavailable, NotSigned, practice, visits
from marketplace.licensing.signing.inspection import inspect, trust
from marketplace.licensing.signing.verify import examine
from marketplace.outbox import worker
from marketplace.vault import files
from tests.licensing.conftest import ask, confirm_all, sign

pytestmark = pytest.mark.django_db
PIN = {"pin": practice.PIN}


@pytest.fixture
def waiting(listing: Listing, firm: Organization, bob: User) -> Agreement:
    """Both sides sign themselves; Bob has confirmed every clause."""
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return agreement


def visit(agreement: Agreement, by: User) -> CaSession:
    """At the practice authority."""
    return visits.begin(which.own_paper(agreement), by=by, authority="practice")[0]


def again(session: CaSession) -> CaSession:
    """As the next request reads it."""
    return CaSession.objects.select_related("paper__agreement", "paper__file", "paper__signed_file").get(pk=session.pk)


def sign_by_certificate(agreement: Agreement, by: User) -> None:
    """There and back."""
    visits.finish(again(visit(agreement, by)), by=by, answer=PIN)


@pytest.fixture
def sealed(waiting: Agreement, alice: User, bob: User) -> Paper:
    """Signed by both with certificates, in force, sealed."""
    sign_by_certificate(waiting, bob)
    sign_by_certificate(waiting, alice)
    worker.run_pending()
    return Paper.objects.select_related("file", "signed_file", "sealed_file").get(pk=which.own_paper(waiting).pk)


def test_signatures_are_appended_and_the_seal_comes_last(sealed: Paper) -> None:
    assert sealed.signed_file is not None
    assert sealed.sealed_file is not None
    shown, signed, whole = (files.read(one) for one in (sealed.file, sealed.signed_file, sealed.sealed_file))
    seen = inspect(whole, trust()).signatures

    assert signed.startswith(shown)
    assert whole.startswith(signed)
    assert [(s.ours, s.sound, s.trusted, s.stamp_ok, s.whole_file) for s in seen] == [
        (False, True, True, True, False),
        (False, True, True, True, False),
        (True, True, True, True, True),
    ]
    assert [s.name for s in seen[:2]] == ["Kaixu TEST Bob", "Kaixu TEST Alice"]


def test_the_signature_is_kept_with_its_certificate(sealed: Paper, bob: User) -> None:
    agreement = sealed.agreement
    signature = agreement.signatures.get(user=bob)
    kept = signature.evidence["certificate"]

    assert agreement.state == "active"
    assert (signature.method, signature.document_sha256) == ("ca", sealed.sha256)
    assert (kept["authority"], kept["test"], kept["issuer"]) == (
        "practice",
        True,
        "Kaixu TEST signing authority for parties",
    )


def test_the_verify_page_names_each_signature_and_says_test(sealed: Paper) -> None:
    assert sealed.sealed_file is not None
    report = examine(files.read(sealed.sealed_file))
    said = report.answer("signatures")

    assert report.verdict == "warn"  # TEST certificates are never all right
    assert said is not None
    assert "Kaixu TEST Bob" in said.text
    assert "Kaixu TEST Alice" in said.text
    assert [answer.verdict for answer in report.answers if answer.key in ("seal", "coverage", "record")] == ["ok"] * 3


def test_a_signature_that_is_not_on_record_is_not_called_a_partys(
    sealed: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sealed.sealed_file is not None
    monkeypatch.setattr(named, "on_record", lambda _paper: {})
    with translation.override("en"):
        said = examine(files.read(sealed.sealed_file)).answer("signatures")

    assert said is not None
    assert (said.verdict, said.text.count("not on record")) == ("warn", 2)


def test_a_wrong_pin_signs_nothing(waiting: Agreement, bob: User) -> None:
    session = again(visit(waiting, bob))
    with pytest.raises(NotSigned):
        visits.finish(session, by=bob, answer={"pin": "0000"})

    assert not waiting.signatures.exists()
    assert again(session).finished_at is None
    visits.finish(again(session), by=bob, answer=PIN)  # and the right one still does
    assert waiting.signatures.count() == 1


def test_a_visit_serves_once_for_its_person_and_half_an_hour(waiting: Agreement, alice: User, bob: User) -> None:
    session = visit(waiting, bob)
    with pytest.raises(flow.NotNow):
        visits.finish(again(session), by=alice, answer=PIN)
    CaSession.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(flow.NotNow):
        visits.finish(again(session), by=bob, answer=PIN)
    CaSession.objects.filter(pk=session.pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    visits.finish(again(session), by=bob, answer=PIN)
    with pytest.raises(flow.NotNow):
        visits.finish(again(session), by=bob, answer=PIN)

    assert waiting.signatures.count() == 1


def test_of_two_visits_at_once_the_second_starts_again(waiting: Agreement, alice: User, bob: User) -> None:
    mine, hers = visit(waiting, bob), visit(waiting, alice)
    visits.finish(again(mine), by=bob, answer=PIN)
    with pytest.raises(flow.NotNow, match="came first"):
        visits.finish(again(hers), by=alice, answer=PIN)

    assert waiting.signatures.count() == 1
    sign_by_certificate(waiting, alice)
    waiting.refresh_from_db()
    assert waiting.state == "active"


class _Forger(practice.PracticeAuthority):
    """An authority that answers with something else."""

    how = ""

    def finish(self, pdf: bytes, signatory: Any, state: Mapping[str, Any], answer: Mapping[str, str]) -> bytes:
        signed = super().finish(pdf, signatory, state, answer)
        if self.how == "unsigned":
            return pdf
        if self.how == "other bytes":
            return signed.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
        if self.how == "appended":
            return signed + b"\n% more\n"
        middle = len(pdf) // 2
        return signed[:middle] + bytes([signed[middle] ^ 1]) + signed[middle + 1 :]


@pytest.mark.parametrize("how", ["unsigned", "other bytes", "appended", "flipped"])
def test_what_comes_back_changed_is_not_believed(
    waiting: Agreement, bob: User, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    session = again(visit(waiting, bob))
    monkeypatch.setattr(_Forger, "how", how)
    monkeypatch.setattr(visits, "authorities", lambda: {"practice": _Forger()})
    with pytest.raises(AuthorityUnavailable):
        visits.finish(session, by=bob, answer=PIN)

    assert not waiting.signatures.exists()
    assert Paper.objects.get(pk=session.paper_id).signed_sha256 == ""


def test_a_certificate_of_another_authority_is_not_believed(
    waiting: Agreement, bob: User, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    session = again(visit(waiting, bob))
    other = pki.ensure_party_authority(tmp_path / "other")
    monkeypatch.setattr(practice.PracticeAuthority, "anchors", lambda _self: pki.certificates(other.root))
    with pytest.raises(AuthorityUnavailable):
        visits.finish(session, by=bob, answer=PIN)
    assert not waiting.signatures.exists()


def test_without_a_time_stamp_nothing_is_signed(waiting: Agreement, bob: User, settings: Any) -> None:
    session = again(visit(waiting, bob))
    settings.TIMESTAMP_URLS = ["http://127.0.0.1:9/"]
    with pytest.raises(AuthorityUnavailable):
        visits.finish(session, by=bob, answer=PIN)
    assert not waiting.signatures.exists()


def test_production_refuses_the_practice_authority(settings: Any) -> None:
    from marketplace.licensing.checks import certificates_are_real

    assert certificates_are_real() == []
    settings.PRODUCTION = True
    assert [error.id for error in certificates_are_real()] == ["kaixu.E016"]
    with pytest.raises(pki.BadKeyFile):
        practice.PracticeAuthority().anchors()
    settings.SIGNING_AUTHORITIES = []
    assert certificates_are_real() == []


def test_terms_that_take_certificates_only_refuse_a_click(
    waiting: Agreement, bob: User, any_code: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    any_code.clear()
    monkeypatch.setattr(levels, "accepted", lambda _agreement: [Method.CA])
    with pytest.raises(Refused) as refused:
        sign(waiting, bob)
    assert (refused.value.findings[0].rule, any_code) == ("SIG-2", [])
    with pytest.raises(Refused):
        flow.request_code(waiting, by=bob)
    sign_by_certificate(waiting, bob)
    assert waiting.signatures.get().method == "ca"


def test_only_what_meets_all_four_conditions_is_called_reliable() -> None:
    reliable = {method.value for method, level in levels.LEVELS.items() if level.reliable}

    assert reliable == {"passkey", "ca"}


def test_there_and_back_on_the_pages(waiting: Agreement, bob: User, log_in: Callable[[User], Client]) -> None:
    paper = which.own_paper(waiting)
    browser = log_in(bob)
    began = browser.post(reverse("licensing:certificate_begin", args=[waiting.code, paper.pk, "practice"]))
    place = began.headers["Location"]
    page = browser.get(place)
    wrong, right = browser.post(place, {"pin": "1"}), browser.post(place, PIN)

    assert (began.status_code, page.status_code, wrong.status_code, right.status_code) == (302, 200, 422, 302)
    assert "TEST" in page.content.decode()
    assert waiting.signatures.get().method == "ca"
    unknown = browser.post(reverse("licensing:certificate_begin", args=[waiting.code, paper.pk, "nobody"]))
    assert unknown.status_code == 302  # already signed


def _judge(folder: Path, *words: str) -> None:
    """Let a program that nobody here wrote look at contract.pdf; skips where it cannot run."""
    told = subprocess.run([*words], cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    if told.returncode == 70:
        pytest.skip("the judge cannot run here")
    assert told.returncode == 0, told.stdout + told.stderr


@pytest.mark.skipif(os.environ.get("KAIXU_JUDGES_RUN") != "1", reason="slow foreign judge; KAIXU_JUDGES_RUN=1 runs it")
def test_programs_of_others_agree(sealed: Paper, shared: Path, tmp_path: Path, settings: Any) -> None:
    assert sealed.sealed_file is not None
    (tmp_path / "contract.pdf").write_bytes(files.read(sealed.sealed_file))
    roots = [pki.ensure_test_hierarchy(Path(settings.TEST_PKI_ROOT)).root, practice._authority().root]
    trusted = [word for root in roots for word in ("--trust", str(root))]
    wanted = ["--signatures", "3", "--level", "PAdES-BASELINE-T"]

    _judge(tmp_path, str(shared / "judges" / "pades.sh"), *trusted, *wanted, "contract.pdf")
    _judge(tmp_path, str(shared / "judges" / "pdfa.sh"), "contract.pdf", "2a", "ua1")
