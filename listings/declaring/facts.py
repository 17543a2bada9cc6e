"""What a declaration of open license and its withdrawal state, item by item (DECL-1, DECL-2, DECL-7).

The texts are Chinese whatever language is read: the papers go to the Chinese patent office. They are laid out by the
items of the Guidelines (part V chapter 11); the office's own form is filled in from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from listings.models import FeeMode, Listing, OfferTerms, PatentKind, RoyaltyBase
from listings.withdrawing import consents_needed
from marketplace.lib.findings import refuse
from marketplace.lib.look import rate_text
from marketplace.lib.money import in_chinese_words
from marketplace.lib.numbers import patent_number

KINDS = {PatentKind.INVENTION: "发明专利", PatentKind.UTILITY_MODEL: "实用新型专利", PatentKind.DESIGN: "外观设计专利"}
BASES = {RoyaltyBase.NET_SALES: "合同产品的销售净额", RoyaltyBase.PROFIT: "实施该专利所得利润"}
UNDERTAKING = (
    "专利权人承诺：该专利权有效，未处于独占或者排他许可有效期限内；未因权属纠纷或者人民法院采取保全措施而中止有关程序；"
    "年费已按照规定缴纳；专利权被质押的，已取得质权人同意；共有专利权的，已取得全体共有人同意；实用新型专利、外观设计专利"
    "已取得专利权评价报告，且报告未认为不符合授予专利权条件。以上内容真实、准确，如有虚假，依法承担责任。"
)
WITHDRAWAL_UNDERTAKING = (
    "专利权人承诺：撤回理由正当，已取得全体专利权人同意，撤回声明未附加任何条件；撤回声明公告生效前依法取得的开放许可，"
    "其效力不受影响。"
)

Line = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Stated:
    """One paper before it is laid out: its title, its numbered items (heading, lines), who signs, and its day."""

    title: str
    number: str
    items: tuple[tuple[str, tuple[Line, ...]], ...]
    signers: tuple[str, ...]
    dated: date


def declaration(listing: Listing, on: date) -> Stated:
    """The declaration of open license (专利开放许可声明). Raises Refused where its terms are not written yet."""
    terms = _terms(listing)
    items = (
        ("专利号与专利", _patent(listing)),
        ("专利权人", _owners(listing)),
        ("许可使用费支付方式、标准", _fee(terms)),
        ("许可期限", (("许可期限", _term(listing, terms)),)),
        ("专利权人联系方式", _contact(listing)),
        ("许可使用费计算依据和方式的说明", (("说明（不超过2000字）", terms.fee_explanation.strip() or "（待填写）"),)),
        ("承诺", (("承诺", UNDERTAKING),)),
        ("其他事项", _other(listing, terms)),
    )
    number = patent_number(listing.patent.application_number)
    return Stated("专利开放许可声明", number, items, tuple(listing.patent.patentees), on)


def withdrawal(listing: Listing, on: date) -> Stated:
    """The declaration that withdraws an open license (专利开放许可撤回声明). Raises Refused before there is one."""
    told = getattr(listing, "declaration", None)
    if told is None:
        raise refuse(
            "DECL-7", "尚无已公告的开放许可声明，无从撤回。", "先登记开放许可声明的编号和公告日。", field="declaration"
        )
    items = (
        ("专利号与专利", _patent(listing)),
        ("专利权人", _owners(listing)),
        ("开放许可声明", (("声明编号", told.number), ("公告日", _day(told.announced_on)))),
        ("撤回理由", (("正当理由", told.withdrawal_reason or "（待填写）"),)),
        ("全体专利权人同意", _consents(listing)),
        ("承诺", (("承诺", WITHDRAWAL_UNDERTAKING),)),
        ("专利权人联系方式", _contact(listing)),
    )
    number = patent_number(listing.patent.application_number)
    return Stated("专利开放许可撤回声明", number, items, tuple(listing.patent.patentees), on)


def _terms(listing: Listing) -> OfferTerms:
    terms: OfferTerms | None = getattr(listing, "terms", None)
    if terms is None:
        raise refuse("DECL-1", _("The terms are not written yet."), _("Write price and term first."), field="terms")
    return terms


def _patent(listing: Listing) -> tuple[Line, ...]:
    patent = listing.patent
    lines = [
        ("专利号", patent_number(patent.application_number)),
        ("名称", patent.title),
        ("专利类型", KINDS.get(PatentKind(patent.kind), "")),
        ("申请日", _day(patent.filed_on)),
        ("授权公告日", _day(patent.granted_on)),
        ("专利权届满日", _day(patent.last_day)),
    ]
    if patent.kind != PatentKind.INVENTION:
        report = f"已取得，作出日 {_day(patent.evaluation_on)}" if patent.evaluation_report_id else "（待提交）"
        lines.append(("专利权评价报告", report))
    return tuple(lines)


def _owners(listing: Listing) -> tuple[Line, ...]:
    owner = listing.organization
    lines = [("专利权人", "；".join(listing.patent.patentees))]
    if owner.name in listing.patent.patentees:
        lines += [("统一社会信用代码", owner.credit_code or "（待填写）"), ("地址", owner.address or "（待填写）")]
    for row in sorted(listing.patent.co_owners.all(), key=lambda one: one.name):
        agreed = f"书面同意，{_day(row.consented_on)}" if row.consent_id and row.consented_on else "（待取得书面同意）"
        lines.append((f"共有人 {row.name}", agreed))
    return tuple(lines)


def _fee(terms: OfferTerms) -> tuple[Line, ...]:
    amount = f"人民币 {_yuan(terms.fee_minor)} 元（{in_chinese_words(terms.fee_minor)}）"
    royalty = (
        f"按{BASES.get(RoyaltyBase(terms.royalty_base), '')}的 {rate_text(terms.royalty_bp)}"
        if terms.royalty_base
        else ""
    )
    each = "每年" if terms.fee_per_year else "一次性"
    within = f"书面通知送达之日起 {terms.pay_within_days} 日内支付"
    match terms.fee_mode:
        case FeeMode.FREE:
            return (("支付方式", "免费"), ("标准", "人民币 0 元"))
        case FeeMode.ROYALTY:
            return (("支付方式", "提成"), ("标准", royalty), ("支付时间", "每年结算一次"))
        case FeeMode.ENTRY_ROYALTY:
            return (
                ("支付方式", "入门费附加提成"),
                ("入门费", amount),
                ("提成", royalty),
                ("支付时间", f"入门费于{within}"),
            )
        case _:
            return (("支付方式", f"固定费用，{each}支付"), ("标准", amount), ("支付时间", within))


def _term(listing: Listing, terms: OfferTerms) -> str:
    last = listing.patent.last_day
    if terms.months is None:
        return f"自许可生效之日起至专利权届满日{f'（{_day(last)}）' if last else ''}止"
    years, months = divmod(terms.months, 12)
    span = (f"{years}年" if years else "") + (f"{months}个月" if months else "")
    return f"自许可生效之日起 {span}，且不超过专利权届满日{f'（{_day(last)}）' if last else ''}"


def _contact(listing: Listing) -> tuple[Line, ...]:
    owner = listing.organization
    return (
        ("联系人", listing.contact_name or owner.contact_name or "（待填写）"),
        ("电话", listing.contact_phone or owner.contact_phone or "（待填写）"),
        ("电子邮箱", listing.contact_email or owner.contact_email or "（待填写）"),
        ("通信地址", owner.address or "（待填写）"),
    )


def _other(listing: Listing, terms: OfferTerms) -> tuple[Line, ...]:
    bank = "、".join(part for part in (listing.organization.bank_name, listing.organization.bank_account_name) if part)
    guidance = "不提供" if terms.guidance_none else terms.guidance or "另行约定"
    return (("收款账户", bank or "（待填写）"), ("技术指导", guidance), ("许可类型", "普通许可；不得分许可"))


def _consents(listing: Listing) -> tuple[Line, ...]:
    told = listing.declaration
    agreed = {row.name for row in told.withdrawal_papers.all() if row.kind == "consent"}
    lines = [(listing.organization.name, "同意（本声明签章）")]
    lines += [(name, "书面同意，附件" if name in agreed else "（待取得书面同意）") for name in consents_needed(listing)]
    return tuple(lines)


def _day(value: date | None) -> str:
    return f"{value.year}年{value.month}月{value.day}日" if value else "（待填写）"


def _yuan(minor: int) -> str:
    whole, rest = divmod(minor, 100)
    return f"{whole:,}.{rest:02d}"
