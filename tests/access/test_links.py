"""No page shows a person a link that leads that person nowhere."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from tests.access.places import path_of
from tests.access.state import answer_of, body_of, nothing_stays
from tests.access.table import read
from tests.access.world import World

pytest_plugins = ("tests.access.worlds",)
LEADS_AWAY = ("/admin/", "/static/", "/dev/", "/accounts/logout/")
DEAD = {"403", "404", "405", "410"}


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


@pytest.mark.parametrize("who", ["anonymous", "stranger", "firm viewer", "firm owner", "viewer", "lister", "owner"])
def test_every_link_that_a_person_is_shown_leads_somewhere(who: str, world: World, db: None) -> None:
    client, shown = world.browsers[who], dict[str, str]()
    jar = dict(client.cookies)

    def look(path: str) -> tuple[str, str]:
        with nothing_stays():
            answer = client.get(path)
            body = body_of(answer)
        client.cookies.clear()
        client.cookies.update(jar)
        return answer_of(answer), body

    for name, method in read():
        if method == "GET" and not name.startswith(("/", "dev:", "wagtail_serve")):
            path = path_of(name, world)
            status, body = look(path)
            if status == "200":
                shown |= {link: name for link in links(body, path) if link not in shown}
    dead = [f"{page} → {link}: {look(link)[0]}" for link, page in shown.items() if look(link)[0] in DEAD]

    assert "\n".join(dead) == ""
    assert len(shown) > 20
