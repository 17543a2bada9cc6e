"""A changed point of a contract in words: what it is called, how it read, how it reads now (CC 543, 544)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.further_facts import TEXT, TermChange
from marketplace.licensing.contracts.reading import day, one_line
from marketplace.licensing.contracts.words import Pair

CALLED: dict[str, Pair] = {
    "ends_on": ("许可期限的最后一日", "Last day of the license"),
    "fee_mode": ("收费方式", "Fee mode"),
    "fee_minor": ("固定费用", "Fixed fee"),
    "fee_per_year": ("固定费用的计算", "The fixed fee is"),
    "royalty_bp": ("提成比例", "Royalty rate"),
    "royalty_base": ("提成基数", "Royalty base"),
    "free_months": ("试用期", "Free period"),
    "trigger": ("试用期的结束", "The free period ends"),
    "milestone": ("里程碑", "Milestone"),
    "later_mode": ("试用期后的支付方式", "Payment after the free period"),
    "instalments": ("分期期数", "Number of instalments"),
    "nonpayment": ("不付款的后果", "If payment stops"),
    "pay_within_days": ("付款期限", "Time to pay"),
    "payment_is_condition": ("付款是否为生效条件", "Payment is a condition of effect"),
    "months": ("许可期限", "License term"),
    "territory": ("许可地域", "Territory"),
    "field_of_use": ("许可实施的领域", "Field of use"),
    "acts": ("许可实施的行为", "Permitted acts"),
    "guidance_none": ("是否约定不含技术指导", "No guidance is included"),
    "guidance": ("技术指导的内容", "Content of the guidance"),
    "guidance_hours": ("包含的指导时数", "Hours of guidance"),
    "response_days": ("响应时间", "Response time"),
    "guidance_persons": ("指导人员", "Persons who guide"),
    "travel": ("差旅费用", "Travel cost"),
    "extra_hour_minor": ("超出部分每小时价格", "Price of a further hour"),
}
MODES: dict[str, Pair] = {
    "fixed": ("固定费用", "fixed fee"),
    "entry_royalty": ("入门费加提成", "entry fee and royalty"),
    "royalty": ("提成", "royalty"),
    "free": ("无偿", "free of charge"),
    "free_then_paid": ("先使用后付费", "free first, paid later"),
}
TRIGGERS: dict[str, Pair] = {
    "date": ("免费月数届满时", "when the free months are over"),
    "first_revenue": (
        "首次收入之日，最迟免费月数届满时",
        "at the first revenue, at the end of the free months at the latest",
    ),
    "milestone": (
        "里程碑达成之日，最迟免费月数届满时",
        "at the milestone, at the end of the free months at the latest",
    ),
}
LATER: dict[str, Pair] = {
    "deferred": ("延期支付", "deferred"),
    "instalments": ("分期支付", "instalments"),
    "conditional": ("附条件支付", "conditional"),
    "revenue_share": ("收益提成", "revenue share"),
}
HEAVY = frozenset({"fee_mode", "fee_minor", "fee_per_year", "royalty_bp", "royalty_base", "free_months", "trigger"})
HEAVY |= {"milestone", "later_mode", "instalments", "nonpayment", "pay_within_days", "payment_is_condition", TEXT}


def bears_on_major_interests(changes: tuple[TermChange, ...]) -> bool:
    """Whether a change touches money or is worded by the parties, so that it is confirmed on its own (LIC-F)."""
    return any(change.name in HEAVY for change in changes)


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[TermChange, ...]:
    """The points in which two sets of terms (as `listings.prices.terms_dict` gives them) differ, in reading order."""
    return tuple(
        TermChange(name=name, before=before.get(name), after=after.get(name))
        for name in CALLED
        if (before.get(name) or None) != (after.get(name) or None)
    )


def row(d: Draft, change: TermChange) -> Row:
    """What, before, now."""
    if change.name == TEXT:
        return (d.fact(change.label), _said(d, change.before), _said(d, change.after))
    called = words.name(CALLED, change.name, d.zh)
    return (called, value(d, change.name, change.before), value(d, change.name, change.after))


def value(d: Draft, name: str, raw: Any) -> str:
    """A raw value of a column in the paper's language; a dash where there is none."""
    if write := _WRITERS.get(name):
        return write(d, raw)
    return _said(d, raw)


def _said(d: Draft, raw: Any) -> str:
    return one_line(raw) or d.say("没有约定", "not agreed")


def _day(d: Draft, raw: Any) -> str:
    return d.day(raw if isinstance(raw, date) else day(raw))


def _money(d: Draft, raw: Any) -> str:
    return d.amount(int(raw or 0))


def _from(table: Mapping[str, Pair]) -> Callable[[Draft, Any], str]:
    return lambda d, raw: words.name(dict(table), str(raw), d.zh) if raw else d.say("没有约定", "not agreed")


def _months(d: Draft, raw: Any) -> str:
    return words.months_words(int(raw), d.zh) if raw else d.say("至专利权期限的最后一日", "to the patent's last day")


def _free_months(d: Draft, raw: Any) -> str:
    return words.months_words(int(raw), d.zh) if raw else d.say("没有", "none")


def _flag(d: Draft, raw: Any) -> str:
    return d.say("是", "yes") if raw else d.say("否", "no")


def _acts(d: Draft, raw: Any) -> str:
    chosen = [key for key in words.ACTS if key in (raw or ())]
    return d.say("、", ", ").join(words.name(words.ACTS, key, d.zh) for key in chosen) or _said(d, None)


_WRITERS: dict[str, Callable[[Draft, Any], str]] = {
    "ends_on": _day,
    "fee_mode": _from(MODES),
    "fee_minor": _money,
    "fee_per_year": lambda d, raw: d.say("每许可年度", "for each year") if raw else d.say("一次总算", "one sum"),
    "royalty_bp": lambda d, raw: d.rate(int(raw or 0)),
    "royalty_base": _from(words.BASES_OF_ROYALTY),
    "free_months": _free_months,
    "trigger": _from(TRIGGERS),
    "later_mode": _from(LATER),
    "instalments": lambda d, raw: d.say(f"{int(raw or 0)}期", str(int(raw or 0))),
    "pay_within_days": lambda d, raw: d.say(f"{int(raw or 0)}日内", f"within {int(raw or 0)} days"),
    "payment_is_condition": _flag,
    "months": _months,
    "territory": lambda d, raw: words.territory_words(one_line(raw), d.zh),
    "acts": _acts,
    "guidance_none": _flag,
    "guidance_hours": lambda d, raw: d.say(f"{int(raw or 0)}小时", f"{int(raw or 0)} hours"),
    "response_days": lambda d, raw: d.say(f"{int(raw or 0)}个工作日内", f"within {int(raw or 0)} working days"),
    "extra_hour_minor": _money,
}
