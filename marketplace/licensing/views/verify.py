"""Where strangers check papers: by file or by code."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from marketplace.licensing.models import Agreement


def verify(request: HttpRequest) -> HttpResponse:
    """Take a PDF or a code and say what is known about it."""
    return render(request, "licensing/verify.html", {})


def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What may be public about the license behind a paper's QR code."""
    agreement = get_object_or_404(Agreement, verify_code=code)
    return render(request, "licensing/verify_code.html", {"agreement": agreement})
