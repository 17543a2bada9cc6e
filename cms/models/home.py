"""The home page: say your problem, see how a license comes about, and what is on offer now."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField

from cms import figures, panels
from cms.blocks import StepBlock
from cms.models.base import SitePage
from marketplace.lib.look import Step

TRACK_FEATURES = ["bold", "link"]


class HomePage(SitePage):
    """One in each language. The search form and the panels are the site's; the words are the editors'."""

    claim = models.TextField(_("claim"), max_length=120, help_text=_("Two short lines; a line break is kept."))
    lede = models.CharField(_("below the claim"), max_length=200)
    example = models.CharField(_("example in the search field"), max_length=80)
    tries = models.TextField(_("sentences to try"), blank=True, help_text=_("One a line, at most five."))
    steps_title = models.CharField(_("title of the steps"), max_length=80)
    steps = StreamField([("step", StepBlock())], verbose_name=_("steps"), blank=True)
    open_title = models.CharField(_("open license: title"), max_length=80)
    open_text = RichTextField(_("open license: text"), features=TRACK_FEATURES)
    preset_title = models.CharField(_("preset license: title"), max_length=80)
    preset_text = RichTextField(_("preset license: text"), features=TRACK_FEATURES)

    parent_page_types = ["wagtailcore.Page"]
    template = "cms/home.html"
    content_panels = [
        *SitePage.content_panels,
        MultiFieldPanel([FieldPanel(n) for n in ("claim", "lede", "example", "tries")], heading=_("Search")),
        MultiFieldPanel([FieldPanel("steps_title"), FieldPanel("steps")], heading=_("Steps")),
        MultiFieldPanel(
            [FieldPanel(n) for n in ("open_title", "open_text", "preset_title", "preset_text")], heading=_("Two tracks")
        ),
    ]

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the steps, the other rooms' panels and the figures counted now."""
        return super().get_context(request, *args, **kwargs) | {
            "step_line": [Step(block.value["label"], block.value["note"]) for block in self.steps],
            "sentences": [line.strip() for line in self.tries.splitlines() if line.strip()][:5],
            "panels": panels.panels("home", request),
            "figures": figures.figures(),
        }
