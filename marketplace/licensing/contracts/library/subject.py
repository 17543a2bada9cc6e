"""Who, which patents, what is granted and for how long (CC 845, 863-867; SPC 25, 28; LIC-E, LIC-H)."""

from __future__ import annotations

from marketplace.licensing.contracts import days, words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import BLANK, Draft
from marketplace.licensing.contracts.facts import PartyFacts
from marketplace.licensing.contracts.reading import PatentFacts


def parties_table(d: Draft) -> list[Row]:
    """Both parties side by side."""
    sides = (d.deal.licensor, d.deal.licensee)
    asked: list[tuple[str, str]] = [
        (d.say("名称", "Name"), "name"),
        (d.say("统一社会信用代码", "Unified social credit code"), "credit_code"),
        (d.say("住所", "Address"), "address"),
        (d.say("法定代表人（负责人）", "Legal representative"), "legal_representative"),
        (d.say("联系人", "Contact"), "contact_name"),
        (d.say("电话", "Phone"), "contact_phone"),
        (d.say("电子邮箱", "E-mail"), "contact_email"),
    ]
    header = ("", d.say("许可人", "Licensor"), d.say("被许可人", "Licensee"))
    return [header, *((label, *(_party(d, side, key) for side in sides)) for label, key in asked)]


def _party(d: Draft, side: PartyFacts, key: str) -> str:
    if key == "name" and not d.zh and side.name_en:
        return f"{d.fact(side.name)} ({d.fact(side.name_en)})"
    told = d.fact(getattr(side, key))
    return "—" if side.name and told == BLANK else told  # a person has no credit code; a blank is for what comes later


def parties(d: Draft) -> list[str]:
    """What the two call themselves."""
    said = [
        d.say(
            "上列许可人与被许可人经平等协商，依照《中华人民共和国民法典》《中华人民共和国专利法》订立本合同。",
            "The Licensor and the Licensee named above make this contract on equal terms under the Civil Code and the"
            " Patent Law of the People's Republic of China.",
        )
    ]
    if d.deal.licensee_class:
        kind = words.name(words.CLASSES, d.deal.licensee_class, d.zh)
        said.append(
            d.say(
                f"被许可人声明：签署时其属于“{kind}”，并据此适用本合同的价格；声明不实的，应补足差额。",
                f"The Licensee states that when signing it is a “{kind}” and pays the price for that class; if the"
                " statement is untrue it pays the difference.",
            )
        )
    if d.deal.related_party:
        detail = d.fact(d.deal.related_detail)
        said.append(
            d.say(
                f"双方存在关联关系，已如实申报：{detail}。",
                f"The parties are related and have declared it: {detail}.",
            )
        )
    return said


def patents_table(d: Draft) -> list[Row]:
    """Everything CC 845 wants named, one patent after the other."""
    rows: list[Row] = [(d.say("项目", "Item"), d.say("内容", "Content"))]
    for patent in d.offer.patents:
        rows += _patent(d, patent)
    return rows


def patents_then(d: Draft) -> list[Row]:
    """The same on a later paper: the status is that of the day of the contract."""
    now, then = d.say("法律状态", "Legal status"), d.say("订立合同时的法律状态", "Legal status at the time")
    return [(then, *row[1:]) if row[0] == now else row for row in patents_table(d)]


def _patent(d: Draft, patent: PatentFacts) -> list[Row]:
    others = [name for name in patent.co_owners if name not in patent.patentee]
    owners = d.say("、", ", ").join([d.fact(patent.patentee), *others])
    source = d.fact(patent.status_source)
    checked = d.day(patent.status_checked_on)
    status = words.name(words.STATUSES, patent.status, d.zh)
    burden = [(d.say("权利负担", "Burden"), d.say("专利权已出质", "the patent is pledged"))] if patent.pledged else []
    return [
        (d.say("发明创造名称", "Title"), d.fact(patent.title)),
        (d.say("专利号", "Patent number"), words.number_words(patent.number)),
        (d.say("专利类型", "Kind"), words.name(words.PATENT_KINDS, patent.kind, d.zh)),
        (d.say("专利申请人", "Applicant"), d.fact(patent.applicant)),
        (d.say("专利权人", "Patentee"), owners),
        (d.say("申请日", "Filing date"), d.day(patent.filed_on)),
        (d.say("授权公告日", "Grant date"), d.day(patent.granted_on)),
        (d.say("专利权期限最后一日", "Last day of the patent"), d.day(patent.last_day)),
        (
            d.say("法律状态", "Legal status"),
            d.say(f"{status}（{checked}查询；来源：{source}）", f"{status} (checked {checked}; source: {source})"),
        ),
        *burden,
    ]


def patents(d: Draft) -> list[str]:
    """What the table rests on."""
    return [
        _right_to_license(d),
        d.say(
            "法律状态以国家知识产权局专利登记簿的记载为准，上表记明本次查询的日期和来源。",
            "The register of the patent office decides on the legal status; the table names the date and source of this"
            " inquiry.",
        ),
    ]


def _right_to_license(d: Draft) -> str:
    """PL 14: by the owners' agreement, or the rule of the law where they have none (PRESET-1)."""
    if d.offer.co_owner_default and any(p.co_owners for p in d.offer.patents):
        return d.say(
            "上列专利为共有，共有人之间没有约定；许可人依照《专利法》第十四条以普通许可方式许可，收取的使用费在共有人之间分配。",
            "The patent has several owners who made no agreement; under article 14 of the Patent Law the Licensor"
            " grants an ordinary license, and the fee is shared among the owners.",
        )
    return d.say(
        "许可人确认对上列专利享有许可的权利；专利由多人共有的，许可人已按共有人之间的约定或者法律规定取得许可的权利。",
        "The Licensor confirms that it may license the patents above; where a patent has several owners, it has this"
        " right under their agreement or by law.",
    )


def grant(d: Draft) -> list[str]:
    """Ordinary license; territory, field, acts; never a sublicense."""
    territory = words.territory_words(d.offer.text("territory"), d.zh)
    use = d.offer.text("field_of_use")
    said = [
        d.say(
            "本合同的许可方式为普通许可：许可人可以自行实施，也可以许可他人实施同一专利。",
            "The license is ordinary: the Licensor may work the patents itself and license others.",
        ),
        d.say(f"许可地域：{territory}。", f"Territory: {territory}."),
        d.say(
            f"许可实施的领域：{use or '不限'}。",
            f"Field of use: {use or 'not limited'}.",
        ),
        d.say(f"许可实施的行为：{_acts(d)}。", f"Permitted acts: {_acts(d)}."),
    ]
    if d.deal.intended_use:
        intended = d.fact(d.deal.intended_use)
        said.append(
            d.say(
                f"被许可人告知的预期用途：{intended}。该说明不缩小前述许可范围。",
                f"Intended use as told by the Licensee: {intended}. It does not narrow the license.",
            )
        )
    return [
        *said,
        d.say(
            "被许可人无权许可合同以外的任何人实施专利，也不得以分许可、转让合同或者其他方式让与本许可。"
            "被许可人委托他人为其加工许可产品并全部自行收取的，视为被许可人自己的实施。",
            "The Licensee may not let anybody outside this contract work the patents, by sublicense, assignment or"
            " otherwise. Having the products made for itself alone by a contractor counts as the Licensee's own work.",
        ),
    ]


def _acts(d: Draft) -> str:
    acts = d.offer.terms.get("acts") or ["make", "use", "offer", "sell", "import"]
    order = [key for key in words.ACTS if key in acts]
    return d.say("、", ", ").join(words.name(words.ACTS, key, d.zh) for key in order)


def term(d: Draft) -> list[str]:
    """When it takes effect (LIC-C) and when it ends, never after the patent (CC 865)."""
    last = max((p.last_day for p in d.offer.patents if p.last_day), default=None)
    months = d.offer.number("months")
    if months:
        span = words.months_words(months, d.zh)
        length = d.say(
            f"许可期限自生效日起算，共{span}，但不超过专利权期限的最后一日（{d.day(last)}）。",
            f"The license runs for {span} from the effective date, but not beyond the last day of the patent"
            f" ({d.day(last)}).",
        )
    else:
        length = d.say(
            f"许可期限自生效日起，至专利权期限的最后一日（{d.day(last)}）止。",
            f"The license runs from the effective date to the last day of the patent ({d.day(last)}).",
        )
    return [
        _effect(d),
        length,
        d.say(
            "专利权期限届满，或者专利权终止、被宣告全部无效的，该专利的许可随之终止；有多项专利的，其余专利的许可不受影响。",
            "When a patent expires, ends or is wholly invalidated, its license ends with it; licenses of the other"
            " patents stand.",
        ),
    ]


def _effect(d: Draft) -> str:
    if d.offer.flag("payment_is_condition") and d.fee_is_dated:
        return d.say(
            f"本合同自双方均签署时成立，自被许可人依照{d.ref('payment')}付清首笔款项之日起生效，该日为生效日；"
            f"付款期限届满后{days.PAYMENT_GRACE_DAYS}日内仍未付清的，本合同不生效，双方互不承担责任。",
            "This contract is concluded when both parties have signed. It takes effect on the day on which the Licensee"
            f" has paid the first amount under {d.ref('payment')} (the effective date). If it is still not paid"
            f" {days.PAYMENT_GRACE_DAYS} days after the last day to pay, the contract does not take effect and neither"
            " party owes the other anything.",
        )
    return d.say(
        "本合同自双方中最后一方签署之日起成立并生效，该日为生效日。",
        "This contract is concluded and takes effect on the day on which the last party signs (the effective date).",
    )
