"""What is owed, when, how it is paid and checked (CC 846; PRESET-2; LIC-C)."""

from __future__ import annotations

from listings.prices import instalment_amounts
from marketplace.licensing.contracts import words
from marketplace.licensing.contracts.clause import Row
from marketplace.licensing.contracts.drafting import Draft

INTEREST_ZH = "按逾期金额和同期全国银行间同业拆借中心公布的一年期贷款市场报价利率支付逾期利息"
INTEREST_EN = "interest on the overdue amount at the one-year loan prime rate published for that time"


def fee(d: Draft) -> list[str]:
    """The fee by its mode."""
    match d.mode:
        case "free":
            said = _free(d)
        case "royalty":
            said = [_royalty(d, lead_zh="许可使用费全部采用提成方式", lead_en="The license fee is a royalty only")]
        case "entry_royalty":
            said = _entry_and_royalty(d)
        case "free_then_paid":
            said = _free_then_paid(d)
        case _:
            said = [_fixed(d)]
    if d.has_royalty:
        said += _base(d)
    return [*said, *_class_prices(d)]


def in_short(d: Draft) -> list[str]:
    """The fee as forms of authorities want it: the amounts and the mode, without the rest of the clause."""
    match d.mode:
        case "free":
            return _free(d)[:1]
        case "royalty":
            return [_royalty(d, lead_zh="提成", lead_en="Royalty")]
        case "entry_royalty":
            return _entry_and_royalty(d)
        case "free_then_paid":
            span = words.months_words(d.offer.number("free_months"), d.zh)
            return [d.say(f"先使用后付费，试用期最长{span}，免费。", f"Free first, {span} at most."), _later(d)]
        case _:
            return [_fixed(d)]


def _fixed(d: Draft) -> str:
    amount = d.money(d.deal.fee_minor)
    if d.offer.flag("fee_per_year"):
        return d.say(
            f"许可使用费为每许可年度{amount}。自生效日起每满一年为一个许可年度，不足一年的按一个许可年度计。",
            f"The license fee is {amount} for each license year. A license year is each year counted from the effective"
            " date; a part of a year counts as one.",
        )
    return d.say(
        f"许可使用费为固定金额，一次总算：{amount}，覆盖整个许可期限。",
        f"The license fee is a fixed sum for the whole term: {amount}.",
    )


def _free(d: Draft) -> list[str]:
    return [
        d.say(
            "本许可无偿，被许可人不需要支付任何许可使用费。",
            "The license is free of charge: the Licensee owes no license fee.",
        ),
        d.say(
            "本合同没有约定的费用，许可人不得以任何名义另行收取。",
            "The Licensor may not collect anything that this contract does not name.",
        ),
    ]


def _entry_and_royalty(d: Draft) -> list[str]:
    amount = d.money(d.deal.fee_minor)
    if d.offer.flag("fee_per_year"):
        amount = d.say(f"每许可年度{amount}", f"{amount} for each license year")
    return [
        d.say(f"入门费：{amount}。", f"Entry fee: {amount}."),
        _royalty(d, lead_zh="入门费之外另付提成费", lead_en="In addition a royalty is owed"),
    ]


def _royalty(d: Draft, *, lead_zh: str, lead_en: str) -> str:
    rate = d.rate(d.offer.number("royalty_bp"))
    base = words.name(words.BASES_OF_ROYALTY, _base_key(d), d.zh)
    return d.say(
        f"{lead_zh}：按许可产品{base}的{rate}计算，不设最低金额。",
        f"{lead_en}: {rate} of the {base} of the licensed products, without a minimum.",
    )


def _base_key(d: Draft) -> str:
    return str(d.offer.terms.get("royalty_base") or "net_sales")


def _base(d: Draft) -> list[str]:
    """What the royalty is a share of, defined."""
    net = d.say(
        "净销售额，指被许可人销售许可产品的发票金额，减去增值税、退货、实际给予的折扣以及单独列明的运费和保险费。"
        "许可产品仅是较大产品的一个部件的，按该部件单独的售价计算；没有单独售价的，按其在成本中所占比例计算。"
        "销售给关联方的，按其对非关联方的价格计算；免费送样和被许可人自用不计入。",
        "Net sales are the invoiced amounts for licensed products, less value-added tax, returns, discounts given and"
        " freight and insurance shown separately. Where the licensed product is only a part of a larger one, its own"
        " price counts; where it has none, its share of the cost. Sales to a related party count at the price for"
        " others; free samples and the Licensee's own use do not count.",
    )
    if _base_key(d) == "net_sales":
        return [net]
    return [
        net,
        d.say(
            "利润，指净销售额减去按照《企业会计准则》归集到许可产品的生产成本、销售费用和税金；某一期为亏损的，该期不计提成，"
            "亏损不结转。",
            "Profit is net sales less the production cost, selling expense and taxes of the licensed products under the"
            " Accounting Standards for Business Enterprises. A period with a loss owes nothing; losses are not carried"
            " over.",
        ),
    ]


def _free_then_paid(d: Draft) -> list[str]:
    """What is owed after the free period, agreed before it begins (PRESET-2)."""
    months = d.offer.number("free_months")
    span = words.months_words(months, d.zh)
    said = [
        d.say(
            f"先使用后付费：试用期最长{span}，其起止和试用期内可以做的事见{d.ref('trial')}；试用期内不支付任何费用。",
            f"Use first, pay later: the free period lasts {span} at most; {d.ref('trial')} says when it begins and ends"
            " and what may be done in it. Nothing is owed for it.",
        ),
        _later(d),
        d.say(
            "试用期之后的价格和支付方式已在本条写明，试用期内不再变更。",
            "The price and the mode of payment after the free period stand in this clause and do not change during it.",
        ),
    ]
    if text := d.offer.text("nonpayment"):
        text = text.rstrip("。.")
        said.append(
            d.say(
                f"试用期后不付款的后果：{text}；催告和解除的程序见{d.ref('liability')}和{d.ref('exit')}。",
                f"If payment stops after the free period: {text}. {d.ref('liability')} and {d.ref('exit')} say how it"
                " is demanded and when the contract may be ended.",
            )
        )
    return said


def _later(d: Draft) -> str:
    amount = d.money(d.deal.fee_minor)
    match d.offer.terms.get("later_mode"):
        case "instalments":
            return _in_parts(d, amount)
        case "conditional":
            milestone = d.fact(d.offer.text("milestone"))
            paid = _sum_and_share(d, amount)
            return d.say(
                f"附条件支付：只有在许可期限内达成约定里程碑（{milestone}）时，被许可人才支付{paid}；未达成的，不需要支付。",
                f"Conditional payment: only if the milestone ({milestone}) is reached within the term does the Licensee"
                f" pay {paid}; if it is not reached, nothing is owed.",
            )
        case "revenue_share":
            return d.say(
                f"收益提成：试用期结束之日起，被许可人支付{_sum_and_share(d, amount)}。",
                f"Revenue share: from the end of the free period the Licensee pays {_sum_and_share(d, amount)}.",
            )
        case _:
            return d.say(
                f"延期支付：试用期结束后，被许可人支付{_sum_and_share(d, amount)}。",
                f"Deferred payment: after the free period the Licensee pays {_sum_and_share(d, amount)}.",
            )


def _sum_and_share(d: Draft, amount: str) -> str:
    """The fixed part and the share, whichever there are."""
    parts = []
    if d.deal.fee_minor:
        yearly = d.offer.flag("fee_per_year")
        parts.append(
            d.say(
                f"每年{amount}（自试用期结束时起每满一年为一个付费年度，不足一年的按一年计）" if yearly else amount,
                f"{amount} a year (each year counted from the end of the free period; a part counts as one)"
                if yearly
                else amount,
            )
        )
    if bp := d.offer.number("royalty_bp"):
        base = words.name(words.BASES_OF_ROYALTY, _base_key(d), d.zh)
        parts.append(
            d.say(
                f"按许可产品{base}的{d.rate(bp)}计算的提成费",
                f"a royalty of {d.rate(bp)} of the {base} of the licensed products",
            )
        )
    return d.say("和", " and ").join(parts) or d.amount(0)


def _in_parts(d: Draft, amount: str) -> str:
    number = max(d.offer.number("instalments"), 1)
    parts = instalment_amounts(d.deal.fee_minor, number)
    each, last = d.amount(parts[0]), d.amount(parts[-1])
    return d.say(
        f"分期支付：许可使用费总额为{amount}，分{number}期，每年一期，第一期在试用期结束时到期，以后每满一年到期一期；"
        f"每期{each}，最后一期{last}。",
        f"Instalments: the license fee is {amount} in all, in {number} yearly instalments. The first falls due at the"
        f" end of the free period, each further one a year later; each is {each}, the last {last}.",
    )


def _class_prices(d: Draft) -> list[str]:
    """Before a licensee is known, the prices of all classes (preset track only)."""
    if d.deal.licensee.name or not d.offer.class_prices:
        return []
    listed = d.say("；", "; ").join(
        f"{words.name(words.CLASSES, key, d.zh)}{d.say('：', ': ')}{d.amount(minor)}"
        for key, minor in sorted(d.offer.class_prices.items(), key=lambda item: item[1])
    )
    return [
        d.say(
            f"上列金额按被许可人的类别确定，签约时写入被许可人所属类别的金额：{listed}。",
            f"The amount depends on the Licensee's class; the contract to sign names that of the class: {listed}.",
        )
    ]


def account_table(d: Draft) -> list[Row]:
    """Where the money goes; nothing where nothing is owed."""
    if d.is_free:
        return []
    licensor = d.offer.licensor
    return [
        (d.say("收款账户", "Account"), d.say("许可人指定", "named by the Licensor")),
        (d.say("户名", "Account holder"), d.fact(licensor.get("bank_account_name") or licensor.get("name", ""))),
        (d.say("开户银行", "Bank"), d.fact(licensor.get("bank_name", ""))),
        (d.say("账号", "Account number"), d.fact(licensor.get("bank_account", ""))),
    ]


def payment(d: Draft) -> list[str]:
    """When and how, invoice, interest; the marketplace never holds the money."""
    days = d.offer.number("pay_within_days") or 15
    said = _due(d, days)
    said += [
        d.say(
            "款项直接付至上列许可人账户，或者通过许可人开通的在线支付方式支付。平台不代收、不保管许可使用费。",
            "Money is paid straight to the Licensor's account above, or by a way of online payment that the Licensor"
            " has opened. The platform neither collects nor holds license fees.",
        ),
        d.say(
            "上列金额为价税合计，许可人不得在其外另收增值税。许可人应当在收款后十五日内开具合法发票；享受增值税免税的，"
            "开具注明免税的普通发票。印花税由双方各自缴纳。",
            "The amounts include value-added tax; the Licensor may not add it. It issues a lawful invoice within"
            " fifteen days after payment; where it is exempt from that tax, an ordinary invoice that says so. Each"
            " party pays its own stamp duty.",
        ),
        d.say(
            f"被许可人逾期付款的，{INTEREST_ZH}。",
            f"Late payment bears {INTEREST_EN}.",
        ),
    ]
    return said


def _due(d: Draft, days: int) -> list[str]:
    said = []
    if d.fee_is_dated:
        start = d.say("本合同成立", "conclusion") if d.offer.flag("payment_is_condition") else d.say("生效", "effect")
        first = _first_amount(d)
        said.append(
            d.say(
                f"被许可人应当在{start}之日起{days}日内付清{first}。",
                f"The Licensee pays {first} within {days} days of {start}.",
            )
        )
    if d.offer.flag("fee_per_year") and d.fee_is_dated:
        said.append(
            d.say(
                f"以后各许可年度的使用费，在该年度开始之日起{days}日内付清。",
                f"The fee of each further license year is paid within {days} days of its first day.",
            )
        )
    if d.mode == "free_then_paid":
        said.append(
            d.say(
                f"试用期后到期的款项，被许可人应当自到期之日起{days}日内付清。",
                f"What falls due after the free period is paid within {days} days of the day it falls due.",
            )
        )
    if d.has_royalty:
        said.append(
            d.say(
                f"提成费按自然年度结算，被许可人应当在提交{d.ref('reports')}所称报告之日起{days}日内付清。",
                "The royalty is settled by the calendar year and paid within"
                f" {days} days of the report under {d.ref('reports')}.",
            )
        )
    return said


def _first_amount(d: Draft) -> str:
    """What falls due at the start, by its name."""
    if d.mode == "entry_royalty":
        return d.say("入门费", "the entry fee")
    if d.offer.flag("fee_per_year"):
        return d.say("首个许可年度的使用费", "the fee of the first license year")
    return d.say("全部许可使用费", "the whole license fee")


def reports(d: Draft) -> list[str]:
    """Records, a yearly report, inspection of books (CC 846)."""
    return [
        d.say(
            "被许可人应当单独记录许可产品的数量、单价、净销售额和计算提成所需的其他数据，保存至许可期限届满后三年。",
            "The Licensee keeps separate records of quantities, prices, net sales and whatever else the royalty needs,"
            " until three years after the term.",
        ),
        d.say(
            "被许可人应当在每一自然年度结束后六十日内向许可人提交报告；当年没有销售的，提交无销售的说明。",
            "Within sixty days after each calendar year the Licensee sends the Licensor a report; without sales, a"
            " statement that there were none.",
        ),
        d.say(
            "许可人可以每年一次，提前十五日书面通知，自费委托负有保密义务的会计师在工作时间查阅有关账目。"
            "查阅发现少付超过百分之五的，查阅费用由被许可人承担。",
            "Once a year, on fifteen days' written notice and at its own expense, the Licensor may have an accountant"
            " bound to secrecy inspect the books concerned during office hours. If more than five percent was"
            " underpaid, the Licensee bears the cost.",
        ),
    ]
