"""What an amendment says: the facts of its paper, and which highlighted clauses it touches (LIC-F, CC 496)."""

from __future__ import annotations

from dataclasses import replace

from listings import negotiated, offers
from marketplace.lib import terms
from marketplace.licensing import contracts
from marketplace.licensing.contracts import Clause
from marketplace.licensing.contracts.further import AmendmentFacts, TermChange, between, further_clauses
from marketplace.licensing.models import Amendment, OfferVersion


def facts_of(amendment: Amendment) -> AmendmentFacts:
    """What the paper says: every changed point before and after, and the last day where it moves."""
    agreement = amendment.agreement
    snapshot = amendment.before.snapshot
    before = negotiated.starting(snapshot, agreement.licensee_class)
    changes = between(before, amendment.version.snapshot["terms"])
    if amendment.ends_on != agreement.ends_on:
        changes = (*changes, TermChange(name="ends_on", before=agreement.ends_on, after=amendment.ends_on))
    return AmendmentFacts(
        snapshot=agreement.version.snapshot,
        deal=contracts.facts_of(agreement),
        changes=changes,
        number=amendment.number,
        reason=amendment.proposal.reason,
        effective_on=amendment.starts_on,
        made_on=terms.today(),
    )


def highlighted(amendment: Amendment, language: str) -> list[Clause]:
    """What is confirmed before its signature: the paper's own highlighted clauses, and the contract's that it rewords.

    A clause of the contract that reads as before is not among them: it was confirmed with the contract.
    """
    own = [clause for clause in further_clauses(facts_of(amendment), language) if clause.highlighted]
    old = {clause.key: clause.sha256 for clause in _contract(amendment, amendment.before, language)}
    new = _contract(amendment, amendment.version, language)
    return [*own, *(one for one in new if one.highlighted and old.get(one.key) != one.sha256)]


def as_before(amendment: Amendment, key: str, language: str) -> Clause | None:
    """A clause of the contract as it reads until the amendment is in force; None for one that is new."""
    return next((one for one in _contract(amendment, amendment.before, language) if one.key == key), None)


def _contract(amendment: Amendment, version: OfferVersion, language: str) -> list[Clause]:
    """The contract's clauses on one version of the terms, all the other facts of the deal being equal."""
    agreement = amendment.agreement
    price = offers.price_for(version.snapshot, agreement.licensee_class)
    deal = replace(contracts.facts_of(agreement), fee_minor=price.fee_minor, payments=())
    return contracts.clauses(version.snapshot, deal, language)
