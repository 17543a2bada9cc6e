"""Two at once about one version: accept and accept, counter and accept, supersede and sign or pay (LIC-10)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection, transaction

from marketplace.accounts.models import User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.flow import changing, negotiating, talks, versions
from marketplace.licensing.models import (
    Acceptance,
    Agreement,
    Amendment,
    Negotiation,
    Proposal,
)
from tests import racing
from tests.licensing.changes.conftest import accept, counter, live, made
from tests.licensing.changes.test_amending import amendment_of, change, put_name
from tests.licensing.conftest import confirm_all, sign

postgres = connection.vendor == "postgresql"
threaded = pytest.mark.django_db(transaction=postgres)
REFUSALS = (Refused, flow.NotNow, flow.NotPayable, flow.TermsChanged)


def at_once(acts: Sequence[Callable[[], Any]]) -> list[str]:
    """Each act's end: "done" or the refusal's name. Anything else is an error."""
    return racing.at_once(acts, _one)


def _one(act: Callable[[], Any]) -> str:
    try:
        with nullcontext() if postgres else transaction.atomic():
            act()
    except REFUSALS as refusal:
        return type(refusal).__name__
    return "done"


def again(negotiation: Negotiation) -> Negotiation:
    return Negotiation.objects.get(pk=negotiation.pk)


@threaded
def test_of_many_yeses_one_makes_the_contract(talking: Negotiation, alice: User) -> None:
    standing = live(talking)
    yes: dict[str, Any] = {"number": standing.number, "sha256": standing.sha256}

    ended = at_once([lambda: negotiating.accept(again(talking), by=alice, **yes)] * 3)

    assert sorted(ended) == ["NotNow", "NotNow", "done"]
    assert Agreement.objects.count() == 1
    assert Acceptance.objects.filter(proposal=standing).count() == 2


@threaded
def test_a_yes_and_a_counter_meet_and_no_contract_stands_on_a_version_that_was_replaced(
    talking: Negotiation, alice: User, bob: User
) -> None:
    standing = live(talking)
    yes: dict[str, Any] = {"number": standing.number, "sha256": standing.sha256}
    other = standing.terms | {"fee_minor": 2_000_000}

    ended = at_once(
        [
            lambda: negotiating.accept(again(talking), by=alice, **yes),
            lambda: negotiating.propose(again(talking), by=bob, terms=other, reason="再低些", seen=1),
        ]
    )

    assert Proposal.objects.filter(negotiation=talking, live=True).count() == 1
    assert ended[1] == "done" or live(talking).number == 1
    for agreement in Agreement.objects.exclude(state="cancelled"):
        assert agreement.proposal.live


@threaded
def test_two_counters_of_one_version_leave_one_that_lives(talking: Negotiation, alice: User, bob: User) -> None:
    terms = live(talking).terms

    def put(by: User, fee: int) -> Callable[[], Any]:
        return lambda: negotiating.propose(
            again(talking), by=by, terms=terms | {"fee_minor": fee}, reason="折中", seen=1
        )

    ended = at_once([put(alice, 2_800_000), put(bob, 2_100_000)])

    assert sorted(ended) == ["NotNow", "done"]
    assert talking.proposals.count() == 2
    assert talking.proposals.filter(live=True).count() == 1


@threaded
def test_the_last_signature_and_a_counter_meet_and_only_one_of_them_counts(
    agreed: Negotiation, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = made(agreed)
    confirm_all(agreement, bob)
    sign(agreement, alice)

    ended = at_once(
        [lambda: sign(Agreement.objects.get(pk=agreement.pk), bob), lambda: counter(again(agreed), alice, months=24)]
    )

    agreement.refresh_from_db()
    assert ended.count("done") == 1
    assert (agreement.state, live(agreed).number) in {("active", 1), ("cancelled", 2)}
    assert agreement.obligations.exists() == (agreement.state == "active")


@threaded
def test_a_payment_and_the_counter_of_an_unsigned_contract_never_meet_in_a_license(
    agreed: Negotiation, alice: User, bob: User, any_code: list[str]
) -> None:
    agreement = made(agreed)
    confirm_all(agreement, bob)
    sign(agreement, bob)
    counter(agreed, alice, fee_minor=2_600_000)

    ended = at_once([lambda: sign(Agreement.objects.get(pk=agreement.pk), alice)] * 2)

    agreement.refresh_from_db()
    assert ended == ["NotNow", "NotNow"]
    assert agreement.state == "cancelled"
    assert not agreement.obligations.exists()
    assert not agreement.listing.patent.encumbrances.exists()


@threaded
def test_both_sign_an_amendment_while_one_of_them_counters(active: Agreement, alice: User, bob: User) -> None:
    negotiation = accept(change(active, bob, months=48), alice)
    amendment = amendment_of(negotiation)
    put_name(amendment, alice)

    ended = at_once(
        [
            lambda: put_name(Amendment.objects.get(pk=amendment.pk), bob),
            lambda: counter(again(negotiation), alice, months=36),
        ]
    )

    amendment.refresh_from_db()
    assert ended.count("done") == 1
    assert amendment.paper is not None
    assert (amendment.paper.completed_at is None) == (amendment.state == "void")


@threaded
def test_a_license_is_renewed_once(active: Agreement, bob: User) -> None:
    from marketplace.licensing.errors import AlreadyTalking

    def renew() -> None:
        try:
            changing.renew(Agreement.objects.get(pk=active.pk), by=bob)
        except AlreadyTalking as talking:
            raise flow.NotNow(str(talking)) from talking

    ended = at_once([renew] * 3)

    assert sorted(ended) == ["NotNow", "NotNow", "done"]
    assert Amendment.objects.count() == 1


@contextmanager
def _unlocked(barrier: threading.Barrier) -> Iterator[None]:
    """The same code without its locks: both read the version before either writes, and nothing asks which one lives."""
    kept = (negotiating._locked, versions.require_live, versions.retire, talks.move)

    def read(negotiation: Negotiation) -> tuple[Any, Negotiation]:
        fresh = Negotiation.objects.select_related("listing", "base", "licensor", "licensee").get(pk=negotiation.pk)
        barrier.wait(timeout=10)
        return fresh.listing, fresh

    def any_version(negotiation: Negotiation, number: int) -> Proposal:
        return Proposal.objects.get(negotiation=negotiation, number=number)

    negotiating._locked, versions.require_live = read, any_version
    versions.retire = lambda proposal: None
    try:
        yield
    finally:
        negotiating._locked, versions.require_live, versions.retire, talks.move = kept


@pytest.mark.skipif(not postgres, reason="SQLite's writers queue: there is no race to lose")
@threaded
def test_without_the_locks_the_database_alone_keeps_two_versions_from_living(
    talking: Negotiation, alice: User, bob: User
) -> None:
    """The control: the same race with the locks off is lost in the code and caught by the last constraint."""
    from django.db import IntegrityError

    terms, ended = live(talking).terms, []

    def put(by: User, fee: int) -> None:
        try:
            negotiating.propose(again(talking), by=by, terms=terms | {"fee_minor": fee}, reason="折中", seen=1)
            ended.append("done")
        except IntegrityError:
            ended.append("refused by the database")
        finally:
            connection.close()

    with _unlocked(threading.Barrier(2)):
        threads = [threading.Thread(target=put, args=one) for one in ((alice, 2_800_000), (bob, 2_100_000))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert "refused by the database" in ended
    assert talking.proposals.filter(live=True).count() == 1
