"""Nobody is sent to another site, no form is taken without its token, every page carries its headers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from marketplace.demo import people
from tests.access.places import addresses, path_of
from tests.access.state import body_of, nothing_stays
from tests.access.table import OPEN_TO_MODERATORS, SHUT_TO_MODERATORS, read
from tests.access.world import World, browser

pytest_plugins = ("tests.access.worlds",)
pytestmark = pytest.mark.sqlite_suffices
HERE = "http://testserver/"
ELSEWHERE = [
    "http://evil.test",
    "https://evil.test/",
    "HTTPS://EVIL.TEST/",
    "//evil.test",
    "///evil.test",
    "////evil.test",
    "/\\evil.test",
    "\\/evil.test",
    "\\\\evil.test",
    "/\\/evil.test",
    "\\evil.test",
    "http:evil.test",
    "http:/evil.test",
    "http:///evil.test",
    "http:\\\\evil.test",
    "https:evil.test",
    "https;//evil.test",
    "http://testserver@evil.test/",
    "http://testserver:80@evil.test/",
    "http://evil.test\\@testserver/",
    "http://evil.test#@testserver/",
    "http://evil.test?@testserver/",
    "http://testserver.evil.test/",
    "http://eviltestserver/",
    "http://[::1]/",
    "http://[evil.test]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://evil。test/",
    "http://ｅｖｉｌ.test/",
    "//evil%2etest",
    "//evil.test/%2f..",
    "/%09/evil.test",
    "/\t/evil.test",
    "\t//evil.test",
    " //evil.test",
    "\n//evil.test",
    "\r\n//evil.test",
    "\x00//evil.test",
    "/\x0b/evil.test",
    "//\x00evil.test",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "ftp://evil.test/",
    "file:///etc/passwd",
    "mailto:a@evil.test",
    "//evil.test/desk/",
    "https://evil.test/accounts/login/?next=/",
    "/accounts/login/?next=https://evil.test",
    "?next=//evil.test",
    "@evil.test",
    ".evil.test",
    ":evil.test",
    "%2f%2fevil.test",
    "%5c%5cevil.test",
    "/desk/\r\nLocation: https://evil.test",
    "/desk/\r\nSet-Cookie: a=b",
]


def stays(location: str, base: str) -> bool:
    """Whether a browser that reads this Location remains on this site; backslashes count as slashes there."""
    seen = "".join(letter for letter in location if letter not in "\t\r\n").strip(" \x00\x01\x0b").replace("\\", "/")
    try:
        target = urlsplit(urljoin(urljoin(HERE, base), seen))
    except ValueError:  # no browser goes there, but nobody should be sent there either
        return False
    return target.scheme in {"http", "https"} and target.netloc == "testserver"


def test_the_judge_of_redirects_sees_the_leap() -> None:
    gone = [payload for payload in ELSEWHERE if not stays(payload, "/accounts/login/")]

    assert len(ELSEWHERE) > 55
    assert len(gone) > 35
    assert all(stays(path, "/accounts/login/") for path in ("/desk/", "/deals/?q=//evil.test", "/%2f/x", "next"))


Door = Callable[[World, str], Any]


def _log_in(world: World, onward: str) -> Any:
    typed = {"login": world.users["stranger"].email, "password": people.PASSWORD, "next": onward}
    return browser(None).post("/accounts/login/", typed)


def _log_in_by_address(world: World, onward: str) -> Any:
    typed = {"login": world.users["stranger"].email, "password": people.PASSWORD}
    return browser(None).post(f"/accounts/login/?next={quote(onward, safe='')}", typed)


def _get(path: str, who: str | None = "firm owner") -> Door:
    return lambda world, onward: browser(world.users[who] if who else None).get(path, {"next": onward})


def _post(path: str, **more: str) -> Door:
    return lambda world, onward: browser(world.users["firm owner"]).post(path, {"next": onward, **more})


def _switch(world: World, onward: str) -> Any:
    typed = {"organization": str(world.organizations["firm"].code), "next": onward}
    return browser(world.users["firm owner"]).post("/organization/switch/", typed)


DOORS: dict[str, Door] = {
    "log in": _log_in,
    "log in, by the address": _log_in_by_address,
    "log in when in already": _get("/accounts/login/"),
    "sign up when in already": _get("/accounts/signup/"),
    "log in by code when in already": _get("/accounts/login/code/"),
    "log out": _post("/accounts/logout/"),
    "password again": _post("/accounts/reauthenticate/", password=people.PASSWORD),
    "accept texts": _get("/texts/"),
    "accept texts, by form": _post("/texts/"),
    "choose a language": _post("/i18n/setlang/", language="en"),
    "choose a language, by the address": _get("/i18n/setlang/"),
    "Wagtail's own door": _get("/admin/login/", None),
    "Wagtail's other door": _get("/_util/login/", None),
    "what was kept": _get("/kept/", None),
    "a page behind the log-in": _get("/desk/", None),
    "switch": _switch,
    "passkey": _get("/accounts/2fa/webauthn/login/", None),
}


@pytest.mark.parametrize("name", DOORS)
def test_no_door_leads_to_another_site(name: str, world: World, db: None) -> None:
    leapt, moved = [], 0
    for payload in ELSEWHERE:
        with nothing_stays():
            answer = DOORS[name](world, payload)
        location = answer.headers.get("Location", "")
        moved += bool(location) or answer.status_code == 400  # an address with a NUL is none
        if answer.status_code >= 500 or not stays(location, answer.request["PATH_INFO"]):
            leapt.append(f"{payload!r}: {answer.status_code} {location!r}")
        if "\r" in location or "\n" in location:
            leapt.append(f"{payload!r}: a header was split")

    assert "\n".join(leapt) == ""
    assert moved == len(ELSEWHERE)


def test_a_door_that_leads_somewhere_of_ours_does(world: World, db: None) -> None:
    assert _log_in(world, "/deals/?q=1").headers["Location"] == "/deals/?q=1"
    assert DOORS["choose a language"](world, "/rules/").headers["Location"] == "/rules/"


@pytest.mark.parametrize("who", ["anonymous", "firm owner", "owner", "moderator"])
def test_no_form_is_taken_without_its_token(who: str, world: World, db: None) -> None:
    client = browser(world.users.get(who))
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies.update(client.cookies)
    taken = []
    for name, method in read():
        if method == "POST":
            answer = strict.post(path_of(name, world), {"reason": "x"})
            if answer.status_code != 403:
                taken.append(f"{name}: {answer.status_code}")

    # One asks for the sender's signature instead, the others for the secret address in the mail (RFC 8058).
    assert taken == ["listings:saved_off: 200", "notices:off: 200", "payments:webhook: 400"]


def test_a_form_with_its_token_is_taken(world: World, db: None) -> None:
    """The control: what is refused above is refused for its token."""
    strict = Client(enforce_csrf_checks=True)
    strict.get("/contact/")
    token = strict.cookies[settings.CSRF_COOKIE_NAME].value

    answer = strict.post("/contact/", {"csrfmiddlewaretoken": token}, headers={"Origin": "http://testserver"})
    foreign = strict.post("/contact/", {"csrfmiddlewaretoken": token}, headers={"Origin": "https://evil.test"})

    assert (answer.status_code, foreign.status_code) == (422, 403)


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def directives(policy: str) -> dict[str, list[str]]:
    """A content security policy, taken apart."""
    return {words[0]: words[1:] for part in policy.split(";") if (words := part.split())}


def _faults(answer: Any) -> list[str]:
    policy = directives(answer.headers.get("Content-Security-Policy", ""))
    found = [
        f"{name} is {answer.headers.get(name)}" for name, value in HEADERS.items() if answer.headers.get(name) != value
    ]
    if "unsafe" in str(policy) or "*" in str(policy.values()) or not policy.get("default-src"):
        found.append(f"policy {policy}")
    for name, wanted in {"object-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}.items():
        if policy.get(name) != [wanted] and "sandbox" not in policy:
            found.append(f"{name} {policy.get(name)}")
    return found


@pytest.mark.parametrize("who", ["anonymous", "firm owner", "owner"])
def test_every_page_carries_its_headers(who: str, world: World, db: None) -> None:
    client, missing = browser(world.users.get(who)), []
    own = [a for a in addresses() if not a.name.startswith((*OPEN_TO_MODERATORS, *SHUT_TO_MODERATORS, "/"))]
    for name in sorted({address.name for address in own if not address.route.startswith("admin/")}):
        for method in ("get", "post"):
            with nothing_stays():
                answer = getattr(client, method)(path_of(name, world))
                body_of(answer)
            missing += [f"{method} {name} ({answer.status_code}): {fault}" for fault in _faults(answer)]

    assert "\n".join(missing) == ""


def test_pages_that_say_no_carry_them_too(world: World, db: None, settings: Any) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    answers = {
        404: client.get("/nothing/here/"),
        403: client.post("/contact/"),
        400: client.get("/", headers={"Host": "evil.test"}),
        405: client.get("/webhooks/practice/"),
    }

    assert {status: answer.status_code for status, answer in answers.items()} == {s: s for s in answers}
    assert {status: _faults(answer) for status, answer in answers.items()} == {status: [] for status in answers}


def test_what_belongs_to_somebody_is_never_kept_by_a_proxy(world: World, db: None) -> None:
    client = browser(world.users["firm owner"])
    lax = []
    for name in ("licensing:agreement", "payments:pay", "accounts:organization", "notices:inbox", "vault:file"):
        answer = client.get(path_of(name, world))
        body_of(answer)
        if not ({"no-store", "private"} & set(answer.headers.get("Cache-Control", "").replace(" ", "").split(","))):
            lax += [name] if "Cookie" not in answer.headers.get("Vary", "") else []

    assert lax == []
