"""The owner's forms of a listing: the story, the terms, publicity and declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from listings import flow, offers, variants
from listings.completeness import LINE, hints
from listings.fees.helper import above, comparison
from listings.forms.fields import keep
from listings.forms.listings import BindingForm, DeclarationForm, PictureForm, PublicityForm, StoryForm
from listings.forms.offered import OpenTermsForm, PresetTermsForm, initial_of_offer
from listings.forms.terms import TermsForm
from listings.models import Listing, Track
from listings.rules import Stage, check
from listings.rules.institution import PUBLICITY_DAYS, needs_publicity, publicity_of
from listings.states import EDITABLE
from listings.views.desk import EDIT, moved_on, sections, wrong
from listings.views.keeping import Scan, kept
from listings.views.mine import own
from marketplace.accounts.access import login_required
from marketplace.lib.findings import Refused
from marketplace.lib.saying import on_form
from marketplace.lib.terms import today

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest
    from marketplace.vault.models import VaultFile


BESIDE = ("fee_explanation", "label")  # stated for a listing whether the terms are its own or a sheet's


def editable(request: PersonRequest, code: UUID) -> Listing | HttpResponse:
    """The listing, if the person may edit it now; else where to go instead. Raises PermissionDenied."""
    listing = own(request, code)
    flow.require_lister(request.user, listing.organization)
    if listing.state not in EDITABLE:
        moved_on(request)
        return redirect("listings:mine_one", listing.code)
    return listing


def choices_of(listing: Listing) -> list[tuple[str, str, str]]:
    """The listing's choices on the preset track: key ('' its own), name, price in one line."""
    if listing.track == Track.OPEN:
        return []
    return [(each.key, each.label, offers.price_for(each.listing).words) for each in variants.choices(listing)]


def part_context(listing: Listing, part: str, **more: Any) -> dict[str, Any]:
    """What every page of one part of a listing shows."""
    return {
        "listing": listing,
        "part": part,
        "sections": sections(),
        "approved": listing.state not in ("draft", "submitted"),
        "open": listing.track == Track.OPEN,
    } | more


def _says_again(listing: Listing) -> list[Any]:
    """What the rules say about the listing as it is stored, except about what was never touched."""
    return check(listing) if listing.revisions.exists() or listing.headline else []


@login_required
@EDIT
def edit(request: PersonRequest, code: UUID) -> HttpResponse:
    """The story: what it is good for, in the reader's words."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    form = StoryForm(
        request.POST or None,
        request.FILES or None,
        initial=StoryForm.initial_of(listing),
        findings=_says_again(listing),
        track=listing.track,
    )
    context = story_context(listing, form=form)
    if request.method != "POST":
        return render(request, "listings/edit.html", context)
    if form.is_valid():
        with transaction.atomic():
            proof = keep(form, "maturity_file", kind="maturity_proof", by=request.user, subject=listing)
            texts = form.texts() | ({"maturity_file": proof} if proof else {})
            draft = flow.Draft(texts=texts)
            after = not form.errors and save_edit(request, listing, form, draft, form.cleaned_data["revision"])
            if not after:
                transaction.set_rollback(True)
        if after:
            return redirect("listings:terms" if "next" in request.POST else "listings:mine_one", code)
    return wrong(request, "listings/edit.html", context)


def story_context(listing: Listing, **more: Any) -> dict[str, Any]:
    """The story's page: the form, the pictures, and how complete it is."""
    told = {"hints": hints(listing), "line": LINE, "pictures": listing.pictures.select_related("file")}
    return part_context(listing, "story", picture_form=PictureForm(prefix="pic"), **told) | more


def save_edit(
    request: PersonRequest, listing: Listing, form: Any, draft: flow.Draft, revision: int | None
) -> Listing | None:
    """Store a draft; None with the reasons on the form, so that nothing typed is lost."""
    was = listing.state
    try:
        listing = flow.edit(listing, by=request.user, draft=draft, revision=revision)
    except Refused as refused:
        on_form(form, refused.findings)
        return None
    except flow.NotNow:
        form.add_error(
            None,
            _("Somebody changed this listing meanwhile. What you typed is still here; compare and save again."),
        )
        return None
    if listing.state != was:
        messages.warning(
            request, _("Saved. What binds has changed, so a moderator looks at it again before it is on offer.")
        )
    else:
        messages.success(request, _("Saved."))
    return listing


@login_required
@EDIT
def terms(request: PersonRequest, code: UUID) -> HttpResponse:
    """The terms: price, term, scope, guidance; a term sheet's or own ones."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    initial = initial_of_offer(listing.terms)
    found = _says_again(listing)
    form: OpenTermsForm | PresetTermsForm
    if listing.track == Track.OPEN:
        form = OpenTermsForm(request.POST or None, initial=initial, findings=found)
    else:
        form = PresetTermsForm(
            request.POST or None,
            initial=initial,
            findings=found,
            organization=listing.organization,
            several=bool(variants.rows(listing)),
        )
    context = part_context(
        listing, "terms", form=form, choices=choices_of(listing), comparison=comparison(listing), above=above(listing)
    )
    if request.method != "POST":
        return render(request, "listings/terms.html", context)
    if form.is_valid():
        sheet = form.chosen_sheet if isinstance(form, PresetTermsForm) else None
        own_terms = {} if sheet else form.terms()
        own_terms |= {name: form.cleaned_data[name] for name in BESIDE if name in form.cleaned_data}
        draft = flow.Draft(terms=own_terms, prices=None if sheet else form.prices(), sheet=sheet)
        after = save_edit(request, listing, form, draft, seen_revision(request))
        if after:
            say_left_out(request, form)
            return redirect("listings:publicity" if "next" in request.POST else "listings:mine_one", code)
    return wrong(request, "listings/terms.html", context)


def say_left_out(request: PersonRequest, form: TermsForm) -> None:
    """Name what was typed under another way of paying and does not count."""
    if form.left_out:
        told = _(", ").join(form.left_out)
        messages.info(request, _("Not part of this way of paying, so left out: %(fields)s") % {"fields": told})


def seen_revision(request: PersonRequest) -> int | None:
    """The revision that the person had on the page; None where the form does not say."""
    text = request.POST.get("seen", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@login_required
@EDIT
def publicity(request: PersonRequest, code: UUID) -> HttpResponse:
    """Statements that bind, the institution's publicity, the patent office's declaration."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    form = BindingForm(
        request.POST or None,
        track=listing.track,
        initial=BindingForm.initial_of(listing),
    )
    if request.method != "POST":
        return render(request, "listings/publicity_desk.html", _publicity_context(listing, form=form))
    if form.is_valid() and save_edit(
        request, listing, form, flow.Draft(texts=form.cleaned_data), seen_revision(request)
    ):
        return redirect("listings:mine_one", code)
    return wrong(request, "listings/publicity_desk.html", _publicity_context(listing, form=form))


def _publicity_context(listing: Listing, **more: Any) -> dict[str, Any]:
    declaration, held = getattr(listing, "declaration", None), publicity_of(listing)
    told = {"number": declaration.number, "announced_on": declaration.announced_on} if declaration else {}
    return (
        part_context(
            listing,
            "publicity",
            needs_publicity=needs_publicity(listing),
            publicity=held,
            publicity_runs=held is not None and held.ends_on >= today(),
            publicity_days=PUBLICITY_DAYS,
            publicities=listing.publicities.select_related("proof").order_by("-pk"),
            declaration=declaration,
            findings=[f for f in check(listing, Stage.PUBLISH) if f.field in ("publicity", "declaration")],
            form=BindingForm(track=listing.track, initial=BindingForm.initial_of(listing)),
            publicity_form=PublicityForm(prefix="pub"),
            declaration_form=DeclarationForm(prefix="decl", initial=told),
        )
        | more
    )


@login_required
@require_POST
def publicity_elsewhere(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record a publicity held elsewhere, with proof and dates."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    form = PublicityForm(request.POST, request.FILES, prefix="pub")

    def record(proof: VaultFile | None) -> None:
        told = {name: form.cleaned_data[name] for name in ("starts_on", "ends_on", "held_at")}
        flow.record_publicity(listing, by=request.user, proof=proof, **told)

    scan = Scan("proof", "publicity_proof")
    if answer := _recorded(request, listing, form, scan, record):
        return answer
    return wrong(request, "listings/publicity_desk.html", _publicity_context(listing, publicity_form=form))


@login_required
@require_POST
def declaration(request: PersonRequest, code: UUID) -> HttpResponse:
    """Record the announcement of the open license."""
    listing = editable(request, code)
    if isinstance(listing, HttpResponse):
        return listing
    form = DeclarationForm(request.POST, request.FILES, prefix="decl")

    def record(evidence: VaultFile | None) -> None:
        told = {name: form.cleaned_data[name] for name in ("number", "announced_on")}
        flow.record_declaration(listing, by=request.user, evidence=evidence, **told)

    scan = Scan("evidence", "declaration_evidence")
    if answer := _recorded(request, listing, form, scan, record):
        return answer
    return wrong(request, "listings/publicity_desk.html", _publicity_context(listing, declaration_form=form))


_RECORDED = {
    "publicity_proof": gettext_lazy("The publicity is recorded. It counts for the terms as they stand now."),
    "declaration_evidence": gettext_lazy("The declaration is recorded. Nothing exclusive can stand beside it now."),
}


def _recorded(
    request: PersonRequest, listing: Listing, form: forms.Form, scan: Scan, record: Callable[[VaultFile | None], None]
) -> HttpResponse | None:
    """Where to go once the fact is recorded with its scan; None with the reasons on the form."""
    try:
        if not kept(form, scan, record, by=request.user, subject=listing):
            return None
    except flow.NotNow:
        moved_on(request)
    else:
        messages.success(request, _RECORDED[scan.kind])
    return redirect("listings:mine_one", listing.code)
