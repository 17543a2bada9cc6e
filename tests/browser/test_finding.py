"""Finding in a real Chromium: results follow the typing under real addresses, with nothing the policy forbids."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from playwright.sync_api import Page, expect

from listings.models import Listing
from listings.search import indexer
from marketplace.accounts.models import User
from tests.listings.making import offer, university


@pytest.fixture
def offers(transactional_db: None, tmp_path: Path, settings: Any, person: Any) -> list[Listing]:
    settings.SEARCH_ROOT = tmp_path / "search"
    by: User = person("Alice")
    school = university()
    made = [
        offer(school, by, "烟气余热回收装置", industry="nonferrous"),
        offer(school, by, "余热锅炉清灰机构", industry="equipment"),
        offer(school, by, "山药收获机", industry="farming", patent__ipc_main="A01D 13/00"),
    ]
    indexer.rebuild()
    return made


@pytest.fixture
def page(browser: Any) -> Iterator[Page]:
    """A page of its own in Chromium."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the browser complains of: scripts that fail, and whatever the security policy blocks."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    return complaints


@pytest.mark.browser
def test_results_follow_the_typing_and_the_address_with_them(
    live_server: Any, page: Page, offers: list[Listing], said: list[str]
) -> None:
    page.goto(f"{live_server.url}/find/")
    expect(page.locator(".finds > li")).to_have_count(3)
    page.evaluate("window.sameDocument = true")

    page.locator("#q").press_sequentially("余热")
    expect(page.locator(".finds > li")).to_have_count(2)
    assert unquote(page.url).endswith("/find/?q=余热")
    page.locator('[name=industry][value="equipment"]').check()
    expect(page.locator(".finds > li")).to_have_count(1)
    assert unquote(page.url).endswith("/find/?q=余热&industry=equipment")
    expect(page.locator('[name=industry][value="equipment"]')).to_be_focused()
    page.locator(".chips .chip").first.click()
    expect(page.locator(".finds > li")).to_have_count(2)
    assert page.evaluate("window.sameDocument")

    page.go_back()
    expect(page.locator(".finds > li")).to_have_count(1)
    expect(page.locator("#q")).to_have_value("余热")
    assert said == []


@pytest.mark.browser
def test_two_offers_are_put_aside_and_compared(
    live_server: Any, page: Page, offers: list[Listing], said: list[str]
) -> None:
    page.goto(f"{live_server.url}/find/?q=余热")
    page.locator(".finds .aside").nth(0).click()
    expect(page.locator(".finds .aside[aria-pressed=true]")).to_have_count(1)
    page.locator(".finds .aside").nth(1).click()
    expect(page.locator("#tray li")).to_have_count(2)

    page.locator("#tray a.button").click()

    expect(page.locator(".side-by-side thead th")).to_have_count(2)
    page.go_back()
    page.locator("#tray button").click()
    expect(page.locator("#tray")).to_be_hidden()
    expect(page.locator(".finds .aside[aria-pressed=true]")).to_have_count(0)
    assert said == []


@pytest.mark.browser
def test_without_scripts_the_same_form_asks_the_same_addresses(
    live_server: Any, browser: Any, offers: list[Listing]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/find/")
    page.fill("#q", "余热")
    page.locator('[name=industry][value="equipment"]').check()
    page.locator(".facets .apply button").click()

    assert unquote(page.url).endswith("/find/?q=余热&industry=equipment")
    expect(page.locator(".finds > li")).to_have_count(1)
    page.locator(".finds .aside").first.click()
    expect(page.locator(".finds .aside[aria-pressed=true]")).to_have_count(1)
    expect(page.locator("#tray li")).to_have_count(1)
    context.close()


@pytest.mark.browser
def test_a_slash_leads_to_the_box_from_anywhere(live_server: Any, page: Page, offers: list[Listing]) -> None:
    page.goto(f"{live_server.url}/find/")
    page.keyboard.press("/")

    expect(page.locator("#q")).to_be_focused()
    assert page.locator("#q").input_value() == ""
