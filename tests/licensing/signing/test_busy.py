"""Who waits too long for others is told so in words on every page; nothing was changed, nothing typed is lost.

Another connection really holds the row. The control is the same act after it let go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client
from django.urls import reverse

from listings.models import Listing
from marketplace.accounts.models import Organization, User
from marketplace.lib.contention import broken_off
from marketplace.licensing.models import Agreement, StampedCopy
from tests.licensing.conftest import ask, confirm_all
from tests.licensing.signing.test_copies import hand_in

ONLY = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="a test's SQLite is one connection; rows are locked by PostgreSQL only"
)


def really_held(test: Callable[..., None]) -> Callable[..., None]:
    """A test with two connections, where rows can be held."""
    marked: Callable[..., None] = pytest.mark.django_db(transaction=True)(ONLY(test))
    return marked


@contextmanager
def held(deal: Agreement) -> Iterator[None]:
    """Another connection holds the deal and its patent, as an act on it does; this one waits 50 ms, not 3 s."""
    with ThreadPoolExecutor(1) as other:
        other.submit(_hold, deal.pk, deal.listing.patent_id).result()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 50")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = DEFAULT")
            other.submit(connections.close_all).result()


def _hold(deal: int, patent: int) -> None:
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM listings_patent WHERE id = %s FOR UPDATE", [patent])
        cursor.execute("SELECT 1 FROM licensing_agreement WHERE id = %s FOR UPDATE", [deal])


@pytest.fixture
def waiting(listing: Listing, firm: Organization, bob: User, alice: User) -> Agreement:
    """Both sides sign themselves; Bob has confirmed every clause."""
    agreement = ask(listing, firm, bob)
    confirm_all(agreement, bob)
    return agreement


@pytest.fixture
def scan(waiting: Agreement, bob: User) -> StampedCopy:
    """Handed in by Bob, not yet looked at by Alice."""
    return hand_in(waiting, bob)


@really_held
def test_a_scan_is_confirmed_again_by_one_button_after_a_wait_that_was_broken_off(
    scan: StampedCopy, alice: User, log_in: Callable[[User], Client]
) -> None:
    page, deal = log_in(alice), scan.paper.agreement
    page.cookies["django_language"] = "en"
    path = reverse("licensing:stamped_copy", args=[deal.code, scan.code])

    with held(deal):
        busy = page.post(path, {"confirm": "1"})
        signed_meanwhile = deal.signatures.count()
    after = page.post(path, {"confirm": "1"})

    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "5")
    told = busy.content.decode()
    assert "Somebody else is at work on this right now" in told
    assert '<input type="hidden" name="confirm" value="1">' in told
    assert f'action="{path}"' in told
    assert (signed_meanwhile, after.status_code, deal.signatures.count()) == (0, 302, 1)


@really_held
def test_the_reason_of_a_refusal_is_kept_in_the_readers_language(
    scan: StampedCopy, alice: User, log_in: Callable[[User], Client]
) -> None:
    page = log_in(alice)
    path = reverse("licensing:decline", args=[scan.paper.agreement.code])

    with held(scan.paper.agreement):
        busy = page.post(path, {"reason": "第 3 页缺失"})

    state = Agreement.objects.get(pk=scan.paper.agreement_id).state
    assert (busy.status_code, state) == (503, "offered")
    told = busy.content.decode()
    assert "此刻有人正在处理同一件事" in told
    assert 'name="reason" value="第 3 页缺失"' in told


@really_held
def test_a_visit_to_an_authority_begins_in_words_too(
    waiting: Agreement, bob: User, log_in: Callable[[User], Client]
) -> None:
    paper = waiting.papers.get(kind="contract", language="zh-hans")
    path = reverse("licensing:certificate_begin", args=[waiting.code, paper.pk, "practice"])
    page = log_in(bob)

    with held(waiting):
        busy = page.post(path)
    after = page.post(path)

    assert (busy.status_code, after.status_code) == (503, 302)


@really_held
def test_a_program_gets_the_status_and_the_pause_alone(
    scan: StampedCopy, alice: User, log_in: Callable[[User], Client]
) -> None:
    path = reverse("licensing:stamped_copy", args=[scan.paper.agreement.code, scan.code])
    page = log_in(alice)

    with held(scan.paper.agreement):
        busy = page.post(path, {"confirm": "1"}, headers={"accept": "application/json"})

    assert (busy.status_code, busy.content, busy.headers["Retry-After"]) == (503, b"", "5")


@really_held
def test_without_the_page_the_same_wait_is_a_failure(
    scan: StampedCopy, alice: User, log_in: Callable[[User], Client], settings: object
) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if not one.endswith("BusyPage")]  # type: ignore[attr-defined]
    path = reverse("licensing:stamped_copy", args=[scan.paper.agreement.code, scan.code])
    page = log_in(alice)

    with held(scan.paper.agreement), pytest.raises(OperationalError):
        page.post(path, {"confirm": "1"})


class _Cause(Exception):
    """As the driver tells it."""

    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "words", "waited"),
    [
        ("55P03", "canceling statement due to lock timeout", True),
        ("40P01", "deadlock detected", True),
        ("40001", "could not serialize access", True),
        ("57014", "canceling statement due to statement timeout", True),
        ("", "database is locked", True),
        ("08006", "connection failure", False),
        ("", "disk I/O error", False),
    ],
)
def test_only_a_wait_that_was_broken_off_is_called_so(sqlstate: str, words: str, waited: bool) -> None:
    error = OperationalError(words)
    error.__cause__ = _Cause(sqlstate)

    assert broken_off(error) is waited
    assert broken_off(ValueError("database is locked")) is False
