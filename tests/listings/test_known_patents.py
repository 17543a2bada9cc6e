"""A patent that the site knows as a reference record is filled in by its number, and becomes its owner's."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from listings.models import Patent
from marketplace.accounts.models import Organization, Role, User
from marketplace.audit.models import Entry
from tests.listings.making import member, number, patent, university

pytestmark = pytest.mark.django_db
OWN = "示范理工大学"
NEW = "listings:patent_new"


@pytest.fixture
def school(db: None) -> Organization:
    return university(OWN)


@pytest.fixture
def desk(client: Client, alice: User, school: Organization) -> Client:
    client.force_login(member(alice, school, Role.LISTER))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


@pytest.fixture
def known(db: None) -> Patent:
    return patent(
        None, "一种示例炉", patentee=f"{OWN};另一所", inventors="张某", abstract="示例摘要",
        publication_number="CN112345678B", ipc=["F27D 17/00"],
    )  # fmt: skip


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def spelled(value: str) -> str:
    return f"zl {value[:4]} {value[4]} {value[5:12]}.{value[12]}"


def test_a_known_number_in_any_spelling_fills_the_form_in(desk: Client, known: Patent) -> None:
    answer = desk.get(reverse(NEW), {"number": spelled(known.application_number)})

    told = answer.context["form"].initial
    assert (told["title"], told["inventors"], told["abstract"]) == ("一种示例炉", "张某", "示例摘要")
    assert (told["filed_on"], told["granted_on"]) == (date(2021, 3, 15), date(2023, 5, 2))
    assert (told["patentee"], told["publication_number"]) == (f"{OWN};另一所", "CN112345678B")
    assert "Filled in from the reference record “一种示例炉”." in text_of(answer)
    assert text_of(answer).count("button primary") == 1
    assert Patent.objects.get().organization is None  # looking changes nothing


def test_what_was_filled_in_is_saved_as_the_owners(desk: Client, known: Patent, school: Organization) -> None:
    form = desk.get(reverse(NEW), {"number": known.application_number}).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"title": "一种改正的炉"}

    answer = desk.post(reverse(NEW), sent)

    assert answer.status_code == 302
    made = Patent.objects.get()
    assert (made.pk, made.organization, made.title) == (known.pk, school, "一种改正的炉")
    assert made.locked_fields == ["title"]  # a person said so: no import takes it back
    assert Entry.objects.filter(action="patent.change").count() == 1


def test_another_patentees_record_is_not_taken(desk: Client, known: Patent) -> None:
    Patent.objects.filter(pk=known.pk).update(patentee="别的大学")
    form = desk.get(reverse(NEW), {"number": known.application_number}).context["form"]

    answer = desk.post(reverse(NEW), {name: form[name].value() or "" for name in form.fields} | {"patentee": OWN})

    assert answer.status_code == 422
    assert "IMP-5" in text_of(answer)
    assert Patent.objects.get().organization is None
    assert Entry.objects.count() == 0


def test_another_organizations_patent_is_not_told(desk: Client) -> None:
    theirs = patent(university("河洛大学"), "别家的秘密名称")

    answer = desk.get(reverse(NEW), {"number": theirs.application_number})

    assert "别家的秘密名称" not in text_of(answer)
    assert "Nothing is known here under this number." in text_of(answer)


def test_an_own_patent_is_pointed_out(desk: Client, school: Organization) -> None:
    mine = patent(school, "一种自己的炉")

    answer = desk.get(reverse(NEW), {"number": mine.application_number})

    assert reverse("listings:patent", args=[mine.code]) in text_of(answer)
    assert "This patent is in your list already" in text_of(answer)


@pytest.mark.parametrize("text", ["2021100000019", "CN112345678B", "<script>alert(1)</script>", "x" * 300])
def test_a_bad_number_says_why_and_keeps_what_was_typed(text: str, desk: Client) -> None:
    answer = desk.get(reverse(NEW), {"number": text})

    assert answer.status_code == 200
    assert "NUM-1" in text_of(answer)
    assert "<script>alert" not in text_of(answer)
    assert answer.context["asked"] == text[:80]


def test_an_unknown_number_is_kept_in_the_form(desk: Client) -> None:
    value = number()

    answer = desk.get(reverse(NEW), {"number": value})

    assert answer.context["form"].initial["application_number"] == value
    assert answer.context["form"].initial["patentee"] == OWN
