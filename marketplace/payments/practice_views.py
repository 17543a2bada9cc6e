"""The practice gateway's own page: five buttons, no money."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from marketplace.accounts.access import login_required
from marketplace.accounts.requests import PersonRequest
from marketplace.payments import access, practice
from marketplace.payments.models import Payment, PracticeCheckout, Way


@login_required
def checkout(request: PersonRequest, code: UUID) -> HttpResponse:
    """Look at a checkout; POST presses a button and goes back to the site, which will hear by webhook."""
    if Way.PRACTICE not in settings.GATEWAYS:
        raise Http404
    found = get_object_or_404(PracticeCheckout, code=code)
    mine = Payment.objects.visible_to(request.user).select_related("obligation__agreement__licensee")
    payment = get_object_or_404(mine, code=found.payment_code)
    if not access.may_pay(request.user, payment.obligation.agreement.licensee):
        raise Http404
    if request.method == "POST":
        button = request.POST.get("button", "")
        if button not in practice.BUTTONS:
            return render(request, "payments/practice.html", {"checkout": found, "wrong": True}, status=422)
        practice.press(found, button)
        return redirect("payments:returned", code=payment.code)
    return render(request, "payments/practice.html", {"checkout": found})
