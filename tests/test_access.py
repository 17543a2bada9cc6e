"""Every address, every method, every person: who gets what, and that nobody learns what is another's (IDN-5, IDN-6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.access.places import PLACES, UUID, addresses, elsewhere, path_of, vendor_path
from tests.access.secrets import hidden_from
from tests.access.state import answer_of, body_of, nothing_stays
from tests.access.table import DOORS, LOADED, OPEN_TO_MODERATORS, SHUT_TO_MODERATORS, read
from tests.access.world import OUTSIDERS, WHO, World, browser

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

pytest_plugins = ("tests.access.conftest",)
ROWS = read()
VENDOR = (*SHUT_TO_MODERATORS, *OPEN_TO_MODERATORS)
# Whoever holds the code printed on a paper is told what this page tells; strangers without it learn nothing.
BY_CODE = {"licensing:verify_code"}


def is_vendors(name: str) -> bool:
    return name.startswith(VENDOR)


def ask(client: Client, method: str, path: str) -> HttpResponse:
    """One request; what it changed is undone, the person's cookies stay as they were."""
    jar = dict(client.cookies)
    with nothing_stays():
        response: HttpResponse = client.get(path) if method == "GET" else client.post(path)
        response.words = body_of(response)  # type: ignore[attr-defined]
    client.cookies.clear()
    client.cookies.update(jar)
    return response


def test_every_address_is_in_the_table() -> None:
    own = {address.name for address in addresses() if not is_vendors(address.name)}

    assert {name for name, _method in ROWS} == own
    assert {name for name, method in ROWS if method == "GET"} == {name for name, method in ROWS if method == "POST"}


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says_and_learns_nothing_of_others(who: str, world: World, db: None) -> None:
    client, wrong, leaks = browser(world.users.get(who)), [], []
    secrets = hidden_from(who, world)
    for (name, method), answers in ROWS.items():
        response = ask(client, method, path_of(name, world))
        if answer_of(response) != answers[who]:
            wrong.append(f"{method} {name}: {answer_of(response)} instead of {answers[who]}")
        if name not in BY_CODE:
            leaks += [f"{method} {name}: {secret}" for secret in secrets if secret in response.words]  # type: ignore[attr-defined]

    assert "\n".join(wrong) == ""
    assert "\n".join(leaks) == ""
    assert secrets


def test_the_search_for_leaks_finds_what_the_right_person_reads(world: World, db: None) -> None:
    client = browser(world.users["firm owner"])
    page = ask(client, "GET", path_of("licensing:agreement", world))

    found = [secret for secret in hidden_from("stranger", world) if secret in page.words]  # type: ignore[attr-defined]

    assert world.deals["active"].reference in found
    assert len(found) >= 3


def plain(body: str, path: str) -> str:
    """A page without what differs from request to request: its own address, tokens and nonces."""
    body = body.replace(path, "PATH").replace(quote(path, safe=""), "PATH")
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', r"\1", body)


OF_SOMEBODY = [name for name in PLACES if (name, "GET") in ROWS]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_what_is_anothers_looks_like_what_does_not_exist(who: str, world: World, db: None) -> None:
    client, told_apart, met = browser(world.users.get(who)), [], 0
    for name, method in ROWS:
        if name not in PLACES or not all(isinstance(each, int | UUID) for each in PLACES[name](world)):
            continue
        mine, none = path_of(name, world), elsewhere(name, world)
        there, nowhere = ask(client, method, mine), ask(client, method, none)
        if there.status_code == 404:
            met += 1
            same = plain(there.words, mine) == plain(nowhere.words, none)  # type: ignore[attr-defined]
            if nowhere.status_code != 404 or not same:
                told_apart.append(f"{method} {name}: {there.status_code} and {nowhere.status_code}")

    assert "\n".join(told_apart) == ""
    assert met >= (1 if who == "anonymous" else 40)


def test_wagtails_own_pages_let_nobody_in_but_moderators(world: World, db: None) -> None:
    inside = [
        f"{who} {method} {address.name}: {answer_of(response)}"
        for who in ("anonymous", "stranger", "rival", "firm owner", "owner", "former")
        for client in [browser(world.users.get(who))]
        for address in addresses()
        if is_vendors(address.name) and not address.name.startswith(LOADED)
        for method in ("GET", "POST")
        for response in [ask(client, method, vendor_path(address))]
        if answer_of(response) != "login"
    ]

    assert "\n".join(inside) == ""


def test_moderators_cannot_change_who_may_do_what(world: World, db: None) -> None:
    client = browser(world.users["moderator"])
    shut = [address for address in addresses() if address.name.startswith((*SHUT_TO_MODERATORS, *DOORS))]
    opened = [
        f"{method} {address.name}: {answer_of(response)}"
        for address in shut
        for method in ("GET", "POST")
        for response in [ask(client, method, vendor_path(address))]
        if answer_of(response) not in {"302", "404", "405", "login"}
    ]

    assert "\n".join(opened) == ""
    assert len(shut) > 40
    assert answer_of(ask(client, "GET", "/admin/")) == "200"
