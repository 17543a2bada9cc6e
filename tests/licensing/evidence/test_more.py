"""The pack holds every way of signing and every later turn of a deal, and its program checks what can be checked."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.demo import evidence as demo
from marketplace.licensing import papers
from marketplace.licensing.evidence import build, contents
from marketplace.licensing.models import Agreement, Negotiation, PaperKind
from marketplace.licensing.signing import copies, which
from marketplace.licensing.signing.doors import Signing
from marketplace.outbox import worker
from tests.licensing.conftest import ask, confirm_all
from tests.licensing.evidence.test_pack import _rewrite, check
from tests.licensing.signing.papers import further, sign_paper
from tests.licensing.signing.test_certificates import sign_by_certificate

pytestmark = pytest.mark.django_db


@pytest.fixture
def pack(
    listing: Listing,
    firm: Organization,
    alice: User,
    bob: User,
    any_code: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """Bob signed with a certificate, Alice on paper, and both signed a further paper by click."""
    monkeypatch.setattr(papers, "SIGNED_BY_BOTH", papers.SIGNED_BY_BOTH | {PaperKind.GUIDANCE})
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    sign_by_certificate(agreement, bob)
    own = which.own_paper(agreement)
    scan = demo.page("盖章扫描件（示例）")
    copy = copies.hand_in(own, Signing.now(alice, own.sha256), data=scan, name="盖章件.pdf")
    copies.confirm(copy, by=bob)
    more = further(Agreement.objects.get(pk=agreement.pk))
    sign_paper(more, alice)
    sign_paper(more, bob)
    worker.run_pending()
    with zipfile.ZipFile(io.BytesIO(build(Agreement.objects.get(pk=agreement.pk)).data)) as file:
        file.extractall(tmp_path)
    return tmp_path / agreement.reference


def test_every_way_of_signing_is_checked_by_the_enclosed_program(pack: Path) -> None:
    code, said = check(pack)

    assert code == 0, said
    assert "ok    signature by certificate licensee: TEST Kaixu TEST Bob (Kaixu TEST signing authority" in said
    assert "ok    scan of a stamped paper scans/1-盖章件.pdf" in said
    assert said.count("what was signed is what is kept licensor papers/plan-91-zh-hans-sealed.pdf") == 1
    methods = {row["method"] for row in json.loads((pack / "signatures.json").read_text())}
    assert methods == {"ca", "paper", "click"}


def test_another_certificate_than_the_recorded_one_is_found(pack: Path) -> None:
    def change(rows: list[dict[str, object]]) -> None:
        for row in rows:
            if row["method"] == "ca":
                row["evidence"]["certificate"]["certificate_sha256"] = "ab" * 32  # type: ignore[index]

    _rewrite(pack, "signatures.json", change)
    code, said = check(pack)

    assert code == 1
    assert "FAIL  signature by certificate licensee: no signature in the file is by the certificate" in said


def test_without_the_roots_of_the_parties_no_certificate_holds(pack: Path) -> None:
    for root in (pack / "trust" / "parties").glob("*.der"):
        root.unlink()
    code, said = check(pack)

    assert code == 1
    assert "FAIL  signature by certificate licensee" in said


def test_another_scan_is_found(pack: Path) -> None:
    (pack / "scans" / "1-盖章件.pdf").write_bytes(demo.page("另一份（示例）"))
    code, said = check(pack)

    assert code == 1
    assert "FAIL  scan of a stamped paper" in said


def test_the_explanation_names_every_kind_of_content(pack: Path) -> None:
    told = (pack / "VERIFY.md").read_text()

    assert {one.place for one in contents.contributors()} >= {"amendments.json", "terminations.json", "scans.json"}
    assert all(told.count(f"`{one.place}`") == 2 for one in contents.contributors())  # in both languages


def test_rows_are_told_in_plain_values_and_below_each_other(confirmed: Agreement, bob: User) -> None:
    talk = Negotiation(
        listing=confirmed.listing,
        licensor=confirmed.licensor,
        licensee=confirmed.licensee,
        agreement=confirmed,
        base=confirmed.version,
        opened_by=bob,
    )
    plain = contents.told(talk)

    assert (plain["licensee"], plain["opened_by"]) == (confirmed.licensee.name, "Bob")
    assert plain["base"] == {"sha256": confirmed.version.sha256}
    assert "agreement" not in plain
