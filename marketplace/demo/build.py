"""Builds the demonstration in an empty database."""

from __future__ import annotations

from listings.models import Listing, TermSheet
from marketplace.accounts import people as accounts_people
from marketplace.accounts.models import Organization, Role, User
from marketplace.demo import deals, offers, people
from marketplace.outbox.worker import run_pending


class NotEmpty(Exception):
    """The database has people already; the demonstration never mixes with them."""


def build() -> list[str]:
    """Make everything and carry out its effects; returns the log-ins as lines for people.

    Raises NotEmpty where anybody is registered.
    """
    if User.objects.exists():
        raise NotEmpty
    moderator = people.moderator()
    universities = {told[0]: people.university(*told, moderator) for told in people.UNIVERSITIES}
    firms = {told.key: people.firm(told, moderator) for told in people.FIRMS}
    run_pending()
    listings = _offers(universities, moderator)
    run_pending()
    deals.build(listings, firms)
    run_pending()
    return log_ins()


def _offers(universities: dict[str, Organization], moderator: User) -> dict[str, Listing]:
    sheets: dict[str, dict[str, TermSheet]] = {}
    for key, organization in universities.items():
        owner = accounts_people.members(organization, Role.OWNER)[0]
        sheets[key] = offers.sheets(organization, owner)
    made: dict[str, Listing] = {}
    for number, told in enumerate(offers.read(), start=1):
        organization = universities[told["of"]]
        lister = accounts_people.members(organization, Role.LISTER)[0]
        patent = offers.patent(told, number, organization, lister)
        if plan := offers.PLANS.get(told["key"]):
            sheet = sheets[told["of"]][plan.sheet] if plan.sheet else None
            made[told["key"]] = offers.listing(told, patent, plan, sheet, moderator)
    return made


def log_ins() -> list[str]:
    """Who may log in, for the terminal."""
    rows = [
        ("firm", "small firm, owner and signatory"),
        ("north", "university, owner and signatory"),
        ("north-lister", "university, writes listings"),
        ("north-finance", "university, confirms transfers"),
        ("moderator", "moderator and editor"),
    ]
    width = max(len(f"{key}@{people.DOMAIN}") for key, _role in rows)
    return [
        f"demo log-ins, password {people.PASSWORD}",
        *(f"{key + '@' + people.DOMAIN:<{width}}   {role}" for key, role in rows),
    ]
