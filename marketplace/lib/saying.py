"""How a page says what rules have found: beside the field they speak of, above the form, or as a message."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.contrib import messages
from django.utils.translation import gettext as _

from marketplace.lib.findings import Finding

if TYPE_CHECKING:
    from django import forms
    from django.http import HttpRequest


def sentence(finding: Finding) -> str:
    """What is wrong, what to do, and by which rule, in one line of the reader's language."""
    words = " ".join(str(part) for part in (finding.message, finding.remedy) if part)
    return _("%(words)s (rule %(rule)s)") % {"words": words, "rule": finding.rule}


def on_form(form: forms.BaseForm, findings: Iterable[Finding], *, otherwise: str | None = None) -> None:
    """Put findings on a form: at the field each speaks of, else at `otherwise`, None for above the form."""
    for finding in findings:
        form.add_error(finding.field if finding.field in form.fields else otherwise, sentence(finding))


def aloud(request: HttpRequest, findings: Iterable[Finding]) -> None:
    """Say findings on the next page, where there is no form to put them on."""
    for finding in findings:
        messages.error(request, sentence(finding))
