"""A passkey signs a contract in a real browser, and a program that knows nothing of ours agrees."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.demo import codes
from marketplace.licensing.evidence import build
from marketplace.licensing.models import Agreement
from marketplace.licensing.signing import which
from marketplace.licensing.signing.passkey import holds
from marketplace.licensing.signing.verify import examine
from marketplace.outbox import worker
from marketplace.vault import files
from tests.conftest import PASSWORD
from tests.licensing.conftest import *  # noqa: F403  a university, a firm, a contract between them

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page of its own in Chromium."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _own_device(page: Any) -> tuple[Any, str]:
    """A phone in software, inside the browser: it has a key of its own and sees its owner's finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def _log_in(page: Any, base: str, user: User) -> None:
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    page.goto(f"{base}/accounts/login/")
    page.fill("#id_login", user.email)
    page.fill("#id_password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def _add_passkey(page: Any, base: str, user: User) -> None:
    """The first key asks for the mailbox first (IDN-1)."""
    page.goto(base + reverse("mfa_add_webauthn"))
    page.click("main button[name=send]")
    page.fill("#id_code", codes.read(user, "add_factor"))
    page.click("main button.primary")
    page.fill("#id_name", "演示手机（示例）")
    page.click("#mfa_webauthn_add")
    page.wait_for_url("**/recovery-codes/**")


def test_a_passkey_signs_in_a_browser_and_strangers_can_check_it(
    live_server: Any, confirmed: Agreement, bob: User, page: Any, tmp_path: Path
) -> None:
    session, device = _own_device(page)
    _log_in(page, live_server.url, bob)
    _add_passkey(page, live_server.url, bob)

    page.goto(live_server.url + reverse("licensing:sign", args=[confirmed.code]))
    page.locator("#sign_with_passkey").click()
    page.wait_for_url(re.compile(rf"/deals/{confirmed.code}/$"))

    signature = confirmed.signatures.get(user=bob)
    kept = signature.evidence["passkey"]
    keys = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert signature.method == "passkey"
    assert holds(kept, confirmed.contract_sha256)
    assert (len(keys), kept["rp_id"]) == (1, "localhost")
    assert keys[0]["signCount"] >= 2  # registered, then signed: the key never left the device

    worker.run_pending()
    sealed = which.own_paper(confirmed).sealed_file
    assert sealed is not None
    assert examine(files.read(sealed)).verdict == "ok"
    with zipfile.ZipFile(io.BytesIO(build(Agreement.objects.get(pk=confirmed.pk)).data)) as file:
        file.extractall(tmp_path)
    folder = tmp_path / confirmed.reference
    told = subprocess.run(
        [sys.executable, "-I", str(folder / "verify.py"), "--en"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stdout
    assert "ok    signature by passkey licensee: 演示手机（示例） localhost" in told.stdout
