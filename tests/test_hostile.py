"""Nonsense and malice over HTTP: never a 5xx, never somebody else's markup in a page, never off to another site."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from cms.models import ContactMessage
from listings import flow as listings_flow
from marketplace.accounts.models import User
from tests.access.pages import form_to
from tests.access.places import addresses, path_of
from tests.access.state import body_of, nothing_stays
from tests.access.table import OPEN_TO_MODERATORS, SHUT_TO_MODERATORS, read
from tests.access.world import World, browser

pytest_plugins = ("tests.access.worlds",)
pytestmark = pytest.mark.one_database
VENDOR = (*SHUT_TO_MODERATORS, *OPEN_TO_MODERATORS)
OWN = [address for address in addresses() if not address.name.startswith(VENDOR) and "^.*" not in address.route]
PLAIN = sorted({address.name for address in OWN if "<" not in address.route and "(" not in address.route})


class _Foreign(HTMLParser):
    """Finds what a page of ours never holds: inline handlers, styles, scripts, frames, addresses that run code."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        harmless = "src" in told or told.get("type") == "application/json"
        if tag in {"iframe", "object", "embed", "base", "marquee", "applet"} or (tag == "script" and not harmless):
            self.found.append(f"<{tag}>")
        for name, value in told.items():
            address = "".join(value.split()).lower()
            if name.startswith("on") or name == "style":
                self.found.append(f"<{tag} {name}=>")
            if name in {"href", "src", "action", "formaction"} and address.startswith(("javascript:", "vbscript:")):
                self.found.append(f"<{tag} {name}={value[:40]}>")
            if name in {"src", "formaction"} and address.startswith(("http:", "https:", "//", "data:text")):
                self.found.append(f"<{tag} {name}={value[:40]}>")


def foreign(html: str) -> list[str]:
    """What somebody else's words would have put into a page."""
    reader = _Foreign()
    reader.feed(html)
    return reader.found


def test_the_search_for_foreign_markup_finds_it(naughty: list[str]) -> None:
    caught = [text for text in naughty if foreign(f'<p title="x">{text}</p><input value="{text}">')]

    assert len(caught) > 120
    assert foreign('<p>&lt;script&gt;</p><a href="/x">x</a><script src="/a.js"></script>') == []


@pytest.fixture(scope="session")
def naughty(shared: Path) -> list[str]:
    """The big list of naughty strings."""
    texts = json.loads((shared / "data/hostile/blns.json").read_text(encoding="utf-8"))
    assert len(texts) > 500
    return [text for text in texts if text]


def bad(answers: list[tuple[str, Any]]) -> str:
    """The answers that are 5xx or carry foreign markup, one a line."""
    found = []
    for text, answer in answers:
        signs = foreign(body_of(answer))
        if answer.status_code >= 500 or signs:
            why = repr(answer.exc_info[1])[:200] if getattr(answer, "exc_info", None) else signs
            found.append(f"{answer.status_code} {text!r}: {why}")
    return "\n".join(found)


def test_naughty_strings_are_questions_like_any_other(world: World, db: None, naughty: list[str]) -> None:
    client = browser(None)

    answers = [(text, client.get("/find/", {"q": text, "sort": text, "page": text})) for text in naughty[::2]]

    assert bad(answers) == ""
    assert {answer.status_code for _text, answer in answers} == {200}


def test_naughty_strings_in_filters_and_codes(world: World, db: None, naughty: list[str]) -> None:
    client, owner, moderator = browser(None), browser(world.users["owner"]), browser(world.users["moderator"])
    answers = []
    for text in naughty[::9]:
        answers += [
            (text, client.get("/verify/", {"code": text})),
            (text, client.get(f"/v/{quote(text, safe='')}/")),
            (text, client.get("/find/", {"track": text, "ipc": text, "fee": text, "max": text, "of": text})),
            (text, owner.get("/desk/patents/", {"q": text})),
            (text, owner.get("/deals/", {"q": text, "side": text, "state": text, "page": text})),
            (text, moderator.get("/admin/moderation/listings/", {"q": text, "state": text, "organization": text})),
            (text, moderator.get("/admin/moderation/organizations/", {"q": text, "kind": text})),
            (text, client.get(f"/{quote(text, safe='')}/")),
        ]

    assert bad([pair for pair in answers if "/admin/" not in pair[1].request["PATH_INFO"]]) == ""
    assert [text for text, answer in answers if answer.status_code >= 500] == []


def test_naughty_strings_as_log_ins(world: World, db: None, naughty: list[str]) -> None:
    client = browser(None)

    answers = [(text, client.post("/accounts/login/", {"login": text, "password": text})) for text in naughty[::2]]

    assert bad(answers) == ""
    assert "_auth_user_id" not in client.session


def test_naughty_strings_as_names_of_people(world: World, db: None, naughty: list[str]) -> None:
    client = browser(None)
    page = body_of(client.get("/accounts/signup/"))
    answers = []
    for number, text in enumerate(naughty[::7]):
        client.cookies.clear()
        typed = {"email": f"n{number}@example.test", "name": text, "password1": "a long horse 77", "password2": text}
        body = form_to(page, "/accounts/signup/").filled(typed)
        answers.append((text, client.post("/accounts/signup/", body)))

    assert bad(answers) == ""


def test_naughty_names_are_shown_as_they_are(world: World, db: None, naughty: list[str]) -> None:
    user, client = world.users["firm owner"], browser(world.users["firm owner"])
    answers = []
    for text in [text for text in naughty if "<" in text or '"' in text][::2]:
        User.objects.filter(pk=user.pk).update(name=text[:80])
        answers += [(text, client.get("/account/")), (text, client.get("/organization/members/"))]

    assert bad(answers) == ""
    assert len(answers) > 200


def _desk(world: World) -> list[str]:
    return ["/admin/moderation/messages/", path_of("cms_moderation:message", world)]


def test_naughty_strings_through_the_contact_page(world: World, db: None, naughty: list[str]) -> None:
    client, moderator = browser(None), browser(world.users["moderator"])
    answers, usual = [], {sign for path in _desk(world) for sign in foreign(body_of(moderator.get(path)))}
    for text in naughty[::5]:
        typed = {"kind": "contact", "name": text, "email": "a@example.test", "about": text, "text": text}
        answers.append((text, client.post("/contact/", typed)))
        refused = {"kind": text, "name": text, "email": text, "phone": text, "about": text, "text": text}
        answers.append((text, client.post("/contact/", refused)))
    kept = ContactMessage.objects.filter(email="a@example.test")
    shown = [moderator.get("/admin/moderation/messages/", {"page": page}) for page in range(1, 5)]
    shown += [moderator.get(f"/admin/moderation/messages/{pk}/") for pk in kept.values_list("pk", flat=True)]

    assert bad(answers) == ""
    assert kept.count() > 80
    assert {answer.status_code for answer in shown} == {200}
    assert {sign for answer in shown for sign in foreign(body_of(answer))} <= usual  # Wagtail's own inline scripts


def test_naughty_strings_as_texts_of_a_listing(world: World, db: None, naughty: list[str]) -> None:
    listing, lister = world.listings["zinc-leach"], world.users["lister"]
    reader, owner = browser(None), browser(lister)
    answers = []
    for text in naughty[::6]:
        clean = text.replace("\0", "")
        told = {"headline": clean[:200], "problem": clean, "products": clean[:300], "gains": [[clean[:80]] * 3]}
        listings_flow.edit(listing, by=lister, draft=listings_flow.Draft(texts=told))
        answers += [
            (text, reader.get(f"/listings/{listing.code}/")),
            (text, owner.get(f"/desk/listings/{listing.code}/")),
            (text, owner.get(f"/desk/listings/{listing.code}/edit/")),
        ]

    assert bad(answers) == ""
    assert {answer.status_code for _text, answer in answers} == {200}


QUERIES = [
    "q=%00&page=%00&kind=%00&code=%00&next=%00",
    "q=%ff%c3%28&page=%ff&code=%c0%af&state=%ed%a0%80&show=%ed%a0%80",
    "page=99999999999999999999999&patent=-1&run=1e999&kind[]=1&show=__proto__&sort=-pk%3Bdrop",
    "page=-1&page=0&q=" + "a" * 60_000,
    "&".join(f"a{n}=1" for n in range(1_990)) + "&page=%F0%9F%92%A9&patent=%27%20OR%201%3D1--",
]
METHODS = ["PUT", "DELETE", "OPTIONS", "HEAD", "TRACE", "BREW"]


@pytest.mark.parametrize("who", ["anonymous", "owner", "moderator"])
def test_odd_requests_to_every_page_are_answered(who: str, world: World, db: None) -> None:
    client, answers = browser(world.users.get(who)), []
    jar = dict(client.cookies)
    for name in PLAIN:
        path = path_of(name, world)
        for query in QUERIES:
            answers.append((f"{name}?{query[:60]}", client.get(f"{path}?{query}")))
            client.cookies.update(jar)
        for method in METHODS:
            with nothing_stays():
                answers.append((f"{method} {name}", client.generic(method, path, b"\xff\x00{")))

    inside = [pair for pair in answers if not pair[1].request["PATH_INFO"].startswith("/admin/")]
    assert bad(inside) == ""
    assert [text for text, answer in answers if answer.status_code >= 500] == []


URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
BODIES = [
    (b"a=%ff&%00=%&reason=%00&name=%00&code=%00&text=%00&email=%00", URLENCODED),
    (b"a=1", f"{URLENCODED}; charset=nonsense"),
    (b"--x", MULTIPART),
    (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00../../x"\r\n\r\n\xff\r\n--x--',
        f"{MULTIPART}; boundary=x",
    ),
    (b"[" * 20_000, "application/json"),
    ("&".join(f"a{n}=1" for n in range(5_000)).encode(), URLENCODED),
]


@pytest.mark.parametrize("who", ["owner", "moderator"])
def test_bodies_of_nonsense_are_answered(who: str, world: World, db: None) -> None:
    client, broken = browser(world.users[who]), []
    jar = dict(client.cookies)
    for name, method in read():
        if method != "POST" or name in {"account_logout", "notices:read_all", "/admin/^.*/$"}:
            continue
        for body, kind in BODIES:
            with nothing_stays():
                answer: Any = client.generic("POST", path_of(name, world), body, content_type=kind)
                told = repr(answer.exc_info[1])[:160] if getattr(answer, "exc_info", None) else ""
                if answer.status_code >= 500:
                    broken.append(f"{name} {kind} {body[:20]!r}: {told}")
            client.cookies.clear()
            client.cookies.update(jar)

    assert "\n".join(broken) == ""
