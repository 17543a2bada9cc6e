"""The list of reasons that moderators quote: added, edited, archived and taken up again, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from listings.models import Reason, ReasonUse
from listings.rules import RULES
from marketplace.accounts.access import moderator_required
from marketplace.audit import trail
from marketplace.audit.trail import Action

if TYPE_CHECKING:
    from marketplace.accounts.models import User
    from marketplace.accounts.requests import MemberRequest


class ReasonForm(forms.ModelForm[Reason]):
    """A sentence in both languages."""

    class Meta:
        model = Reason
        fields = ["use", "rule", "text_zh", "text_en", "position"]
        widgets = {"text_zh": forms.Textarea(attrs={"rows": 2}), "text_en": forms.Textarea(attrs={"rows": 2})}

    def clean_rule(self) -> str:
        """An id of the table of rules, or nothing."""
        rule = str(self.cleaned_data["rule"]).strip().upper()
        if rule and rule not in RULES:
            raise forms.ValidationError(_("There is no such rule. Use an id of the rules' page, or leave it empty."))
        return rule


@moderator_required
@require_safe
def reason_list(request: HttpRequest) -> HttpResponse:
    """All reasons by use, the archived ones last."""
    rows = list(Reason.objects.all())
    groups = [
        (use.label, [row for row in rows if row.use == use and not row.archived_at],
         [row for row in rows if row.use == use and row.archived_at])
        for use in ReasonUse
    ]  # fmt: skip
    return render(request, "listings/moderation/reasons.html", {"groups": groups})


@moderator_required
@require_http_methods(["GET", "POST"])
def reason_new(request: MemberRequest) -> HttpResponse:
    """Add a reason."""
    return _edit(request, None)


@moderator_required
@require_http_methods(["GET", "POST"])
def reason(request: MemberRequest, pk: int) -> HttpResponse:
    """Edit a reason, archive it, or take it up again."""
    found = get_object_or_404(Reason, pk=pk)
    if request.method == "POST" and request.POST.get("act") in {"archive", "restore"}:
        _archive(found, away=request.POST["act"] == "archive", by=request.user)
        messages.success(request, _("Stored. Decisions that quoted it keep their words."))
        return redirect("listings_moderation:reasons")
    return _edit(request, found)


def _archive(found: Reason, *, away: bool, by: User) -> None:
    """Move it out of the list or back into it; a second click does nothing."""
    with transaction.atomic():
        moved = Reason.objects.filter(pk=found.pk, archived_at__isnull=away).update(
            archived_at=timezone.now() if away else None
        )
        if moved:
            trail.record(Action.REASON_ARCHIVE if away else Action.REASON_RESTORE, found, by=by)


def _edit(request: MemberRequest, found: Reason | None) -> HttpResponse:
    form = ReasonForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                kept = form.save()
                words = {"zh": kept.text_zh, "en": kept.text_en, "rule": kept.rule}
                trail.record(Action.REASON_CHANGE, kept, by=request.user, **words)
        except IntegrityError:
            form.add_error("text_zh", _("This sentence is in the list already."))
        else:
            messages.success(request, _("Stored. Decisions that quoted it keep their words."))
            return redirect("listings_moderation:reasons")
    status = 422 if request.method == "POST" else 200
    return render(request, "listings/moderation/reason.html", {"form": form, "reason": found}, status=status)
