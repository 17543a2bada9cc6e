"""Public documents: number, issuer, dates, where the original is, and what it means here."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField

from cms.blocks import BodyBlock
from cms.models.base import SitePage

PER_PAGE = 20


class PolicyKind(models.TextChoices):
    """What sort of document it is, the strongest first."""

    LAW = "law", _("Law")
    REGULATION = "regulation", _("Regulation")
    LOCAL = "local", _("Local regulation")
    RULE = "rule", _("Departmental rule")
    NOTICE = "notice", _("Notice or plan")


class PolicyIndexPage(SitePage):
    """The list, filtered by issuer and kind."""

    intro = models.CharField(_("introduction"), max_length=300, blank=True)

    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.PolicyPage"]
    template = "cms/policy_index.html"
    content_panels = [*SitePage.content_panels, FieldPanel("intro")]

    class Meta:
        verbose_name = _("policy list")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With the documents asked for, one page of them, and what can be asked for."""
        documents = PolicyPage.objects.child_of(self).live()
        issuers = sorted(set(documents.values_list("issuer", flat=True)))
        kind, issuer = request.GET.get("kind", ""), request.GET.get("issuer", "")
        found = documents
        if kind in PolicyKind.values:
            found = found.filter(kind=kind)
        if issuer in issuers:
            found = found.filter(issuer=issuer)
        ordered = found.order_by(models.F("in_force_on").desc(nulls_last=True), "-issued_on", "title")
        page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
        return super().get_context(request, *args, **kwargs) | {
            "documents": page,
            "issuers": issuers,
            "kinds": PolicyKind.choices,
            "asked": {"kind": kind, "issuer": issuer},
        }


class PolicyPage(SitePage):
    """One document. Facts and two sentences of our own; the text itself stays where it was issued."""

    kind = models.CharField(_("kind"), max_length=12, choices=PolicyKind)
    number = models.CharField(_("document number"), max_length=80, blank=True)
    issuer = models.CharField(_("issuer"), max_length=120)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    in_force_on = models.DateField(_("in force from"), null=True, blank=True)
    articles = models.CharField(_("articles that matter here"), max_length=120, blank=True)
    source_name = models.CharField(_("where the original is"), max_length=120, blank=True)
    source_url = models.URLField(_("address of the original"), blank=True)
    summary = models.TextField(_("summary in two sentences"), max_length=500)
    body = StreamField(BodyBlock(), verbose_name=_("what it means here"), blank=True)

    parent_page_types = ["cms.PolicyIndexPage"]
    subpage_types: list[str] = []
    template = "cms/policy.html"
    content_panels = [
        *SitePage.content_panels,
        MultiFieldPanel(
            [FieldPanel(n) for n in ("kind", "number", "issuer", "issued_on", "in_force_on", "articles")],
            heading=_("Document"),
        ),
        MultiFieldPanel([FieldPanel("source_name"), FieldPanel("source_url")], heading=_("Original")),
        FieldPanel("summary"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("policy document")
