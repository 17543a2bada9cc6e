"""In which language a page is answered: its address decides, else what the reader chose, else Chinese."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.cache import patch_vary_headers

EDITORS_PAGES = "wagtail_serve"


def chosen(request: HttpRequest) -> str:
    """The language the reader chose before, else the site's first one."""
    cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return cookie if cookie in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _of_address(path: str, wanted: str) -> tuple[str, bool]:
    """The language of an address, and whether the address itself says so.

    Editors' pages have an address in each language (`/…` Chinese, `/en/…` English); all other pages have one for both.
    """
    named = translation.get_language_from_path(path)
    if named:
        return named, True
    with translation.override(wanted):
        try:
            match = resolve(path)
        except Resolver404:  # unprefixed editors' pages exist in the first language only
            return settings.LANGUAGE_CODE, True
    return wanted, match.view_name == EDITORS_PAGES


class LanguageMiddleware:
    """Takes the place of Django's LocaleMiddleware, which would answer every address without a prefix in Chinese.

    Reading an editors' page remembers its language, so that `/en/` leads to an English site behind it. The browser's
    own preference is not asked: readers here often use an English browser.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        wanted = chosen(request)
        language, by_address = _of_address(request.path_info, wanted)
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        if by_address and language != wanted and response.status_code == 200 and request.method == "GET":
            remember(response, language)
        return response


def remember(response: HttpResponse, language: str) -> None:
    """Keep the reader's language in the cookie that `set_language` uses too."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        path=settings.LANGUAGE_COOKIE_PATH,
        secure=settings.LANGUAGE_COOKIE_SECURE or settings.SESSION_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE or "Lax",
    )
