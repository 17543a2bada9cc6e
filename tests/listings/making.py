"""Invented universities, patents and offers for the tests of finding and reading."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from listings.models import ClassPrice, Declaration, Listing, ListingState, OfferTerms, Patent, Track
from marketplace.accounts.models import Membership, Organization, OrganizationKind, Role, User, VerificationState
from marketplace.lib import terms
from marketplace.lib.numbers import application_check_digit

_serial = count(1)


def number(year: int = 2021, kind: int = 1) -> str:
    """A fresh application number with its check digit."""
    digits = f"{year}{kind}{9_000_000 + next(_serial):07d}"
    return digits + application_check_digit(digits)


def university(name: str = "示范理工大学", **fields: Any) -> Organization:
    """A verified university in Henan."""
    fields = {"division": "410300", "state": VerificationState.VERIFIED, "is_demo": True} | fields
    return Organization.objects.create(kind=OrganizationKind.UNIVERSITY, name=name, **fields)


def firm(name: str = "示范冶炼厂", **fields: Any) -> Organization:
    """A verified firm."""
    fields = {"division": "419001", "state": VerificationState.VERIFIED, "is_demo": True} | fields
    return Organization.objects.create(kind=OrganizationKind.FIRM, name=name, **fields)


def member(user: User, organization: Organization, *roles: Role) -> User:
    """The same person, now holding these roles."""
    for role in roles:
        Membership.objects.create(user=user, organization=organization, role=role)
    return user


def patent(organization: Organization | None, title: str, **fields: Any) -> Patent:
    """A patent in force, filed in 2021."""
    filed_on = fields.setdefault("filed_on", date(2021, 3, 15))
    kind = fields.setdefault("kind", "invention")
    fields.setdefault("last_day", terms.last_day(kind, filed_on) if filed_on else None)
    made = {
        "application_number": number(),
        "patentee": organization.name if organization else "别的大学",
        "ipc_main": "F27D 17/00",
        "granted_on": date(2023, 5, 2),
        "status": "in_force",
        "status_source": "登记簿副本",
        "status_checked_at": timezone.now(),
        "is_demo": True,
    }
    return Patent.objects.create(organization=organization, title=title, **(made | fields))


def offer(
    organization: Organization, by: User, title: str, *, prices: dict[str, int] | None = None, **fields: Any
) -> Listing:
    """A published offer. `patent__x` and `terms__x` go to the patent and the terms; `prices` are by class."""
    of_patent = {k.removeprefix("patent__"): fields.pop(k) for k in list(fields) if k.startswith("patent__")}
    of_terms = {k.removeprefix("terms__"): fields.pop(k) for k in list(fields) if k.startswith("terms__")}
    made = {
        "track": Track.PRESET,
        "state": ListingState.PUBLISHED,
        "published_at": timezone.now(),
        "industry": "nonferrous",
        "headline": "示范发布项",
    }
    told = made | fields
    row = Listing.objects.create(
        patent=patent(organization, title, **of_patent),
        organization=organization,
        created_by=by,
        **(told | {"state": ListingState.DRAFT}),
    )
    priced = {"fee_minor": 3_000_000, "months": 60, "guidance_none": True, "acts": ["make", "use"]} | of_terms
    offered = OfferTerms.objects.create(listing=row, **priced)
    ClassPrice.objects.bulk_create(
        ClassPrice(terms=offered, licensee_class=name, fee_minor=fee) for name, fee in (prices or {}).items()
    )
    if row.track == Track.OPEN:  # nothing open is on offer without a declaration (TRACK-1)
        Declaration.objects.create(
            listing=row, number=f"KX-OL-{row.pk:06d}", announced_on=terms.today() - timedelta(days=20)
        )
    Listing.objects.filter(pk=row.pk).update(state=told["state"])
    row.state = str(told["state"])
    return row
