"""Header, menu, language and footer of every page."""

from __future__ import annotations

from django.test import Client

from marketplace.accounts.models import Membership, Organization, OrganizationKind, Role, User
from marketplace.notices.models import Message


def test_the_first_thing_on_a_page_leads_to_its_content(client: Client, db: None) -> None:
    body = client.get("/glossary/").content.decode()

    assert body.index('<a class="skip" href="#main">') < body.index("<header")
    assert '<main id="main" tabindex="-1">' in body


def test_the_menu_needs_no_script(client: Client, db: None) -> None:
    body = client.get("/glossary/").content.decode()

    assert 'popovertarget="site-menu"' in body
    assert '<nav class="site-nav" id="site-menu" popover' in body


def test_logging_in_leads_back_to_the_page(client: Client, db: None) -> None:
    assert "/accounts/login/?next=%2Fglossary%2F%3Fq%3D1" in client.get("/glossary/?q=1").content.decode()
    assert 'href="/accounts/login/"' in client.get("/accounts/login/").content.decode()


def test_strangers_are_shown_no_desk(client: Client, db: None) -> None:
    body = client.get("/glossary/").content.decode()

    assert 'href="/desk/"' not in body
    assert "account-menu" not in body


def test_a_person_finds_desk_inbox_organization_and_the_way_out(client: Client, bob: User) -> None:
    firm = Organization.objects.create(kind=OrganizationKind.FIRM, name="示例冶炼有限公司")
    Membership.objects.create(user=bob, organization=firm, role=Role.OWNER)
    for number in range(3):
        Message.objects.create(user=bob, key=str(number), kind="x", subject="x", body="x")
    client.force_login(bob)

    body = client.get("/glossary/").content.decode()

    assert 'href="/desk/"' in body
    assert '<span class="visually-hidden">未读： </span>3' in body or "unread: </span>3" in body
    assert "示例冶炼有限公司" in body
    assert '<form method="post" action="/accounts/logout/">' in body
    assert "/admin/" not in body


def test_a_page_with_one_address_switches_language_by_a_form(client: Client, db: None) -> None:
    body = client.get("/glossary/?q=1").content.decode()

    assert '<form method="post" action="/i18n/setlang/">' in body
    assert 'name="next" value="/glossary/?q=1"' in body
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/glossary/?q=1"})
    assert response.headers["Location"] == "/glossary/?q=1"


def test_the_language_form_leads_to_no_other_site(client: Client, db: None) -> None:
    response = client.post("/i18n/setlang/", {"language": "en", "next": "https://evil.example/"})

    assert response.headers["Location"] == "/en/"
