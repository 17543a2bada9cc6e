"""Pages that no editor keeps: the glossary, and what search engines ask for."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from wagtail.models import Page

from cms.glossary import terms
from cms.robots import forbidden

DOORS = ("/accounts/login/", "/accounts/signup/")


@require_safe
def glossary(request: HttpRequest) -> HttpResponse:
    """The words of the field in both languages."""
    language = get_language() or settings.LANGUAGE_CODE
    rows = [
        (term.key, term.word(language), term.other(language), term.meaning(language), term.source) for term in terms()
    ]
    return render(request, "cms/glossary.html", {"rows": rows, "other": "zh-Hans" if language == "en" else "en"})


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read: the public pages."""
    lines = [
        "User-agent: *",
        *(f"Allow: {path}" for path in DOORS),
        *(f"Disallow: {path}" for path in forbidden()),
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """The editors' pages in both languages."""
    urls = []
    for page in Page.objects.live().public().filter(depth__gt=1).order_by("path").select_related("locale"):
        address = page.get_url(request)
        if address:
            urls.append((f"{settings.SITE_URL}{address}", page.last_published_at))
    return render(request, "cms/sitemap.xml", {"urls": urls}, content_type="application/xml; charset=utf-8")
