"""One way in: Wagtail's own doors are closed (CMS-1), and nobody learns who has an account (IDN-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth import SESSION_KEY, views
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from marketplace.accounts import people
from marketplace.accounts.models import Acceptance, LegalText, User
from tests.accounts.conftest import deliver, visitor
from tests.conftest import PASSWORD

DOORS = (views.LoginView, views.PasswordResetView, views.PasswordResetConfirmView, views.PasswordChangeView)
SIGNUP: dict[str, Any] = {
    "name": "Carol",
    "email": "carol@example.test",
    "password1": "a long enough secret 7",
    "password2": "a long enough secret 7",
}


def _walk(resolver: URLResolver, before: str = "/") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern).lstrip("^/").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


def _view_class(callback: Any) -> type | None:
    """The class of a view, also behind decorators."""
    while callback is not None:
        if found := getattr(callback, "view_class", None):
            return found  # type: ignore[no-any-return]
        callback = getattr(callback, "__wrapped__", None)
    return None


def _doors() -> list[str]:
    found = []
    for path, callback in _walk(get_resolver()):
        kind = _view_class(callback)
        if kind is not None and issubclass(kind, DOORS):
            found.append(path.replace("<uidb64>", "MQ").replace("<token>", "set-password"))
    return found


def test_the_walk_sees_wagtail_s_doors() -> None:
    assert any("login" in path for path in _doors())


def test_no_door_but_ours_takes_a_right_password(moderator: User) -> None:
    paths = {*_doors(), "/admin/login/", "/_util/login/", "/admin/password_reset/", "/admin/password_reset/done/"}

    for path in sorted(paths):
        client = Client()
        for credentials in (
            {"username": moderator.email, "password": PASSWORD},
            {"login": moderator.email, "email": moderator.email, "password": PASSWORD},
        ):
            answer = client.post(path, credentials)
            assert answer.status_code in {301, 302, 404, 405, 410}, path
            assert SESSION_KEY not in client.session, path
    assert mail.outbox == []


def test_our_own_door_takes_it(moderator: User, log_in: Callable[[User], Client]) -> None:
    assert SESSION_KEY in log_in(moderator).session


def test_a_wrong_password_opens_nothing(bob: User) -> None:
    client = Client()

    client.post("/accounts/login/", {"login": bob.email, "password": "wrong"})

    assert SESSION_KEY not in client.session


def test_only_moderators_enter_the_admin(
    texts: list[LegalText], bob: User, mallory: User, moderator: User, log_in: Callable[[User], Client]
) -> None:
    mallory.groups.add(Group.objects.get(name=people.MODERATORS))

    assert Client().get("/admin/").headers["Location"].startswith("/accounts/login/")
    assert log_in(moderator).get("/admin/").status_code == 200
    for user in (bob, mallory):
        answer = log_in(user).get("/admin/")
        assert answer.status_code in {302, 403}
        assert "admin/logout" not in answer.content.decode()


def test_the_organizations_desk_is_hidden_from_everybody_else(
    bob: User, firm: Any, log_in: Callable[[User], Client]
) -> None:
    browser = log_in(bob)

    for name, arguments in (("organizations", []), ("organization", [firm.pk])):
        answer = browser.get(reverse(f"accounts_moderation:{name}", args=arguments))
        assert answer.status_code in {302, 403, 404}
    answer = browser.post(
        reverse("accounts_moderation:decide", args=[firm.pk]), {"decision": "suspended", "reason": "x"}
    )
    firm.refresh_from_db()
    assert firm.state == "unverified"


def _accepting(texts: list[LegalText]) -> dict[str, Any]:
    form = visitor().get(reverse("account_signup")).context["form"]
    return SIGNUP | {f"accept_{text.kind}": "on" for text in texts} | {"seen": form["seen"].initial}


def test_registration_keeps_name_language_and_acceptances(texts: list[LegalText]) -> None:
    client = visitor()

    answer = client.post(reverse("account_signup"), _accepting(texts))

    assert answer.status_code == 302
    carol = User.objects.get(email="carol@example.test")
    assert (carol.name, carol.language, carol.is_staff) == ("Carol", "en", False)
    assert {acceptance.text.kind for acceptance in Acceptance.objects.filter(user=carol)} == {
        "trading_rules",
        "service_agreement",
        "privacy_notice",
    }
    assert SESSION_KEY not in client.session


@pytest.mark.parametrize("kind", ["trading_rules", "service_agreement", "privacy_notice"])
def test_nobody_registers_without_accepting_each_text(texts: list[LegalText], kind: str) -> None:
    client = visitor()

    answer = client.post(reverse("account_signup"), _accepting(texts) | {f"accept_{kind}": ""})

    assert "please accept it" in answer.content.decode()
    assert not User.objects.exists()


def test_nobody_accepts_a_version_that_was_not_on_the_page(texts: list[LegalText]) -> None:
    client = visitor()

    answer = client.post(reverse("account_signup"), _accepting(texts) | {"seen": "1,2,999"})

    assert "new version" in answer.content.decode()
    assert not User.objects.exists()


def test_registration_answers_alike_for_a_known_address(texts: list[LegalText], bob: User) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    answers = []
    for address in (bob.email, "new@example.test"):
        client = visitor()
        first = client.post(reverse("account_signup"), _accepting(texts) | {"email": address})
        page = client.get(first.headers["Location"]).content.decode().replace(address, "ADDRESS")
        answers.append((first.status_code, first.headers["Location"], len(page)))

    deliver()
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("name", ["account_reset_password", "account_request_login_code"])
def test_other_pages_answer_alike_for_a_known_address(bob: User, name: str) -> None:
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    answers = []
    for address in (bob.email, "nobody@example.test"):
        client = visitor()
        first = client.post(reverse(name), {"email": address})
        answers.append((first.status_code, first.headers["Location"]))

    deliver()
    assert answers[0] == answers[1]
    assert len(mail.outbox) == 2


def test_log_in_answers_alike_for_a_known_address(bob: User) -> None:
    pages = []
    for address in (bob.email, "nobody@example.test"):
        answer = visitor().post("/accounts/login/", {"login": address, "password": "wrong"})
        pages.append((answer.status_code, answer.context["form"].errors.as_json()))

    assert pages[0] == pages[1]


def test_a_mailed_code_alone_does_not_open_what_needs_a_fresh_password(bob: User, firm: Any) -> None:
    import re

    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    client = visitor()
    client.post(reverse("account_request_login_code"), {"email": bob.email})
    deliver()
    found = re.search(r"^([A-Z0-9-]{6,})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found is not None
    client.post(reverse("account_confirm_login_code"), {"code": found[1]})
    assert SESSION_KEY in client.session

    answer = client.post(reverse("accounts:organization"), {"name": "Mine", "bank_account": "1"})

    assert answer.headers["Location"].startswith(reverse("account_reauthenticate"))
    firm.refresh_from_db()
    assert (firm.name, firm.bank_account) == ("Example Smelting", "")
