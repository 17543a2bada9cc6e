"""The moderators' queue: what waits, the oldest first, narrowed by what a moderator can ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from listings.desk import gates
from listings.models import Listing, ListingState, Review, Track
from marketplace.accounts.models import Organization
from marketplace.lib import deadlines
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from collections.abc import Iterable

    from marketplace.accounts.models import User

ALL = ("", pgettext_lazy("filter", "All"))
WHO = [("mine", _("I have it")), ("nobody", _("nobody has it")), ("others", _("somebody else has it"))]
DUE = [("late", _("late")), ("in_time", _("in time"))]
GATES = [("green", _("all gates green")), ("warn", _("only warnings")), ("block", _("something blocks"))]
FLAGS = [("up", _("a flag is up")), ("none", _("no flag"))]
SEEN = [("new", _("for the first time")), ("again", _("decided before"))]
ORDER = [("", _("the oldest first")), ("newest", _("the newest first")), ("organization", _("by organization"))]


class FilterForm(forms.Form):
    """What the list shows; nothing asked for shows what waits."""

    q = forms.CharField(label=_("Title or number"), required=False, max_length=100)
    state = forms.ChoiceField(label=_("State"), required=False, choices=[ALL, *ListingState.choices])
    who = forms.ChoiceField(label=_("Who has it"), required=False, choices=[ALL, *WHO])
    due = forms.ChoiceField(label=_("Deadline"), required=False, choices=[ALL, *DUE])
    gates = forms.ChoiceField(label=_("Gates"), required=False, choices=[ALL, *GATES])
    flags = forms.ChoiceField(label=_("Flags"), required=False, choices=[ALL, *FLAGS])
    seen = forms.ChoiceField(label=_("Seen before"), required=False, choices=[ALL, *SEEN])
    track = forms.ChoiceField(label=_("Track"), required=False, choices=[ALL, *Track.choices])
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        required=False,
        queryset=Organization.objects.filter(Exists(Listing.objects.filter(organization=OuterRef("pk")))).order_by(
            "name"
        ),
        empty_label=ALL[1],
    )
    order = forms.ChoiceField(label=_("Order"), required=False, choices=ORDER)


@dataclass(frozen=True, slots=True)
class Row:
    """A listing of the queue with its deadline."""

    listing: Listing
    due_on: date | None
    late: bool
    asked: bool  # whether the gates were asked about the present version


def form_for(told: QueryDict) -> FilterForm:
    """The filters as asked for; without any, what waits."""
    asked = {name for name in FilterForm.base_fields if told.get(name)}
    return FilterForm(told if asked or "state" in told else {"state": ListingState.SUBMITTED.value})


def rows(form: FilterForm, user: User) -> QuerySet[Any]:
    """The listings that a form asks for, with everything a row shows, in the order it asks for."""
    found: QuerySet[Any] = Listing.objects.annotate(
        open_objections=Count("objections", filter=Q(objections__decided_at__isnull=True), distinct=True),
        flagged=Exists(gates.flags_of()),
        decided_before=Exists(Review.objects.filter(listing=OuterRef("pk"))),
    ).select_related("patent", "organization", "submitted_by", "case__moderator")
    if not form.is_valid():
        return found.none()
    wanted = form.cleaned_data
    for narrow in (_by_text, _by_place, _by_work, _by_gates):
        found = narrow(found, wanted, user)
    order = {"newest": ("-submitted_at",), "organization": ("organization__name", "submitted_at")}
    return found.order_by(*order.get(wanted["order"], ("submitted_at",)), "pk")


def _by_text(found: QuerySet[Any], wanted: dict[str, Any], _user: User) -> QuerySet[Any]:
    if not wanted["q"]:
        return found
    number = "".join(character for character in wanted["q"] if character.isalnum()).upper().removeprefix("ZL")
    return found.filter(
        Q(patent__title__icontains=wanted["q"])
        | Q(headline__icontains=wanted["q"])
        | Q(patent__application_number__startswith=number or "-")
    )


def _by_place(found: QuerySet[Any], wanted: dict[str, Any], _user: User) -> QuerySet[Any]:
    asked = {name: wanted[name] for name in ("state", "track", "organization") if wanted[name]}
    return found.filter(**asked)


def _by_work(found: QuerySet[Any], wanted: dict[str, Any], user: User) -> QuerySet[Any]:
    match wanted["who"]:
        case "mine":
            found = found.filter(case__moderator=user)
        case "nobody":
            found = found.filter(Q(case__isnull=True) | Q(case__moderator__isnull=True))
        case "others":
            found = found.filter(case__moderator__isnull=False).exclude(case__moderator=user)
    if wanted["due"]:
        late = Q(state=ListingState.SUBMITTED, submitted_at__lt=deadlines.late_before("listing"))
        found = found.filter(late) if wanted["due"] == "late" else found.exclude(late)
    if wanted["seen"]:
        found = found.filter(decided_before=wanted["seen"] == "again")
    return found


def _by_gates(found: QuerySet[Any], wanted: dict[str, Any], _user: User) -> QuerySet[Any]:
    asked = Q(case__version=F("version"))
    match wanted["gates"]:
        case "green":
            found = found.filter(asked, case__blocks=0, case__warns=0)
        case "warn":
            found = found.filter(asked, case__blocks=0, case__warns__gt=0)
        case "block":
            found = found.filter(asked, case__blocks__gt=0)
    return found.filter(flagged=wanted["flags"] == "up") if wanted["flags"] else found


def told(page: Iterable[Listing]) -> list[Row]:
    """The rows of a page with their deadlines."""
    return [row_of(listing) for listing in page]


def row_of(listing: Listing) -> Row:
    """One listing with its deadline, where it waits for a decision."""
    waits = listing.state == ListingState.SUBMITTED and listing.submitted_at is not None
    due = deadlines.due_on("listing", listing.submitted_at) if waits and listing.submitted_at else None
    case = getattr(listing, "case", None)
    asked = case is not None and case.version == listing.version
    return Row(listing, due, due is not None and due < today(), asked)


def following(listing: Listing, user: User) -> Listing | None:
    """The next that waits behind a listing: the oldest that nobody else has, other than this one."""
    waiting = Listing.objects.filter(state=ListingState.SUBMITTED).exclude(pk=listing.pk)
    others = Q(case__moderator__isnull=False) & ~Q(case__moderator=user)
    return waiting.exclude(others).select_related("patent").order_by("submitted_at", "pk").first()
