"""What a reader meets when something goes wrong, and that nothing typed is lost."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.test import Client, override_settings
from django.urls import path
from django.utils import translation

from marketplace import urls as site
from marketplace.accounts.access import login_required
from marketplace.accounts.models import User
from marketplace.frame import errors
from marketplace.lib.findings import Finding, Severity

WRITTEN: list[dict[str, str]] = []


def broken(request: HttpRequest) -> HttpResponse:
    raise {
        "403": PermissionDenied("Only finance may do this."),
        "413": RequestDataTooBig("big"),
        "400": SuspiciousOperation("odd"),
        "500": RuntimeError("secret detail"),
    }[request.GET["with"]]


def refusing(request: HttpRequest) -> HttpResponse:
    return errors.refused(request, [Finding("LIC-9", Severity.BLOCK, "Too old.", "Check it again.")], back="/desk/")


def flooding(request: HttpRequest) -> HttpResponse:
    return errors.too_many(request, seconds=30)


@login_required
def write(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        WRITTEN.append({name: str(value) for name, value in request.POST.items()})
    return HttpResponse("written")


urlpatterns: list[Any] = [
    path("broken/", broken),
    path("refusing/", refusing),
    path("flooding/", flooding),
    path("write/", write),
]
urlpatterns += site.urlpatterns
handler400, handler403, handler404 = (
    "marketplace.frame.errors.bad_request",
    "marketplace.frame.errors.forbidden",
    "marketplace.frame.errors.not_found",
)


@pytest.fixture(autouse=True)
def _address(db: None, settings: Any) -> Any:
    WRITTEN.clear()
    with override_settings(ROOT_URLCONF=__name__):
        yield


@pytest.fixture
def reader() -> Client:
    """An English reader whose browser sees pages, not exceptions."""
    client = Client(raise_request_exception=False)
    client.cookies["django_language"] = "en"
    return client


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "This request could not be read"),
        (403, "Only finance may do this."),
        (413, "That was too large"),
        (500, "Something broke on our side"),
    ],
)
def test_each_failure_has_its_page_in_the_readers_language(reader: Client, status: int, words: str) -> None:
    response = reader.get(f"/broken/?with={status}")

    assert response.status_code == status
    body = unescape(response.content.decode())
    assert words in body
    assert '<html lang="en">' in body
    assert "secret detail" not in body


def test_a_missing_page_offers_a_search(reader: Client) -> None:
    response = reader.get("/no/such/page/")

    assert response.status_code == 404
    assert 'role="search" action="/find/"' in response.content.decode()


def test_the_page_for_our_own_faults_needs_no_database_and_no_request(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0), translation.override("zh-hans"):
        html = render_to_string("500.html")

    assert '<html lang="zh-Hans">' in html
    assert "<nav" not in html


def test_a_refused_act_names_rule_and_remedy(reader: Client) -> None:
    response = reader.get("/refusing/")

    assert response.status_code == 422
    body = response.content.decode()
    assert "Too old." in body
    assert "rule LIC-9" in body
    assert 'href="/desk/"' in body


def test_too_many_requests_say_when_to_try_again(reader: Client) -> None:
    response = reader.get("/flooding/")

    assert response.status_code == 429
    assert response.headers["Retry-After"] == "30"
    assert "Try again in 30 seconds." in response.content.decode()


def test_an_address_for_forms_only_tells_its_visitor_so(client: Client) -> None:
    response = client.get("/webhooks/practice/", headers={"accept": "text/html"})

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert "<h1>" in response.content.decode()
    assert client.get("/webhooks/practice/", headers={"accept": "application/json"}).content == b""


TYPED = {"use": "铅冶炼尾气 <b>", "password": "hunter2", "code": "135790"}


def test_a_form_sent_after_the_session_ended_waits_behind_the_log_in(client: Client, bob: User) -> None:
    response = client.post("/write/", TYPED)

    assert response.headers["Location"] == "/accounts/login/?next=%2Fkept%2F"
    assert WRITTEN == []
    client.force_login(bob)
    body = client.get("/kept/").content.decode()
    assert 'action="/write/"' in body
    assert 'name="use" value="铅冶炼尾气 &lt;b&gt;"' in body
    assert "hunter2" not in body
    assert "135790" not in body
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', body.split('action="/write/"')[1]))
    client.post("/write/", {name: unescape(value) for name, value in fields.items()})
    assert WRITTEN[0]["use"] == "铅冶炼尾气 <b>"


def test_what_was_kept_is_offered_once(client: Client, bob: User) -> None:
    client.post("/write/", TYPED)
    client.force_login(bob)
    client.get("/kept/")

    assert client.get("/kept/").headers["Location"] == "/desk/"


def test_strangers_are_shown_nothing_that_was_kept(client: Client) -> None:
    client.post("/write/", TYPED)

    assert client.get("/kept/").headers["Location"] == "/accounts/login/?next=%2Fkept%2F"


def test_a_form_without_fields_and_a_page_that_is_only_read_keep_nothing(client: Client) -> None:
    assert client.post("/write/").headers["Location"] == "/accounts/login/?next=/write/"
    assert client.get("/write/").headers["Location"] == "/accounts/login/?next=/write/"
    assert "kept_form" not in client.session


def test_a_flood_is_not_kept(client: Client) -> None:
    client.post("/write/", {"use": "x" * 100_001})

    assert "kept_form" not in client.session


def test_choosing_a_language_on_the_log_in_page_keeps_nothing(client: Client) -> None:
    response = client.post("/i18n/setlang/", {"language": "en", "next": "/accounts/login/"})

    assert response.headers["Location"] == "/accounts/login/"
    assert "kept_form" not in client.session


def test_a_form_that_is_too_old_offers_what_was_typed(bob: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)

    response = strict.post("/write/", TYPED, HTTP_ORIGIN="http://testserver")

    assert response.status_code == 403
    body = response.content.decode()
    assert 'name="use" value="铅冶炼尾气 &lt;b&gt;"' in body
    assert "csrfmiddlewaretoken" in body
    assert "hunter2" not in body
    assert WRITTEN == []


def test_what_a_strangers_page_wrote_is_not_offered(bob: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bob)

    for origin in ("https://evil.example", ""):
        response = strict.post("/write/", TYPED, HTTP_ORIGIN=origin)
        assert response.status_code == 403
        assert "铅冶炼尾气" not in response.content.decode()
