"""Passkeys in a real browser, under the site's own content-security policy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from marketplace.accounts.models import User
from marketplace.demo import codes
from tests.conftest import PASSWORD

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


@pytest.fixture
def tab(browser: Any) -> Iterator[Any]:
    """A page of its own in Chromium."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _log_in(page: Any, site: str, email: str) -> None:
    page.goto(f"{site}/accounts/login/")
    page.fill("#id_login", email)
    page.fill("#id_password", PASSWORD)
    page.click("main button.primary")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_passkey_is_added_and_then_logs_in_alone(bob: User, live_server: Any, tab: Any) -> None:
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if "Security Policy" in message.text else None)
    device = tab.context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    _log_in(tab, live_server.url, bob.email)

    tab.goto(f"{live_server.url}/accounts/2fa/webauthn/add/")
    tab.click("main button[name=send]")  # a first key asks for the mailbox (IDN-1)
    tab.fill("#id_code", codes.read(bob, "add_factor"))
    tab.click("main button.primary")
    tab.fill("#id_name", "phone")
    tab.check("#id_passwordless")
    tab.click("#mfa_webauthn_add")
    tab.wait_for_url("**/recovery-codes/**")
    assert Authenticator.objects.filter(user=bob, type="webauthn").count() == 1

    tab.goto(f"{live_server.url}/accounts/logout/")
    tab.click("main button.primary")
    tab.goto(f"{live_server.url}/accounts/login/")
    tab.click("#passkey_login")
    tab.wait_for_url(lambda url: "/accounts/login" not in url)

    tab.goto(f"{live_server.url}/account/")
    assert tab.input_value("#id_name") == "Bob"
    assert complaints == []


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_device_that_does_not_answer_is_said_so(bob: User, live_server: Any, tab: Any) -> None:
    device = tab.context.new_cdp_session(tab)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    tab.goto(f"{live_server.url}/accounts/login/")
    assert tab.locator("#passkey-problem").is_hidden()

    tab.click("#passkey_login")

    tab.locator("#passkey-problem").wait_for(state="visible")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_scripts_the_password_logs_in_and_no_dead_button_is_shown(
    bob: User, live_server: Any, browser: Any
) -> None:
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(f"{live_server.url}/accounts/login/")
    assert page.locator("#passkey_login").is_hidden()
    _log_in(page, live_server.url, bob.email)
    page.goto(f"{live_server.url}/account/")

    assert page.input_value("#id_name") == "Bob"
    context.close()
