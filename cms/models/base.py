"""What all pages have in common."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from cms import places


class SitePage(Page):  # type: ignore[misc]
    """A page of the site: it knows its other language, and one that the header names stays where it is."""

    show_in_menus_default = False

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the path to this page and its addresses by language, for the language switch."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        translations = self.get_translations(inclusive=True).live().select_related("locale")
        urls = {page.locale.language_code: page.get_url(request) for page in translations}
        return context | {
            "language_urls": {code: url for code, url in urls.items() if url},
            "crumbs": self.crumbs(request),
        }

    def crumbs(self, request: HttpRequest) -> list[tuple[str, str]]:
        """(title, address) from the home page to this one; the last has no address."""
        above = [page for page in self.get_ancestors() if page.depth > 1]
        return [*((page.title, page.get_url(request) or "") for page in above), (self.title, "")]

    def clean(self) -> None:
        """Refuse another address for a page that the site's frame names."""
        super().clean()
        if self.pk and places.is_fixed(self) and not places.keeps_address(self):
            raise ValidationError({"slug": _("The header or the footer names this page; its address stays.")})
