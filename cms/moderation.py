"""Reading and answering messages, in the Wagtail admin."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from cms import contact
from cms.models import ContactKind, ContactMessage
from marketplace.accounts.access import moderator_required
from marketplace.accounts.requests import MemberRequest

PER_PAGE = 30


class AnswerForm(forms.Form):
    """What the writer will read."""

    text = forms.CharField(
        label=gettext_lazy("Answer, as the writer will read it"), max_length=5000, widget=forms.Textarea
    )


@moderator_required
@require_safe
def message_list(request: HttpRequest) -> HttpResponse:
    """All messages, those that wait first; `?kind=` and `?waiting=1` narrow it."""
    found = ContactMessage.objects.all()
    if request.GET.get("kind") in ContactKind.values:
        found = found.filter(kind=request.GET["kind"])
    if request.GET.get("waiting"):
        found = found.filter(answered_at__isnull=True)
    waiting_first = F("answered_at").desc(nulls_first=True)
    page = Paginator(found.order_by(waiting_first, "-received_at", "-pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "cms/admin/messages.html", {"page": page, "kinds": ContactKind.choices})


@moderator_required
@require_http_methods(["GET", "POST"])
def message(request: MemberRequest, pk: int) -> HttpResponse:
    """One message, and its answer."""
    found = get_object_or_404(ContactMessage.objects.select_related("answered_by"), pk=pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            contact.answer(found, by=request.user, text=form.cleaned_data["text"])
        except contact.AlreadyAnswered:
            messages.warning(request, _("Somebody else has answered this message already."))
        else:
            messages.success(request, _("The answer is recorded and on its way."))
        return redirect("cms_moderation:message", pk=found.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "cms/admin/message.html", {"message": found, "form": form}, status=status)
