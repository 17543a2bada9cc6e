"""In which language a page is answered."""

from __future__ import annotations

import pytest
from django.test import Client

COOKIE = "django_language"


def _language(response: object) -> str:
    return response.headers["Content-Language"]  # type: ignore[attr-defined, no-any-return]


def test_a_new_reader_gets_chinese_whatever_the_browser_prefers(client: Client, db: None) -> None:
    response = client.get("/glossary/", HTTP_ACCEPT_LANGUAGE="en-US,en;q=0.9")

    assert _language(response) == "zh-hans"
    assert '<html lang="zh-Hans">' in response.content.decode()


def test_a_chosen_language_holds_for_pages_with_one_address(client: Client, db: None) -> None:
    client.post("/i18n/setlang/", {"language": "en", "next": "/glossary/"})

    response = client.get("/glossary/")

    assert _language(response) == "en"
    assert "Glossary" in response.content.decode()


def test_an_unknown_language_is_not_taken_from_the_cookie(client: Client, db: None) -> None:
    client.cookies[COOKIE] = "xx"

    assert _language(client.get("/glossary/")) == "zh-hans"


@pytest.mark.usefixtures("pages")
def test_the_address_of_an_editors_page_decides_and_is_remembered(client: Client) -> None:
    assert "Policy and guides" in client.get("/en/guides/").content.decode()
    assert client.cookies[COOKIE].value == "en"
    assert _language(client.get("/glossary/")) == "en"

    response = client.get("/guides/")

    assert "政策与指南" in response.content.decode()
    assert client.cookies[COOKIE].value == "zh-hans"


@pytest.mark.usefixtures("pages")
def test_pages_name_each_other_for_readers_and_search_engines(client: Client) -> None:
    body = client.get("/guides/recordal/").content.decode()

    assert '<link rel="alternate" hreflang="en" href="http://testserver/en/guides/recordal/">' in body
    assert '<a href="/en/guides/recordal/" lang="en" hreflang="en">English</a>' in body


def test_a_missing_address_is_told_in_the_chosen_language(client: Client, db: None) -> None:
    client.cookies[COOKIE] = "en"

    response = client.get("/nothing/here/")

    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()
    assert client.cookies[COOKIE].value == "en"
