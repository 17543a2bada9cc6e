"""Every address, every method, every person: who gets what, and that nobody learns what is another's (IDN-5, IDN-6)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from uuid import UUID

import pytest

from marketplace.vault import kinds as vault_kinds
from marketplace.vault import reading
from tests.access.acts import ACTS, ANYBODYS, NOTHING_KEPT, Act
from tests.access.pages import form_to
from tests.access.places import PLACES, addresses, elsewhere, path_of, vendor_path
from tests.access.secrets import FILES, hidden_from
from tests.access.state import answer_of, body_of, changed, nothing_stays, state
from tests.access.table import DOORS, LOADED, OPEN_TO_MODERATORS, SHUT_TO_MODERATORS, read
from tests.access.world import OUTSIDERS, WHO, World

if TYPE_CHECKING:
    from django.test import Client

pytest_plugins = ("tests.access.worlds",)
pytestmark = pytest.mark.sqlite_suffices
ROWS = read()
VENDOR = (*SHUT_TO_MODERATORS, *OPEN_TO_MODERATORS)
# Whoever holds the code printed on a paper is told what this page tells; strangers without it learn nothing.
NOTHING_DONE = {"403", "404", "405", "login", "new"}
# Opened by a code or an address that only its owner was given; the world knocks with the right one.
BY_CODE = {"licensing:verify_code", "listings:objection_guest", "listings:saved_off", "notices:calendar", "notices:off"}


def is_vendors(name: str) -> bool:
    return name.startswith(VENDOR)


def ask(client: Client, method: str, path: str) -> Any:
    """One request; what it changed is undone, the person's cookies stay as they were."""
    jar = dict(client.cookies)
    with nothing_stays():
        response: Any = client.get(path) if method == "GET" else client.post(path)
        response.words = body_of(response)
    client.cookies.clear()
    client.cookies.update(jar)
    return response


def test_every_address_is_in_the_table() -> None:
    own = {address.name for address in addresses() if not is_vendors(address.name)}

    assert {name for name, _method in ROWS} == own
    assert {name for name, method in ROWS if method == "GET"} == {name for name, method in ROWS if method == "POST"}


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says_and_learns_nothing_of_others(who: str, world: World, db: None) -> None:
    client, wrong, leaks = world.browsers[who], [], []
    secrets = hidden_from(who, world)
    for (name, method), answers in ROWS.items():
        response = ask(client, method, path_of(name, world))
        if answer_of(response) != answers[who]:
            wrong.append(f"{method} {name}: {answer_of(response)} instead of {answers[who]}")
        if name not in BY_CODE:
            leaks += [f"{method} {name}: {secret}" for secret in secrets if secret in response.words]

    assert "\n".join(wrong) == ""
    assert "\n".join(leaks) == ""
    assert secrets


def test_the_search_for_leaks_finds_what_the_right_person_reads(world: World, db: None) -> None:
    client = world.browsers["firm owner"]
    page = ask(client, "GET", path_of("licensing:agreement", world))

    found = [secret for secret in hidden_from("stranger", world) if secret in page.words]

    assert world.deals["active"].reference in found
    assert len(found) >= 3


def plain(body: str, path: str) -> str:
    """A page without what differs from request to request: its own address, tokens and nonces."""
    body = body.replace(path, "PATH").replace(quote(path, safe=""), "PATH")
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', r"\1", body)


OF_SOMEBODY = [name for name in PLACES if (name, "GET") in ROWS]


@pytest.mark.parametrize("who", OUTSIDERS)
def test_what_is_anothers_looks_like_what_does_not_exist(who: str, world: World, db: None) -> None:
    client, told_apart, met = world.browsers[who], [], 0
    for name, method in ROWS:
        if name not in PLACES or not all(isinstance(each, int | UUID) for each in PLACES[name](world)):
            continue
        mine, none = path_of(name, world), elsewhere(name, world)
        there, nowhere = ask(client, method, mine), ask(client, method, none)
        if there.status_code == 404:
            met += 1
            same = plain(there.words, mine) == plain(nowhere.words, none)
            if nowhere.status_code != 404 or not same:
                told_apart.append(f"{method} {name}: {there.status_code} and {nowhere.status_code}")

    assert "\n".join(told_apart) == ""
    assert met >= (1 if who == "anonymous" else 40)


def test_wagtails_own_pages_let_nobody_in_but_moderators(world: World, db: None) -> None:
    inside = [
        f"{who} {method} {address.name}: {answer_of(response)}"
        for who in ("anonymous", "stranger", "rival", "firm owner", "owner", "former")
        for client in [world.browsers[who]]
        for address in addresses()
        if is_vendors(address.name) and not address.name.startswith(LOADED)
        for method in ("GET", "POST")
        for response in [ask(client, method, vendor_path(address))]
        if answer_of(response) != "login"
    ]

    assert "\n".join(inside) == ""


def test_moderators_cannot_change_who_may_do_what(world: World, db: None) -> None:
    client = world.browsers["moderator"]
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


def test_everything_that_can_be_posted_is_tried() -> None:
    takes_posts = {
        name
        for (name, method), answers in ROWS.items()
        if method == "POST" and not name.startswith("/") and set(answers.values()) - NOTHING_DONE
    }

    assert takes_posts - {act.name for act in ACTS} - ANYBODYS - NOTHING_KEPT == set()
    assert {act.name for act in ACTS} <= {name for name, _method in ROWS}


def _posted(who: str, act: Act, world: World, body: dict[str, Any], before: dict[str, str]) -> tuple[list[str], str]:
    """The tables that the act changed, and the answer."""
    client = world.browsers[who]
    for value in body.values():
        if hasattr(value, "seek"):
            value.seek(0)
    jar = dict(client.cookies)
    with nothing_stays():
        response = client.post(path_of(act.name, world), body)
        body_of(response)
        tables = changed(before)
    client.cookies.clear()
    client.cookies.update(jar)
    return tables, answer_of(response)


def _body(act: Act, world: World) -> dict[str, Any]:
    if not act.page:
        return act.body(world)
    client = world.browsers[act.may[0]]
    page = body_of(client.get(path_of(act.page, world)))
    return form_to(page, path_of(act.name, world)).filled(act.body(world))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_only_the_right_people_change_anything(act: Act, world: World, db: None) -> None:
    with nothing_stays():
        act.prepare(world)
        body, before = _body(act, world), state()
        for who in act.may:
            tables, answer = _posted(who, act, world, body, before)
            assert tables, f"{who} changed nothing: {answer}"
        others = [who for who in WHO if who not in act.may]
        if act.own:
            others = ["anonymous", "firm viewer", "viewer", "former"]
        for who in others:
            tables, answer = _posted(who, act, world, body, before)
            assert tables == [], f"{who} changed {tables}: {answer}"


@pytest.mark.parametrize("kind", FILES, ids=str)
def test_a_file_opens_for_those_it_concerns_alone(kind: str, world: World, db: None) -> None:
    path = f"/files/{world.files[kind].code}/"
    opens = set()
    for who in WHO:
        client = world.browsers[who]
        headers = {"If-None-Match": f'"{world.files[kind].sha256}"', "Range": "bytes=0-10"}
        answers = [client.get(path), client.get(path, {"download": "1"}), client.head(path)]
        answers.append(client.get(path, headers=headers))
        statuses = {answer.status_code for answer in answers}
        bodies = [body_of(answer) for answer in answers]
        if statuses == {200}:
            opens.add(who)
        else:
            assert statuses == {404}, who
            assert not any("%PDF" in body for body in bodies)

    assert opens == FILES[kind]


def test_every_kind_of_file_is_tried() -> None:
    kinds = {kind.partition(",")[0] for kind in FILES}

    assert set(reading._RULES) | set(vault_kinds._KINDS) <= kinds
