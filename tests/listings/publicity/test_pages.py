"""The public page of a publicity: what the law wants on it, the time that is left, who objects and how."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from listings import flow
from listings.flow.opening import last_day_of
from listings.models import Listing, ListingState, Objection, Publicity
from listings.publicity import guests
from listings.publicity.counting import countdown
from marketplace.accounts.models import User
from marketplace.lib.terms import SHANGHAI
from marketplace.outbox import worker
from marketplace.vault.models import VaultFile
from tests.vault.making import pdf

D = date.fromisoformat


def url(listing: Listing, name: str = "objection", *more: str) -> str:
    return reverse(f"listings:{name}", args=[listing.code, *more])


def pdf_file(name: str = "证据.pdf") -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, pdf(), "application/pdf")


# by the State Council's calendar: begins -> the last day; the fifteenth day, moved on where it is a holiday
LAST = [
    ("2026-11-25", "2026-12-10"),  # a Thursday
    ("2026-11-27", "2026-12-14"),  # Saturday the 12th: Monday
    ("2026-09-18", "2026-10-08"),  # National Day, 3 October: 8 October, a Thursday
    ("2026-02-03", "2026-02-24"),  # Spring Festival, 18 February: Tuesday the 24th
    ("2025-09-20", "2025-10-09"),  # National Day and Mid-Autumn, 5 October: 9 October
    ("2025-01-13", "2025-02-05"),  # Spring Festival, 28 January: Wednesday 5 February
]


@pytest.mark.parametrize(("begins", "ends"), LAST)
def test_fifteen_days_end_on_a_working_day(begins: str, ends: str) -> None:
    assert last_day_of(D(begins)) == D(ends)


WORDS = [
    ("2026-12-14", "2026-11-27", "17 days left, 11 of them working days"),
    ("2026-12-14", "2026-12-11", "3 days left, 1 of them a working day"),
    ("2026-12-14", "2026-12-13", "1 day left, 1 of them a working day"),
    ("2026-12-14", "2026-12-14", "Today is the last day for objections."),
    ("2026-12-14", "2026-12-15", "The time for objections is over."),
]


@pytest.mark.parametrize(("ends", "on", "words"), WORDS)
def test_what_is_left_is_told_in_words(ends: str, on: str, words: str) -> None:
    with translation.override("en"):
        left = countdown(Publicity(starts_on=D("2026-11-27"), ends_on=D(ends)), D(on))

        assert left.words == words
        assert left.until == "until the end of Monday, 14 Dec 2026, Beijing time"
    assert left.rolled is True


def test_the_page_shows_what_the_law_demands(client: Client, shown: Listing) -> None:
    shown.patent.abstract = "一种两段吸收的方法。"
    shown.patent.save()

    page = client.get(url(shown), headers={"cookie": "django_language=en"}).content.decode()

    for demanded in (
        shown.patent.title,  # name of the result
        "一种两段吸收的方法。",  # abstract
        "ordinary license",  # mode
        "¥30,000",  # price
        "How to object",  # objection procedure
        "Related parties",  # related-party mark
        "working day",  # countdown without any script
    ):
        assert demanded in page


@pytest.mark.parametrize("mark", [True, False])
def test_the_related_party_mark_is_said_either_way(client: Client, shown: Listing, mark: bool) -> None:
    Listing.objects.update(related_party_mark=mark, related_parties="示范控股公司" if mark else "")

    page = client.get(url(shown), headers={"cookie": "django_language=en"}).content.decode()

    assert ("may take this license too" in page) is mark
    assert ("示范控股公司" in page) is mark


def test_somebody_logged_in_objects_with_several_files(client: Client, shown: Listing, bob: User) -> None:
    client.force_login(bob)

    answer = client.post(
        url(shown), {"name": "Bob", "text": "价格过低", "evidence": [pdf_file("一.pdf"), pdf_file("二.pdf")]}
    )

    objection = Objection.objects.get()
    assert answer.status_code == 302
    assert (objection.objector, objection.contact, objection.text) == (bob, bob.email, "价格过低")
    assert (objection.evidence.name, [f.name for f in objection.files.all()]) == ("一.pdf", ["二.pdf"])  # type: ignore[union-attr]
    assert flow.publish_due() == 0


def test_a_wrong_file_stores_nothing_and_loses_nothing_typed(client: Client, shown: Listing, bob: User) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.force_login(bob)
    files = [pdf_file(), SimpleUploadedFile("x.pdf", b"no pdf")]

    answer = client.post(url(shown), {"name": "Bob", "text": "价格过低", "evidence": files})

    assert (answer.status_code, Objection.objects.count()) == (422, 0)
    assert VaultFile.objects.filter(kind="objection_evidence").count() == 0
    assert "价格过低" in answer.content.decode()


def test_more_than_five_files_are_refused(client: Client, shown: Listing, bob: User) -> None:
    client.force_login(bob)

    answer = client.post(url(shown), {"name": "Bob", "text": "x", "evidence": [pdf_file(f"{n}.pdf") for n in range(6)]})

    assert (answer.status_code, Objection.objects.count()) == (422, 0)


def link_in(message: Any) -> str:
    words: list[str] = message.body.split()
    return next(word for word in words if "/objection/" in word).split("testserver", 1)[-1]


def test_a_guest_confirms_the_address_before_anything_is_recorded(
    client: Client, shown: Listing, settings: Any
) -> None:
    settings.SITE_URL = "http://testserver"
    client.post(url(shown), {"email": "guest@x.test"})
    worker.run_pending()
    (sent,) = [m for m in mail.outbox if m.to == ["guest@x.test"]]
    assert Objection.objects.count() == 0

    answer = client.post(link_in(sent), {"name": "李某", "text": "有关联关系", "evidence": pdf_file()})

    objection = Objection.objects.get()
    assert answer.status_code == 302
    assert (objection.contact, objection.objector, objection.evidence is not None) == ("guest@x.test", None, True)


def test_a_guest_without_a_link_records_nothing(client: Client, shown: Listing) -> None:
    client.post(url(shown), {"name": "李某", "contact": "x@x.test", "text": "x", "email": "x@x.test"})

    assert Objection.objects.count() == 0


def test_a_robot_gets_no_mail(client: Client, shown: Listing) -> None:
    client.post(url(shown), {"email": "guest@x.test", "website": "http://spam"})
    worker.run_pending()

    assert [m for m in mail.outbox if m.to == ["guest@x.test"]] == []


@pytest.mark.parametrize("spoil", ["old", "other", "forged"])
def test_a_link_that_is_old_or_foreign_or_forged_opens_no_form(client: Client, shown: Listing, spoil: str) -> None:
    if spoil == "old":
        with time_machine.travel(datetime.now(tz=SHANGHAI) - timedelta(days=3, minutes=1)):
            token = guests.token_for(shown, "guest@x.test")
    elif spoil == "other":
        token = guests.token_for(Listing(code=uuid4()), "guest@x.test")
    else:
        token = guests.token_for(shown, "guest@x.test")[:-1] + "_"

    answer = client.post(url(shown, "objection_guest", token), {"name": "李某", "text": "x"})

    assert (answer.status_code, answer["Location"]) == (302, url(shown))
    assert Objection.objects.count() == 0


def test_the_link_reaches_no_other_site_and_its_form_can_be_sent(client: Client, shown: Listing) -> None:
    answer = client.get(url(shown, "objection_guest", guests.token_for(shown, "guest@x.test")))

    # "no-referrer" would make browsers send the form without its origin, which Django then refuses
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_link_does_not_show_whose_it_is(shown: Listing) -> None:
    import base64

    token = guests.token_for(shown, "guest@x.test")

    assert b"guest" not in base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert guests.address_in(token, shown.code) == "guest@x.test"


def test_the_same_person_objects_once_until_it_is_decided(
    client: Client, shown: Listing, bob: User, moderator: User
) -> None:
    client.force_login(bob)
    client.post(url(shown), {"name": "Bob", "text": "价格过低"})

    second = client.post(url(shown), {"name": "Bob", "text": "还是低"})

    assert (second.status_code, Objection.objects.count()) == (422, 1)
    flow.decide_objection(Objection.objects.get(), by=moderator, upheld=False, decision="有评估报告")
    assert client.post(url(shown), {"name": "Bob", "text": "新证据"}).status_code == 302


def test_the_decision_is_shown_and_who_objected_is_not(
    client: Client, shown: Listing, bob: User, moderator: User
) -> None:
    objection = flow.object_to(shown, name="李某某", contact="li@x.test", text="我认为价格过低", by=bob)
    assert "paused" in client.get(url(shown), headers={"cookie": "django_language=en"}).content.decode()

    flow.decide_objection(objection, by=moderator, upheld=False, decision="价格有评估报告支持")

    page = client.get(url(shown)).content.decode()
    assert "价格有评估报告支持" in page
    assert [secret for secret in ("李某某", "li@x.test", "我认为价格过低") if secret in page] == []


def test_after_the_last_day_the_page_stays_and_takes_no_objection(client: Client, shown: Listing, bob: User) -> None:
    ends = shown.publicities.get().ends_on
    client.force_login(bob)
    with time_machine.travel(datetime(ends.year, ends.month, ends.day, 23, 59, 59, tzinfo=SHANGHAI), tick=False):
        client.force_login(bob)
        assert b'id="object"' in client.get(url(shown)).content
    with time_machine.travel(
        datetime(ends.year, ends.month, ends.day, tzinfo=SHANGHAI) + timedelta(days=1), tick=False
    ):
        client.force_login(bob)
        assert b'id="object"' not in client.get(url(shown)).content
        client.post(url(shown), {"name": "Bob", "text": "晚了"})
        assert Objection.objects.count() == 0
        flow.publish_due()
        assert client.get(url(shown)).status_code == 200
    shown.refresh_from_db()
    assert shown.state == ListingState.PUBLISHED


def test_a_listing_that_was_never_made_public_has_no_such_page(client: Client, offer: Listing) -> None:
    assert client.get(url(offer)).status_code == 404
