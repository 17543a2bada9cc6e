"""The page on which anybody writes to the platform: questions, complaints, barriers."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.models.base import SitePage

SESSION_KEY = "contact_reference"


class ContactPage(SitePage):
    """A form anybody may use without an account."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text beside the form"), blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/contact.html"
    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        verbose_name = _("contact page")

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form; on POST keep the message and show its reference. Wrong input: the same page, 422."""
        from cms import contact

        if request.method != "POST":
            context = {"form": contact.blank_form(request), "reference": request.session.pop(SESSION_KEY, "")}
            return self._page(request, context)
        answer = contact.take(request)
        if answer.message is None:
            return self._page(request, {"form": answer.form}, status=answer.status)
        request.session[SESSION_KEY] = answer.message.reference
        return redirect(f"{self.get_url(request)}#main")

    def _page(self, request: HttpRequest, context: dict[str, Any], status: int = 200) -> HttpResponse:
        page = self.get_context(request) | context
        return TemplateResponse(request, self.get_template(request), page, status=status)
