"""Building the tree of pages."""

from __future__ import annotations

import re
from html import unescape

from django.test import Client
from django.urls import Resolver404, resolve
from wagtail.models import Page, Site

from cms import places, seeding
from cms.models import GuidePage, HomePage, PolicyPage


def test_both_languages_get_every_page_and_they_are_bound(pages: list[str]) -> None:
    chinese = Page.objects.filter(locale__language_code="zh-hans", depth__gt=1)
    english = Page.objects.filter(locale__language_code="en", depth__gt=1)

    assert len(pages) == chinese.count() + english.count()
    assert set(chinese.values_list("translation_key", flat=True)) == set(
        english.values_list("translation_key", flat=True)
    )
    assert Site.objects.get(is_default_site=True).root_page.specific == HomePage.objects.get(
        locale__language_code="zh-hans"
    )


def test_a_second_run_makes_nothing_and_leaves_editors_words(pages: list[str]) -> None:
    guide = GuidePage.objects.get(slug="recordal", locale__language_code="zh-hans")
    guide.title = "编辑改过的标题"
    guide.save_revision().publish()

    assert seeding.seed() == []
    assert GuidePage.objects.get(pk=guide.pk).title == "编辑改过的标题"


def test_overwriting_is_asked_for_by_name(pages: list[str]) -> None:
    guide = GuidePage.objects.get(slug="recordal", locale__language_code="zh-hans")
    GuidePage.objects.filter(pk=guide.pk).update(title="编辑改过的标题")

    assert seeding.seed(overwrite=True) == []
    assert GuidePage.objects.get(pk=guide.pk).title == "三个月内备案"


def test_every_page_answers_and_its_links_lead_somewhere(pages: list[str], client: Client) -> None:
    seen: set[str] = set()
    for page in Page.objects.live().filter(depth__gt=1):
        address = page.get_url()
        response = client.get(address)
        assert response.status_code == 200, address
        body = response.content.decode()
        assert "style=" not in body, address
        assert body.count('class="button primary"') <= 1, address
        seen |= {unescape(link).split("#")[0].split("?")[0] for link in re.findall(r'href="(/[^"]*)"', body)}

    for link in sorted(seen - {"/static/kaixu/kaixu.css", "/static/kaixu/seal.svg"}):
        try:
            match = resolve(link)
        except Resolver404:
            assert link.startswith("/en/"), link
            assert client.get(link).status_code == 200, link
            continue
        if match.view_name == "wagtail_serve":
            assert client.get(link).status_code == 200, link


def test_every_place_of_the_frame_is_a_page(pages: list[str], client: Client) -> None:
    for place in places.PATHS:
        for language in ("zh-hans", "en"):
            assert client.get(places.path_of(place, language)).status_code == 200


def test_policy_documents_name_their_issuer_and_say_it_in_words(pages: list[str]) -> None:
    documents = PolicyPage.objects.all()

    assert documents.count() == 30
    assert not documents.filter(issuer="").exists()
    assert not documents.filter(summary="").exists()
    assert PolicyPage.objects.get(slug="fee-estimate", locale__language_code="en").number == "国知办发运字〔2022〕56 号"
