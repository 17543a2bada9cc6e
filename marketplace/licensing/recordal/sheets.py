"""What a filing's zip holds beside the deal's papers: form data, payments, an explanation when late, the checklist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from marketplace.licensing.contracts import pieces, words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft
from marketplace.licensing.contracts.facts import PaymentFacts
from marketplace.licensing.contracts.layouts.further import one_signs
from marketplace.licensing.contracts.layouts.sheet import Sheet
from marketplace.licensing.contracts.library import fee
from marketplace.licensing.contracts.reading import one_line
from marketplace.licensing.models import Filing, FilingKind, Party


def form_data(d: Draft, filing: Filing) -> Sheet:
    """Everything that the office's own form asks, ready to be copied."""
    recordal = filing.kind == FilingKind.RECORDAL
    opened = d.offer.track == "open"
    if recordal:
        title = d.say("专利实施许可备案信息表", "Data for the Recordal of a Patent License")
        kicker = d.say("供填写备案申请表", "To fill in the office's form")
    else:
        title = d.say("技术合同认定登记信息表", "Data for the Registration of a Technology Contract")
        kicker = d.say("供填写登记申请表", "To fill in the registrar's form")
    return Sheet(
        title=title,
        kicker=kicker,
        lead=[],
        dated=d.deal.starts_on,
        one_page=True,
        pieces=[
            pieces.heading(d.say("许可", "The license")),
            pieces.rows(_license(d, opened) if recordal else _contract(d)),
            pieces.heading(d.say("双方", "The parties")),
            pieces.rows(_parties(d)),
            pieces.heading(d.say(f"专利（共{len(d.offer.patents)}件）", f"Patents ({len(d.offer.patents)})")),
            pieces.rows(_patents(d)),
            pieces.heading(d.say("办理人", "Who files")),
            pieces.rows(_filer(d, filing)),
            pieces.note(
                d.say(
                    "本表由平台根据合同和记录填写，供核对和抄录；正式申请以主管机关当时的标准表格和系统为准。",
                    "The platform filled this in from the contract and its records. The office's own form and system,"
                    " as they are at that time, decide.",
                )
            ),
        ],
    )


def _license(d: Draft, opened: bool) -> list[Row]:
    rows: list[Row] = [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("合同或通知编号", "Reference"), d.fact(d.deal.reference)),
        (d.say("许可种类", "Kind"), d.say("普通许可", "ordinary license")),
        (d.say("许可地域", "Territory"), words.territory_words(d.offer.text("territory"), d.zh)),
        (d.say("生效日", "Effective on"), d.day(d.deal.starts_on)),
        (d.say("许可期限至", "Ends on"), d.day(d.deal.ends_on)),
        (d.say("使用费和支付方式", "Fee and way of payment"), _fee(d)),
        (d.say("币种", "Currency"), d.deal.currency),
        (d.say("再许可", "Sublicense"), d.say("不允许", "not allowed")),
    ]
    if opened:
        rows += [
            (d.say("开放许可声明编号", "Number of the declaration"), d.fact(d.offer.declaration_number)),
            (d.say("声明公告日", "Announced on"), d.day(d.offer.announced_on)),
            (d.say("书面通知到达", "Notice arrived"), d.at(d.deal.noticed_at)),
        ]
    return rows


def _contract(d: Draft) -> list[Row]:
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("合同编号", "Contract number"), d.fact(d.deal.reference)),
        (d.say("合同名称", "Contract"), d.say("专利实施许可合同", "patent license contract")),
        (d.say("合同类别", "Kind"), d.say("技术许可（专利实施许可）", "technology license (patent license)")),
        (d.say("签订日期", "Made on"), d.day(d.deal.made_on)),
        (d.say("起止日期", "From and to"), f"{d.day(d.deal.starts_on)}　–　{d.day(d.deal.ends_on)}"),
        (d.say("合同总金额（固定部分）", "Amount (fixed part)"), d.amount(d.deal.fee_minor)),
        (
            d.say("技术交易额", "Technical amount"),
            d.say("由登记机构扣除非技术部分后核定", "set by the registrar without what is not technical"),
        ),
        (d.say("支付方式", "Way of payment"), _fee(d)),
    ]


def _fee(d: Draft) -> str:
    """The fee clause in one line; a free license is called so."""
    if d.is_free:
        return d.say("无偿", "free of charge")
    return " ".join(fee.in_short(d))


def _parties(d: Draft) -> list[Row]:
    sides = (d.deal.licensor, d.deal.licensee)
    asked = (
        (d.say("名称", "Name"), "name"),
        (d.say("统一社会信用代码", "Unified social credit code"), "credit_code"),
        (d.say("地址", "Address"), "address"),
        (d.say("法定代表人（负责人）", "Legal representative"), "legal_representative"),
        (d.say("联系人", "Contact"), "contact_name"),
        (d.say("电话", "Phone"), "contact_phone"),
    )
    head = ("", d.say("许可人（卖方）", "Licensor (seller)"), d.say("被许可人（买方）", "Licensee (buyer)"))
    return [head, *((label, *(one_line(getattr(side, key)) or "—" for side in sides)) for label, key in asked)]


def _patents(d: Draft) -> list[Row]:
    head = (
        d.say("名称", "Title"),
        d.say("专利号", "Number"),
        d.say("申请日", "Filed"),
        d.say("授权公告日和权利人", "Granted, and to whom"),
    )
    return [
        head,
        *(
            (p.title, words.number_words(p.number), d.day(p.filed_on), f"{d.day(p.granted_on)}　{p.patentee}")
            for p in d.offer.patents
        ),
    ]


def _filer(d: Draft, filing: Filing) -> list[Row]:
    side = d.deal.licensor if filing.duty == Party.LICENSOR else d.deal.licensee
    return [
        (d.say("项目", "Item"), d.say("内容", "Content")),
        (d.say("办理方", "Filed by"), f"{words.name(words.PARTIES, str(filing.duty), d.zh)}　{d.fact(side.name)}"),
        (d.say("联系人和电话", "Contact and phone"), f"{d.fact(side.contact_name)}　{one_line(side.contact_phone)}"),
        (d.say("经办人", "Handled by"), ""),
        (d.say("最后期限", "Last day"), d.day(filing.due_on)),
    ]


def payments(d: Draft, filing: Filing) -> Sheet:
    """What was paid, when and with which receipt; to stamp and hand in with the bank's own receipt."""
    head: Row = (d.say("款项", "Item"), d.say("金额", "Amount"), d.say("结清时间", "Settled"), d.say("凭证", "Proof"))
    told = [_paid(d, p) for p in d.deal.payments if p.state == "settled"]
    free = d.say("本许可无偿，没有应付的款项。", "The license is free of charge; nothing is owed.")
    waits = d.say("到目前为止没有到期并结清的款项。", "Nothing has fallen due and been settled so far.")
    return Sheet(
        title=d.say("许可使用费支付情况说明", "Statement of Payments"),
        kicker=d.say("随备案或者登记提交", "To be handed in"),
        lead=[],
        dated=d.deal.starts_on,
        pieces=[
            pieces.heading(d.say("付款", "Payments")),
            pieces.rows([head, *told]) if told else pieces.par(free if d.is_free else waits),
            pieces.par(
                d.say(
                    "以上为平台记录的付款，请附银行回单或者许可人的收款证明。",
                    "These are the payments on the platform's record; add the bank's receipt or the licensor's proof of"
                    " receipt.",
                )
            ),
            *one_signs(d, _name(d, filing)),
        ],
    )


def _paid(d: Draft, p: PaymentFacts) -> Row:
    how = words.name(words.PROOFS, str(p.proof.get("kind", "")), d.zh)
    return (
        words.name(words.OBLIGATIONS, p.kind, d.zh),
        words.short_money(p.amount_minor, p.currency),
        d.at(p.settled_at),
        f"{how} {one_line(p.proof.get('reference'))}".strip(),
    )


def late(d: Draft, filing: Filing) -> Sheet:
    """The stamped explanation that a late recordal needs."""
    return Sheet(
        title=d.say("逾期办理备案的情况说明", "Why the Recordal Is Late"),
        kicker=d.say("随备案提交", "To be handed in"),
        lead=[d.say("致　国家知识产权局", "To: the patent office (CNIPA)")],
        dated=d.deal.starts_on,
        pieces=[
            pieces.heading(d.say("说明", "Explanation")),
            pieces.par(
                d.say(
                    f"编号{d.fact(d.deal.reference)}的专利实施许可于{d.day(d.deal.starts_on)}生效，应当在{d.day(filing.due_on)}前备案。"
                    "未能按期办理的原因如下，请予备案：",
                    f"The patent license {d.fact(d.deal.reference)} took effect on {d.day(d.deal.starts_on)} and was"
                    f" to be recorded by {d.day(filing.due_on)}. It was not, for this reason, and we ask to record it"
                    " now:",
                )
            ),
            pieces.rows([(d.say("项目", "Item"), d.say("内容", "Content")), (d.say("原因", "Reason"), "")]),
            *one_signs(d, _name(d, filing)),
        ],
    )


def checklist(d: Draft, filing: Filing, rows: Sequence[tuple[str, str, str]], made_on: date) -> Sheet:
    """What is in the zip, what is filled in, and what the one who files must still do or add."""
    recordal = filing.kind == FilingKind.RECORDAL
    head: Row = (d.say("文件", "File"), d.say("是否已填好", "Ready"), d.say("您还要做什么", "What you still do"))
    return Sheet(
        title=d.say("办理清单", "Checklist"),
        kicker=d.say(
            "专利实施许可备案" if recordal else "技术合同认定登记",
            "Recordal of a license" if recordal else "Registration of a technology contract",
        ),
        lead=[d.say(f"办理方　{_name(d, filing)}", f"Filed by: {_name(d, filing)}")],
        dated=made_on,
        pieces=[
            pieces.heading(d.say("要交的材料", "What is handed in")),
            pieces.rows([head, *rows]),
            pieces.heading(d.say("时间", "Time")),
            pieces.par(_time(d, filing)),
            pieces.note(
                d.say(
                    "材料要求以主管机关的最新规定为准。交件后请在平台登记日期和编号，另一方会收到通知。",
                    "The office's latest rules decide what it wants. After handing in, enter day and number on the"
                    " platform; the other side is told.",
                )
            ),
        ],
    )


def _time(d: Draft, filing: Filing) -> str:
    if filing.due_on is None:
        return d.say(
            "技术合同认定登记自愿办理，没有法定期限；要享受税收优惠的，应当在申报之前办理。",
            "Registration is voluntary and has no last day by law; for tax relief it must come before the tax return.",
        )
    return d.say(
        f"自生效日起三个月内，最后一天是{d.day(filing.due_on)}；过了这一天仍可以办理，须附情况说明。",
        f"Within three months of effect; the last day is {d.day(filing.due_on)}. It can still be done later, with an"
        " explanation.",
    )


def _name(d: Draft, filing: Filing) -> str:
    return d.fact((d.deal.licensor if filing.duty == Party.LICENSOR else d.deal.licensee).name)
