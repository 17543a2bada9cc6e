"""The rules of law as one table, and the questions asked of it."""

from __future__ import annotations

from dataclasses import replace

from django.db import connection
from django.utils.translation import gettext_lazy as _

from listings import variants
from listings.models import PUBLIC, Listing, ListingState, Patent, Track
from listings.rules.contract import CONTRACTS, LIC_9, LIC_K
from listings.rules.declarations import DECL_7, DECL_8, DECLARATIONS
from listings.rules.gates import GATES
from listings.rules.institution import INSTITUTIONS
from listings.rules.licensee import LICENSEES
from listings.rules.numbers import NUMBERS
from listings.rules.preset import PRESETS
from listings.rules.story import STORIES
from listings.rules.table import Rule, Stage
from listings.rules.tracks import TRACKS
from marketplace.accounts.models import Organization
from marketplace.lib.findings import Finding, Severity, blocking

RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (*TRACKS, *GATES, *DECLARATIONS, *PRESETS, *INSTITUTIONS, *CONTRACTS, *LICENSEES, *NUMBERS, *STORIES)
}


def for_track(track: str) -> list[Rule]:
    """The rules that apply to a track, in the table's order."""
    return [rule for rule in RULES.values() if track in rule.tracks]


def check(listing: Listing, stage: Stage = Stage.SUBMIT) -> list[Finding]:
    """Everything the rules of its track have to say about a listing that is about to reach `stage`, blocks first.

    What a moderator let pass (a rule that may be overridden, with a written reason) informs and no longer blocks. What
    stands against a variant alone is told under its name; a listing that is read under one variant is asked about it
    alone.
    """
    found = _look(listing, stage)
    if not variants.key_of(listing):
        told = {(finding.rule, str(finding.message)) for finding in found}
        for choice in variants.further(listing):
            found += [
                _of_variant(finding, choice.label)
                for finding in _look(choice.listing, stage)
                if (finding.rule, str(finding.message)) not in told
            ]
    return _in_order(found)


def _look(listing: Listing, stage: Stage) -> list[Finding]:
    passed = {row.rule: row.reason for row in listing.overrides.all()}
    found: list[Finding] = []
    for rule in for_track(listing.track):
        for finding in rule.look(listing, stage):
            reason = passed.get(rule.id) if rule.overridable else None
            found.append(finding if reason is None else _let_pass(finding, reason))
    return found


def _in_order(found: list[Finding]) -> list[Finding]:
    order = {Severity.BLOCK: 0, Severity.WARN: 1, Severity.INFO: 2}
    return sorted(found, key=lambda finding: order[finding.severity])


def _of_variant(finding: Finding, label: str) -> Finding:
    message = _("Variant “%(variant)s”: %(finding)s") % {"variant": label, "finding": finding.message}
    return replace(finding, message=message, field="variants")


def _let_pass(finding: Finding, reason: str) -> Finding:
    message = _("%(finding)s A moderator let it pass: %(reason)s") % {"finding": finding.message, "reason": reason}
    return replace(finding, severity=Severity.INFO, message=message, remedy="")


def check_patent(patent: Patent, track: str) -> list[Finding]:
    """What the rules of a track have to say about a patent by itself, before there is a listing."""
    return [
        finding for rule in for_track(track) if rule.of_patent is not None for finding in rule.of_patent(patent, track)
    ]


def blocks_by_track(patent: Patent) -> dict[Track, list[str]]:
    """Which rules forbid to offer a patent, track by track, in order of their ids.

    The same as blocking findings of `check_patent` for each track; a rule that says the same on both is asked once, for
    an import asks about tens of thousands.
    """
    found: dict[Track, set[str]] = {track: set() for track in Track}
    for rule in _OF_PATENT:
        for tracks in [(track,) for track in rule.tracks] if rule.by_track else [rule.tracks]:
            if any(one.severity is Severity.BLOCK for one in rule.of_patent(patent, tracks[0])):  # type: ignore[misc]
                for track in tracks:
                    found[track].add(rule.id)
    return {track: sorted(rules) for track, rules in found.items()}


_OF_PATENT = [rule for rule in RULES.values() if rule.of_patent is not None]


def meet(listing: Listing, licensee: Organization) -> list[Finding]:
    """What the rules have to say about an offer and somebody who wants it: abroad, related, of which size."""
    rules = [rule.of_licensee for rule in for_track(listing.track) if rule.of_licensee is not None]
    return [finding for look in rules for finding in look(listing, licensee)]


def acceptable(listing: Listing) -> list[Finding]:
    """What forbids a NEW acceptance of a listing right now: its state, a gate, the declaration, a stale status (LIC-9).

    Asks about the variant under which the listing is read, and no other. Reads the row again; inside a transaction it
    is locked, so that a withdrawal either comes before the acceptance and forbids it, or waits until the acceptance
    stands (LIC-3).
    """
    rows = Listing.objects.select_related("patent__organization", "organization", "terms", "declaration", "term_sheet")
    if connection.in_atomic_block:
        rows = rows.select_for_update(of=("self",))
    key = variants.key_of(listing)
    listing = rows.get(pk=listing.pk)
    closed = _closed(listing)
    try:
        listing = variants.under(listing, key)
    except variants.NoVariant:
        return [*closed, _gone()]
    return [*closed, *blocking(_in_order(_look(listing, Stage.ACCEPT)))]


def _gone() -> Finding:
    return Finding(
        LIC_K.id,
        Severity.BLOCK,
        _("This variant is not offered any more."),
        _("Choose another variant of the offer."),
        LIC_K.citation,
    )


def _closed(listing: Listing) -> list[Finding]:
    """Why the listing's state admits no acceptance; nothing while it is on offer."""
    if listing.state not in PUBLIC:
        rule = {
            ListingState.SUSPENDED: DECL_8,
            ListingState.WITHDRAWN: DECL_7,
        }.get(ListingState(listing.state), LIC_9)
        return [
            Finding(
                rule.id,
                Severity.BLOCK,
                _("This offer is not open now: “%(state)s”.") % {"state": listing.get_state_display()},
                _("Look at similar offers, or come back later."),
                rule.citation,
            )
        ]
    return []


__all__ = ["RULES", "Rule", "Stage", "acceptable", "blocks_by_track", "check", "check_patent", "for_track", "meet"]
