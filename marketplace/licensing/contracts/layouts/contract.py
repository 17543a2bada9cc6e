"""The contract of the preset track: a plain summary on the first page, then the clauses."""

from __future__ import annotations

from collections.abc import Sequence

from listings.prices import price_for
from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Clause, Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.pieces import Piece

Figure = tuple[str, str, str]


def contract(d: Draft, clauses: Sequence[Clause]) -> Sheet:
    """The whole contract as it is shown and signed."""
    titles = d.say("》《", "”, “").join(p.title for p in d.offer.patents)
    licensor, licensee = d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)
    return Sheet(
        title=d.say("专利实施许可合同", "Patent License Contract"),
        kicker=d.say("快速许可 · 普通许可", "Preset license · ordinary license"),
        lead=[
            d.say(f"《{titles}》", f"“{titles}”"),
            d.say(f"许可人　{licensor}", f"Licensor: {licensor}"),
            d.say(f"被许可人　{licensee}", f"Licensee: {licensee}"),
        ],
        dated=d.deal.made_on,
        pieces=[
            *summary(d),
            pieces.page(),
            pieces.heading(d.say("合同条款", "The contract")),
            *(pieces.clause(c) for c in clauses),
            *_signatures(d),
        ],
    )


def summary(d: Draft) -> list[Piece]:
    """One page for somebody who reads nothing else."""
    return [
        pieces.heading(d.say("一页看懂", "On one page")),
        pieces.figures(figures(d)),
        pieces.space(1.2),
        pieces.heading(d.say("用大白话说", "In plain words")),
        pieces.points(_plain(d)),
        pieces.note(
            d.say(
                "本页是摘要，方便阅读，不改变后面条款的含义；与条款不一致的，以条款为准。",
                "This page is a summary for easy reading. It changes nothing in the clauses; where they differ, the"
                " clauses decide.",
            )
        ),
    ]


def figures(d: Draft) -> list[Figure]:
    """The six numbers: now, in all, afterwards, term, last day, help."""
    hours = d.offer.number("guidance_hours")
    last = max((p.last_day for p in d.offer.patents if p.last_day), default=None)
    months = d.offer.number("months")
    guided = not d.offer.flag("guidance_none")
    extra = d.offer.number("extra_hour_minor")
    further = d.say(f"超出每小时{d.amount(extra)}", f"further hours {d.amount(extra)} each") if extra else ""
    return [
        _now(d),
        _total(d),
        _afterwards(d),
        (
            d.say("许可期限", "License term"),
            words.months_words(months, d.zh) if months else d.say("至专利到期", "to the patent's end"),
            d.say("自生效日起", "from the effective date"),
        ),
        (
            d.say("专利最后一日", "Last day of the patent"),
            last.isoformat() if last else "—",
            d.say("到期后任何人可以使用", "afterwards free for everybody"),
        ),
        (
            d.say("包含的技术指导", "Guidance included"),
            d.say(f"{hours} 小时", f"{hours} hours") if guided else d.say("不含", "none"),
            further if guided else "",
        ),
    ]


def _now(d: Draft) -> Figure:
    days = d.offer.number("pay_within_days") or 15
    label = d.say("签约后应付", "Due at the start")
    if not d.fee_is_dated:
        return (label, d.amount(0), d.say("不需要先付钱", "nothing to pay first"))
    after = (
        d.say("签约后", "after signing") if d.offer.flag("payment_is_condition") else d.say("生效后", "after effect")
    )
    return (
        label,
        d.amount(d.deal.fee_minor),
        d.say(f"{after}{days}日内", f"within {days} days {after}"),
    )


def _total(d: Draft) -> Figure:
    label = d.say("全期固定费用合计", "Fixed fees over the term")
    terms = dict(d.offer.terms) | {"class_prices": {}, "fee_minor": d.deal.fee_minor}
    price = price_for(terms)
    if d.is_free:
        return (label, d.amount(0), d.say("全程免费", "free throughout"))
    if price.total_minor is not None:
        return (label, d.amount(price.total_minor), d.say("含税", "tax included"))
    if price.royalty_bp and not price.per_year:
        return (label, d.amount(price.fee_minor), d.say("另付提成", "royalty in addition"))
    return (
        label,
        d.say("按年计算", "by the year"),
        d.say(f"每年{d.amount(price.fee_minor)}", f"{d.amount(price.fee_minor)} a year"),
    )


def _afterwards(d: Draft) -> Figure:
    if d.may_leave_free:
        months = d.offer.number("free_months")
        return (
            d.say("免费使用期", "Free period"),
            d.say(f"{months} 个月", f"{months} months"),
            d.say("期内退出不花钱", "leave within it at no cost"),
        )
    if bp := d.offer.number("royalty_bp"):
        base = words.name(words.BASES_OF_ROYALTY, str(d.offer.terms.get("royalty_base") or "net_sales"), d.zh)
        return (d.say("提成比例", "Royalty"), d.rate(bp), d.say(f"按{base}", f"of {base}"))
    return (d.say("提成", "Royalty"), d.say("没有", "none"), d.say("卖多少都不另收", "whatever you sell"))


def _plain(d: Draft) -> list[str]:
    territory = words.territory_words(d.offer.text("territory"), d.zh)
    use = d.offer.text("field_of_use")
    field_zh, field_en = (f"，用于{use}", f" for {use}") if use else ("", "")
    return [
        d.say(
            f"您可以在{territory}使用这项专利{field_zh}；别人也可能得到同样的许可，您不能再转给别人用。",
            f"You may use the patent in {territory}{field_en}. Others may get the same license; you may not pass"
            " it on.",
        ),
        _paying(d),
        d.say(
            f"有人教：见{d.ref('guidance')}；改进归做出改进的一方，见{d.ref('improvements')}。",
            f"Help: see {d.ref('guidance')}. Improvements belong to whoever makes them: {d.ref('improvements')}.",
        ),
        d.say(
            f"想停可以停：见{d.ref('exit')}。",
            f"You can stop: see {d.ref('exit')}.",
        ),
        d.say(
            f"专利失效了，没到期的钱不用付：见{d.ref('upkeep')}。",
            f"If the patent dies, what is not yet due is not owed: see {d.ref('upkeep')}.",
        ),
        d.say(
            f"请特别读并逐条确认：{d.ref('fee')}、{d.ref('liability')}、{d.ref('exit')}、{d.ref('disputes')}。",
            f"Read with care and confirm one by one: {d.ref('fee')}, {d.ref('liability')}, {d.ref('exit')},"
            f" {d.ref('disputes')}.",
        ),
    ]


def _paying(d: Draft) -> str:
    if d.is_free:
        return d.say("不收钱，也没有别的收费。", "Nothing is charged, now or later.")
    if d.may_leave_free:
        return d.say(
            f"先免费用，之后怎么付钱现在就定好了，不会再变：见{d.ref('fee')}。",
            f"Use it free first; what you pay later is fixed now and does not change: see {d.ref('fee')}.",
        )
    if d.has_royalty:
        return d.say(
            f"按卖出的产品提成，每年报一次数：见{d.ref('fee')}和{d.ref('reports')}。",
            f"You pay a share of what you sell and report once a year: see {d.ref('fee')} and {d.ref('reports')}.",
        )
    return d.say(
        f"价格写明，直接付给许可人，平台不经手：见{d.ref('payment')}。",
        f"The price is stated and paid straight to the licensor, not through the platform: see {d.ref('payment')}.",
    )


def _signatures(d: Draft) -> list[Piece]:
    """Who stands behind each side; the licensor's standing offer with its own date (LIC-K)."""
    head: Row = (d.say("签署", "Signatures"), d.say("许可人", "Licensor"), d.say("被许可人", "Licensee"))
    sheet = d.offer.term_sheet
    later = d.say("见签署记录", "see the signature record")
    signer, basis, on = later, later, later
    if sheet:
        signer = d.fact(d.deal.standing_signer)
        basis = d.say(f"条件单《{sheet.name}》", f"term sheet “{sheet.name}”")
        on = d.day(sheet.signed_on)
    return [
        pieces.heading(d.say("签署页", "Signatures")),
        pieces.rows(
            [
                head,
                (d.say("名称", "Name"), d.fact(d.deal.licensor.name), d.fact(d.deal.licensee.name)),
                (d.say("签署人", "Signatory"), signer, later),
                (d.say("依据", "Basis"), basis, d.say("对本文件的签署", "signature on this file")),
                (d.say("签署日期", "Date"), on, later),
            ]
        ),
        pieces.quiet(
            d.say(
                f"签署人、权限、时间、方式和本文件的SHA-256记载于合同编号{d.fact(d.deal.reference)}的签署记录，"
                "可以用首页的二维码或者查验码核对。",
                "Signatories, their authority, times, methods and this file's SHA-256 are in the signature record of"
                f" {d.fact(d.deal.reference)}; check it with the QR code or the code on the first page.",
            )
        ),
    ]
