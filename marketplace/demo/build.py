"""Builds the demonstration in an empty database."""

from __future__ import annotations

from listings.models import Listing, TermSheet
from marketplace.accounts import people as accounts_people
from marketplace.accounts.models import Organization, Role, User
from marketplace.demo import asking, deals, desk, offers, people, readers, wishes
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
    sheets = {key: offers.sheets(row, _owner(row)) for key, row in universities.items()}
    listings = _offers(universities, sheets, moderator)
    run_pending()
    deals.build(listings, firms)
    run_pending()
    desk.build(listings, universities["heluo"], sheets["heluo"]["免费开放"], moderator)
    desk.veto(moderator)
    asking.build(listings["kiln-burner"])
    wishes.build(firms, moderator)
    readers.build()
    run_pending()
    return log_ins()


def _owner(organization: Organization) -> User:
    return accounts_people.members(organization, Role.OWNER)[0]


def _offers(
    universities: dict[str, Organization], sheets: dict[str, dict[str, TermSheet]], moderator: User
) -> dict[str, Listing]:
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
        ("moderator", "moderator, editor and administrator"),
        ("moderator2", "moderator"),
    ]
    width = max(len(f"{key}@{people.DOMAIN}") for key, _role in rows)
    return [
        f"demo log-ins, password {people.PASSWORD}",
        *(f"{key + '@' + people.DOMAIN:<{width}}   {role}" for key, role in rows),
    ]
