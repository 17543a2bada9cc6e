"""Deadlines, who has it, quoted reasons, differences, several at once, objections, figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from listings import flow, reasons
from listings.desk import bulk, differences, evidence, gates
from listings.models import IntegrityFlag, Listing, Reason, ReasonUse, Review, ReviewCase
from marketplace.accounts.models import Organization, User
from marketplace.audit.models import Entry
from marketplace.lib import deadlines
from marketplace.lib.findings import Refused
from marketplace.lib.terms import add_working_days, start_of, working_days_between
from marketplace.notices.models import Message
from marketplace.outbox.worker import run_pending
from tests.listings.building import scan, sound_draft, sound_patent
from tests.listings.test_owner_pages import as_


def url(name: str, *args: object) -> str:
    return reverse(f"listings_moderation:{name}", args=args)


# deadlines


@pytest.mark.parametrize(
    ("day", "count", "due"),
    [
        ("2026-09-28", 3, "2026-10-08"),  # National Day, 1 to 7 October
        ("2026-02-13", 3, "2026-02-25"),  # the Spring Festival, with the Saturday before it worked
        ("2026-11-24", 3, "2026-11-27"),
        ("2026-11-27", 1, "2026-11-30"),  # over a weekend
        ("2026-11-24", 0, "2026-11-24"),
    ],
)
def test_working_days_follow_the_legal_calendar(day: str, count: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(day), count).isoformat() == due
    assert working_days_between(date.fromisoformat(day), date.fromisoformat(due)) == count


def test_a_deadline_is_data(settings: object) -> None:
    at = start_of(date(2026, 11, 24)) + timedelta(hours=9)

    settings.REVIEW_WORKING_DAYS = {"listing": 1, "objection": 5, "verification": 3}  # type: ignore[attr-defined]

    assert (deadlines.due_on("listing", at), deadlines.due_on("objection", at)) == (
        date(2026, 11, 25),
        date(2026, 12, 1),
    )


def test_late_is_what_is_due_before_today(waiting: Listing, mo: User) -> None:
    with time_machine.travel(start_of(date(2026, 11, 30)) + timedelta(hours=9), tick=False):
        for day, late in ((date(2026, 11, 24), True), (date(2026, 11, 25), False)):  # due on the 27th and on the 30th
            Listing.objects.filter(pk=waiting.pk).update(submitted_at=start_of(day) + timedelta(hours=9))
            page = as_(mo).get(f"{url('listings')}?state=submitted&due=late").content.decode()
            assert (str(waiting.code) in page) is late


# who has it


def test_taken_given_and_put_back(waiting: Listing, mo: User, second: User) -> None:
    as_(mo).post(url("assign", waiting.code), {"act": "take"})
    as_(second).post(url("assign", waiting.code), {"act": "take"})
    assert ReviewCase.objects.get().moderator == mo

    as_(mo).post(url("assign", waiting.code), {"act": "give", "moderator": second.pk})
    assert ReviewCase.objects.get().moderator == second
    assert Message.objects.filter(user=second, kind="listing.given").count() == 1

    as_(mo).post(url("assign", waiting.code), {"act": "release"})
    assert ReviewCase.objects.get().moderator == second
    as_(second).post(url("assign", waiting.code), {"act": "release"})
    assert ReviewCase.objects.get().moderator is None
    assert Entry.objects.filter(action__in=["listing.assign", "listing.release"]).count() == 3


def test_who_has_it_does_not_hinder_the_other(waiting: Listing, mo: User, second: User) -> None:
    flow.take(waiting, by=second)

    flow.approve(waiting, by=mo, revision=waiting.revision)

    assert (Listing.objects.get(pk=waiting.pk).state, ReviewCase.objects.get().moderator) == ("published", None)


def test_nobody_gives_it_to_somebody_who_is_no_moderator(waiting: Listing, mo: User, alice: User) -> None:
    with pytest.raises(Refused):
        flow.give(waiting, to=alice, by=mo)

    assert as_(mo).post(url("assign", waiting.code), {"act": "give", "moderator": alice.pk}).status_code == 404
    assert not ReviewCase.objects.filter(moderator__isnull=False).exists()


# reasons


def test_quoted_reasons_reach_each_person_in_his_language(waiting: Listing, mo: User, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(language="en")
    quoted = Reason.objects.filter(use=ReasonUse.RETURN)[0]
    data = {"decision": "return", "revision": "1", "reason": "见附件。", "reasons": [quoted.pk]}

    as_(mo).post(url("decide", waiting.code), data)

    told = Message.objects.get(user=alice, kind="listing.returned").body
    assert f"{quoted.text_en} ({quoted.rule}) 见附件。" in told
    assert Review.objects.get().quoted == [
        {"pk": quoted.pk, "rule": quoted.rule, "zh": quoted.text_zh, "en": quoted.text_en}
    ]
    assert Listing.objects.get(pk=waiting.pk).state_reason == f"{quoted.text_en} ({quoted.rule}) 见附件。"


def test_an_edited_or_archived_reason_changes_no_decision(waiting: Listing, mo: User) -> None:
    quoted = Reason.objects.filter(use=ReasonUse.REFUSE)[0]
    was = quoted.text_zh
    flow.refuse_listing(waiting, by=mo, revision=1, quoting=[quoted])
    client = as_(mo)
    changed = {"use": "refuse", "rule": "gate-1", "text_zh": "改过的理由。", "text_en": "Changed.", "position": "1"}

    assert client.post(url("reason", quoted.pk), changed).status_code == 302
    assert client.post(url("reason", quoted.pk), {"act": "archive"}).status_code == 302

    quoted.refresh_from_db()
    assert (quoted.text_zh, quoted.rule, quoted.archived_at is None) == ("改过的理由。", "GATE-1", False)
    assert reasons.again(Review.objects.get().quoted).to("zh-hans").startswith(was)
    assert quoted not in reasons.offered(ReasonUse.REFUSE)
    assert reasons.chosen(ReasonUse.REFUSE, [str(quoted.pk), "x", "²"]) == []
    client.post(url("reason", quoted.pk), {"act": "restore"})
    assert quoted in reasons.offered(ReasonUse.REFUSE)
    trail = Entry.objects.filter(action__startswith="reason.").order_by("number").values_list("action", flat=True)
    assert list(trail) == ["reason.change", "reason.archive", "reason.restore"]


def test_a_reason_needs_both_languages_and_a_rule_that_exists(mo: User) -> None:
    before = Reason.objects.count()
    for wrong in ({"text_en": ""}, {"rule": "NIX-1"}, {"text_zh": Reason.objects.filter(use="return")[0].text_zh}):
        told = {"use": "return", "rule": "", "text_zh": "新的理由。", "text_en": "New.", "position": "1"} | wrong
        assert as_(mo).post(url("reason_new"), told).status_code == 422

    assert Reason.objects.count() == before


def test_a_refused_listing_is_over_and_the_patent_can_be_listed_anew(waiting: Listing, mo: User, alice: User) -> None:
    flow.refuse_listing(waiting, by=mo, revision=1, reason="与已发布的重复")

    assert Listing.objects.get(pk=waiting.pk).state == "refused"
    with pytest.raises(flow.NotNow):
        flow.edit(waiting, by=alice, draft=flow.Draft(texts={"headline": "再改"}))
    assert flow.submit(sound_draft(waiting.patent, alice), by=alice).state == "submitted"


# what changed, and the evidence beside the claims


def test_the_difference_is_to_the_last_decision_with_its_words_marked(waiting: Listing, mo: User, alice: User) -> None:
    flow.send_back(waiting, by=mo, revision=1, reason="价格请说明")
    edit = flow.Draft(texts={"headline": "低浓度烟气也能长期稳定脱硫"}, terms={"fee_minor": 2_500_000})
    flow.submit(flow.edit(Listing.objects.get(pk=waiting.pk), by=alice, draft=edit), by=alice)

    decided, found = differences.since_decision(Listing.objects.get(pk=waiting.pk))

    assert decided is not None
    told = {str(each.label): ("".join(p.text for p in each.was), "".join(p.text for p in each.now)) for each in found}
    assert ("¥30,000", "¥25,000") in told.values()
    headline = next(each for each in found if "长期" in "".join(piece.text for piece in each.now))
    assert [piece.text for piece in headline.now if piece.changed] == ["长期"]
    assert not any(piece.changed for piece in headline.was)
    page = as_(mo).get(url("listing", waiting.code)).content.decode()
    assert '<ins class="desk-now">长期</ins>' in page


def test_cutting_loses_no_letter() -> None:
    old, new = "吸收塔 2.5 m，pH 7–8。\n第二段", "吸收塔 3 m，pH 7–8。"

    was, now = differences.marked(old, new)

    assert ("".join(p.text for p in was), "".join(p.text for p in now)) == (old, new)


def test_claims_without_their_document_are_named(waiting: Listing, alice: User) -> None:
    flow.set_co_owners(waiting.patent, by=alice, owners=[("合作研究院", None, None)])

    wanting = [claim.rule for claim in evidence.claims(Listing.objects.get(pk=waiting.pk)) if claim.wants]

    assert "GATE-8" in wanting


def test_a_moderator_reads_evidence_in_a_frame_and_nobody_else_does(waiting: Listing, mo: User, alice: User) -> None:
    file = scan(alice, subject=waiting.patent)
    address = reverse("vault:file", args=[file.code])

    shown, saved = as_(mo).get(address, {"beside": "1"}), as_(mo).get(address)
    mine = as_(alice).get(address, {"beside": "1"})

    assert shown["Content-Disposition"].startswith("inline")
    assert (shown["X-Frame-Options"], "frame-ancestors 'self'" in shown["Content-Security-Policy"]) == (
        "SAMEORIGIN",
        True,
    )
    for other in (saved, mine):
        assert other["Content-Disposition"].startswith("attachment")
        assert (other["X-Frame-Options"], "sandbox" in other["Content-Security-Policy"]) == ("DENY", True)
    assert Entry.objects.filter(action="file.read", by=mo).count() == 2


# several at once


def green(listing: Listing) -> Listing:
    """What the worker would have left, whatever the rules say of a small invented listing."""
    ReviewCase.objects.update_or_create(listing=listing, defaults={"version": listing.version, "blocks": 0, "warns": 0})
    return listing


@pytest.fixture
def three(university: Organization, alice: User) -> list[Listing]:
    made = [flow.submit(sound_draft(sound_patent(university), alice), by=alice) for _ in range(3)]
    return [green(Listing.objects.get(pk=row.pk)) for row in made]


def ticks(listings: list[Listing]) -> list[str]:
    return [f"{row.code}:{row.revision}" for row in listings]


def test_several_are_previewed_then_approved_each_by_itself(
    three: list[Listing], mo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "check", lambda listing: [])
    client = as_(mo)
    assert all(str(row.code) in client.get(url("bulk")).content.decode() for row in three)

    preview = client.post(url("bulk"), {"listing": ticks(three[:2])})
    assert (preview.status_code, Review.objects.count()) == (200, 0)
    assert client.post(url("bulk"), {}).status_code == 422
    client.post(url("bulk"), {"listing": ticks(three[:2]), "confirm": "1"})

    states = [Listing.objects.get(pk=row.pk).state for row in three]
    assert states == ["published", "published", "submitted"]
    assert Entry.objects.filter(action="listing.approve", by=mo).count() == 2


def test_what_changed_meanwhile_is_left_out_and_named(
    three: list[Listing], mo: User, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "check", lambda listing: [])
    told = ticks(three)
    flow.edit(three[0], by=alice, draft=flow.Draft(terms={"fee_minor": 1}))
    IntegrityFlag.objects.create(
        kind="boilerplate", key="x", patent=three[1].patent, evidence_sha256="", seen_at=timezone.now()
    )

    page = as_(mo).post(url("bulk"), {"listing": told, "confirm": "1"}).content.decode()

    assert [Listing.objects.get(pk=row.pk).state for row in three] == ["submitted", "submitted", "published"]
    assert all(str(row.code) in page for row in three)


def test_a_rule_that_speaks_up_at_the_last_moment_leaves_it_out(
    three: list[Listing], mo: User, university: Organization, moderator: User
) -> None:
    """The copy of the gates says green; the rules are asked again."""
    Organization.objects.filter(pk=university.pk).update(vetoed_at=timezone.now())

    as_(mo).post(url("bulk"), {"listing": ticks(three), "confirm": "1"})

    assert Review.objects.count() == 0


def test_the_worker_keeps_how_the_gates_stood(waiting: Listing, university: Organization, alice: User) -> None:
    run_pending()
    case = ReviewCase.objects.get(listing=waiting)
    assert (case.version, case.blocks) == (Listing.objects.get(pk=waiting.pk).version, 0)
    Organization.objects.filter(pk=university.pk).update(vetoed_at=timezone.now())

    flow.edit(waiting, by=alice, draft=flow.Draft(texts={"headline": "又一句"}))
    run_pending()

    case.refresh_from_db()
    assert case.blocks == 1
    assert not gates.green().exists()


# objections


def test_an_objection_is_decided_on_its_own_page_and_both_sides_hear_of_it(
    waiting: Listing, mo: User, alice: User, university: Organization
) -> None:
    university.state_established = True
    university.save()
    flow.approve(waiting, by=mo, revision=1)
    objection = flow.object_to(waiting, name="李某", contact="电话 1，li@x.test", text="价格过低")
    client, quoted = as_(mo), Reason.objects.filter(use=ReasonUse.OBJECTION)[1]
    page = client.get(url("objection", objection.code)).content.decode()
    assert [word in page for word in ("价格过低", "¥30,000", "登记簿副本")] == [True, True, True]

    run_pending()
    mail.outbox.clear()
    client.post(url("objection", objection.code), {"decision": "dismissed", "reasons": [quoted.pk]})
    run_pending()

    objection.refresh_from_db()
    assert (objection.upheld, objection.decided_by) == (False, mo)
    assert [(sent.to, quoted.text_zh in sent.body) for sent in mail.outbox if "li@x.test" in sent.to] == [
        (["li@x.test"], True)
    ]
    assert Message.objects.filter(user=alice, kind="listing.objection_decided").count() == 1
    late = client.post(url("objection", objection.code), {"decision": "upheld", "reason": "改主意"})
    assert (late.status_code, "Morris" in late.content.decode()) == (409, True)
    assert Listing.objects.get(pk=waiting.pk).state == "publicity"


# the overview


def test_figures_are_counted_from_rows(waiting: Listing, mo: User, university: Organization, alice: User) -> None:
    quoted = Reason.objects.filter(use=ReasonUse.RETURN)[0]
    other = flow.submit(sound_draft(sound_patent(university), alice), by=alice)
    flow.send_back(other, by=mo, revision=1, quoting=[quoted])
    client = as_(mo)

    context = client.get(url("overview")).context

    assert (context["waiting"], context["late"], context["taken"].count, context["taken"].in_time) == (1, 0, 1, 1)
    assert sum(bar.value for bar in context["ages"]) == 1
    assert [bar.value for bar in context["decisions"]] == [0, 1, 0]
    assert [bar.value for bar in context["quoted"]] == [1]


# what nobody types by hand


@pytest.mark.parametrize("odd", ["²", "-1", "9" * 30, "abc", ""])
def test_odd_input_changes_nothing_and_breaks_nothing(odd: str, waiting: Listing, mo: User) -> None:
    client = as_(mo)
    answers = [
        client.post(url("decide", waiting.code), {"decision": "approve", "revision": odd}),
        client.post(url("decide", waiting.code), {"decision": odd, "revision": "1", "reasons": [odd, odd]}),
        client.post(url("assign", waiting.code), {"act": "give", "moderator": odd}),
        client.post(url("bulk"), {"listing": [f"{waiting.code}:{odd}", odd], "confirm": "1"}),
        client.get(url("listings"), {"state": odd, "organization": odd, "page": odd, "who": odd}),
        client.get(url("flags"), {"state": odd, "kind": odd, "page": odd}),
        client.post(url("reason_new"), {"use": odd, "position": odd, "text_zh": odd, "text_en": odd}),
    ]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert (Listing.objects.get(pk=waiting.pk).state, Review.objects.count()) == ("submitted", 0)
