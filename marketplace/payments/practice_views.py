"""The practice gateway's own page: five buttons, no money."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from marketplace.accounts.access import login_required
from marketplace.payments import practice
from marketplace.payments.models import Payment, PracticeCheckout, Way


@login_required
def checkout(request: HttpRequest, code: UUID) -> HttpResponse:
    """Look at a checkout; POST presses a button and goes back to the site, which will hear by webhook."""
    if Way.PRACTICE not in settings.GATEWAYS:
        raise Http404
    found = get_object_or_404(PracticeCheckout, code=code)
    payments = Payment.objects.filter(obligation__agreement__licensee__memberships__user=request.user.pk)
    payment = get_object_or_404(
        payments.filter(obligation__agreement__licensee__memberships__ended_at__isnull=True).distinct(),
        code=found.payment_code,
    )
    if request.method == "POST":
        button = request.POST.get("button", "")
        if button not in practice.BUTTONS:
            return render(request, "payments/practice.html", {"checkout": found, "wrong": True}, status=422)
        practice.press(found, button)
        return redirect("payments:returned", code=payment.code)
    return render(request, "payments/practice.html", {"checkout": found})
