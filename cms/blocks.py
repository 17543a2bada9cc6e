"""The pieces that editors put guides and information pages together from."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail import blocks

from marketplace.lib.look import Step
from marketplace.lib.navigation import url_or_empty

# No images, no embeds, no documents: an editor's text can neither fetch nor run anything (CMS-4).
FEATURES = ["bold", "italic", "ol", "ul", "link", "h3"]
ACTIONS = [
    ("listings:find", _("Find patents")),
    ("accounts:organization_new", _("Register an organization")),
    ("listings:import", _("Import a sheet")),
    ("licensing:verify", _("Verify a contract")),
    ("listings:publicity_list", _("Patents in publicity")),
    ("listings:rules", _("Rules catalog")),
    ("cms:glossary", _("Glossary")),
    ("account_signup", _("Sign up")),
]


class StepBlock(blocks.StructBlock):  # type: ignore[misc]
    """One station of a process."""

    label = blocks.CharBlock(label=_("what"), max_length=60)
    note = blocks.CharBlock(label=_("note"), max_length=200, required=False)


class StepsBlock(blocks.ListBlock):  # type: ignore[misc]
    """A process line; always upright, because notes are long here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(StepBlock(), **kwargs)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """With the steps as the component wants them."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"steps": [Step(step["label"], step["note"]) for step in value]}

    class Meta:
        template = "cms/blocks/steps.html"
        icon = "list-ol"
        label = _("process")


class TableBlock(blocks.StructBlock):  # type: ignore[misc]
    """A table typed as lines; the first one is the head."""

    caption = blocks.CharBlock(label=_("caption"), max_length=120)
    rows = blocks.TextBlock(label=_("rows"), help_text=_("One row a line, cells divided by |; the first is the head."))

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """With head and body as lists of cells."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        lines = [[cell.strip() for cell in line.split("|")] for line in value["rows"].splitlines() if line.strip()]
        return context | {"head": lines[0] if lines else [], "body": lines[1:]}

    class Meta:
        template = "cms/blocks/table.html"
        icon = "table"
        label = _("table")


class NoticeBlock(blocks.StructBlock):  # type: ignore[misc]
    """A remark that stands out."""

    tone = blocks.ChoiceBlock(
        label=_("tone"), choices=[("info", _("good to know")), ("warn", _("please check"))], default="info"
    )
    title = blocks.CharBlock(label=_("title"), max_length=80)
    text = blocks.RichTextBlock(label=_("text"), features=["bold", "link"])

    class Meta:
        template = "cms/blocks/notice.html"
        icon = "warning"
        label = _("notice")


class QuestionBlock(blocks.StructBlock):  # type: ignore[misc]
    """A question and its answer, folded."""

    question = blocks.CharBlock(label=_("question"), max_length=200)
    answer = blocks.RichTextBlock(label=_("answer"), features=["bold", "ol", "ul", "link"])

    class Meta:
        template = "cms/blocks/question.html"
        icon = "help"
        label = _("question and answer")


class ActionBlock(blocks.StructBlock):  # type: ignore[misc]
    """A button to a place of the site; shown only where that place exists."""

    label = blocks.CharBlock(label=pgettext_lazy("button", "label"), max_length=60)
    place = blocks.ChoiceBlock(label=pgettext_lazy("button", "place"), choices=ACTIONS)

    def get_context(self, value: Any, parent_context: Any = None) -> dict[str, Any]:
        """With the place's address."""
        context: dict[str, Any] = super().get_context(value, parent_context=parent_context)
        return context | {"url": url_or_empty(value["place"])}

    class Meta:
        template = "cms/blocks/action.html"
        icon = "link"
        label = _("button")


class BodyBlock(blocks.StreamBlock):  # type: ignore[misc]
    """A whole text."""

    heading = blocks.CharBlock(label=_("heading"), max_length=120, icon="title", template="cms/blocks/heading.html")
    paragraph = blocks.RichTextBlock(label=_("paragraph"), features=FEATURES, template="cms/blocks/paragraph.html")
    steps = StepsBlock()
    table = TableBlock()
    notice = NoticeBlock()
    question = QuestionBlock()
    action = ActionBlock()
