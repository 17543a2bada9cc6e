"""Two at once: one answer counts, one question waits. Threads on PostgreSQL, in turn on SQLite, whose writers queue."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from listings import flow
from listings.models import Asking, AskingState, Listing, Patent
from listings.states import NotNow
from marketplace.accounts.models import User
from tests.listings.building import scan

OWNER, ADDRESS = "示范设计院", "zhao@design.example"
threaded = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


def at_once(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """Run the acts at once and say how each ended: "done" or "late"."""
    ended = [""] * len(acts)

    def run(index: int) -> None:
        try:
            acts[index]()
            ended[index] = "done"
        except NotNow:
            ended[index] = "late"

    if connection.vendor != "postgresql":
        for index in range(len(acts)):
            run(index)
        return ended
    barrier = threading.Barrier(len(acts))

    def together(index: int) -> None:
        try:
            barrier.wait()
            run(index)
        finally:
            connection.close()

    threads = [threading.Thread(target=together, args=[index]) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


@pytest.fixture
def owned(open_draft: Listing, patent: Patent) -> Listing:
    patent.patentee = f"{patent.patentee};{OWNER}"
    patent.save()
    return open_draft


def ask(listing: Listing, by: User) -> Asking:
    return flow.ask_consent(listing, owner=OWNER, name="赵主任", email=ADDRESS, by=by)


@threaded
def test_of_a_yes_and_a_no_at_once_one_counts(owned: Listing, alice: User) -> None:
    asking = ask(owned, alice)
    paper = scan(kind="co_owner_consent", subject=owned.patent)

    def say(*, agreed: bool) -> Callable[[], Any]:
        told = flow.Answer(agreed, "赵主任", "", "" if agreed else "太低", asking.sha256)
        return lambda: flow.answer(Asking.objects.get(pk=asking.pk), told, paper=paper)

    ended = at_once([say(agreed=True), say(agreed=False), say(agreed=True), say(agreed=False)])

    assert sorted(ended) == ["done", "late", "late", "late"]
    asking.refresh_from_db()
    consented = owned.patent.co_owners.filter(consent__isnull=False).exists()
    assert consented is (asking.state == AskingState.AGREED)


@threaded
def test_of_many_questions_at_once_one_waits(owned: Listing, alice: User) -> None:
    ended = at_once([lambda: ask(owned, alice)] * 4)

    assert ended == ["done"] * 4
    assert Asking.objects.filter(state=AskingState.WAITING).count() == 1
    assert Asking.objects.filter(state=AskingState.VOID).count() == 3
