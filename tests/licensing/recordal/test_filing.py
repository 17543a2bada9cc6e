"""The doors of a filing: who may do what from where, what is kept, who hears of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Refused
from marketplace.lib.terms import start_of, today
from marketplace.licensing.errors import NotNow, NotYours
from marketplace.licensing.models import Agreement, Filing, FilingKind, FilingState, Party
from marketplace.licensing.recordal import filing, filing_letters
from marketplace.notices.models import Message
from marketplace.vault.models import VaultFile
from marketplace.vault.reading import may_read
from tests.vault.making import pdf

pytestmark = pytest.mark.django_db
PDF = ("受理通知书.pdf", pdf("受理"))


def act(row: Filing, name: str, by: User) -> Filing:
    """Any move, with plausible facts."""
    day = today()
    match name:
        case "take":
            return filing.take(row, by=by)
        case "hand_in":
            return filing.hand_in(row, by=by, on=day)
        case "correct":
            return filing.correct(row, by=by, said="缺少签章", answer_by=day)
        case "accept":
            return filing.accept(row, by=by, on=day, number="示例1")
        case "refuse":
            return filing.refused(row, by=by, on=day, said="重复备案")
        case "reopen":
            return filing.reopen(row, by=by)
        case _:
            return filing.skip(row, by=by, said="不需要税收优惠")


def put(row: Filing, state: str) -> None:
    """Straight into a state, with what the database wants of it."""
    Filing.objects.filter(pk=row.pk).update(
        state=state, handed_in_on=today(), decided_on=today(), number="示例1", said="说明"
    )
    row.refresh_from_db()


def test_a_license_in_force_has_both_filings_and_the_licensor_the_duty(active: Agreement) -> None:
    rows = {row.kind: row for row in active.filings.all()}

    assert set(rows) == {"recordal", "registration"}
    assert {row.duty for row in rows.values()} == {Party.LICENSOR}
    assert rows["registration"].due_on is None
    assert rows["recordal"].due_on is not None


def test_before_effect_there_is_none(offered: Agreement) -> None:
    assert filing.open_filings(offered) == []
    assert not offered.filings.exists()


def test_filings_that_are_missing_are_made_by_the_clock_once(active: Agreement) -> None:
    active.filings.all().delete()

    filing.due()
    filing.due()

    assert active.filings.count() == 2


@pytest.mark.parametrize("name", filing.MOVES)
def test_only_the_table_moves_a_filing(registration: Filing, alice: User, bob: User, name: str) -> None:
    move = filing.MOVES[name]
    for state in FilingState:
        put(registration, state)
        registration.duty = Party.LICENSOR
        registration.save(update_fields=["duty"])
        if state in move.source:
            moved = act(registration, name, bob if name == "take" else alice)
            assert moved.state == move.target
        else:
            with pytest.raises(NotNow):
                act(registration, name, alice)
            registration.refresh_from_db()
            assert registration.state == state


def test_a_recordal_cannot_be_left_out(recordal: Filing, alice: User) -> None:
    with pytest.raises(NotNow):
        filing.skip(recordal, by=alice, said="不想办")

    recordal.refresh_from_db()
    assert recordal.state == FilingState.TO_PREPARE


@pytest.mark.parametrize("name", ["hand_in", "skip"])
def test_only_the_side_whose_duty_it_is_acts(registration: Filing, bob: User, mallory: User, name: str) -> None:
    for person in (bob, mallory):
        with pytest.raises(NotYours):
            act(registration, name, person)

    registration.refresh_from_db()
    assert registration.state == FilingState.TO_PREPARE


def test_the_other_side_takes_over_and_then_hands_in(recordal: Filing, alice: User, bob: User) -> None:
    taken = filing.take(recordal, by=bob)

    assert taken.duty == Party.LICENSEE
    with pytest.raises(NotYours):
        filing.hand_in(taken, by=alice, on=today())
    assert filing.hand_in(taken, by=bob, on=today()).state == FilingState.HANDED_IN
    assert Message.objects.filter(user=alice, kind="filing_taken").count() == 1


def test_the_whole_way_with_a_correction_is_kept_in_trail_and_vault(
    recordal: Filing, active: Agreement, alice: User, bob: User, mallory: User, strangers: Organization
) -> None:
    row = filing.hand_in(recordal, by=alice, on=today(), evidence=PDF)
    row = filing.correct(row, by=alice, said="缺少签章", answer_by=today() + timedelta(days=10))
    row = filing.hand_in(row, by=alice, on=today())
    row = filing.accept(row, by=alice, on=today(), number=" 示例X2026990000001 ")

    assert (row.state, row.number, row.decided_on, row.said) == ("accepted", "示例X2026990000001", today(), "")
    said = [str(entry.action) for entry in trail.of(active) if str(entry.action).startswith("filing.")]
    assert sorted(said) == ["filing.accept", "filing.correct", "filing.hand_in", "filing.hand_in"]
    kept = VaultFile.objects.get(kind="filing")
    assert may_read(bob, kept)
    assert not may_read(mallory, kept)
    assert Message.objects.filter(user=bob, kind="filing_accepted").get().subject.count("KX-") == 1


@pytest.mark.parametrize(
    ("on", "field"), [(today() + timedelta(days=1), "on"), (date(2019, 1, 1), "on")], ids=["future", "before effect"]
)
def test_an_impossible_day_is_refused_with_its_field(recordal: Filing, alice: User, on: date, field: str) -> None:
    with pytest.raises(Refused) as refused:
        filing.hand_in(recordal, by=alice, on=on)

    recordal.refresh_from_db()
    assert refused.value.finding.field == field
    assert recordal.state == FilingState.TO_PREPARE


def test_an_acceptance_without_a_number_changes_nothing(recordal: Filing, alice: User) -> None:
    row = filing.hand_in(recordal, by=alice, on=today())
    with pytest.raises(Refused):
        filing.accept(row, by=alice, on=today(), number="  ")

    row.refresh_from_db()
    assert row.state == FilingState.HANDED_IN


def test_a_bad_file_keeps_the_filing_where_it_is(recordal: Filing, alice: User) -> None:
    from marketplace.vault.files import BadFile

    with pytest.raises(BadFile):
        filing.hand_in(recordal, by=alice, on=today(), evidence=("x.exe", b"MZ\x90\x00"))

    recordal.refresh_from_db()
    assert recordal.state == FilingState.TO_PREPARE
    assert not VaultFile.objects.filter(kind="filing").exists()


def test_reminders_follow_the_days_of_the_office(recordal: Filing, alice: User) -> None:
    kinds: list[str] = []
    for left, told in ((61, 0), (60, 1), (59, 1), (31, 1), (30, 2), (8, 2), (7, 3), (0, 3), (-1, 4), (-30, 4)):
        Filing.objects.filter(pk=recordal.pk).update(due_on=date(2030, 3, 29))
        with time_machine.travel(start_of(date(2030, 3, 29) - timedelta(days=left)), tick=False):
            filing_letters.remind()
            filing_letters.remind()
        rows = Message.objects.filter(user=alice, kind__in=["filing_due", "filing_late"]).order_by("pk")
        kinds = list(rows.values_list("kind", flat=True))
        assert len(kinds) == told, left

    assert kinds == ["filing_due", "filing_due", "filing_due", "filing_late"]


def test_nobody_is_reminded_once_it_is_handed_in(recordal: Filing, alice: User) -> None:
    Filing.objects.filter(pk=recordal.pk).update(due_on=today() + timedelta(days=5))
    recordal.refresh_from_db()
    filing.hand_in(recordal, by=alice, on=today())

    filing_letters.remind()

    assert not Message.objects.filter(kind="filing_due").exists()


def test_a_refused_one_is_prepared_anew(registration: Filing, alice: User) -> None:
    row = filing.hand_in(registration, by=alice, on=today())
    row = filing.refused(row, by=alice, on=today(), said="材料不全")

    again = filing.reopen(row, by=alice)

    assert (again.state, again.said, again.handed_in_on) == (FilingState.TO_PREPARE, "", None)
    assert again.kind == FilingKind.REGISTRATION
