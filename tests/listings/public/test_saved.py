"""Searches that somebody keeps, and the mail about what is new."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse
from django.utils import timezone

from listings import alert_mail, saved
from listings.models import Alert, AlertItem, Listing, ListingState, Pace, SavedSearch
from listings.search import Query, indexer
from marketplace.accounts.models import Organization, Role, User
from marketplace.lib.findings import Refused
from marketplace.outbox.worker import run_pending
from tests.listings.making import firm, member
from tests.listings.public.conftest import sound

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # a Wednesday, noon in Shanghai
SAVE, SAVED = reverse("listings:search_save"), reverse("listings:saved")
HEAT = Query().asking("余热")


def published(school: Organization, by: User, title: str, **fields: Any) -> Listing:
    row = sound(school, by, title, **fields)
    indexer.rebuild()
    return row


def told() -> list[str]:
    """What the worker sends now."""
    mail.outbox.clear()
    saved.tell_due()
    run_pending()
    return [str(message.body) for message in mail.outbox]


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def kept(clock: Any, school: Organization, alice: User, bob: User) -> SavedSearch:
    """Bob keeps a search while one offer fits it already."""
    published(school, alice, "旧的余热装置")
    return saved.keep(HEAT, by=bob)


def test_new_offers_are_told_the_next_morning_and_never_again(
    clock: Any, kept: SavedSearch, school: Organization, alice: User
) -> None:
    clock.shift(timedelta(hours=1))
    new = published(school, alice, "新的余热装置")
    assert told() == []

    clock.move_to(NOON + timedelta(hours=20))
    bodies = told()

    assert len(bodies) == 1
    assert "新的余热装置" in bodies[0]
    assert new.get_absolute_url() in bodies[0]
    assert "旧的余热装置" not in bodies[0]
    for _day in range(3):
        clock.shift(timedelta(days=1))
        assert told() == []


def test_the_mail_can_be_stopped_by_one_click_of_a_mail_program(
    clock: Any, kept: SavedSearch, school: Organization, alice: User
) -> None:
    clock.shift(timedelta(hours=1))
    published(school, alice, "新的余热装置")
    clock.shift(timedelta(days=1))
    told()
    headers = mail.outbox[0].extra_headers
    path = re.findall(r"https?://[^/]+(/[^>]+)>", headers["List-Unsubscribe"])[0]
    program = Client(enforce_csrf_checks=True)

    answer = program.post(path, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")

    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert answer.status_code == 200
    assert SavedSearch.objects.get().pace == Pace.NEVER
    published(school, alice, "更新的余热装置")
    clock.shift(timedelta(days=9))
    assert told() == []


def test_opening_the_link_stops_nothing_by_itself(client: Client, kept: SavedSearch) -> None:
    path = reverse("listings:saved_off", args=[saved.off_token(kept)])

    assert client.get(path).status_code == 200
    assert SavedSearch.objects.get().pace == Pace.DAILY


@pytest.mark.parametrize("token", ["x", "0" * 32, "a.b", "%00", "很"])
def test_a_forged_link_stops_nothing(client: Client, kept: SavedSearch, token: str) -> None:
    assert client.post(f"/saved/off/{token}/").status_code in (400, 404)
    assert client.post(reverse("listings:saved_off", args=[saved.off_token(kept)[:-1] + "_"])).status_code == 404
    assert SavedSearch.objects.get().pace == Pace.DAILY


@pytest.mark.parametrize("state", [ListingState.SUSPENDED, ListingState.WITHDRAWN, ListingState.EXPIRED])
def test_what_is_withdrawn_between_finding_and_mailing_is_not_told(
    clock: Any, kept: SavedSearch, school: Organization, alice: User, state: str
) -> None:
    clock.shift(timedelta(hours=1))
    gone, stays = published(school, alice, "撤回的余热装置"), published(school, alice, "留下的余热装置")
    clock.shift(timedelta(days=1))
    saved.tell_due()
    Listing.objects.filter(pk=gone.pk).update(state=state)
    mail.outbox.clear()
    run_pending()

    assert AlertItem.objects.count() == 2
    assert "撤回的余热装置" not in str(mail.outbox[0].body)
    assert stays.get_absolute_url() in str(mail.outbox[0].body)


def test_no_mail_goes_out_when_nothing_of_it_is_left(
    clock: Any, kept: SavedSearch, school: Organization, alice: User
) -> None:
    clock.shift(timedelta(hours=1))
    gone = published(school, alice, "撤回的余热装置")
    clock.shift(timedelta(days=1))
    saved.tell_due()
    Listing.objects.filter(pk=gone.pk).update(state=ListingState.WITHDRAWN)
    mail.outbox.clear()
    run_pending()

    assert mail.outbox == []
    assert Alert.objects.get().mailed_at is not None


def test_a_worker_that_comes_twice_tells_once(clock: Any, kept: SavedSearch, school: Organization, alice: User) -> None:
    clock.shift(timedelta(hours=1))
    published(school, alice, "新的余热装置")
    clock.shift(timedelta(days=1))
    saved.tell_due()
    alert = Alert.objects.get()
    mail.outbox.clear()

    alert_mail.send("x", {"alert": alert.pk})
    alert_mail.send("x", {"alert": alert.pk})
    SavedSearch.objects.update(next_at=timezone.now())
    saved.tell_due()
    run_pending()

    assert len(mail.outbox) == 1
    assert Alert.objects.count() == 1


def test_the_database_lets_no_offer_be_told_twice(kept: SavedSearch) -> None:
    listing = Listing.objects.get()
    for_one, for_two = (Alert.objects.create(saved=kept) for _ in range(2))
    AlertItem.objects.create(alert=for_one, saved=kept, listing=listing)

    with pytest.raises(IntegrityError), transaction.atomic():
        AlertItem.objects.create(alert=for_two, saved=kept, listing=listing)


def test_what_does_not_fit_is_not_told(clock: Any, kept: SavedSearch, school: Organization, alice: User) -> None:
    clock.shift(timedelta(hours=1))
    published(school, alice, "山药收获机", headline="挖山药", problem="挖山药全靠人手")
    clock.shift(timedelta(days=1))

    assert told() == []


def test_filters_bind_the_mail_too(clock: Any, school: Organization, alice: User, bob: User) -> None:
    saved.keep(Query(q="余热", maturity=("proven",)), by=bob)
    clock.shift(timedelta(hours=1))
    published(school, alice, "早的余热装置", maturity=2)
    published(school, alice, "成熟的余热装置", maturity=8)
    clock.shift(timedelta(days=1))

    [body] = told()
    assert "成熟的余热装置" in body
    assert "早的余热装置" not in body


def test_the_mail_says_what_the_reader_pays_in_his_language(
    clock: Any, school: Organization, alice: User, bob: User
) -> None:
    member(bob, firm(size="micro"), Role.OWNER)
    User.objects.filter(pk=bob.pk).update(language="en")
    bob.refresh_from_db()
    saved.keep(HEAT, by=bob)
    clock.shift(timedelta(hours=1))
    published(school, alice, "新的余热装置", prices={"micro": 1_000_000})
    clock.shift(timedelta(days=1))

    [body] = told()
    assert "¥10,000" in body
    assert "¥30,000" not in body
    assert mail.outbox[0].subject == "1 new offer: “余热”"


def test_somebody_deactivated_gets_no_mail(clock: Any, kept: SavedSearch, school: Organization, alice: User) -> None:
    clock.shift(timedelta(hours=1))
    published(school, alice, "新的余热装置")
    User.objects.filter(pk=kept.user_id).update(is_active=False)
    clock.shift(timedelta(days=1))

    assert told() == []


@pytest.mark.parametrize(
    ("pace", "at", "then"),
    [
        (Pace.DAILY, NOON, datetime(2026, 11, 26, 0, 0, tzinfo=UTC)),
        (Pace.DAILY, datetime(2026, 11, 24, 23, 59, tzinfo=UTC), datetime(2026, 11, 25, 0, 0, tzinfo=UTC)),
        (Pace.DAILY, datetime(2026, 11, 25, 0, 0, tzinfo=UTC), datetime(2026, 11, 26, 0, 0, tzinfo=UTC)),
        (Pace.WEEKLY, NOON, datetime(2026, 11, 30, 0, 0, tzinfo=UTC)),
        (Pace.WEEKLY, datetime(2026, 11, 30, 1, 0, tzinfo=UTC), datetime(2026, 12, 7, 0, 0, tzinfo=UTC)),
    ],
)
def test_mail_comes_at_eight_of_a_morning_or_of_a_monday(pace: str, at: datetime, then: datetime) -> None:
    assert saved.next_look(pace, at) == then


# the pages


def test_a_search_is_kept_once_and_leads_back_to_its_results(client: Client, bob: User) -> None:
    client.force_login(bob)

    for _ in range(2):
        answer = client.post(SAVE, {"query": "?q=余热&track=preset&page=3&evil=1"})

    assert answer["Location"] == "/find/?q=%E4%BD%99%E7%83%AD&track=preset"
    assert [row.query for row in SavedSearch.objects.all()] == ["?q=%E4%BD%99%E7%83%AD&track=preset"]


def test_nobody_keeps_all_offers_or_more_than_thirty_searches(client: Client, bob: User) -> None:
    client.force_login(bob)
    client.post(SAVE, {"query": ""})
    assert not SavedSearch.objects.exists()

    for n in range(saved.MOST):
        saved.keep(Query().asking(f"余热 {n}"), by=bob)
    with pytest.raises(Refused, match="FIND-1"):
        saved.keep(HEAT, by=bob)

    assert SavedSearch.objects.count() == saved.MOST


def test_a_stranger_reads_and_changes_nothing(client: Client, kept: SavedSearch, mallory: User) -> None:
    client.force_login(mallory)

    assert "余热" not in client.get(SAVED).content.decode()
    assert client.post(reverse("listings:saved_change", args=[kept.code]), {"delete": "1"}).status_code == 404
    assert SavedSearch.objects.get().pace == Pace.DAILY


def test_its_owner_changes_and_forgets_it(client: Client, kept: SavedSearch, bob: User) -> None:
    client.force_login(bob)
    change = reverse("listings:saved_change", args=[kept.code])

    client.post(change, {"pace": "weekly"})
    assert SavedSearch.objects.get().pace == Pace.WEEKLY
    client.post(change, {"pace": "evil"})
    assert SavedSearch.objects.get().pace == Pace.WEEKLY
    client.post(change, {"delete": "1"})
    assert not SavedSearch.objects.exists()


def test_what_was_sent_without_log_in_waits_behind_it(client: Client) -> None:
    answer = client.post(SAVE, {"query": "?q=余热"})

    assert answer["Location"].startswith("/accounts/login/")
    assert ["query", "?q=余热"] in client.session["kept_form"]["fields"]


@pytest.mark.parametrize("sent", ["?q=%00", "\x00", "?" + "q=a&" * 500, "x" * 9_000, "?page=x&q=<script>"])
def test_nonsense_is_answered(client: Client, bob: User, sent: str) -> None:
    client.force_login(bob)

    assert client.post(SAVE, {"query": sent}).status_code in (302, 400)


def test_the_list_asks_as_many_questions_for_two_as_for_twelve(client: Client, bob: User) -> None:
    client.force_login(bob)
    for n in range(2):
        saved.keep(Query().asking(f"余热 {n}"), by=bob)
    client.get(SAVED)
    with CaptureQueriesContext(connection) as two:
        client.get(SAVED)
    for n in range(10):
        saved.keep(Query().asking(f"粉尘 {n}"), by=bob)
    with CaptureQueriesContext(connection) as twelve:
        client.get(SAVED)

    assert len(twelve) == len(two)


@override_settings(RATE_LIMITS={"keep": "2/minute"})
def test_keeping_by_machine_is_slowed_down(client: Client, bob: User) -> None:
    client.force_login(bob)

    assert [client.post(SAVE, {"query": f"?q=a{n}"}).status_code for n in range(3)] == [302, 302, 429]
