"""The QR code that takes signing to the phone: once, for a while, for one person, and worth nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.accounts.models import Organization, User
from marketplace.licensing.models import Agreement, HandOver, Paper
from marketplace.licensing.signing import handover, which
from marketplace.licensing.signing.handover import Spent, Stage
from tests.licensing.conftest import sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def paper(confirmed: Agreement) -> Paper:
    """The contract that waits for Bob."""
    return which.own_paper(confirmed)


def test_a_link_opens_once(paper: Paper, bob: User) -> None:
    secret = handover.begin(paper, by=bob)

    assert handover.open_on_phone(secret, by=bob) == paper
    with pytest.raises(Spent):
        handover.open_on_phone(secret, by=bob)


def test_another_person_opens_and_spends_nothing(paper: Paper, alice: User, bob: User) -> None:
    secret = handover.begin(paper, by=bob)
    with pytest.raises(Spent):
        handover.open_on_phone(secret, by=alice)

    assert handover.open_on_phone(secret, by=bob) == paper


def test_a_link_is_good_for_ten_minutes(paper: Paper, bob: User) -> None:
    secret, now = handover.begin(paper, by=bob), timezone.now()
    with time_machine.travel(now + timedelta(minutes=10, seconds=1)), pytest.raises(Spent):
        handover.open_on_phone(secret, by=bob)
    with time_machine.travel(now + timedelta(minutes=9)):
        assert handover.open_on_phone(secret, by=bob) == paper


def test_a_new_link_voids_the_one_before(paper: Paper, bob: User) -> None:
    first, second = handover.begin(paper, by=bob), handover.begin(paper, by=bob)
    with pytest.raises(Spent):
        handover.open_on_phone(first, by=bob)
    assert handover.open_on_phone(second, by=bob) == paper


def test_the_secret_is_not_in_the_database(paper: Paper, bob: User) -> None:
    secret = handover.begin(paper, by=bob)
    assert secret not in str(HandOver.objects.values().get())


def test_the_computer_sees_how_far_the_phone_is(paper: Paper, bob: User, any_code: list[str]) -> None:
    assert handover.stage(paper, by=bob) == Stage.NONE
    secret = handover.begin(paper, by=bob)
    assert handover.stage(paper, by=bob) == Stage.WAITS
    handover.open_on_phone(secret, by=bob)
    assert handover.stage(paper, by=bob) == Stage.OPENED
    sign(paper.agreement, bob)
    assert handover.stage(paper, by=bob) == Stage.SIGNED


def _code(page: str) -> str:
    return re.search(r"(/on-phone/[\w-]+/)", page)[1]  # type: ignore[index]


def test_from_the_computer_to_the_phone_and_back(
    paper: Paper, bob: User, any_code: list[str], log_in: Callable[[User], Client]
) -> None:
    path = reverse("licensing:phone", args=[paper.agreement.code, paper.pk])
    computer = log_in(bob)
    computer.cookies["django_language"] = "en"
    made = computer.post(path)
    shown = computer.get(path).content.decode()
    link = _code(shown)
    assert (made.status_code, made.headers["Location"]) == (302, path)
    assert "<svg" in shown
    assert "style=" not in shown

    phone = Client()
    assert phone.get(link).headers["Location"].startswith("/accounts/login/?next=")  # the link alone opens nothing
    assert HandOver.objects.get().opened_at is None
    phone.force_login(bob)
    opened = phone.get(link)
    sign_url = reverse("licensing:sign_paper", args=[paper.agreement.code, paper.pk])
    assert opened.headers["Location"] == sign_url
    assert "reauthenticate" in phone.get(sign_url).headers["Location"]  # and the phone asks who it is
    assert phone.get(link).status_code == 410

    part = computer.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "Opened on your phone" in part
    assert "<html" not in part
    sign(paper.agreement, bob)
    assert "Signed on your phone" in computer.get(path).content.decode()


def test_a_stranger_who_photographs_the_code_gets_nothing(
    paper: Paper, bob: User, mallory: User, strangers: Organization, log_in: Callable[[User], Client]
) -> None:
    secret = handover.begin(paper, by=bob)
    browser = log_in(mallory)

    assert browser.get(reverse("licensing:handed_over", args=[secret])).status_code == 410
    assert browser.get(reverse("licensing:phone", args=[paper.agreement.code, paper.pk])).status_code == 404
    assert HandOver.objects.get().opened_at is None
