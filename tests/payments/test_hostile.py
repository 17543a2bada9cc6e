"""What is not signed for this site, now, is refused with 4xx, and nothing of it is stored (PAY-4)."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from marketplace.licensing.models import Obligation
from marketplace.payments import gateways
from marketplace.payments.gateway import EventKind
from marketplace.payments.models import LedgerEntry, Payment, PaymentState, WebhookEvent
from tests.payments.worlds import World

Mutation = Callable[[World, bytes, random.Random], tuple[bytes, str]]


def _flip(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    place = dice.randrange(len(body))
    return body[:place] + bytes([body[place] ^ 1 << dice.randrange(7)]) + body[place + 1 :], world.sign(body)


def _cut(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body[: dice.randrange(len(body))], world.sign(body)


def _append(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body + dice.choice([b" ", b"\n", b"{}", b"\x00"]), world.sign(body)


def _other_secret(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body, world.sign(body, secret=f"whsec_{dice.random()}")


def _no_secret(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body, world.sign(body, secret="")


def _old(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body, world.sign(body, at=int(time.time()) - dice.randint(310, 10_000_000))


def _future(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body, world.sign(body, at=int(time.time()) + dice.randint(70, 10_000_000))


def _no_signature(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    words = ["", "t=", "v1=", "t=1,v1=", "nonsense", "t=x,v1=y", "t=1", "v1=" + "0" * 64, ",,,", "=" * 50, "t=1,v1=é"]
    return body, dice.choice(words)


def _signature_of_another_body(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    return body, world.sign(body.replace(b"800000", b"%d" % dice.randint(1, 700_000)) + b" ")


def _signed_nonsense(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    words = [
        b"",
        b"null",
        b"[]",
        b"1",
        b'"x"',
        b"{",
        b"{}",
        b'{"id": 1}',
        b"NaN",
        b"[" * 900,
        b'{"id":"evt","type":"x"}',
    ]
    nonsense = dice.choice(words)
    return nonsense, world.sign(nonsense)


def _live(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    told = json.loads(body)
    told["livemode" if "livemode" in told else "live"] = dice.choice([True, "false", None, 0])
    changed = json.dumps(told).encode()
    return changed, world.sign(changed)


def _lacking(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    told = json.loads(body)
    told.pop(dice.choice(["id", "type", "data", "created" if "created" in told else "made_at"]))
    changed = json.dumps(told).encode()
    return changed, world.sign(changed)


def _huge(world: World, body: bytes, dice: random.Random) -> tuple[bytes, str]:
    padded = body + b" " * (256 * 1024)
    return padded, world.sign(padded)


MUTATIONS: list[Mutation] = [
    _flip,
    _cut,
    _append,
    _other_secret,
    _no_secret,
    _old,
    _future,
    _no_signature,
    _signature_of_another_body,
    _signed_nonsense,
    _live,
    _lacking,
    _huge,
]
EACH = 10  # 13 mutations × 10 × 2 gateways = 260


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__.strip("_"))
def test_a_hostile_message_is_refused_and_leaves_nothing(
    world: World, attempt: Callable[..., Payment], owed: Obligation, client: Client, mutation: Mutation
) -> None:
    payment = attempt(owed)
    body = world.body(payment, EventKind.SUCCEEDED)
    known = gateways.by_name(world.name)
    assert known is not None
    dice = random.Random(mutation.__name__)  # noqa: S311

    statuses = []
    for _time in range(EACH):
        changed, signature = mutation(world, body, dice)
        headers = {known.signature_header: signature} if signature else {}
        answer = client.post(f"/webhooks/{world.name}/", changed, content_type="application/json", headers=headers)
        statuses.append(answer.status_code)

    assert {status // 100 for status in statuses} == {4}, statuses
    payment.refresh_from_db()
    assert payment.state == PaymentState.OPEN
    assert not WebhookEvent.objects.exists()
    assert not LedgerEntry.objects.exists()


def test_the_unchanged_message_passes(
    world: World, attempt: Callable[..., Payment], owed: Obligation, client: Client
) -> None:
    """The control: what is refused above is refused for its mutation."""
    body = world.body(attempt(owed), EventKind.SUCCEEDED)
    known = gateways.by_name(world.name)
    assert known is not None

    answer = client.post(
        f"/webhooks/{world.name}/",
        body,
        content_type="application/json",
        headers={known.signature_header: world.sign(body)},
    )

    assert answer.status_code == 200
    assert WebhookEvent.objects.count() == 1


def test_an_account_that_belongs_to_nobody_here_is_refused(
    stripe_world: Any, start: Callable[..., Payment], owed: Obligation
) -> None:
    from marketplace.payments import webhooks

    body = stripe_world.body(start(owed), EventKind.SUCCEEDED, account="acct_elsewhere")

    assert webhooks.receive("stripe", body, stripe_world.sign(body)) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("name", ["stripe", "bank_transfer", "alipay"])
def test_a_gateway_that_is_not_used_has_no_door(client: Client, name: str) -> None:
    assert client.post(f"/webhooks/{name}/", b"{}", content_type="application/json").status_code == 404


def test_an_empty_secret_opens_nothing(
    practice_world: World, start: Callable[..., Payment], owed: Obligation, settings: Any
) -> None:
    from marketplace.payments import webhooks

    settings.PRACTICE_WEBHOOK_SECRET = ""
    body = practice_world.body(start(owed), EventKind.SUCCEEDED)

    assert webhooks.receive("practice", body, practice_world.sign(body, secret="")) == 400
    assert not WebhookEvent.objects.exists()


def test_the_door_is_for_posts_only(client: Client) -> None:
    assert client.get("/webhooks/practice/").status_code == 405
