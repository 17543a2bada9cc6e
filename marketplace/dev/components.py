"""Every component of the pages in all its states, for those who write templates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplace.lib.findings import Finding, Severity
from marketplace.lib.look import Bar, Fact, Step
from marketplace.lib.terms import today

FINGERPRINT = "9f3c41d0a7b2e6f81122334455667788990011aabbccddeeff00112233447ab2"


class EveryField(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="单位全称", help_text="与营业执照一致")
    code = forms.CharField(label="统一社会信用代码", max_length=18)
    people = forms.IntegerField(label="职工人数", required=False)
    day = forms.DateField(label="成立日期", widget=forms.DateInput(attrs={"type": "date"}), required=False)
    industry = forms.ChoiceField(label="行业", choices=[("", "请选择"), ("a", "有色金属"), ("b", "装备制造")])
    mode = forms.ChoiceField(
        label="付款方式", choices=[("bank", "银行转账"), ("online", "网上支付")], widget=forms.RadioSelect
    )
    acts = forms.MultipleChoiceField(
        label="许可范围",
        choices=[("make", "制造"), ("use", "使用"), ("sell", "销售")],
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(label="想做什么产品", widget=forms.Textarea, required=False, help_text="不超过 500 字")
    file = forms.FileField(label="证明文件", required=False, help_text="PDF 或图片，10 MB 以内")
    one_time = forms.CharField(
        label="短时验证码", widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
    )
    agree = forms.BooleanField(label="我已阅读并同意交易规则")


def _findings() -> list[Finding]:
    return [
        Finding("GATE-4", Severity.BLOCK, "第 9 年年费未缴。", "缴清后上传收据，再重新提交。", "实施细则第八十六条"),
        Finding("DECL-3", Severity.WARN, "“领先”像广告语。", "改成可以核对的数字。", "实施细则第八十五条"),
        Finding("NUM-2", Severity.INFO, "信用代码校验位与公式不一致，仍可保存。", "", "GB 32100-2015"),
    ]


def _context(request: HttpRequest) -> dict[str, Any]:
    day = today()
    numbers = Paginator(range(400), 20)
    return {
        "blank": EveryField(auto_id="blank_%s"),
        "other": EveryField(auto_id="other_%s"),
        "wrong": EveryField({"name": "某某公司", "people": "12"}, auto_id="wrong_%s"),
        "steps": [
            Step("申请", "11 月 24 日 09:02", "done"),
            Step("条件确认", "逐条确认 4 处", "done"),
            Step("双方签署", "等你签", "now"),
            Step("付款", "试用期内 ¥0"),
            Step("生效", "备案倒计时 3 个月"),
        ],
        "facts": [
            Fact("现在付", "¥0"),
            Fact("之后", "¥8,000 / 年"),
            Fact("期限", "5 年", "到 2031-02-28"),
            Fact("退出", "试用期内随时"),
        ],
        "findings": _findings(),
        "filed": date(day.year - 12, 3, 1),
        "last_day": date(day.year + 8, 2, 28),
        "expired": (date(day.year - 12, 3, 1), date(day.year - 2, 2, 28)),
        "deadlines": [day + timedelta(40), day + timedelta(6), day, day - timedelta(3)],
        "bars": [Bar("有色金属", 12), Bar("装备制造", 7), Bar("食品", 1), Bar("其他", 0)],
        "page": numbers.get_page(request.GET.get("page", 7)),
        "fingerprint": FINGERPRINT,
        "crumbs": [("首页", "/"), ("找专利", "#"), ("铅冶炼烟气余热分级回收装置", "")],
        "tabs": [("概况", request.path), ("文件", "#"), ("付款", "#")],
        "now": day,
    }


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """The gallery."""
    for level, text in (
        (messages.SUCCESS, _("The example was saved.")),
        (messages.WARNING, _("The example changes tomorrow.")),
        (messages.ERROR, _("The example was not saved.")),
        (messages.INFO, _("The example is an example.")),
    ):
        messages.add_message(request, level, text)
    return render(request, "dev/components.html", _context(request))
