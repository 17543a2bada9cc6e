"""Mailed one-time codes: bound, counted, used once, nowhere in clear."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, transaction
from django.forms.models import model_to_dict
from django.utils import timezone, translation

from marketplace.accounts import codes, seeds
from marketplace.accounts import mail as letters
from marketplace.accounts.models import OneTimeCode, User
from marketplace.notices.models import Message
from marketplace.outbox.models import Effect
from tests.accounts.conftest import deliver, mailed_code

DOCUMENT = "9f3c" * 16
ACT: Any = {"purpose": "sign_agreement", "subject": DOCUMENT}


def _wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_right_code_opens_its_act_once(bob: User) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)

    codes.use(bob, **ACT, code=code)

    with pytest.raises(codes.WrongCode) as caught:
        codes.use(bob, **ACT, code=code)
    assert caught.value.finding.rule == "SIG-2"
    assert OneTimeCode.objects.get().tries == 1


@pytest.mark.parametrize(
    ("who", "purpose", "subject"),
    [
        ("mallory", "sign_agreement", DOCUMENT),
        ("bob", "sign_term_sheet", DOCUMENT),
        ("bob", "sign_agreement", "0" * 64),
    ],
)
def test_a_code_opens_nothing_else(bob: User, mallory: User, who: str, purpose: str, subject: str) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)
    person = {"bob": bob, "mallory": mallory}[who]

    with pytest.raises(codes.WrongCode):
        codes.use(person, purpose=purpose, subject=subject, code=code)

    assert OneTimeCode.objects.get().used_at is None
    codes.use(bob, **ACT, code=code)


def test_five_wrong_tries_end_a_code(bob: User) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)

    for _count in range(5):
        with pytest.raises(codes.WrongCode, match="wrong"):
            codes.use(bob, **ACT, code=_wrong(code))
    with pytest.raises(codes.WrongCode, match="too often"):
        codes.use(bob, **ACT, code=code)

    row = OneTimeCode.objects.get()
    assert (row.tries, row.used_at) == (5, None)


def test_four_wrong_tries_leave_the_fifth(bob: User) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)
    for _count in range(4):
        with pytest.raises(codes.WrongCode):
            codes.use(bob, **ACT, code=_wrong(code))

    codes.use(bob, **ACT, code=code)

    assert OneTimeCode.objects.get().tries == 5


def test_inside_a_transaction_no_code_is_tried(bob: User) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        codes.use(bob, **ACT, code=code)

    row = OneTimeCode.objects.get()
    assert (row.tries, row.used_at) == (0, None)


def test_a_code_lives_ten_minutes(bob: User) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)

    late = time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1))
    with late, pytest.raises(codes.WrongCode, match="no valid code"):
        codes.use(bob, **ACT, code=code)

    with time_machine.travel(timezone.now() + timedelta(minutes=9)):
        codes.use(bob, **ACT, code=code)


def test_a_new_code_voids_the_one_before(bob: User) -> None:
    codes.send(bob, **ACT)
    first = mailed_code(bob)
    codes.send(bob, **ACT)
    second = mailed_code(bob)

    if first != second:
        with pytest.raises(codes.WrongCode):
            codes.use(bob, **ACT, code=first)
    codes.use(bob, **ACT, code=second)


def test_the_code_stands_in_clear_nowhere_but_in_the_mail(bob: User) -> None:
    codes.send(bob, **ACT)
    waiting = json.dumps([effect.payload for effect in Effect.objects.all()])
    code = mailed_code(bob)

    row = json.dumps(model_to_dict(OneTimeCode.objects.get()), default=str)
    assert code in mail.outbox[-1].body
    assert code not in waiting
    assert code not in json.dumps([effect.payload for effect in Effect.objects.all()])
    assert f'"{code}"' not in row
    assert not Message.objects.exists()


def test_a_repeated_delivery_carries_the_same_code_and_message_id(bob: User) -> None:
    codes.send(bob, **ACT)
    effect = Effect.objects.get(topic=codes.TOPIC)

    letters.send_code(effect.key, effect.payload)
    letters.send_code(effect.key, effect.payload)

    first, second = mail.outbox
    assert first.body == second.body
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_a_used_code_is_not_mailed_again(bob: User) -> None:
    codes.send(bob, **ACT)
    effect = Effect.objects.get(topic=codes.TOPIC)
    codes.use(bob, **ACT, code=seeds.digits(effect.payload["seed"]))

    deliver()

    assert mail.outbox == []


def test_the_mail_names_what_the_code_is_for(bob: User) -> None:
    codes.send(bob, **ACT)
    deliver()

    letter = mail.outbox[-1]
    assert letter.subject == "Your code to sign a license contract"
    assert "9f3c 9f3c … 9f3c" in letter.body
    assert "10 minutes" in letter.body


def test_twenty_codes_an_hour_are_enough(bob: User) -> None:
    for _count in range(20):
        codes.send(bob, **ACT)

    with pytest.raises(codes.WrongCode, match="Too many"):
        codes.send(bob, **ACT)

    assert OneTimeCode.objects.count() == 20


@pytest.mark.parametrize("typed", ["{0}{1}{2} {3}{4}{5}", "{0}{1}{2}-{3}{4}{5}", "full"])
def test_a_code_is_read_as_people_type_it(bob: User, typed: str) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)
    wide = code.translate({ord("0") + digit: chr(ord("0") + digit) for digit in range(10)})

    codes.use(bob, **ACT, code=wide if typed == "full" else typed.format(*code))

    assert OneTimeCode.objects.get().used_at is not None


@pytest.mark.parametrize("typed", ["", "abc", "1234567", "٠١٢٣٤٥", "\x00", "9" * 5000])
def test_nonsense_is_a_wrong_code_and_counted(bob: User, typed: str) -> None:
    codes.send(bob, **ACT)

    with pytest.raises(codes.WrongCode):
        codes.use(bob, **ACT, code=typed)

    assert OneTimeCode.objects.get().tries == 1


def test_a_code_survives_a_change_of_the_secret_key(bob: User, settings: Any) -> None:
    codes.send(bob, **ACT)
    code = mailed_code(bob)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"

    codes.use(bob, **ACT, code=code)

    assert bob.one_time_codes.get().used_at is not None


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_right_code_opens_once(transactional_db: None, bob: User) -> None:
    codes.send(bob, **ACT)
    code = seeds.digits(Effect.objects.get(topic=codes.TOPIC).payload["seed"])
    together = Barrier(12)

    def run(_number: int) -> bool:
        together.wait()
        try:
            codes.use(bob, **ACT, code=code)
        except codes.WrongCode:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(12) as threads:
        opened = list(threads.map(run, range(12)))

    assert opened.count(True) == 1
    assert OneTimeCode.objects.get().tries <= 5


@pytest.mark.django_db(transaction=True)
def test_of_many_wrong_tries_at_once_five_are_taken(transactional_db: None, bob: User) -> None:
    codes.send(bob, **ACT)
    code = seeds.digits(Effect.objects.get(topic=codes.TOPIC).payload["seed"])
    together = Barrier(12)

    def run(_number: int) -> str:
        together.wait()
        try:
            with translation.override("en"):  # a thread begins in the site's first language
                codes.use(bob, **ACT, code=_wrong(code))
        except codes.WrongCode as wrong:
            return str(wrong)
        finally:
            connection.close()
        return "opened"

    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(run, range(12)))

    assert sum("code is wrong" in answer for answer in answers) == 5
    assert "opened" not in answers
