"""Signing with a passkey: the device signs the document's hash, and anybody can check that later (SIG-2)."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.accounts.passkeys import WrongPasskey
from marketplace.licensing import flow
from marketplace.licensing.evidence import build
from marketplace.licensing.models import Agreement, Signature
from marketplace.licensing.signing.doors import Signing
from marketplace.licensing.signing.passkey import Answer, challenge, holds
from marketplace.outbox import worker
from tests.licensing.device import SITE, Device
from tests.licensing.evidence.test_pack import check

pytestmark = pytest.mark.django_db
NONCE = b"n" * 32


def _answer(device: Device, agreement: Agreement, **changed: Any) -> Answer:
    told = {"document": agreement.contract_sha256, "nonce": NONCE, **SITE, **changed}
    site = {"rp_id": told["rp_id"], "origin": told["origin"]}
    return Answer(device.answer(challenge(told["document"], told["nonce"]), **site), NONCE, **SITE)


def _sign(agreement: Agreement, by: User, answer: Answer) -> Agreement:
    return flow.sign(agreement, Signing.now(by, agreement.contract_sha256, passkey=answer))


def test_a_passkey_signs_the_document_and_what_is_stored_proves_it(confirmed: Agreement, bob: User) -> None:
    device = Device().register(bob)

    agreement = _sign(confirmed, bob, _answer(device, confirmed))

    assert agreement.state == "active"
    mine = agreement.signatures.get(party="licensee")
    assert (mine.method, mine.evidence["passkey"]["device"]) == ("passkey", "手机")
    assert holds(mine.evidence["passkey"], mine.document_sha256)


@pytest.mark.parametrize(
    ("case", "changed"),
    [
        ("another document", {"document": "ab" * 32}),
        ("another nonce", {"nonce": b"m" * 32}),
        ("another site", {"origin": "http://evil.example"}),
        ("another key's site", {"rp_id": "evil.example"}),
    ],
)
def test_an_assertion_over_something_else_signs_nothing(
    confirmed: Agreement, bob: User, case: str, changed: dict[str, Any]
) -> None:
    device = Device().register(bob)

    with pytest.raises(WrongPasskey):
        _sign(confirmed, bob, _answer(device, confirmed, **changed))

    confirmed.refresh_from_db()
    assert (confirmed.state, Signature.objects.filter(agreement=confirmed, user=bob).count()) == ("offered", 0)


def test_a_device_that_did_not_see_its_owner_signs_nothing(confirmed: Agreement, bob: User) -> None:
    device = Device(owner_seen=False).register(bob)

    with pytest.raises(WrongPasskey):
        _sign(confirmed, bob, _answer(device, confirmed))


def test_anothers_passkey_signs_nothing(confirmed: Agreement, bob: User, mallory: User) -> None:
    Device(credential_id=b"bobs-own-key-1234567890").register(bob)
    device = Device().register(mallory)

    with pytest.raises(WrongPasskey):
        _sign(confirmed, bob, _answer(device, confirmed))


@pytest.mark.parametrize("part", ["signature", "authenticator_data", "client_data", "public_key", "nonce", "rp_id"])
def test_a_changed_part_of_what_is_stored_no_longer_holds(confirmed: Agreement, bob: User, part: str) -> None:
    device = Device().register(bob)
    mine = _sign(confirmed, bob, _answer(device, confirmed)).signatures.get(party="licensee")
    told = dict(mine.evidence["passkey"])
    middle = len(told[part]) // 2
    told[part] = told[part][:middle] + ("b" if told[part][middle] == "a" else "a") + told[part][middle + 1 :]

    assert holds(mine.evidence["passkey"], mine.document_sha256)
    assert not holds(told, mine.document_sha256)
    assert not holds(mine.evidence["passkey"], "ab" * 32)


def test_the_page_asks_the_device_and_takes_its_answer_once(
    confirmed: Agreement, bob: User, log_in: Callable[[User], Client]
) -> None:
    device = Device().register(bob)
    client = log_in(bob)
    path = reverse("licensing:sign", args=[confirmed.code])
    page = client.get(path).content.decode()
    told = json.loads(re.search(r'<script id="js_data" type="application/json">(.*?)</script>', page)[1])  # type: ignore[index]
    asked = told["request_options"]["publicKey"]["challenge"]
    assert f'value="{confirmed.contract_sha256}"' in page
    from base64 import urlsafe_b64decode

    posted = {
        "credential": device.answer(urlsafe_b64decode(asked + "=")),
        "document_sha256": confirmed.contract_sha256,
    }
    first = client.post(path, posted)
    again = client.post(path, posted)

    assert (first.status_code, first.headers["Location"]) == (302, confirmed.get_absolute_url())
    assert again.status_code == 302
    assert confirmed.signatures.filter(user=bob).count() == 1


def test_an_answer_without_a_question_is_refused_in_words(
    confirmed: Agreement, bob: User, log_in: Callable[[User], Client]
) -> None:
    device = Device().register(bob)
    client = log_in(bob)
    posted = {
        "credential": device.answer(challenge(confirmed.contract_sha256, b"")),
        "document_sha256": confirmed.contract_sha256,
    }

    answer = client.post(reverse("licensing:sign", args=[confirmed.code]), posted)

    assert answer.status_code == 422
    assert "SIG-2" in answer.content.decode()
    assert not confirmed.signatures.filter(user=bob).exists()


def test_a_stranger_checks_the_passkey_from_the_pack(confirmed: Agreement, bob: User, tmp_path: Path) -> None:
    device = Device().register(bob)
    agreement = _sign(confirmed, bob, _answer(device, confirmed))
    worker.run_pending()
    with zipfile.ZipFile(io.BytesIO(build(agreement).data)) as file:
        file.extractall(tmp_path)

    code, said = check(tmp_path / agreement.reference)

    assert code == 0, said
    assert "ok    signature by passkey licensee: 手机 testserver" in said
