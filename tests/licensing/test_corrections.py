"""A report of use is put right beside the first one, and what is owed follows by the difference (CC 846, 985)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from marketplace.accounts.models import User
from marketplace.lib.findings import Refused
from marketplace.licensing import flow
from marketplace.licensing.evidence import contents
from marketplace.licensing.flow import correcting
from marketplace.licensing.flow.correcting import Corrected
from marketplace.licensing.models import Agreement, Repayment, ReportCorrection, UseReport
from tests.licensing.test_reports import royal, royalties, until_new_year
from tests.licensing.test_trials import days_later, told

__all__ = ["royal"]
Enter = Callable[[User], Client]
BASE, ROYALTY = 10_000_00, 35_000  # 3.5 %


@pytest.fixture
def given(royal: Agreement, bob: User) -> Iterator[UseReport]:
    """¥10,000 reported for the first year, ¥350 due; it is January."""
    with days_later(until_new_year()):
        flow.expect_reports()
        yield flow.report_use(royal.use_reports.get(), by=bob, base_minor=BASE)


def correct(report: UseReport, by: User, base_minor: int) -> ReportCorrection:
    return correcting.correct(report, Corrected(base_minor, "漏了一张发票"), by=by)


def pay(agreement: Agreement, number: int = 1) -> None:
    flow.settle(agreement.obligations.get(kind="royalty", number=number), proof={"kind": "bank"})


def test_more_counts_at_once_and_the_difference_falls_due(
    given: UseReport, royal: Agreement, bob: User, alice: User
) -> None:
    pay(royal)

    made = correct(given, bob, 2 * BASE)

    assert (made.state, made.difference_minor, correcting.standing(given)) == ("stands", ROYALTY, (2 * BASE, 70_000))
    assert royalties(royal) == [(1, ROYALTY, "settled"), (2, 0, "future"), (3, ROYALTY, "due")]
    assert told(alice, "report_raised") == 1
    given.refresh_from_db()
    assert (given.base_minor, given.royalty_minor) == (BASE, ROYALTY)


def test_less_waits_for_the_licensor_and_changes_nothing_before(
    given: UseReport, royal: Agreement, bob: User, alice: User
) -> None:
    made = correct(given, bob, BASE // 2)

    assert (made.state, correcting.standing(given)) == ("asked", (BASE, ROYALTY))
    assert royalties(royal) == [(1, ROYALTY, "due"), (2, 0, "future")]
    assert told(alice, "report_lowered") == 1
    with pytest.raises(flow.NotNow):
        correct(given, bob, 3 * BASE)  # one at a time
    assert given.corrections.count() == 1


def test_agreed_what_is_not_paid_becomes_less(given: UseReport, royal: Agreement, bob: User, alice: User) -> None:
    made = correct(given, bob, BASE // 2)

    correcting.agree_correction(made, by=alice)

    assert royalties(royal) == [(1, ROYALTY // 2, "due"), (2, 0, "future")]
    assert not Repayment.objects.exists()
    with pytest.raises(flow.NotNow):
        correcting.agree_correction(ReportCorrection.objects.get(), by=alice)


def test_nothing_used_after_all_drops_what_was_owed(given: UseReport, royal: Agreement, bob: User, alice: User) -> None:
    correcting.agree_correction(correct(given, bob, 0), by=alice)

    assert royalties(royal) == [(1, ROYALTY, "waived"), (2, 0, "future")]


def test_what_was_paid_too_much_goes_back_once(given: UseReport, royal: Agreement, bob: User, alice: User) -> None:
    pay(royal)

    correcting.agree_correction(correct(given, bob, BASE // 2), by=alice)

    back = Repayment.objects.get()
    assert (back.amount_minor, back.state, back.obligation.number) == (ROYALTY // 2, "owed_back", 1)
    assert back.reckoned == {"before_minor": ROYALTY, "royalty_minor": ROYALTY // 2}
    assert told(bob, "repay_owed") == 1
    correcting.agree_correction(correct(given, bob, 0), by=alice)
    assert sum(Repayment.objects.values_list("amount_minor", flat=True)) == ROYALTY


def test_up_and_down_again_touches_the_open_difference_first(
    given: UseReport, royal: Agreement, bob: User, alice: User
) -> None:
    pay(royal)
    correct(given, bob, 2 * BASE)

    correcting.agree_correction(correct(given, bob, BASE // 2), by=alice)

    assert royalties(royal) == [(1, ROYALTY, "settled"), (2, 0, "future"), (3, ROYALTY, "waived")]
    assert Repayment.objects.get().amount_minor == ROYALTY // 2


def test_silence_counts_as_agreement(given: UseReport, royal: Agreement, bob: User) -> None:
    correct(given, bob, BASE // 2)
    with days_later(15):
        assert correcting.corrections_due() == 0
    with days_later(16):
        assert correcting.corrections_due() == 1
        assert correcting.corrections_due() == 0

    assert royalties(royal)[0] == (1, ROYALTY // 2, "due")


@pytest.mark.parametrize(("upheld", "state", "owed"), [(True, "stands", ROYALTY // 2), (False, "fell", ROYALTY)])
def test_contested_a_moderator_decides(
    given: UseReport, royal: Agreement, bob: User, alice: User, mallory: User, upheld: bool, state: str, owed: int
) -> None:
    User.objects.filter(pk=mallory.pk).update(is_staff=True)
    mallory.refresh_from_db()
    made = correct(given, bob, BASE // 2)
    correcting.contest_correction(made, by=alice, reasons="发票对不上")
    assert told(mallory, "correction_contested") == 1
    with pytest.raises(flow.NotYours):
        correcting.decide_correction(made, by=bob, upheld=True, decision="对")

    correcting.decide_correction(made, by=mallory, upheld=upheld, decision="看过账册")

    made.refresh_from_db()
    assert (made.state, made.decided_by) == (state, mallory)
    assert royalties(royal)[0] == (1, owed, "due")
    assert told(bob, "correction_done") == told(alice, "correction_done") == 1


def test_an_undecided_one_falls_and_another_may_follow(
    given: UseReport, royal: Agreement, bob: User, alice: User
) -> None:
    made = correct(given, bob, BASE // 2)
    correcting.contest_correction(made, by=alice, reasons="发票对不上")
    with days_later(11):
        assert correcting.corrections_due() == 1
        made.refresh_from_db()
        assert made.state == "fell"
        assert correct(given, bob, BASE // 4).number == 2

    assert royalties(royal)[0] == (1, ROYALTY, "due")


@pytest.mark.parametrize("who", ["alice", "mallory"])
def test_only_the_licensee_corrects(given: UseReport, request: pytest.FixtureRequest, who: str) -> None:
    with pytest.raises(flow.NotYours):
        correct(given, request.getfixturevalue(who), 2 * BASE)

    assert not ReportCorrection.objects.exists()


@pytest.mark.parametrize(("base", "reason", "field"), [(BASE, "x", "base"), (-1, "x", "base"), (1, " ", "reason")])
def test_a_correction_says_something_else_and_why(
    given: UseReport, bob: User, base: int, reason: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        correcting.correct(given, Corrected(base, reason), by=bob)

    assert refused.value.findings[0].field == field
    assert not ReportCorrection.objects.exists()


def test_the_licensee_does_not_answer_its_own_correction(given: UseReport, bob: User) -> None:
    made = correct(given, bob, BASE // 2)

    with pytest.raises(flow.NotYours):
        correcting.agree_correction(made, by=bob)
    with pytest.raises(flow.NotYours):
        correcting.contest_correction(made, by=bob, reasons="x")

    made.refresh_from_db()
    assert made.state == "asked"


def test_the_database_keeps_the_report_and_its_corrections(given: UseReport, bob: User) -> None:
    made = correct(given, bob, 2 * BASE)

    with pytest.raises(DatabaseError), transaction.atomic():
        UseReport.objects.filter(pk=given.pk).update(base_minor=1)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReportCorrection.objects.filter(pk=made.pk).update(reason="别的")

    given.refresh_from_db()
    assert given.base_minor == BASE


def test_the_evidence_pack_shows_report_and_correction(given: UseReport, bob: User) -> None:
    correct(given, bob, 2 * BASE)

    files = {one.place: dict(one.give(given.agreement)) for one in contents.contributors()}

    assert b"2000000" in files["use_reports.json"]["use_reports.json"]


def test_the_page_carries_each_in_turn(
    given: UseReport, royal: Agreement, bob: User, alice: User, mallory: User, log_in: Enter
) -> None:
    page = reverse("licensing:correct_report", args=[royal.code, given.number])
    told = {"base": "5000", "reason": "多记了退货"}
    assert log_in(mallory).get(page).status_code == 404
    assert log_in(bob).post(page, {"base": "5000"}).status_code == 422
    assert log_in(bob).post(page, told)["Location"] == page
    assert log_in(bob).post(page, {"answer": "agree"}).status_code == 422  # it is not his turn
    assert given.corrections.get().state == "asked"
    assert log_in(alice).post(page, {"answer": "contest"}).status_code == 422

    assert log_in(alice).post(page, {"answer": "agree"})["Location"] == page

    assert given.corrections.get().state == "stands"
    assert royalties(royal)[0] == (1, ROYALTY // 2, "due")
