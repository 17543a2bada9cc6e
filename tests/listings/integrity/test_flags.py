"""Flags in the database: they come, stay answered, come back stronger, and go; they hinder nothing by themselves."""

from __future__ import annotations

from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from listings import flow
from listings.desk import gates
from listings.integrity import deciding, running
from listings.integrity.facts import Found
from listings.integrity.registry import Scope
from listings.models import IntegrityFlag, Listing, Patent, ReviewCase
from listings.states import NotNow
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib.findings import Refused
from marketplace.outbox.worker import run_pending
from tests.listings.building import sound_draft, sound_patent
from tests.listings.integrity.test_checks import DUCT, RETOLD
from tests.listings.test_owner_pages import as_


@pytest.fixture
def twins(university: Organization, other_university: Organization) -> tuple[Patent, Patent]:
    return (
        sound_patent(university, abstract=DUCT, title="烟道清灰装置（示例）"),
        sound_patent(other_university, abstract=RETOLD, title="一种清灰装置（示例）"),
    )


def state(kind: str = "duplicate") -> str:
    return str(IntegrityFlag.objects.get(kind=kind).state)


def test_a_listing_that_moves_is_looked_at(twins: tuple[Patent, Patent], alice: User, moderator: User) -> None:
    flow.submit(sound_draft(twins[0], alice), by=alice)
    run_pending()

    flag = IntegrityFlag.objects.get(kind="duplicate")
    assert (flag.patent, flag.other_patent, flag.state) == (*twins, "open")
    page = as_(moderator).get(reverse("listings_moderation:flag", args=[flag.pk])).content.decode()
    assert "desk-now" in page


def test_a_flag_hinders_nothing_but_approval_in_bulk(
    twins: tuple[Patent, Patent], alice: User, moderator: User
) -> None:
    waiting = flow.submit(sound_draft(twins[0], alice), by=alice)
    run_pending()
    ReviewCase.objects.update(blocks=0, warns=0)
    assert not gates.green().exists()
    IntegrityFlag.objects.update(state="gone")
    assert gates.green().get() == waiting  # the control
    IntegrityFlag.objects.update(state="open")

    assert flow.approve(waiting, by=moderator, revision=1).state == "published"


def test_dismissed_stays_dismissed_until_it_is_stronger(twins: tuple[Patent, Patent], moderator: User) -> None:
    running.recompute(Scope())
    flag = IntegrityFlag.objects.get(kind="duplicate")
    deciding.dismiss(flag, by=moderator, reason="权利要求不同")

    running.recompute(Scope())
    assert (state(), IntegrityFlag.objects.get(kind="duplicate").reason) == ("dismissed", "权利要求不同")

    Patent.objects.filter(pk=twins[1].pk).update(abstract=DUCT)
    running.recompute(Scope())
    assert (state(), IntegrityFlag.objects.get(kind="duplicate").reason) == ("open", "")
    assert Entry.objects.filter(action="flag.dismiss", by=moderator).count() == 1


def test_what_is_found_no_more_goes(twins: tuple[Patent, Patent]) -> None:
    running.recompute(Scope())
    Patent.objects.filter(pk=twins[1].pk).update(abstract="")

    running.recompute(Scope(organizations=frozenset({twins[0].organization_id or 0})))
    assert state() == "open"  # nobody looked at patents
    running.recompute(Scope(patents=frozenset({twins[0].pk})))
    assert state() == "gone"


def test_answers_need_a_moderator_and_a_reason_and_the_first_counts(
    twins: tuple[Patent, Patent], moderator: User, alice: User
) -> None:
    running.recompute(Scope())
    flag = IntegrityFlag.objects.get(kind="duplicate")
    with pytest.raises(PermissionDenied):
        deciding.dismiss(flag, by=alice, reason="是我的")
    with pytest.raises(Refused):
        deciding.act(flag, by=moderator, reason=" ")
    assert state() == "open"

    deciding.act(flag, by=moderator, reason="已退回")
    with pytest.raises(NotNow):
        deciding.dismiss(flag, by=moderator, reason="算了")
    assert state() == "acted"


def test_the_page_says_what_was_wrong_and_keeps_what_was_typed(
    twins: tuple[Patent, Patent], moderator: User, person: Any
) -> None:
    running.recompute(Scope())
    url = reverse("listings_moderation:flag", args=[IntegrityFlag.objects.get(kind="duplicate").pk])
    client, other = as_(moderator), as_(person("Mona", is_staff=True))

    assert client.post(url, {"decision": "dismissed"}).status_code == 422
    assert client.post(url, {"decision": "dismissed", "reason": "核对过"}).status_code == 302
    late = other.post(url, {"decision": "acted", "reason": "我写的话"})
    assert (late.status_code, "我写的话" in late.content.decode()) == (409, True)


def test_a_token_price_before_the_year_ends_is_seen(patent: Patent, alice: User) -> None:
    with time_machine.travel("2026-03-02 02:00:00+00:00", tick=False):
        waiting = flow.submit(sound_draft(patent, alice), by=alice)
    with time_machine.travel("2026-12-22 02:00:00+00:00", tick=False):
        flow.edit(waiting, by=alice, draft=flow.Draft(terms={"fee_minor": 1_000}))
        running.recompute(Scope())

    flag = IntegrityFlag.objects.get(kind="sudden_price")
    assert (flag.listing, flag.evidence["before"], flag.evidence["days_left"]) == (waiting, 3_000_000, 9)


def test_organizations_that_share_their_head_are_seen(university: Organization, firm: Organization) -> None:
    Organization.objects.filter(pk__in=[university.pk, firm.pk]).update(legal_representative="欧阳示例")

    running.recompute(Scope(organizations=frozenset({firm.pk})))

    flag = IntegrityFlag.objects.get(kind="related")
    assert {flag.organization, flag.other_organization} == {university, firm}


def test_the_command_wants_to_be_meant(twins: tuple[Patent, Patent], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError):
        call_command("integrity")
    assert not IntegrityFlag.objects.exists()

    call_command("integrity", "--all")

    assert next(line.split() for line in capsys.readouterr().out.splitlines()) == ["duplicate", "1"]


def test_the_database_keeps_answered_flags_with_their_reason(twins: tuple[Patent, Patent]) -> None:
    running.recompute(Scope())

    with pytest.raises(IntegrityError), transaction.atomic():
        IntegrityFlag.objects.update(state="dismissed")


def test_the_list_asks_the_same_number_of_queries(
    university: Organization, firm: Organization, moderator: User
) -> None:
    client, url = as_(moderator), reverse("listings_moderation:flags")

    def add(first: int, count: int) -> None:
        for number in range(first, first + count):
            told = {"license": f"KX-{number}", "since": "2025-01-01", "days": 400, "free": True}
            subjects = {"organization": str(firm.pk), "other_organization": str(university.pk)}
            running.keep(Found("no_use", str(number), 50, subjects, told))

    add(0, 2)
    client.get(url)
    with CaptureQueriesContext(connection) as two:
        client.get(url)
    add(2, 10)
    with CaptureQueriesContext(connection) as twelve:
        client.get(url)
    assert len(two) == len(twelve)


def test_a_closed_listing_is_not_looked_at(draft: Listing) -> None:
    run_pending()

    assert not IntegrityFlag.objects.exists()
