"""The public verify pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from marketplace.licensing.models import Agreement, Paper
from marketplace.licensing.public.holders import masked, normal_code
from marketplace.vault.models import VaultFile
from tests.licensing.verify import forgeries

pytestmark = pytest.mark.django_db
ENGLISH = {"HTTP_COOKIE": "django_language=en"}  # what the reader chose; the browser's own wish is not asked


def upload(client: Client, data: bytes, name: str = "paper.pdf") -> Any:
    return client.post("/verify/", {"file": SimpleUploadedFile(name, data, "application/pdf")}, **ENGLISH)  # type: ignore[arg-type]


def test_anybody_may_ask(client: Client) -> None:
    response = client.get("/verify/", **ENGLISH)  # type: ignore[arg-type]

    assert response.status_code == 200
    assert response.content.count(b"button primary") == 1


def test_a_genuine_file_is_called_genuine(client: Client, sealed: bytes, paper: Paper) -> None:
    response = upload(client, sealed)

    assert response.status_code == 200
    assert b"Genuine and unchanged" in response.content
    assert paper.agreement.reference.encode() in response.content


def test_a_forged_file_is_not(client: Client, sealed: bytes) -> None:
    response = upload(client, forgeries.append_garbage(sealed))

    assert response.status_code == 200
    assert b"Do not rely on this file" in response.content
    assert b"Genuine and unchanged" not in response.content


def test_the_uploaded_file_is_not_kept(client: Client, sealed: bytes) -> None:
    before = VaultFile.objects.count()
    upload(client, sealed)

    assert VaultFile.objects.count() == before


@pytest.mark.parametrize("data", [b"", b"GIF89a"])
def test_something_that_is_no_pdf_gets_an_answer_not_an_error(client: Client, data: bytes) -> None:
    assert upload(client, data).status_code in {200, 422}


def test_no_file_at_all_is_said_beside_the_field(client: Client) -> None:
    response = client.post("/verify/", {}, **ENGLISH)  # type: ignore[arg-type]

    assert response.status_code == 422
    assert b"Choose the PDF you want to check." in response.content


def test_a_file_beyond_the_limit_is_not_looked_into(client: Client) -> None:
    response = upload(client, b"%PDF-" + bytes(10 * 2**20))

    assert response.status_code == 422
    assert b"larger than 10 MB" in response.content


def test_a_hostile_file_name_is_shown_as_text(client: Client, sealed: bytes) -> None:
    response = upload(client, sealed, "<script>alert(1)</script>.pdf")

    assert b"<script>alert" not in response.content


def test_the_code_leads_to_what_may_be_public(client: Client, paper: Paper) -> None:
    agreement = paper.agreement
    typed = agreement.verify_code.lower().replace("-", " ")
    response = client.get("/verify/", {"code": typed})

    assert response.status_code == 302
    assert response.headers["Location"] == f"/v/{agreement.verify_code}/"


def test_the_page_behind_the_qr_code_shows_the_license_and_masks_the_licensee(client: Client, paper: Paper) -> None:
    agreement = paper.agreement
    response = client.get(f"/v/{agreement.verify_code}/", **ENGLISH)  # type: ignore[arg-type]
    page = response.content.decode()

    assert response.status_code == 200
    for shown in (
        agreement.reference,
        "示范理工大学（示例）",
        "ZL 2019 1 1189805.4",
        paper.sealed_sha256,
        "In force until",
    ):
        assert shown in page
    for hidden in (agreement.licensee.name, "李示范", "Bob", "boss@firm.example", "13900000002", "30,000"):
        assert hidden not in page
    assert '<meta name="robots" content="noindex">' in page
    assert page.count("button primary") == 1


@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x", "AAAABBBBCCCC"])
def test_an_unknown_code_is_told_apart_from_an_error(client: Client, code: str) -> None:
    response = client.get(f"/v/{code}/", **ENGLISH)  # type: ignore[arg-type]

    assert response.status_code == 404
    assert b"No paper carries this code" in response.content


def test_an_unknown_typed_code_keeps_what_was_typed(client: Client) -> None:
    response = client.get("/verify/", {"code": "AAAA-BBBB-CCCC"}, **ENGLISH)  # type: ignore[arg-type]

    assert response.status_code == 404
    assert b'value="AAAA-BBBB-CCCC"' in response.content


def test_too_many_questions_are_put_off(client: Client, settings: Any, paper: Paper) -> None:
    settings.RATE_LIMITS = {"verify": "2/minute"}
    codes = [client.get(f"/v/{paper.agreement.verify_code}/").status_code for _ in range(4)]

    assert codes.count(200) == 2
    assert codes.count(429) == 2


def test_a_paper_that_is_not_sealed_yet_shows_the_hash_of_what_was_shown(client: Client, active: Agreement) -> None:
    page = client.get(f"/v/{active.verify_code}/", **ENGLISH).content.decode()  # type: ignore[arg-type]

    assert "not sealed yet" in page
    assert active.contract_sha256 in page


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("K7QF-M2XR-9TPD", "K7QF-M2XR-9TPD"),
        (" k7qfm2xr9tpd ", "K7QF-M2XR-9TPD"),
        ("Ｋ７ＱＦ－Ｍ２ＸＲ－９ＴＰＤ", "K7QF-M2XR-9TPD"),
        ("https://kaixu.example/v/K7QF-M2XR-9TPD/?x=1", "K7QF-M2XR-9TPD"),
        ("K7QF-M2XR-9TP", ""),
        ("", ""),
        ("K7QF-M2XR-9TP'; --", ""),
    ],
)
def test_codes_are_read_as_people_type_them(typed: str, code: str) -> None:
    assert normal_code(typed) == code


@pytest.mark.parametrize(
    ("name", "shown"),
    [("李四", "李＊"), ("欧阳修远", "欧＊"), ("王屋山冶炼装备有限公司", "王屋＊＊＊"), ("", "＊")],
)
def test_names_are_masked(name: str, shown: str) -> None:
    assert masked(name) == shown
