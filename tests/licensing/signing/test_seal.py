"""The platform's seal: appended, certified, stamped, or not made at all."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from pyhanko.pdf_utils.reader import PdfFileReader

from marketplace.lib import pki
from marketplace.licensing.contracts import render
from marketplace.licensing.signing import keys
from marketplace.licensing.signing.inspection import inspect, trust
from marketplace.licensing.signing.seal import SealUnavailable, seal_pdf
from tests.lib.authorities import authority
from tests.licensing.contracts.samples import deal, offer


@pytest.fixture
def pdf() -> bytes:
    """A contract before sealing."""
    return render("contract", offer(), deal(offer()), "zh-hans")


@pytest.fixture
def own_keys(settings: Any, tmp_path: Path) -> Path:
    """Keys of this test alone."""
    settings.TEST_PKI_ROOT = tmp_path / "pki"
    return tmp_path / "pki"


def test_sealing_appends_and_changes_no_byte_that_was_signed(pdf: bytes) -> None:
    sealed = seal_pdf(pdf, name="KX-2026-00417 contract")

    assert sealed.startswith(pdf)  # LIC-6
    assert len(sealed) > len(pdf)


def test_the_seal_certifies_with_the_platforms_key_and_a_time_stamp(pdf: bytes) -> None:
    sealed = seal_pdf(pdf, name="KX-2026-00417 contract")
    signature, *others = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    seen = inspect(sealed, trust()).seal

    assert others == []
    assert signature.field_name == "Seal1"
    assert signature.docmdp_level.name == "FILL_FORMS"
    assert str(signature.sig_object["/SubFilter"]) == "/ETSI.CAdES.detached"
    assert "KX-2026-00417 contract" in signature.sig_object["/Reason"]
    assert seen is not None
    assert (seen.ours, seen.sound, seen.trusted, seen.whole_file, seen.stamp_ok) == (True, True, True, True, True)
    assert seen.name == "Kaixu TEST platform seal"


def test_a_configured_authority_stamps(pdf: bytes, own_keys: Path, settings: Any) -> None:
    with authority(own_keys) as url:
        settings.TIMESTAMP_URLS = [url]

        assert inspect(seal_pdf(pdf, name="x"), trust()).seal.stamp_ok is True  # type: ignore[union-attr]


@pytest.mark.parametrize("how", ["error", "garbage", "refuse", "other"])
def test_without_a_proper_time_stamp_nothing_is_sealed(pdf: bytes, own_keys: Path, settings: Any, how: str) -> None:
    with authority(own_keys, how) as url:
        settings.TIMESTAMP_URLS = [url]

        with pytest.raises(SealUnavailable):
            seal_pdf(pdf, name="x")


def test_a_stamp_of_an_authority_that_we_do_not_know_is_not_given_out(
    pdf: bytes, own_keys: Path, settings: Any, tmp_path: Path
) -> None:
    with authority(tmp_path / "other") as url:
        settings.TIMESTAMP_URLS = [url]
        with pytest.raises(SealUnavailable, match="does not hold"):
            seal_pdf(pdf, name="x")

        settings.TIMESTAMP_TRUST_FILE = str(pki.Hierarchy(tmp_path / "other").root)
        assert seal_pdf(pdf, name="x").startswith(pdf)


def test_what_is_no_pdf_is_not_sealed() -> None:
    with pytest.raises(SealUnavailable):
        seal_pdf(b"not a pdf", name="x")


@pytest.fixture
def production(settings: Any, tmp_path: Path) -> Any:
    """Production with keys and anchors named, all of them TEST ones."""
    made = pki.ensure_test_hierarchy(tmp_path / "pki")
    settings.PRODUCTION = True
    settings.SEAL_KEY_FILE = str(made.seal_key)
    settings.SEAL_CERTIFICATE_FILE = str(made.seal_certificate)
    settings.SEAL_CHAIN_FILE = str(made.chain)
    settings.TIMESTAMP_URLS = ["https://tsa.example/"]
    settings.TIMESTAMP_TRUST_FILE = str(made.root)
    return settings


def test_production_makes_no_test_keys(pdf: bytes, settings: Any, own_keys: Path) -> None:
    settings.PRODUCTION = True

    with pytest.raises(SealUnavailable, match="SEAL_KEY_FILE"):
        seal_pdf(pdf, name="x")
    assert not own_keys.exists()


def checked() -> list[str]:
    from marketplace.licensing.checks import seal_is_real

    return sorted(str(error.id) for error in seal_is_real())


def test_production_refuses_test_certificates(production: Any) -> None:
    assert checked() == ["kaixu.E012", "kaixu.E014"]


@pytest.mark.parametrize(
    ("name", "value", "ids"),
    [
        ("SEAL_KEY_FILE", "", ["kaixu.E010", "kaixu.E014"]),
        ("SEAL_CHAIN_FILE", "", ["kaixu.E010", "kaixu.E014"]),
        ("SEAL_CERTIFICATE_FILE", "/nowhere.pem", ["kaixu.E011", "kaixu.E014"]),
        ("SEAL_KEY_FILE", "/nowhere.key", ["kaixu.E011", "kaixu.E014"]),
        ("TIMESTAMP_URLS", [], ["kaixu.E012", "kaixu.E013"]),
        ("TIMESTAMP_TRUST_FILE", "", ["kaixu.E012", "kaixu.E013"]),
        ("TIMESTAMP_TRUST_FILE", "/nowhere.pem", ["kaixu.E011", "kaixu.E012"]),
    ],
)
def test_production_says_what_is_missing(production: Any, name: str, value: object, ids: list[str]) -> None:
    setattr(production, name, value)

    assert checked() == ids


def test_development_is_not_asked_for_keys(settings: Any) -> None:
    settings.PRODUCTION = False

    assert checked() == []


def test_after_a_change_of_keys_old_seals_stay_ours(pdf: bytes, own_keys: Path, settings: Any, tmp_path: Path) -> None:
    old = pki.ensure_test_hierarchy(own_keys)
    sealed = seal_pdf(pdf, name="x")
    new = pki.ensure_test_hierarchy(tmp_path / "new")
    both, chains = tmp_path / "both.pem", tmp_path / "chains.pem"
    both.write_bytes(new.seal_certificate.read_bytes() + old.seal_certificate.read_bytes())
    chains.write_bytes(new.chain.read_bytes() + old.chain.read_bytes())
    settings.SEAL_KEY_FILE, settings.SEAL_CERTIFICATE_FILE = str(new.seal_key), str(both)
    settings.SEAL_CHAIN_FILE = str(chains)

    again = inspect(seal_pdf(pdf, name="y"), trust()).seal
    before = inspect(sealed, trust()).seal
    assert again is not None
    assert (again.ours, again.sound, again.trusted) == (True, True, True)  # KEY-1
    assert before is not None
    assert (before.ours, before.sound, before.trusted) == (True, True, True)


def test_test_keys_are_called_test_keys(own_keys: Path) -> None:
    assert keys.uses_test_keys() is True


def test_a_seal_outlives_its_certificate_because_it_is_stamped(pdf: bytes, own_keys: Path) -> None:
    pki.ensure_test_hierarchy(own_keys, seal_days=30)
    sealed = seal_pdf(pdf, name="x")

    with time_machine.travel(datetime.now(UTC) + timedelta(days=400)):
        seen = inspect(sealed, trust()).seal
        assert seen is not None
        assert (seen.sound, seen.trusted, seen.stamp_ok) == (True, True, True)
        with pytest.raises(SealUnavailable, match="does not hold"):  # nothing new is sealed with it
            seal_pdf(pdf, name="x")
