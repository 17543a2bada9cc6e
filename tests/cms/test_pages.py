"""Policy, glossary, registries, and what editors may and may not do."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from cms import figures, panels, places, queues
from cms.blocks import FEATURES
from cms.glossary import terms
from cms.models import GuidePage, InfoPage, PolicyIndexPage, PolicyPage
from marketplace.accounts.models import User
from marketplace.lib import navigation


@pytest.mark.usefixtures("pages")
def test_policy_is_filtered_by_kind_and_issuer(client: Client) -> None:
    body = client.get("/policies/?kind=law").content.decode()
    assert "电子签名法" in body
    assert "专利审查指南" not in body

    body = client.get("/policies/", {"issuer": "国务院"}).content.decode()
    assert "实施细则" in body
    assert "电子签名法" not in body


@pytest.mark.usefixtures("pages")
def test_a_filter_that_does_not_exist_shows_everything(client: Client) -> None:
    body = client.get("/policies/?kind=nonsense&issuer=nobody&page=999").content.decode()

    assert "电子签名法" in body
    assert "实施细则" in body


@pytest.mark.usefixtures("pages")
def test_the_policy_list_asks_the_same_for_two_documents_and_for_twelve(client: Client) -> None:
    index = PolicyIndexPage.objects.get(locale__language_code="en")
    documents = list(PolicyPage.objects.child_of(index).order_by("pk"))
    client.get("/en/policies/")

    def asked(count: int) -> int:
        keep = [page.pk for page in documents[:count]]
        PolicyPage.objects.child_of(index).update(live=False)
        Page.objects.filter(pk__in=keep).update(live=True)
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/en/policies/").content.decode().count("<h2>") == count
        return len(queries)

    assert asked(2) == asked(12)


def test_each_term_is_told_in_both_languages_under_its_own_anchor(client: Client, db: None) -> None:
    keys = [term.key for term in terms()]
    body = client.get("/glossary/").content.decode()

    assert len(keys) == len(set(keys)) > 45
    assert all(term.zh and term.en and term.meaning_zh and term.meaning_en for term in terms())
    assert all(f'id="{key}"' in body for key in keys)


def test_naming_the_places_asks_no_database(django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        names = [place.key for place, _url in navigation.links(navigation.HEADER + navigation.FOOTER)]

    assert {"universities", "guides", "contact", "about", "accessibility", "glossary", "questions"} <= set(names)


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("act", ["delete", "unpublish"])
def test_a_page_that_the_frame_names_cannot_be_taken_away(client: Client, admin_user: User, act: str) -> None:
    client.force_login(admin_user)
    page = InfoPage.objects.get(slug="universities", locale__language_code="zh-hans")
    guide = GuidePage.objects.get(slug="recordal", locale__language_code="zh-hans")

    client.post(reverse(f"wagtailadmin_pages:{act}", args=[page.pk]))
    client.post(reverse(f"wagtailadmin_pages:{act}", args=[guide.pk]))

    assert client.get("/universities/").status_code == 200
    assert client.get("/guides/recordal/").status_code == 404


@pytest.mark.usefixtures("pages")
def test_its_address_stays_too() -> None:
    page = InfoPage.objects.get(slug="universities", locale__language_code="zh-hans")
    page.slug = "colleges"

    with pytest.raises(ValidationError, match="slug"):
        page.full_clean()

    guide = GuidePage.objects.get(slug="recordal", locale__language_code="zh-hans")
    guide.slug = "recording"
    guide.full_clean()


def test_a_place_of_the_frame_is_in_the_readers_language() -> None:
    assert places.path_of("contact", "en") == "/en/contact/"
    assert places.path_of("contact", "zh-hans") == "/contact/"


def test_editors_have_no_images_embeds_or_documents() -> None:
    assert not {"image", "embed", "document-link", "code"} & set(FEATURES)


@pytest.mark.usefixtures("pages")
def test_markup_in_a_plain_field_is_shown_and_not_run(client: Client) -> None:
    guide = GuidePage.objects.get(slug="recordal", locale__language_code="zh-hans")
    guide.intro = "<script>alert(1)</script>"
    guide.body = [{"type": "heading", "value": "<img src=x onerror=alert(1)>"}]
    guide.save_revision().publish()

    body = client.get("/guides/recordal/").content.decode()

    assert "&lt;script&gt;alert(1)" in body
    assert "<script>alert" not in body
    assert "<img src=x" not in body


def test_a_figure_of_zero_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "_FIGURES", {})
    figures.register("a", label="A", how="counted", count=lambda: 0)
    figures.register("b", label="B", how="counted", count=lambda: 7, order=1)

    assert figures.figures() == [figures.Figure("B", 7, "counted")]


def test_a_panel_with_nothing_true_to_say_is_left_out(monkeypatch: pytest.MonkeyPatch, rf: Any) -> None:
    monkeypatch.setattr(panels, "_PANELS", {})
    panels.register("home", "empty", lambda _request: None)
    panels.register("home", "late", lambda _request: panels.Panel("late.html"), order=20)
    panels.register("home", "early", lambda _request: panels.Panel("early.html"), order=10)

    assert [panel.template for panel in panels.panels("home", rf.get("/"))] == ["early.html", "late.html"]
    assert panels.panels("elsewhere", rf.get("/")) == []


def test_queues_say_how_many_and_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_QUEUES", {})
    queues.register("b", "Later", lambda: 3, "no_such:page", order=20)
    queues.register("a", "First", lambda: 0, "cms:glossary?waiting=1", order=10)

    assert queues.queues() == [
        queues.Queue("a", "First", 0, "/glossary/?waiting=1"),
        queues.Queue("b", "Later", 3, ""),
    ]


def test_moderators_see_the_queues_first_in_the_admin(client: Client, admin_user: User) -> None:
    client.force_login(admin_user)

    body = client.get("/admin/").content.decode()

    assert reverse("cms_moderation:messages") + "?waiting=1" in body


@pytest.mark.usefixtures("pages")
def test_search_engines_are_told_what_is_public(client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()
    sitemap = client.get("/sitemap.xml").content.decode()

    assert "Disallow: /deals/" in robots
    assert "Disallow: /\n" not in robots
    assert "/en/guides/recordal/</loc>" in sitemap
