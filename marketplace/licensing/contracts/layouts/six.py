"""The six numbers that matter, and the contract in plain words: the same on the contract's first page and alone."""

from __future__ import annotations

from datetime import date

from listings.prices import price_for
from marketplace.lib.terms import add_months, recordal_due
from marketplace.licensing.contracts import days, words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft

Figure = tuple[str, str, str]
SHORT = 40  # characters of the field of use; the clause has it whole


def figures(d: Draft) -> list[Figure]:
    """What is paid now, in all, how long, where and for what, free until when, how to leave."""
    return [_now(d), _total(d), _term(d), _where(d), _free(d), _way_out(d)]


def _now(d: Draft) -> Figure:
    limit = d.offer.number("pay_within_days") or 15
    label = d.say("现在要付", "To pay now")
    if not d.fee_is_dated:
        return (label, d.amount(0), d.say("不需要先付钱", "nothing to pay first"))
    if d.offer.track == "open":
        after = d.say("发出通知后", "after the notice")
    elif d.offer.flag("payment_is_condition"):
        after = d.say("签约后", "after signing")
    else:
        after = d.say("生效后", "after effect")
    return (label, d.amount(d.deal.fee_minor), d.say(f"{after}{limit}日内", f"within {limit} days {after}"))


def _total(d: Draft) -> Figure:
    label = d.say("全期合计", "Over the whole term")
    terms = dict(d.offer.terms) | {"class_prices": {}, "fee_minor": d.deal.fee_minor}
    price = price_for(terms, on=d.deal.starts_on)
    if d.is_free:
        return (label, d.amount(0), d.say("全程免费", "free throughout"))
    royalty = ""
    if price.royalty_bp:
        base = words.name(words.BASES_OF_ROYALTY, price.royalty_base or "net_sales", d.zh)
        royalty = d.say(f"{base}的{d.rate(price.royalty_bp)}", f"{d.rate(price.royalty_bp)} of {base}")
    if price.total_minor is not None:
        conditional = price.later_mode == "conditional" and d.may_leave_free
        note = d.say("含税；里程碑未达成不付", "tax included; nothing without the milestone")
        return (label, d.amount(price.total_minor), note if conditional else d.say("含税", "tax included"))
    if price.per_year:
        yearly = d.say(f"每年{d.amount(price.fee_minor)}", f"{d.amount(price.fee_minor)} a year")
        return (label, yearly, d.say(f"另付{royalty}", f"and {royalty}") if royalty else d.say("含税", "tax included"))
    if not price.fee_minor:
        return (label, royalty, d.say("卖出才付，不设最低", "only on sales, no minimum"))
    return (label, d.amount(price.fee_minor), d.say(f"另付{royalty}", f"and {royalty}"))


def _term(d: Draft) -> Figure:
    last = last_day(d)
    months = d.offer.number("months")
    beyond = d.say(f"不超过专利最后一日{last or '—'}", f"not beyond the patent's last day {last or '—'}")
    label = d.say("用多久", "How long")
    if d.deal.ends_on:
        until = d.deal.ends_on.isoformat()
        return (label, d.say(f"到{until}", f"to {until}"), beyond)
    return (label, words.months_words(months, d.zh) if months else d.say("至专利到期", "to the patent's end"), beyond)


def last_day(d: Draft) -> date | None:
    """The last day of the patents."""
    return max((p.last_day for p in d.offer.patents if p.last_day), default=None)


def _where(d: Draft) -> Figure:
    codes = d.offer.text("territory")
    mainland = codes.strip() in {"", "CN"}
    place = d.say("中国大陆", "Mainland China") if mainland else words.territory_words(codes, d.zh)
    use = d.offer.text("field_of_use")
    field = use if len(use) <= SHORT else f"{use[:SHORT]}…"
    label = d.say("在哪用、用来做什么", "Where and for what")
    return (label, place, field or d.say("领域不限", "any field"))


def _free(d: Draft) -> Figure:
    label = d.say("免费到什么时候", "Free until")
    if d.is_free:
        return (label, d.say("一直免费", "always free"), "")
    if not d.may_leave_free:
        return (label, d.say("没有免费期", "no free period"), "")
    months = d.offer.number("free_months")
    ends = {
        "first_revenue": d.say("有首次收入时提前结束", "ends earlier at the first revenue"),
        "milestone": d.say("里程碑达成时提前结束", "ends earlier at the milestone"),
    }.get(str(d.offer.terms.get("trigger")), d.say("自生效日起算", "from the effective date"))
    if d.deal.starts_on:
        return (label, free_until(d).isoformat(), ends)
    return (label, words.months_words(months, d.zh), ends)


def free_until(d: Draft) -> date:
    """The first day that is no longer free at the latest; needs a license that has begun."""
    if d.deal.starts_on is None:
        raise ValueError("the license has not begun")
    return add_months(d.deal.starts_on, d.offer.number("free_months"))


def _way_out(d: Draft) -> Figure:
    if d.offer.track == "open":
        label = d.say("怎么生效", "How it takes effect")
        paid = d.fee_is_dated
        value = d.say("通知加付款" if paid else "发出通知", "notice and payment" if paid else "notice alone")
        return (label, value, d.say("不需要专利权人批准", "no approval needed"))
    label = d.say("怎么退出", "Way out")
    if d.may_leave_free:
        later = d.say(
            f"试用期内不花钱；之后提前{days.EARLY_EXIT_DAYS}日",
            f"free of cost in the free period; {days.EARLY_EXIT_DAYS} days' notice later",
        )
        return (label, d.say("随时", "any time"), later)
    if d.is_free:
        notice = days.EARLY_EXIT_FREE_DAYS
        how = d.say("书面通知即可", "by written notice")
    else:
        notice = days.EARLY_EXIT_DAYS
        how = d.say("书面通知；已付的不退", "in writing; what was paid stays paid")
    return (label, d.say(f"提前{notice}日", f"{notice} days' notice"), how)


def dates(d: Draft) -> list[Row]:
    """What comes next, by date; nothing before the license has begun."""
    if d.deal.starts_on is None:
        return []
    rows = [
        (p.due_on, words.name(words.OBLIGATIONS, p.kind, d.zh) + f"　{d.amount(p.amount_minor)}")
        for p in d.deal.payments
        if p.state in {"due", "future"} and p.due_on and p.amount_minor
    ]
    if d.may_leave_free:
        rows.append((free_until(d), d.say("免费期最迟在这一天结束", "the free period is over at the latest")))
    rows.append((recordal_due(d.deal.starts_on), d.say("最迟备案日", "last day for recordal")))
    if d.deal.ends_on:
        rows.append((d.deal.ends_on, d.say("许可的最后一天", "last day of the license")))
    head = (d.say("日期", "Date"), d.say("什么事", "What"))
    return [head, *((day.isoformat(), what) for day, what in sorted(rows)[:6])]


def plain(d: Draft) -> list[str]:
    """The contract as somebody would say it across a table, each sentence with its clause."""
    territory = words.territory_words(d.offer.text("territory"), d.zh)
    said = [
        d.say(
            f"您可以在{territory}使用这项专利；别人也可能得到同样的许可，您不能再转给别人用（{d.ref('grant')}）。",
            f"You may use the patent in {territory}. Others may get the same license; you may not pass it on"
            f" ({d.ref('grant')}).",
        ),
        _paying(d),
        _help(d),
        d.say(
            f"改进归做出改进的一方（{d.ref('improvements')}）。想停可以停（{d.ref('exit')}）。",
            f"Improvements belong to whoever makes them ({d.ref('improvements')}). You can stop ({d.ref('exit')}).",
        ),
        d.say(
            f"专利失效了，没到期的钱不用付；专利出了问题，查清之前可以先不付（{d.ref('upkeep')}）。",
            "If the patent dies, what is not yet due is not owed; if something happens to it, you may wait with payment"
            f" until that is settled ({d.ref('upkeep')}).",
        ),
    ]
    heavy = [key for key in ("trial", "fee", "liability", "exit", "disputes") if key in d.labels]
    listed = d.say("、", ", ").join(d.ref(key) for key in heavy)
    return [*said, d.say(f"请特别读并逐条确认：{listed}。", f"Read with care and confirm one by one: {listed}.")]


def _paying(d: Draft) -> str:
    if d.is_free:
        return d.say("不收钱，也没有别的收费。", "Nothing is charged, now or later.")
    if d.may_leave_free:
        return d.say(
            f"先免费用，之后怎么付钱现在就定好了，不会再变（{d.ref('trial')}、{d.ref('fee')}）。",
            f"Use it free first; what you pay later is fixed now and does not change ({d.ref('trial')},"
            f" {d.ref('fee')}).",
        )
    if d.has_royalty:
        return d.say(
            f"按卖出的产品提成，每年报一次数（{d.ref('fee')}、{d.ref('reports')}）。",
            f"You pay a share of what you sell and report once a year ({d.ref('fee')}, {d.ref('reports')}).",
        )
    return d.say(
        f"价格写明，含税，直接付给许可人，平台不经手（{d.ref('payment')}）。",
        "The price is stated, includes tax, and is paid straight to the licensor, not through the platform"
        f" ({d.ref('payment')}).",
    )


def _help(d: Draft) -> str:
    if d.offer.flag("guidance_none"):
        return d.say(f"不含技术指导（{d.ref('guidance')}）。", f"No guidance is included ({d.ref('guidance')}).")
    hours, answer = d.offer.number("guidance_hours"), d.offer.number("response_days")
    return d.say(
        f"有人教：包含{hours}小时，{answer}个工作日内答复（{d.ref('guidance')}）。",
        f"Somebody shows you how: {hours} hours included, an answer within {answer} working days"
        f" ({d.ref('guidance')}).",
    )


def plain_open(d: Draft) -> list[str]:
    """The announced terms as somebody would say them."""
    return [
        d.say(
            f"这是国家知识产权局公告的开放许可：对谁都一个价，谁都可以用，不需要批准（{d.ref('effect')}）。",
            "This is an open license announced by the patent office: one price for everybody, anybody may take it, no"
            f" approval ({d.ref('effect')}).",
        ),
        _taking(d),
        d.say(
            f"您不能再许可别人用（{d.ref('scope')}）。",
            f"You may not let others use it ({d.ref('scope')}).",
        ),
        d.say(
            f"声明以后撤回了，您的许可照样有效（{d.ref('withdrawal')}）。",
            f"If the declaration is withdrawn later, your license stays ({d.ref('withdrawal')}).",
        ),
        d.say(
            f"生效后三个月内要备案（{d.ref('recordal')}）。",
            f"Have it recorded within three months of effect ({d.ref('recordal')}).",
        ),
    ]


def _taking(d: Draft) -> str:
    if "payment" not in d.labels:
        return d.say(
            "发出书面通知，许可就生效，不收钱。",
            "Send the written notice and you have the license; nothing is charged.",
        )
    return d.say(
        f"发出书面通知，按公告付钱，许可就生效（{d.ref('payment')}）。",
        f"Send the written notice and pay as announced, and you have the license ({d.ref('payment')}).",
    )
