"""Guides, questions and answers, and plain information pages."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.models.base import SitePage


class TextPage(SitePage):
    """A title, a sentence below it, and a text with a list of its headings."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("body")]

    class Meta:
        abstract = True

    def headings(self) -> list[str]:
        """The headings of the text, in order."""
        return [str(block.value) for block in self.body if block.block_type == "heading"]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the headings, where there are enough of them to need a list."""
        headings = self.headings()
        return super().get_context(request, *args, **kwargs) | {"headings": headings if len(headings) > 2 else []}


class GuideIndexPage(SitePage):
    """All guides, and the ways to policies, questions and glossary."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.GuidePage"]
    template = "cms/guide_index.html"
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("guide list")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the guides in the editors' order."""
        guides = GuidePage.objects.child_of(self).live().order_by("path")
        return super().get_context(request, *args, **kwargs) | {"guides": guides}


class GuidePage(TextPage):
    """One thing explained, to the end."""

    minutes = models.PositiveSmallIntegerField(_("minutes to read"), default=3)

    parent_page_types = ["cms.GuideIndexPage"]
    subpage_types: list[str] = []
    template = "cms/text.html"
    content_panels = [*SitePage.content_panels, FieldPanel("intro"), FieldPanel("minutes"), FieldPanel("body")]

    class Meta:
        verbose_name = _("guide")


class QuestionsPage(TextPage):
    """Questions and answers in groups: a heading, then its questions."""

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/questions.html"

    class Meta:
        verbose_name = _("questions and answers")


class InfoPage(TextPage):
    """For universities, about, accessibility: a page of its own below the home page."""

    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/text.html"

    class Meta:
        verbose_name = _("information page")
