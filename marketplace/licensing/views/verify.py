"""Where strangers check papers: by file or by code. Open to everybody, stores nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from marketplace.accounts.requests import address_of
from marketplace.frame.errors import too_many
from marketplace.lib import limits, pki
from marketplace.lib.look import Fact
from marketplace.lib.terms import day_of
from marketplace.licensing.forms.verifying import CodeForm, FileForm
from marketplace.licensing.models import Agreement, Party
from marketplace.licensing.public import holders
from marketplace.licensing.signing import ca, keys

if TYPE_CHECKING:
    from marketplace.licensing.signing.verify import Report


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponseBase:
    """Take a PDF or a code and say what is known about it."""
    if request.method == "POST":
        return _file(request)
    if "code" in request.GET:
        return _code(request)
    return _page(request)


@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponseBase:
    """What may be public about the license behind a paper's QR code."""
    if _busy(request):
        return too_many(request)
    agreement = holders.by_code(code)
    if agreement is None:
        return _unknown(request, code)
    if agreement.verify_code != code:
        return redirect("licensing:verify_code", agreement.verify_code)
    return render(request, "licensing/verify_code.html", _public(agreement))


def _file(request: HttpRequest) -> HttpResponse:
    if _busy(request):
        return too_many(request)
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, file_form=form, status=422)
    from marketplace.licensing.signing.verify import examine  # loads pyHanko

    report = examine(form.cleaned_data["file"].read())
    return _page(request, report=report, name=form.cleaned_data["file"].name)


def _code(request: HttpRequest) -> HttpResponseBase:
    form = CodeForm(request.GET)
    if not form.is_valid():
        return _page(request, code_form=form, status=422)
    if _busy(request):
        return too_many(request)
    agreement = holders.by_code(form.cleaned_data["code"])
    if agreement is None:
        return _unknown(request, form.cleaned_data["code"])
    return redirect("licensing:verify_code", agreement.verify_code)


def _unknown(request: HttpRequest, code: str) -> HttpResponse:
    form = CodeForm({"code": code[:200]})
    form.is_valid()
    form.add_error("code", _("No paper carries this code. Compare it with the paper, letter by letter."))
    return _page(request, code_form=form, status=404)


def _page(
    request: HttpRequest,
    *,
    file_form: FileForm | None = None,
    code_form: CodeForm | None = None,
    report: Report | None = None,
    name: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "file_form": file_form or FileForm(),
        "code_form": code_form or CodeForm(),
        "report": report,
        "name": name[:120],
        "test_keys": _test_keys(),
        "certificates": _certificates(),
    }
    return render(request, "licensing/verify.html", context, status=status)


def _public(agreement: Agreement) -> dict[str, Any]:
    verdict, words = holders.license_today(agreement)
    papers = agreement.papers.order_by("made_at", "-language")
    return {
        "agreement": agreement,
        "facts": [*holders.facts(agreement), *_ways(agreement)],
        "verdict": verdict,
        "words": words,
        "papers": papers,
        "test_keys": _test_keys(),
    }


def _ways(agreement: Agreement) -> list[Fact]:
    """How each side signed and when: the level and the day, never the person."""
    rows = agreement.own_signatures.order_by("at", "pk")
    return [
        Fact(
            _("Signed for the licensor") if row.party == Party.LICENSOR else _("Signed for the licensee"),
            day_of(row.at).isoformat(),
            str(row.get_method_display()),
        )
        for row in rows
    ]


def _certificates() -> list[tuple[str, str, str]]:
    """Of each certificate an evidence pack trusts: what it is for, its subject, its SHA-256 (hex)."""
    try:
        where = keys.places()
        known = [
            *((_("Seal"), each) for each in keys.ours(where)),
            *((_("Above the seal"), each) for each in keys.chain(where)),
            *((_("Time stamps"), each) for each in pki.stamp_anchors()),
            *((_("Parties' certificates"), each) for each in ca.anchors()),
        ]
    except pki.BadKeyFile:
        return []
    return [(use, str(each.subject.human_friendly), each.sha256.hex()) for use, each in known]


def _test_keys() -> bool:
    """Whether seals here are for tests only; unknown keys are not called real."""
    try:
        return keys.uses_test_keys()
    except pki.BadKeyFile:
        return False


def _busy(request: HttpRequest) -> bool:
    return not limits.allow("verify", address_of(request))
