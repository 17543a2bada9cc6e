"""The catalog of rules: complete against the law's list, each rule seen to hold and seen to be what holds."""

from __future__ import annotations

import ast
import inspect
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import translation

from listings import flow, rules
from listings.models import Listing, Patent, Track
from listings.models.review import OVERRIDABLE
from listings.rules import RULES, Stage
from listings.rules.needs import NEEDS
from marketplace.accounts.models import Organization, User
from marketplace.audit import trail
from marketplace.lib.findings import Finding, Refused, Severity, blocking
from tests.listings.building import sound_draft
from tests.listings.rule_cases import CASES, Case

OF_OFFERS = (
    *(f"TRACK-{n}" for n in range(1, 6)),
    *(f"GATE-{n}" for n in range(1, 9)),
    *(f"DECL-{n}" for n in range(1, 9)),
    *(f"PRESET-{n}" for n in range(1, 5)),
    *(f"INST-{n}" for n in range(1, 6)),
    "LIC-B", "LIC-E", "LIC-H", "LIC-I", "LIC-J", "LIC-K",
    *(f"NUM-{n}" for n in range(1, 7)),
)  # fmt: skip
# These concern a contract's making, which `licensing` holds.
OF_CONTRACTS = {"LIC-A", "LIC-C", "LIC-D", "LIC-F", "LIC-G"}
ID = re.compile(r"\b(?:TRACK|GATE|DECL|PRESET|INST|NUM)-\d+\b|\bLIC-[A-Z]\b")
NAMES = [case.rule for case in CASES]


def said(case: Case, listing: Listing, firm: Organization) -> list[Finding]:
    listing = Listing.objects.get(pk=listing.pk)
    firm = Organization.objects.get(pk=firm.pk)
    return rules.meet(listing, firm) if case.licensee else rules.check(listing, case.stage)


def blocked(case: Case, listing: Listing, firm: Organization) -> set[str]:
    ids = {finding.rule for finding in blocking(said(case, listing, firm))}
    waits = {"INST-1", "TRACK-1"} if case.stage >= Stage.PUBLISH else set()
    return ids - (waits - {case.rule})


@pytest.fixture
def listing(request: pytest.FixtureRequest, patent: Patent, alice: User, firm: Organization) -> Listing:
    return sound_draft(patent, alice, track=request.param)


def by_track(cases: tuple[Case, ...]) -> list[object]:
    return [pytest.param(case.track, case, id=case.rule) for case in cases]


def test_every_rule_of_an_offer_is_in_the_table() -> None:
    assert [rule for rule in OF_OFFERS if rule not in RULES] == []


def test_the_fixed_list_is_what_the_catalog_of_the_law_says(shared: Path) -> None:
    whole = (shared / "rules.md").read_text(encoding="utf-8")
    chapters = re.split(r"^## ", whole, flags=re.MULTILINE)
    told = {name for chapter in chapters if chapter[:1] in "123457" for name in ID.findall(chapter)}

    assert told - OF_CONTRACTS == set(OF_OFFERS)
    assert told > OF_CONTRACTS


def test_every_rule_of_an_offer_has_its_cases_and_says_what_it_looks_at() -> None:
    assert set(OF_OFFERS) - set(NAMES) == {"LIC-K"}  # proved with the term sheets
    assert set(RULES) == set(NEEDS)
    assert [needs.labels for needs in NEEDS.values() if needs.fields and not all(needs.labels)] == []


@pytest.mark.parametrize(("listing", "case"), by_track(CASES), indirect=["listing"])
def test_each_rule_holds_and_without_it_the_offer_goes_through(
    listing: Listing, firm: Organization, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert case.rule not in {finding.rule for finding in said(case, listing, firm)}

    case.fails(listing)

    (finding, *_more) = [one for one in said(case, listing, firm) if one.rule == case.rule]
    assert finding.severity is case.effect
    assert finding.citation == RULES[case.rule].citation
    assert str(finding.message)
    assert str(finding.remedy)

    monkeypatch.delitem(RULES, case.rule)
    assert case.rule not in {finding.rule for finding in said(case, listing, firm)}
    assert blocked(case, listing, firm) == set() or not case.alone


@pytest.mark.parametrize(("listing", "case"), by_track(CASES), indirect=["listing"])
def test_what_lies_on_the_boundary_of_a_rule_passes(listing: Listing, firm: Organization, case: Case) -> None:
    case.passes(listing)

    assert case.rule not in {finding.rule for finding in said(case, listing, firm)}
    assert blocked(case, listing, firm) == set()


@pytest.mark.parametrize("rule", sorted(set(RULES) - set(OVERRIDABLE)))
def test_nobody_lets_pass_what_the_law_does_not_leave_open(draft: Listing, moderator: User, rule: str) -> None:
    with pytest.raises(Refused):
        flow.override(draft, rule=rule, reason="领导要求", by=moderator)

    assert not draft.overrides.exists()


def test_the_page_shows_every_rule_in_both_languages(client: Client, db: None) -> None:
    for language in ("zh-hans", "en"):
        with translation.override(language):
            page = client.get("/rules/", headers={"accept-language": language}).content.decode()
        assert [name for name in RULES if f'id="{name}"' not in page] == []
    assert {rule.effect for rule in RULES.values()} == set(Severity)
    assert all(set(rule.tracks) <= set(Track) for rule in RULES.values())


def test_what_was_let_pass_and_who_is_related_stands_on_the_public_page(
    offer: Listing, client: Client, moderator: User
) -> None:
    type(offer.terms).objects.filter(pk=offer.terms.pk).update(nonpayment="不得出口")
    Listing.objects.filter(pk=offer.pk).update(related_parties="示范新材料厂：法定代表人相同")
    path = offer.get_absolute_url()
    assert "PRESET-4" not in client.get(path).content.decode()

    flow.override(offer, rule="PRESET-4", reason="限于竞品回流，律师已审", by=moderator)

    page = client.get(path).content.decode()
    assert "PRESET-4" in page
    assert "限于竞品回流，律师已审" in page
    assert "示范新材料厂" in page
    assert "listing.override" in [entry.action for entry in trail.of(offer)]


def test_an_override_is_a_moderators_and_has_a_reason(open_draft: Listing, alice: User, moderator: User) -> None:
    type(open_draft.terms).objects.filter(pk=open_draft.terms.pk).update(fee_minor=20_000_000_01)

    with pytest.raises(PermissionDenied):
        flow.override(open_draft, rule="DECL-4", reason="理由", by=alice)
    with pytest.raises(Refused):
        flow.override(open_draft, rule="DECL-4", reason=" ", by=moderator)
    assert not open_draft.overrides.exists()

    flow.override(open_draft, rule="DECL-4", reason="评估报告第 3 页", by=moderator)
    with pytest.raises(Refused):
        flow.override(open_draft, rule="DECL-4", reason="再来一次", by=moderator)
    assert open_draft.overrides.get().reason == "评估报告第 3 页"


@pytest.mark.parametrize("rule", [rule for rule in RULES.values() if rule.of_patent is not None and not rule.by_track])
def test_a_rule_that_is_asked_once_for_both_tracks_does_not_look_at_the_track(rule: rules.Rule) -> None:
    assert rule.of_patent is not None
    if len(rule.tracks) > 1:
        tree = ast.parse(inspect.getsource(rule.of_patent))
        assert "track" not in {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def test_the_short_question_of_an_import_finds_what_the_long_one_finds(patent: Patent) -> None:
    broken: list[dict[str, Any]] = [
        {}, {"status": "lapsed"}, {"granted_on": None}, {"fees_paid_through": 1}, {"kind": "design"},
        {"filed_on": None}, {"last_day": date(2020, 1, 1)}, {"pledged": True}, {"ipc_main": "x"},
    ]  # fmt: skip
    for fields in broken:
        for name, value in fields.items():
            setattr(patent, name, value)
        long = {track: sorted({one.rule for one in blocking(rules.check_patent(patent, track))}) for track in Track}
        assert rules.blocks_by_track(patent) == long
