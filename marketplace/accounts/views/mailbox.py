"""Proving the mailbox before the first second factor is added (IDN-1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from marketplace.accounts import codes, factors
from marketplace.accounts.access import login_required
from marketplace.accounts.codes import WrongCode
from marketplace.lib.saying import on_form

if TYPE_CHECKING:
    from marketplace.accounts.requests import PersonRequest


class CodeForm(forms.Form):
    """The six digits."""

    code = forms.CharField(
        label=gettext_lazy("The six digits from your mailbox"),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@never_cache
@login_required
def mailbox(request: PersonRequest) -> HttpResponse:
    """Send a code, take it, and go on to where the person wanted to go."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    onward = wanted if safe else reverse("mfa_index")
    form = CodeForm(request.POST if request.method == "POST" and "send" not in request.POST else None)
    sent = form.is_bound
    subject = str(request.user.pk)
    try:
        if request.method == "POST" and not sent:
            codes.send(request.user, purpose=factors.PURPOSE, subject=subject)
            messages.success(request, _("The code is on its way to %(email)s.") % {"email": request.user.email})
            sent = True
        elif form.is_valid():
            codes.use(request.user, purpose=factors.PURPOSE, subject=subject, code=form.cleaned_data["code"])
            factors.prove_mailbox(request)
            return redirect(onward)
    except WrongCode as wrong:
        form = form if form.is_bound else CodeForm({"code": ""})
        form.is_valid()
        on_form(form, wrong.findings)
    context = {"form": form, "sent": sent, "next": onward}
    return render(request, "accounts/mailbox.html", context, status=422 if form.errors else 200)
