"""No page shows a person a link or a form that is closed to that person."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.access.pages import Form, forms
from tests.access.places import path_of
from tests.access.state import answer_of, body_of, nothing_stays
from tests.access.table import read
from tests.access.world import World

pytest_plugins = ("tests.access.worlds",)
pytestmark = pytest.mark.sqlite_suffices
LEADS_AWAY = ("/admin/", "/static/", "/dev/", "/accounts/logout/")
CLOSED = {"403", "404", "405", "410", "500"}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if tag == "a" and told.get("href"):
            self.found.add(told["href"] or "")


def links(html: str, base: str) -> set[str]:
    """Where a page leads within this site."""
    reader = _Links()
    reader.feed(html)
    there = {urldefrag(urljoin(f"http://testserver{base}", link))[0] for link in reader.found}
    parts = [urlsplit(link) for link in there if link.startswith("http://testserver/")]
    return {f"{part.path}?{part.query}".rstrip("?") for part in parts if not part.path.startswith(LEADS_AWAY)}


class Visit:
    """One person walking through the site; what the walk does is undone, and the cookies stay as they were."""

    def __init__(self, who: str, world: World) -> None:
        self.client = world.browsers[who]
        self.jar = dict(self.client.cookies)

    def ask(self, path: str, form: Form | None = None) -> tuple[str, str]:
        """The answer to a link, or to a form that is sent as it stands."""
        with nothing_stays():
            answer = self.client.post(path, form.filled({})) if form else self.client.get(path)
            body = body_of(answer) if answer.headers.get("Content-Type", "").startswith("text/html") else ""
        self.client.cookies.clear()
        self.client.cookies.update(self.jar)
        return answer_of(answer), body

    def pages(self, world: World) -> Iterator[tuple[str, str, str]]:
        """Name, path and words of every page that this person gets."""
        for name, method in read():
            if method == "GET" and not name.startswith(("/", "dev:", "wagtail_serve")):
                path = path_of(name, world)
                status, body = self.ask(path)
                if status == "200":
                    yield name, path, body


@pytest.mark.parametrize("who", ["anonymous", "stranger", "firm viewer", "firm owner", "viewer", "lister", "owner"])
def test_every_link_and_form_that_a_person_is_shown_is_open(who: str, world: World, db: None) -> None:
    visit, shown, sent = Visit(who, world), dict[str, str](), dict[str, tuple[str, Form]]()
    for name, path, body in visit.pages(world):
        shown |= {link: name for link in links(body, path) if link not in shown}
        for form in forms(body):
            goes = urljoin(path, form.action)
            if form.method == "post" and form.has_button and goes not in sent and not goes.startswith(LEADS_AWAY):
                sent[goes] = (name, form)

    told = {f"{name} → {link}": visit.ask(link)[0] for link, name in shown.items()}
    told |= {f"{name} → POST {goes}": visit.ask(goes, form)[0] for goes, (name, form) in sent.items()}

    assert "\n".join(f"{what}: {status}" for what, status in told.items() if status[:3] in CLOSED) == ""
    assert len(shown) > 20
    assert sent
